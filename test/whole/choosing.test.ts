// The choosing screen's state, with a whole broker, the real client and the real Excel library on a simulated workbook.
import { beforeEach, describe, expect, test } from 'vitest'
import type { Comparison, Operand } from '../../addin/table-choice.ts'
import { Choosing } from '../../addin/choosing/choosing.ts'
import type { ChoosingState } from '../../addin/choosing/choosing-state.ts'
import {
  withColumns,
  withMovedColumn,
  withNewCondition,
  withNewOrder,
  withOrder,
  withTexts,
  withToggledColumn,
} from '../../addin/choosing/edits.ts'
import { ConditionError, readSample } from '../../addin/choosing/sample.ts'
import { createExcelWorkbook } from '../../addin/excel.ts'
import { noMemory } from '../../addin/link-memory.ts'
import type { LinkedTable } from '../../addin/pane-state.ts'
import { plainSettings, wholeDataset } from '../../addin/table-choice.ts'
import { BrokerClient } from '../../client/broker-client.ts'
import { createMemoryStorage } from '../../client/session-storage.ts'
import { startExcelInNode, type NodeExcel } from '../../excel-host/node.ts'
import { people, useBroker } from '../broker/http/broker-in-test.ts'

const context = useBroker()
let excel: NodeExcel
let client: BrokerClient
let reads: string[]
let isOffline: boolean

beforeEach(async () => {
  excel = await startExcelInNode()
  Object.assign(globalThis, { Excel: excel.Excel, OfficeExtension: excel.OfficeExtension })
  reads = []
  isOffline = false
  const { broker } = context
  // The client takes the time from the broker's answers, whose date is the machine's.
  broker.clock.setWallClock(Date.now())
  client = new BrokerClient({
    brokerUrl: broker.url,
    storage: createMemoryStorage(),
    clock: broker.clock,
    fetch: (input, init) => {
      const { pathname, search } = new URL(input instanceof Request ? input.url : input)
      if (pathname.endsWith('/rows')) reads.push(decodeURIComponent(search))
      return isOffline ? Promise.reject(new TypeError('Failed to fetch')) : fetch(input, init)
    },
  })
  await client.redeem(await broker.invite(), 'Excel')
})

function open(table?: LinkedTable, dataset = 'people'): Choosing {
  const { clock } = context.broker
  const workbook = createExcelWorkbook()
  return new Choosing(
    { client, workbook, clock, withSession: (work) => work(), onError: () => undefined },
    { dataset, table },
  )
}

async function openPeople(count = 12): Promise<Choosing> {
  await context.broker.pull(people(count))
  const choosing = open()
  await choosing.start()
  return choosing
}

/** Lets the time pass that the screen and the client wait for, but not that after which they give up, until the work is done. */
async function passing(work: Promise<unknown>): Promise<void> {
  const { clock } = context.broker
  const end = { isReached: false }
  const done = work.finally(() => {
    end.isReached = true
  })
  while (!end.isReached) {
    const short = clock.waiting.filter((delayMs) => delayMs < 10_000)
    if (short.length > 0) await clock.advance(Math.min(...short))
    else await new Promise<void>((resolve) => void setImmediate(resolve))
  }
  await done
}

/** The state once it is as wanted. */
async function until(choosing: Choosing, isWanted: (state: ChoosingState) => boolean): Promise<ChoosingState> {
  const wanted = new Promise<void>((resolve) => {
    const look = (): void => {
      if (!isWanted(choosing.state)) return
      end()
      resolve()
    }
    const end = choosing.subscribe(look)
    look()
  })
  await passing(wanted)
  return choosing.state
}

const settled = (choosing: Choosing): Promise<ChoosingState> =>
  until(choosing, ({ sample }) => sample.state !== 'loading')

function condition(choosing: Choosing, column: string, comparison: Comparison, ...texts: readonly string[]): number {
  choosing.edit((draft) => withNewCondition(draft, choosing.state.types))
  const { id } = choosing.state.draft.conditions.at(-1)!
  choosing.edit((draft) => ({
    ...draft,
    conditions: draft.conditions.map((each) => (each.id === id ? { ...each, column, comparison } : each)),
  }))
  choosing.edit((draft) => withTexts(draft, id, texts))
  return id
}

function select(row: number, column: number): void {
  const { workbook } = excel
  workbook.select(workbook.activeSheet, { row, column, rowCount: 1, columnCount: 1 })
}

