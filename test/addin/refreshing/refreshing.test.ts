// Refreshing in the pane's state: the real client, the real Excel library, errors of the host and of the broker.
import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { texts } from '../../../addin/language.ts'
import type { Pane } from '../../../addin/pane.ts'
import type { Task } from '../../../addin/pane-state.ts'
import { readHistory } from '../../../addin/refreshing/history.ts'
import { sumUp } from '../../../addin/refreshing/overall.ts'
import { problem, sendJson } from '../../client/tiny-broker.ts'
import { advanceUntil, insertTables, interceptWorkbook, startPane, until, type PaneFixture } from '../pane-fixture.ts'
import { asUser, readTable, serveDataset } from '../table-fixture.ts'

const pulls = 'POST /api/v1/datasets/people/pulls'

let fixture: PaneFixture
let pane: Pane
let tableIds: readonly string[]

beforeEach(async () => {
  fixture = await startPane()
  pane = fixture.openPane()
  await pane.start()
  tableIds = await insertTables(fixture, pane, 1)
  fixture.dataset.publish([['1'], ['3']])
})

afterEach(() => fixture.stop())

const taskOf = (id = tableIds[0]!): Task | undefined => pane.state.refreshes.get(id)
const isRefreshed = (): boolean => taskOf()?.outcome === 'done'

/** A broker that takes requests and never answers. */
function silence(route: string): ServerResponse[] {
  const kept: ServerResponse[] = []
  fixture.broker.on(route, (_request, response) => void kept.push(response))
  return kept
}

describe('refreshing all tables', () => {
  beforeEach(async () => {
    tableIds = await insertTables(fixture, pane, 3)
    fixture.dataset.publish([['1'], ['3'], ['4']])
  })

  test('goes on when one fails, counts, and says how it ended', async () => {
    await asUser(fixture, async (_sheet, context) => {
      context.workbook.tables.getItem(tableIds[1]!).delete()
      await context.sync()
    })
    const seen: string[] = []
    const end = pane.subscribe(() => {
      const { run, refreshes } = pane.state
      if (!run?.isActive) return
      const { ended, total, percent } = sumUp(run, refreshes)
      seen.push(texts.refreshing.overall(ended, total, percent))
    })
    await pane.refreshAll()
    end()
    expect(seen[0]).toBe('0 of 4 tables, 0 %')
    expect(seen.some((text) => text.startsWith('2 of 4 tables, '))).toBe(true)
    const percents = seen.map((text) => Number(/, (\d+) %/.exec(text)?.[1]))
    expect(percents).toEqual(percents.toSorted((one, other) => one - other))
    const { run, refreshes } = pane.state
    expect(run?.isActive).toBe(false)
    expect(sumUp(run!, refreshes)).toMatchObject({ refreshed: 3, failed: 1, cancelled: 0, percent: 100 })
    expect(taskOf(tableIds[1])?.notice).toMatchObject({ action: 'forget', intent: 'warning' })
  })

  test('is written into the history of the workbook, newest first', async () => {
    await pane.refreshAll()
    await fixture.clock.advance(2_000)
    await expect.poll(() => readHistory(fixture.deps.workbook)).toHaveLength(4)
    const reopened = fixture.openPane()
    await reopened.start()
    expect(reopened.state.history).toHaveLength(4)
    expect(reopened.state.history[0]).toMatchObject({
      tableId: tableIds[3],
      person: 'Ana',
      trigger: 'user',
      outcome: 'done',
      added: 1,
      removed: 0,
      failure: '',
    })
    expect(await readHistory(fixture.deps.workbook)).toEqual(reopened.state.history)
  })

  test('is cancelled as a whole, at once, while the broker is silent', async () => {
    silence(pulls)
    const all = pane.refreshAll()
    await until(pane, () => taskOf(tableIds[0])?.progress?.phase === 'waiting')
    const startMs = performance.now()
    pane.cancelRefreshes()
    await all
    expect(performance.now() - startMs).toBeLessThan(2_000)
    expect(tableIds.map((id) => taskOf(id)?.outcome)).toEqual(Array(4).fill('cancelled'))
    expect(taskOf()?.notice?.text).toBe('Cancelled. The table is as it was.')
  })
})

