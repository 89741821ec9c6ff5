// What the pane reads of a workbook when it is opened: the tables first, and nothing is lost that cannot be read just then.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { historyNamespace, readHistory } from '../../addin/refreshing/history.ts'
import { preferencesNamespace, readPreferences } from '../../addin/refreshing/preferences.ts'
import type { Workbook } from '../../addin/workbook.ts'
import { WorkbookError } from '../../addin/workbook-error.ts'
import { insertTables, startPane, until, type PaneFixture } from './pane-fixture.ts'

const notes: readonly string[] = [historyNamespace, preferencesNamespace]

let fixture: PaneFixture
let tableId: string

beforeEach(async () => {
  fixture = await startPane()
  const pane = fixture.openPane()
  await pane.start()
  tableId = (await insertTables(fixture, pane, 1))[0]!
  await pane.automatic.setInterval(30)
  await pane.refresh(tableId)
  await untilWritten(1)
  pane.stop()
})

afterEach(() => fixture.stop())

/** The workbook, whose notes are read as `read` says. */
function withNotes(read: (namespace: string) => Promise<readonly string[]>): Workbook {
  const { workbook } = fixture.deps
  return {
    ...workbook,
    readParts: (namespace) => (notes.includes(namespace) ? read(namespace) : workbook.readParts(namespace)),
  }
}

async function untilWritten(entries: number): Promise<void> {
  const count = async (): Promise<number> => {
    await fixture.clock.advance(500)
    return (await readHistory(fixture.deps.workbook)).length
  }
  await expect.poll(count).toBe(entries)
}

test('shows the tables while history and preferences are still on their way', async () => {
  const pane = fixture.openPane({ workbook: withNotes(() => new Promise(() => undefined)) })
  void pane.start()
  await until(pane, () => pane.state.screen === 'ready')
  expect(pane.state.tables.items.map(({ link }) => link.tableId)).toEqual([tableId])
})

test('keeps what it could not read at first', async () => {
  let isBusy = true
  const { workbook } = fixture.deps
  const read = (namespace: string): Promise<readonly string[]> =>
    isBusy ? Promise.reject(new WorkbookError('cell-edit', 'A cell is being edited.')) : workbook.readParts(namespace)
  const pane = fixture.openPane({ workbook: withNotes(read) })
  await pane.start()
  expect([pane.state.history, pane.state.preferences.everyMinutes]).toEqual([[], undefined])
  isBusy = false
  await pane.automatic.setTable(tableId, { followsCells: false })
  expect((await readPreferences(workbook)).everyMinutes).toBe(30)
  await pane.refresh(tableId)
  await untilWritten(2)
  expect(pane.state.history).toHaveLength(2)
})