describe('choosing', () => {
  test('shows the dataset, its first rows and how many there are, from one request', async () => {
    const { state, settings } = await openPeople()
    expect(state.stage).toBe('ready')
    expect(state.draft.columns.map(({ name, isKey }) => [name, isKey])).toEqual([
      ['Id', true],
      ['Name', false],
      ['IsActive', false],
      ['Pay', false],
      ['Born', false],
    ])
    expect([state.sample.found, state.sample.rows.length]).toEqual([12, 5])
    expect(settings).toEqual(plainSettings)
    expect(reads).toEqual(['?limit=5'])
  })

  test('reads the sample as it is chosen: columns, filter and order', async () => {
    const choosing = await openPeople()
    choosing.edit((draft) => withColumns(draft, new Set(['IsActive', 'Born']), false))
    choosing.edit((draft) => withMovedColumn(draft, 'Pay', 0))
    condition(choosing, 'Name', 'contains', 'ZOË 1')
    choosing.edit(withNewOrder)
    choosing.edit((draft) => withOrder(draft, draft.orderBy[0]!.id, { column: 'Pay', isDescending: true }))
    const { sample } = await settled(choosing)
    expect(sample.columns.map(({ name }) => name)).toEqual(['Pay', 'Id', 'Name'])
    expect(sample.rows.map(([pay]) => pay)).toEqual([11.5, 10.5, 9.5, 0.5])
    expect(sample.found).toBe(4)
    // Everything typed within a moment is one question.
    expect(reads).toHaveLength(2)
  })

  test('keeps the former rows while newer ones are read, and never shows an outdated answer', async () => {
    const choosing = await openPeople()
    const id = condition(choosing, 'Id', 'at-most', '3')
    expect(choosing.state.sample).toMatchObject({ state: 'loading', found: 12 })
    await context.broker.clock.advance(300)
    choosing.edit((draft) => withTexts(draft, id, ['2']))
    const { sample } = await until(choosing, ({ sample: { state, found } }) => state === 'ready' && found !== 12)
    expect(sample.found).toBe(2)
  })

  test('leaves lines out that are no conditions yet, and has no settings then', async () => {
    const choosing = await openPeople()
    const id = condition(choosing, 'Pay', 'greater', '')
    expect(choosing.state.mistakes.get(id)).toBe('value-missing')
    expect(choosing.settings).toBeUndefined()
    await settled(choosing)
    expect(reads).toEqual(['?limit=5'])
    choosing.edit((draft) => withTexts(draft, id, ['10']))
    expect((await settled(choosing)).sample.found).toBe(2)
    expect(choosing.settings?.choice.conditions).toHaveLength(1)
  })

  test('asks nothing again for what changes no row', async () => {
    const choosing = await openPeople()
    choosing.edit((draft) => ({ ...draft, mode: 'merge', vanished: 'mark', top: '3' }))
    await context.broker.clock.advance(300)
    expect(reads).toHaveLength(1)
    expect(choosing.settings).toMatchObject({ mode: 'merge', vanished: 'mark', choice: { top: 3 } })
  })

  test('suggests values of a column, and those with what is typed in them', async () => {
    const choosing = await openPeople()
    const id = condition(choosing, 'Name', 'one-of')
    await choosing.suggest(id, '')
    expect(choosing.state.suggestions?.values).toHaveLength(12)
    await passing(choosing.suggest(id, 'zoë 12'))
    expect(choosing.state.suggestions).toEqual({ id, values: ['Zoë 12'] })
  })
})

describe('a condition that follows a cell', () => {
  test('finds what the cell holds, and follows it', async () => {
    const choosing = await openPeople()
    const id = condition(choosing, 'Id', 'at-most')
    select(3, 1)
    excel.workbook.activeSheet.grid.setValue(3, 1, 4)
    await choosing.followCell(id)
    const name = choosing.state.draft.conditions[0]!.cell!
    expect(choosing.state.cells.get(name)).toEqual({ value: 4, isError: false, address: 'Sheet1!B4' })
    expect((await settled(choosing)).sample.found).toBe(4)

    excel.workbook.activeSheet.grid.setValue(3, 1, 7)
    await choosing.look()
    expect((await settled(choosing)).sample.found).toBe(7)
    expect(choosing.settings?.choice.conditions[0]?.operand).toEqual({ kind: 'cell', name } satisfies Operand)

    excel.workbook.activeSheet.grid.setValue(3, 1, 'many')
    await choosing.look()
    const { refusals, sample } = await until(choosing, ({ sample: { state } }) => state === 'failed')
    expect(refusals.get(id)?.text).toContain('Sheet1!B4')
    expect(sample.notice).toBeUndefined()

    await excel.Excel.run(async (run) => {
      run.workbook.worksheets.getActiveWorksheet().getRange('B4').clear('Contents')
      await run.sync()
    })
    await choosing.look()
    expect((await settled(choosing)).sample.found).toBe(12)
    expect(choosing.state.refusals.size).toBe(0)
  })

  const names = (): Promise<readonly string[]> =>
    excel.Excel.run(async (run) => {
      const all = run.workbook.names.load('items/name')
      await run.sync()
      return all.items.map(({ name }) => name)
    })

  test('leaves no name behind when it is given up, nor one that another cell has replaced', async () => {
    const choosing = await openPeople()
    const id = condition(choosing, 'Id', 'at-most')
    select(3, 1)
    await choosing.followCell(id)
    select(4, 1)
    await choosing.followCell(id)
    expect(await names()).toHaveLength(2)
    const taken = choosing.take()?.choice.conditions[0]?.operand
    choosing.stop()
    await expect.poll(names).toEqual([taken?.kind === 'cell' ? taken.name : ''])
    const other = open()
    await other.start()
    await other.followCell(condition(other, 'Pay', 'at-most'))
    expect(await names()).toHaveLength(2)
    other.stop()
    await expect.poll(names).toHaveLength(1)
  })

  test('says so when the cell is gone', async () => {
    const choosing = await openPeople()
    const id = condition(choosing, 'Id', 'at-most')
    await choosing.followCell(id)
    await settled(choosing)
    await excel.Excel.run(async (run) => {
      run.workbook.names.getItem(choosing.state.draft.conditions[0]!.cell!).delete()
      await run.sync()
    })
    await choosing.look()
    const { refusals } = await until(choosing, ({ sample }) => sample.state === 'failed')
    expect(refusals.get(id)?.text).toMatch(/cell/)
  })
})