describe('cancelling', () => {
  test('does not wait for a pull that is under way', async () => {
    fixture.broker.on('GET /api/v1/pulls/p/events', (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders()
    })
    const refresh = pane.refresh(tableIds[0]!)
    await until(pane, () => taskOf()?.state === 'running')
    await new Promise((resolve) => setTimeout(resolve, 50))
    const startMs = performance.now()
    pane.cancel('refreshes', tableIds[0]!)
    await refresh
    expect(performance.now() - startMs).toBeLessThan(2_000)
  })

  test('ends within two seconds although Excel keeps a step of the writing, and says what that means', async () => {
    let answer: () => void = () => undefined
    let isHanging = false
    pane = fixture.openPane({
      workbook: interceptWorkbook(fixture.deps.workbook, (call) => {
        if (call !== 'batch' || !isHanging) return undefined
        return new Promise((resolve) => void (answer = resolve))
      }),
    })
    await pane.start()
    isHanging = true
    const refresh = pane.refresh(tableIds[0]!)
    await until(pane, () => taskOf()?.progress?.phase === 'reading')
    pane.cancel('refreshes', tableIds[0]!)
    const elapsedMs = await advanceUntil(fixture, () => taskOf()?.state === 'ended')
    await refresh
    expect(elapsedMs).toBeLessThanOrEqual(2_000)
    expect(taskOf()?.notice?.text).toBe(texts.refreshing.cancelledStillBusy)
    // The next refresh has its turn when Excel has let go of the former one.
    isHanging = false
    const next = pane.refresh(tableIds[0]!)
    await fixture.clock.advance(10_000)
    expect(taskOf()?.state).toBe('waiting')
    answer()
    await next
    expect(isRefreshed()).toBe(true)
    expect(await readTable(fixture)).toEqual([['Id'], ['1'], ['3']])
  })
})

describe('Excel', () => {
  test('that refuses calls while a cell is edited is waited for', async () => {
    for (let batch = 1; batch <= 3; batch += 1) fixture.excel.injectError({ error: 5004, batch })
    const refresh = pane.refresh(tableIds[0]!)
    await until(pane, () => taskOf()?.state === 'held')
    expect(taskOf()?.hold).toEqual({ kind: 'cell-edit' })
    await advanceUntil(fixture, isRefreshed)
    await refresh
    expect(await readTable(fixture)).toEqual([['Id'], ['1'], ['3']])
  })

  test('that says nothing while a cell is edited is told of, and goes on by itself', async () => {
    let endEdit: () => void = () => undefined
    const edit = new Promise<void>((resolve) => void (endEdit = resolve))
    let isEditing = false
    pane = fixture.openPane({
      workbook: interceptWorkbook(fixture.deps.workbook, () => (isEditing ? edit : undefined)),
    })
    await pane.start()
    isEditing = true
    const refresh = pane.refresh(tableIds[0]!)
    expect(await advanceUntil(fixture, () => pane.state.isExcelSilent)).toBeLessThanOrEqual(6_000)
    await fixture.clock.advance(10 * 60_000)
    expect(taskOf()?.state).toBe('running')
    isEditing = false
    endEdit()
    await refresh
    expect(isRefreshed()).toBe(true)
    expect(pane.state.isExcelSilent).toBe(false)
  })

  test('that has lost a call is asked again', async () => {
    let isLosing = true
    pane = fixture.openPane({
      workbook: interceptWorkbook(fixture.deps.workbook, (call) => {
        if (call !== 'findTable' || !isLosing) return undefined
        isLosing = false
        return new Promise(() => undefined)
      }),
    })
    await pane.start()
    const refresh = pane.refresh(tableIds[0]!)
    await advanceUntil(fixture, isRefreshed)
    await refresh
    expect(await readTable(fixture)).toEqual([['Id'], ['1'], ['3']])
  })

  test.each([
    { error: 7000, says: 'protected' },
    { error: 'GeneralException', says: 'Undo recent changes' },
  ])('that answers $error leads to words and one action', async ({ error, says }) => {
    fixture.excel.injectError({ error })
    await pane.refresh(tableIds[0]!)
    expect(taskOf()?.notice).toMatchObject({ action: 'retry', intent: 'error' })
    expect(taskOf()?.notice?.text).toContain(says)
    await pane.refresh(tableIds[0]!)
    expect(isRefreshed()).toBe(true)
  })
})

