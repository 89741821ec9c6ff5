// From the arguments that Excel passes to what it is told to show, with the board and a real broker between.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createEngine } from '../../addin/functions/engine.ts'
import { texts, speak } from '../../addin/language.ts'
import { WorksheetFunctions } from '../../addin/functions/worksheet-functions.ts'
import { startState, type PaneState } from '../../addin/pane-state.ts'
import { associateFunctions, type FunctionEngine } from '../../addin/office-functions.ts'
import { BrokerClient } from '../../client/broker-client.ts'
import { createMemoryStorage } from '../../client/session-storage.ts'
import { systemClock } from '../../broker/kernel/system.ts'
import { createExcelWorkbook } from '../../addin/excel.ts'
import { startExcelInNode } from '../../excel-host/node.ts'
import { useBroker } from '../broker/http/broker-in-test.ts'

const context = useBroker()

/** What office.js does with a function's result: the error's code and text, the value, or the value with its format. */
type Result = unknown

class FunctionError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** Excel's side of custom functions, as far as the add-in sees it. */
class FakeExcel {
  readonly functions = new Map<string, (...given: unknown[]) => void>()
  canFormat = true

  readonly library = {
    associate: (id: string, run: (...given: unknown[]) => void) => void this.functions.set(id, run),
    Error: FunctionError,
  }

  readonly office = {
    context: {
      requirements: {
        isSetSupported: (set: string, version: string) =>
          this.canFormat && `${set} ${version}` === 'CustomFunctionsRuntime 1.4',
      },
    },
  }

  /** Types a formula into a cell. */
  call(name: string, ...given: unknown[]): FakeCell {
    const cell = new FakeCell()
    this.functions.get(name)!(...given, cell.invocation)
    return cell
  }
}

class FakeCell {
  readonly results: Result[] = []
  #onResult: (() => void) | undefined
  readonly invocation: { setResult: (value: unknown) => void; onCanceled?: () => void } = {
    setResult: (value) => {
      this.results.push(value instanceof FunctionError ? [value.code, value.message] : value)
      this.#onResult?.()
    },
  }

  /** The result after `known` ones. */
  async next(known = 0): Promise<Result> {
    while (this.results.length <= known)
      await new Promise<void>((resolve) => {
        this.#onResult = resolve
      })
    return this.results[known]
  }
}

const excel = { current: new FakeExcel() }
const workbook = { daysLater: 0, learnDates: () => Promise.resolve() }
let client: BrokerClient
let engine: FunctionEngine

beforeEach(async () => {
  const { broker } = context
  broker.clock.setWallClock(Date.now())
  await broker.redefine({ columns: { From: { type: 'time' }, Spent: { type: 'duration' } } })
  await broker.pull([
    {
      Id: 1,
      Name: '=1+1',
      Pay: 0.1,
      IsActive: true,
      Born: '2024-01-01',
      At: '2024-01-01T12:00:00Z',
      From: '06:00',
      Spent: 'PT36H',
    },
    { Id: 2, Name: 'Bo', Pay: 0.2, IsActive: false, Born: null, At: null, From: null, Spent: null },
  ])
  client = new BrokerClient({ brokerUrl: broker.url, storage: createMemoryStorage(), clock: systemClock, fetch })
  engine = createEngine({ client, clock: systemClock, workbook })
  excel.current = new FakeExcel()
  vi.stubGlobal('CustomFunctions', excel.current.library)
  vi.stubGlobal('Office', excel.current.office)
  associateFunctions(
    () => Promise.resolve(engine),
    () => ({ kind: 'not-available', text: texts.functions.notLoaded }),
  )
})

afterEach(async () => {
  engine.board.signOut()
  vi.unstubAllGlobals()
  await speak('en')
})

const signIn = async () => client.redeem(await context.broker.invite(), 'A test')