describe('where the user is', () => {
  test('follows the selection', async () => {
    const choosing = await openPeople()
    expect(choosing.state.place).toMatchObject({ sheetName: 'Sheet1', row: 0, column: 0 })
    await until(choosing, () => choosing.hearsSelections)
    excel.person.select('C7')
    await until(choosing, ({ place }) => place?.row === 6 && place.column === 2)
  })
})

describe('a linked table', () => {
  const table: LinkedTable = {
    name: 'People_data',
    isFiltered: false,
    link: {
      ...{ tableId: 't', tableName: 'People_data', dataset: 'people', title: 'People', brokerUrl: 'https://b' },
      ...{ revision: 1, rows: 3, digest: '', key: ['Id'], columns: [], refreshedAt: '', refreshedBy: '' },
      ...{ isUnfinished: false, memory: noMemory, mode: 'merge', vanished: 'keep' },
      choice: {
        ...wholeDataset,
        columns: ['Id', 'Gone', 'Pay'],
        conditions: [{ column: 'Pay', comparison: 'less', operand: { kind: 'values', values: [3] } }],
        orderBy: [{ column: 'Gone', isDescending: false }],
      },
    },
  }

  test('opens as it was chosen, and names what the dataset has not got any more', async () => {
    await context.broker.pull(people(12))
    const choosing = open(table)
    await choosing.start()
    expect(choosing.state.lost).toEqual(['Gone'])
    expect(choosing.state.sample.found).toBe(3)
    expect(choosing.settings).toEqual({
      mode: 'merge',
      vanished: 'keep',
      choice: { ...table.link.choice, columns: ['Id', 'Pay'], orderBy: [] },
    })
    choosing.edit((draft) => withToggledColumn(draft, 'Name'))
    expect(choosing.settings?.choice.columns).toEqual(['Id', 'Pay', 'Name'])
  })
})

describe('what goes wrong', () => {
  test('is told, and can be tried again', async () => {
    const choosing = await openPeople()
    isOffline = true
    condition(choosing, 'Id', 'at-most', '3')
    const { sample } = await until(choosing, ({ sample: { state } }) => state === 'failed')
    expect(sample.notice).toMatchObject({ intent: 'error', action: 'retry' })
    expect(sample.rows).toHaveLength(5)
    const other = open()
    await passing(other.start())
    expect(other.state).toMatchObject({ stage: 'failed', notice: { action: 'retry' } })
    isOffline = false
    await choosing.retrySample()
    expect(choosing.state.sample).toMatchObject({ state: 'ready', found: 3, notice: undefined })
    await other.load()
    expect(other.state).toMatchObject({ stage: 'ready', notice: undefined })
  })

  test('is nothing to choose from before the first pull', async () => {
    const choosing = open(undefined, 'fresh')
    await choosing.start()
    expect(choosing.state).toMatchObject({ stage: 'unpulled', dataset: { name: 'fresh', columns: [] } })
  })

  test('in a condition that the broker refuses is told of that condition', async () => {
    await context.broker.pull(people(3))
    const right = { column: 'Name', comparison: 'contains', operand: { kind: 'values', values: ["O'Neil"] } } as const
    const wrong = { column: 'Born', comparison: 'contains', operand: { kind: 'values', values: ['19'] } } as const
    const conditions = [
      { id: 7, condition: right },
      { id: 8, condition: wrong },
      { id: 9, condition: right },
    ]
    // As when a column has become dates since the page was opened.
    const types = new Map([
      ['Name', 'text'],
      ['Born', 'text'],
    ] as const)
    const question = { dataset: 'people', columns: undefined, conditions, orderBy: [] }
    const read = readSample(client, question, { types, cells: new Map(), daysLater: 0 }, new AbortController().signal)
    const error: unknown = await read.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ConditionError)
    expect(error).toMatchObject({ id: 8, cause: { code: 'request-invalid' } })
  })

  test('ends with the screen', async () => {
    const choosing = await openPeople()
    condition(choosing, 'Id', 'at-most', '3')
    choosing.stop()
    await context.broker.clock.advance(1_000)
    expect(reads).toHaveLength(1)
    expect(context.broker.clock.waiting).not.toContain(300)
  })
})
