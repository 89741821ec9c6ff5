// What is refreshed without being asked: on opening, at an interval, when a cell changes.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { saveLink } from '../../../addin/links.ts'
import type { Pane, PaneDeps } from '../../../addin/pane.ts'
import { readPreferences } from '../../../addin/refreshing/preferences.ts'
import type { CellReading, Workbook, WorkbookChange } from '../../../addin/workbook.ts'
import { problem, sendJson } from '../../client/tiny-broker.ts'
import { advanceUntil, insertTables, startPane, until, type PaneFixture } from '../pane-fixture.ts'
import { readTable, serveDataset } from '../table-fixture.ts'

const pulls = 'POST /api/v1/datasets/people/pulls'
const minuteMs = 60_000

let fixture: PaneFixture
let pane: Pane
let tableId: string

beforeEach(async () => {
  fixture = await startPane()
  pane = fixture.openPane()
  await pane.start()
  tableId = (await insertTables(fixture, pane, 1))[0]!
  fixture.dataset.publish([['1'], ['3']])
})

afterEach(() => fixture.stop())

/** Closes the workbook and opens it again. */
async function reopen(change?: Partial<PaneDeps>): Promise<void> {
  pane.stop()
  await fixture.clock.advance(10 * minuteMs)
  pane = fixture.openPane(change)
  await pane.start()
}

const isRefreshed = (): boolean => pane.state.refreshes.get(tableId)?.outcome === 'done'
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50))

describe('refreshing on opening', () => {
  test('is asked for once, and answered with no is never asked for again', async () => {
    await until(pane, () => pane.state.asksOnOpen)
    await pane.automatic.answerOnOpen('no')
    expect(pane.state.asksOnOpen).toBe(false)
    await reopen()
    await settle()
    expect(pane.state.asksOnOpen).toBe(false)
    expect(pane.state.refreshes.size).toBe(0)
    expect(fixture.startups).toEqual([false])
  })

  test('is asked for again in another session after "later"', async () => {
    await pane.automatic.answerOnOpen('later')
    expect(pane.state.asksOnOpen).toBe(false)
    await reopen()
    await until(pane, () => pane.state.asksOnOpen)
    expect(fixture.startups).toEqual([])
  })

  test('is not asked for in an Excel that cannot, nor in a workbook without tables', async () => {
    await reopen({ startup: { isPossible: false, set: () => Promise.reject(new Error('no')) } })
    await settle()
    expect(pane.state.asksOnOpen).toBe(false)
    await pane.forget(tableId)
    await reopen()
    await settle()
    expect(pane.state.asksOnOpen).toBe(false)
  })

  test('happens when wanted, is switched off again, and is kept in the workbook', async () => {
    await pane.automatic.answerOnOpen('yes')
    await reopen()
    await until(pane, () => pane.state.history.length > 0)
    expect(await readTable(fixture)).toEqual([['Id'], ['1'], ['3']])
    expect(pane.state.history[0]?.trigger).toBe('open')
    await pane.automatic.setOnOpen(false)
    expect(fixture.startups).toEqual([true, false])
    await reopen()
    await settle()
    expect(pane.state.refreshes.size).toBe(0)
  })

  test('that fails opens the pane at the table', async () => {
    await pane.automatic.answerOnOpen('yes')
    fixture.broker.on(pulls, (_request, response) => sendJson(response, 404, problem(404, 'dataset-unknown')))
    await reopen()
    await until(pane, () => pane.state.pointedAt === tableId)
    expect(fixture.shown.count).toBe(1)
  })

  test('is not promised where Excel or the workbook does not take it', async () => {
    await reopen({ startup: { isPossible: true, set: () => Promise.reject(new Error('read-only')) } })
    await pane.automatic.answerOnOpen('yes')
    expect(pane.state.preferences.onOpen).toBeUndefined()
    expect(pane.state.tables.notice?.intent).toBe('error')
    await reopen()
    await settle()
    fixture.excel.injectError({ error: 7000 })
    await pane.automatic.setInterval(15)
    expect(pane.state.preferences.everyMinutes).toBeUndefined()
    expect(pane.state.tables.notice?.text).toContain('protected')
  })
})