describe('a function', () => {
  test.each<{ name: string; given: unknown[]; result: Result }>([
    { name: 'VALUE', given: [[[1]], 'Name', []], result: '=1+1' },
    { name: 'VALUE', given: [[[2]], 'IsActive', []], result: false },
    { name: 'VALUE', given: [[[2]], 'Born', []], result: '' },
    {
      name: 'VALUE',
      given: [[[1]], 'Born', []],
      result: { type: 'FormattedNumber', basicValue: 45292, numberFormat: 'yyyy-mm-dd' },
    },
    {
      name: 'VALUE',
      given: [[[1]], 'At', []],
      result: { type: 'FormattedNumber', basicValue: 45292.5, numberFormat: 'yyyy-mm-dd hh:mm' },
    },
    {
      name: 'VALUE',
      given: [[[1]], 'From', []],
      result: { type: 'FormattedNumber', basicValue: 0.25, numberFormat: 'hh:mm:ss' },
    },
    {
      name: 'SUM',
      given: ['Spent', []],
      result: { type: 'FormattedNumber', basicValue: 1.5, numberFormat: '[h]:mm:ss' },
    },
    { name: 'COUNT', given: [[]], result: 2 },
    { name: 'COUNT', given: [['Born', 45292]], result: 1 },
    { name: 'COUNT', given: [["Name eq 'Bo'"]], result: 1 },
    { name: 'SUM', given: ['Pay', []], result: 0.3 },
    { name: 'LOOKUP', given: ['Name', 'Bo', 'Id'], result: 2 },
    { name: 'VALUE', given: [[[9]], 'Name', []], result: ['#N/A', 'No row has this.'] },
    { name: 'VALUE', given: [[['']], 'Name', []], result: ['#VALUE!', 'The key is empty.'] },
    {
      name: 'VALUE',
      given: [[['x']], 'Name', []],
      result: ['#VALUE!', 'This key does not fit. "x" is not a number. That is what Id holds.'],
    },
    {
      name: 'VALUE',
      given: [[[1]], 'Nmae', []],
      result: ['#VALUE!', 'This column does not fit. There is no column Nmae. Did you mean Name?'],
    },
    {
      name: 'COUNT',
      given: [['Pay gt']],
      result: [
        '#VALUE!',
        'The filter has a mistake at character 7. Expected a column, a value or `(`, but the filter ends.',
      ],
    },
    {
      name: 'COUNT',
      given: [['Pay', 'much']],
      result: ['#VALUE!', 'This value does not fit its column. "much" is not a number. That is what Pay holds.'],
    },
  ])('$name($given) shows $result', async ({ name, given, result }) => {
    await signIn()
    expect(await excel.current.call(name, 'people', ...given).next()).toEqual(result)
  })

  test('shows plain numbers where Excel cannot keep a format', async () => {
    await signIn()
    excel.current.canFormat = false
    expect(await excel.current.call('VALUE', 'people', [[1]], 'Born', []).next()).toBe(45292)
  })

  test('says when a dataset was pulled, by the clock of this computer', async () => {
    await signIn()
    const pulledAtMs = (await context.broker.stores.definitions.findDataset('people'))!.pulledAtMs
    const result = (await excel.current.call('REFRESHED', 'people').next()) as { basicValue: number }
    const localMs = pulledAtMs - new Date(pulledAtMs).getTimezoneOffset() * 60_000
    expect(result.basicValue).toBeCloseTo((localMs - Date.UTC(1899, 11, 30)) / 86_400_000, 6)
  })

  test('says what is wrong with its dataset', async () => {
    await signIn()
    expect(await excel.current.call('COUNT', 'nothing', []).next()).toEqual([
      '#VALUE!',
      'There is no dataset of this name, or you may not read it.',
    ])
    expect(await excel.current.call('COUNT', '', []).next()).toEqual([
      '#VALUE!',
      'Give the name of a dataset first, in quotes.',
    ])
  })

  test('asks to sign in, in the language of Office, and fills itself afterwards', async () => {
    await speak('de')
    const cell = excel.current.call('COUNT', 'people', [])
    expect(await cell.next()).toEqual(['#N/A', 'Öffnen Sie den Sheetbroker-Bereich, um sich anzumelden.'])
    await signIn()
    engine.board.wake()
    expect(await cell.next(1)).toBe(2)
  })

  test('says that its user was switched off, and shows figures again afterwards', async () => {
    await signIn()
    const { stores } = context.broker
    const userId = await context.broker.userId('anna')
    await stores.users.setActive(userId, false)
    const cell = excel.current.call('COUNT', 'people', [])
    expect(await cell.next()).toEqual(['#N/A', texts.errors.client['user-inactive']])
    await stores.users.setActive(userId, true)
    engine.board.notice('people', 1)
    expect(await cell.next(1)).toBe(2)
  })

  test('shows what a newer revision holds, and nothing any more once its cell is gone', async () => {
    await signIn()
    const [cell, gone] = [excel.current.call('COUNT', 'people', []), excel.current.call('SUM', 'people', 'Id', [])]
    expect([await cell.next(), await gone.next()]).toEqual([2, 3])
    gone.invocation.onCanceled!()
    await context.broker.pull([1, 2, 3].map((Id) => ({ Id })))
    engine.board.notice('people', 2)
    expect(await cell.next(1)).toBe(3)
    expect(gone.results).toEqual([3])
  })

  test('whose cell is gone before it could start asks nothing', async () => {
    await signIn()
    const asked = vi.spyOn(client, 'figures')
    const cell = excel.current.call('COUNT', 'people', [])
    cell.invocation.onCanceled!()
    expect(await excel.current.call('SUM', 'people', 'Id', []).next()).toBe(3)
    expect(asked.mock.calls.map(([{ questions }]) => questions.map(({ kind }) => kind))).toEqual([['sum']])
    expect(cell.results).toEqual([])
  })

  test('of which there are 5,000 is one request', async () => {
    await signIn()
    const asked = vi.spyOn(client, 'figures')
    const cells = Array.from({ length: 5_000 }, (_, index) =>
      excel.current.call('VALUE', 'people', [[index + 1]], 'Name', []),
    )
    const results = await Promise.all(cells.map((cell) => cell.next()))
    expect(results.slice(0, 3)).toEqual(['=1+1', 'Bo', ['#N/A', 'No row has this.']])
    expect(asked).toHaveBeenCalledTimes(1)
  })

  test('says so when the rest of the add-in cannot be loaded, and tries again the next time', async () => {
    await signIn()
    let isBroken = true
    associateFunctions(
      () => (isBroken ? Promise.reject(new Error('offline')) : Promise.resolve(engine)),
      () => ({ kind: 'not-available', text: texts.functions.notLoaded }),
    )
    expect(await excel.current.call('COUNT', 'people', []).next()).toEqual(['#N/A', texts.functions.notLoaded])
    isBroken = false
    expect(await excel.current.call('COUNT', 'people', []).next()).toBe(2)
  })
})