describe('the broker', () => {
  const fail =
    (status: number, code: string, retryable = false) =>
    (): void =>
      fixture.broker.on(pulls, (_request, response) =>
        sendJson(response, status, { ...problem(status, code, retryable), requestId: 'r-7' }),
      )

  test('that cannot be reached is looked for, and the refresh goes on when it is back', async () => {
    fixture.broker.on('GET /api/v1/me', (_request, response) => response.destroy())
    fixture.broker.on(pulls, (_request, response) => response.destroy())
    fixture.network.set(false)
    const refresh = pane.refresh(tableIds[0]!)
    await until(pane, () => taskOf()?.state === 'held')
    expect(pane.state.isOffline).toBe(true)
    await fixture.clock.advance(60_000)
    serveDataset(fixture.broker, fixture.dataset)
    fixture.network.set(true)
    // At once, not at the next look.
    expect(await advanceUntil(fixture, isRefreshed, 2_000, 1)).toBeLessThan(2_000)
    await refresh
    expect(pane.state.isOffline).toBe(false)
  })

  test('that is limited is asked again after the time it says, which counts down', async () => {
    fixture.broker.on(pulls, (_request, response) =>
      sendJson(response, 429, problem(429, 'rate-limited', true), { 'Retry-After': '45' }),
    )
    const refresh = pane.refresh(tableIds[0]!)
    await until(pane, () => taskOf()?.state === 'held')
    expect(taskOf()?.hold).toEqual({ kind: 'limited', untilMs: fixture.clock.nowMs() + 45_000 })
    serveDataset(fixture.broker, fixture.dataset)
    expect(await advanceUntil(fixture, isRefreshed)).toBeGreaterThanOrEqual(45_000)
    await refresh
  })

  test.each([
    { status: 404, code: 'dataset-unknown', says: 'may no longer read' },
    { status: 403, code: 'session-held', says: 'on hold' },
    { status: 403, code: 'user-inactive', says: 'switched off' },
    { status: 409, code: 'dataset-empty', says: 'not been pulled yet', retryable: true },
    { status: 502, code: 'source-failed', says: 'Try again later', retryable: true },
    { status: 502, code: 'source-credentials', says: '(Reference: r-7)' },
    { status: 502, code: 'column-mismatch', says: 'administrator' },
  ])('that answers $code leads to words and another try', async ({ status, code, says, retryable }) => {
    fail(status, code, retryable)()
    await pane.refresh(tableIds[0]!)
    expect(taskOf()?.notice?.text).toContain(says)
    expect(taskOf()?.notice?.action).toBe('retry')
    expect(await readTable(fixture)).toEqual([['Id'], ['1'], ['2']])
  })

  test('that ended the session is signed in to, and then the refresh is done', async () => {
    fail(401, 'session-expired')()
    await pane.refresh(tableIds[0]!)
    expect(pane.state.screen).toBe('sign-in')
    serveDataset(fixture.broker, fixture.dataset)
    await pane.signIn('ABCD-EFGH-JKMN-PQRS')
    await until(pane, isRefreshed)
    expect(pane.state.screen).toBe('ready')
  })
})

describe('columns that change at the source', () => {
  test('are named, with where they are now', async () => {
    const { dataset } = fixture
    dataset.columns = [
      { name: 'Id', type: 'text' },
      { name: 'Town', type: 'text' },
      { name: 'Since', type: 'date' },
    ]
    dataset.publish([['1', 'Ulm', '2026-01-31']])
    await pane.refresh(tableIds[0]!)
    expect(taskOf()?.notice?.text).toContain('now at the right end: Town, Since.')
    dataset.columns = [
      { name: 'Id', type: 'text' },
      { name: 'Since', type: 'text' },
    ]
    dataset.publish([['1', 'a while']])
    await pane.refresh(tableIds[0]!)
    expect(taskOf()?.notice?.text).toContain('formatted anew: Since.')
    expect(taskOf()?.notice?.text).toContain('No longer in the dataset, left as they were: Town.')
  })
})