describe('refreshing at an interval', () => {
  const count = (): number => fixture.broker.seen.filter(({ path }) => path.endsWith('/pulls')).length

  test('costs one request where nothing has changed, and no call to Excel', async () => {
    await pane.refresh(tableId)
    await pane.automatic.setInterval(5)
    await fixture.clock.advance(2_000)
    await settle()
    fixture.broker.on(pulls, (_request, response) =>
      sendJson(response, 200, { id: 'p', state: 'completed', rows: 2, revision: fixture.dataset.revision }),
    )
    const requests = fixture.broker.seen.length
    const { batches } = fixture.excel.counters
    await advanceUntil(fixture, () => pane.state.checks.has(tableId), 6 * minuteMs)
    expect(fixture.broker.seen.length - requests).toBe(1)
    expect(fixture.excel.counters.batches).toBe(batches)
    expect(pane.state.history[0]).toMatchObject({ trigger: 'interval', changed: 0, outcome: 'done' })
  })

  test('brings what has changed, with the pane closed or open, and not while Excel is out of sight', async () => {
    let isHidden = true
    await reopen({ isOutOfSight: () => isHidden })
    await pane.automatic.setInterval(5)
    const before = count()
    await fixture.clock.advance(30 * minuteMs)
    await settle()
    expect(count()).toBe(before)
    isHidden = false
    await advanceUntil(fixture, () => pane.state.history.length > 0, 2 * minuteMs)
    expect(await readTable(fixture)).toEqual([['Id'], ['1'], ['3']])
    expect(pane.state.history[0]?.trigger).toBe('interval')
  })

  test('is a matter of the table, too, and survives in the workbook', async () => {
    await pane.automatic.setInterval(5)
    await pane.automatic.setTable(tableId, { interval: 'never' })
    await reopen()
    const before = count()
    await fixture.clock.advance(30 * minuteMs)
    await settle()
    expect(count()).toBe(before)
    expect(await readPreferences(fixture.deps.workbook)).toMatchObject({ everyMinutes: 5 })
  })

  test('waits while offline, and comes back once', async () => {
    await pane.automatic.setInterval(5)
    fixture.broker.on('GET /api/v1/me', (_request, response) => response.destroy())
    fixture.network.set(false)
    const before = count()
    await fixture.clock.advance(60 * minuteMs)
    expect(count()).toBe(before)
    serveDataset(fixture.broker, fixture.dataset)
    fixture.network.set(true)
    await advanceUntil(fixture, isRefreshed, 2 * minuteMs)
    // One request by the schedule, and one by the refresh that it led to.
    expect(count() - before).toBe(2)
  })
})

describe('a filter that follows a cell', () => {
  let tell: (change: WorkbookChange) => void
  let cell: CellReading

  /** A workbook with a named cell, which tells of changes as a test says. */
  function withCell(workbook: Workbook): Workbook {
    return {
      ...workbook,
      watch: (listener) => {
        tell = listener
        return () => undefined
      },
      readNamedCells: () => Promise.resolve(new Map([['Town', cell]])),
    }
  }

  const changeCell = (value: string, { isOurs = false, isRemote = false } = {}): void => {
    cell = { value, isError: false, address: 'Sheet1!B2' }
    tell({ kind: 'cells', sheet: 'any', address: 'A1', isOurs, isRemote })
  }

  beforeEach(async () => {
    cell = { value: '1', isError: false, address: 'Sheet1!B2' }
    const { link } = pane.state.tables.items[0]!
    const conditions = [{ column: 'Id', comparison: 'equals', operand: { kind: 'cell', name: 'Town' } }] as const
    await saveLink(fixture.deps.workbook, { ...link, choice: { ...link.choice, conditions } })
    await reopen({ workbook: withCell(fixture.deps.workbook) })
    await settle()
  })

  test('refreshes its table after a short pause, once for several changes', async () => {
    changeCell('2')
    await fixture.clock.advance(1_000)
    changeCell('3')
    await fixture.clock.advance(1_000)
    expect(pane.state.refreshes.size).toBe(0)
    await advanceUntil(fixture, () => pane.state.history.some(({ trigger }) => trigger === 'cell'), 5_000)
    await settle()
    expect(pane.state.history.filter(({ trigger }) => trigger === 'cell')).toHaveLength(1)
  })

  test('leaves it to whoever changed the cell elsewhere, for a while', async () => {
    changeCell('2', { isRemote: true })
    await fixture.clock.advance(10_000)
    await settle()
    expect(pane.state.refreshes.size).toBe(0)
    await advanceUntil(fixture, () => pane.state.history.some(({ trigger }) => trigger === 'cell'), 60_000)
  })

  test('does not where another cell changed, nor by what the add-in wrote, nor when switched off', async () => {
    changeCell('1')
    await fixture.clock.advance(5_000)
    await settle()
    changeCell('2', { isOurs: true })
    await fixture.clock.advance(5_000)
    await settle()
    await pane.automatic.setTable(tableId, { followsCells: false })
    changeCell('3')
    await fixture.clock.advance(5_000)
    await settle()
    expect(pane.state.refreshes.size).toBe(0)
  })
})

describe('the ribbon', () => {
  test('opens the pane only when the user is needed, at the right table', async () => {
    await pane.refreshFromRibbon()
    expect(isRefreshed()).toBe(true)
    expect(fixture.shown.count).toBe(0)
    fixture.broker.on(pulls, (_request, response) => sendJson(response, 404, problem(404, 'dataset-unknown')))
    await pane.refreshFromRibbon()
    expect([fixture.shown.count, pane.state.pointedAt]).toEqual([1, tableId])
  })

  test('does not keep its button waiting for the end of an edit', async () => {
    for (let batch = 3; batch <= 60; batch += 1) fixture.excel.injectError({ error: 5004, batch })
    await pane.refreshFromRibbon()
    expect(pane.state.refreshes.get(tableId)?.state).toBe('held')
    expect(fixture.shown.count).toBe(1)
  })

  test('leads to the sign-in where nobody has signed in', async () => {
    await pane.signOut()
    await pane.refreshFromRibbon()
    expect(fixture.shown.count).toBe(1)
  })
})