test('where the add-in cannot run at all, cells say why, whether they were called before or after', async () => {
  const functions = new WorksheetFunctions()
  functions.start()
  const early = excel.current.call('COUNT', 'people', [])
  functions.refuse('This Excel is too old.')
  expect(await early.next()).toEqual(['#N/A', 'This Excel is too old.'])
  expect(await excel.current.call('COUNT', 'people', []).next()).toEqual(['#N/A', 'This Excel is too old.'])
})

test('functions follow the pane: its user, and the revisions that it sees', async () => {
  const functions = new WorksheetFunctions()
  functions.start()
  let state = startState
  const listeners: (() => void)[] = []
  const pane = {
    get state() {
      return state
    },
    subscribe: (listener: () => void) => {
      listeners.push(listener)
      return () => undefined
    },
  }
  const set = (changes: Partial<PaneState>): void => {
    state = { ...state, ...changes }
    for (const listener of listeners) listener()
  }
  functions.connect({ client, clock: systemClock, workbook })
  functions.follow(pane)
  set({ screen: 'sign-in' })
  const cell = excel.current.call('COUNT', 'people', [])
  expect(await cell.next()).toEqual(['#N/A', texts.functions.signedOut])
  await signIn()
  set({ screen: 'ready' })
  expect(await cell.next(1)).toBe(2)
  await context.broker.pull([1, 2, 3].map((Id) => ({ Id })))
  set({ datasets: { state: 'ready', items: await client.datasets() } })
  expect(await cell.next(2)).toBe(3)
  set({ screen: 'sign-in' })
  expect(await cell.next(3)).toEqual(['#N/A', texts.functions.signedOut])
  cell.invocation.onCanceled!()
})

test('in a workbook whose dates count from 1904 on, dates are the days that they are', async () => {
  await signIn()
  const node = await startExcelInNode()
  vi.stubGlobal('Excel', node.Excel)
  vi.stubGlobal('OfficeExtension', node.OfficeExtension)
  node.workbook.uses1904Dates = true
  const functions = new WorksheetFunctions()
  functions.start()
  functions.connect({ client, clock: systemClock, workbook: createExcelWorkbook() })
  const born = excel.current.call('VALUE', 'people', [[1]], 'Born', [])
  expect(await born.next()).toMatchObject({ basicValue: 45_292 - 1_462 })
  const spent = excel.current.call('VALUE', 'people', [[1]], 'Spent', [])
  expect(await spent.next()).toMatchObject({ basicValue: 1.5 })
  const refreshed = excel.current.call('REFRESHED', 'people')
  const { basicValue } = (await refreshed.next()) as { basicValue: number }
  const counted = excel.current.call('COUNT', 'people', ['Born', 45_292 - 1_462, 'At', 45_292.5 - 1_462])
  expect(await counted.next()).toBe(1)
  const nowMs = context.broker.clock.nowMs()
  const today = 25_569 - 1_462 + nowMs / 86_400_000
  expect(Math.abs(basicValue - today)).toBeLessThan(2)
  for (const { invocation } of [born, spent, refreshed, counted]) invocation.onCanceled!()
})

test('where Excel knows no custom functions nothing happens', () => {
  vi.stubGlobal('CustomFunctions', undefined)
  const load = vi.fn()
  associateFunctions(load, () => ({ kind: 'not-available', text: '' }))
  expect(load).not.toHaveBeenCalled()
})
