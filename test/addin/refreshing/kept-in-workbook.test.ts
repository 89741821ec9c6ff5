// What the add-in keeps in the workbook about refreshing, through the real Excel library.
import { beforeEach, describe, expect, test } from 'vitest'
import { createExcelWorkbook } from '../../../addin/excel.ts'
import {
  addEntry,
  historyNamespace,
  readHistory,
  writeHistory,
  type HistoryEntry,
} from '../../../addin/refreshing/history.ts'
import {
  intervalOf,
  noPreferences,
  plainTable,
  preferencesNamespace,
  readPreferences,
  toMinutes,
  writePreferences,
} from '../../../addin/refreshing/preferences.ts'
import type { Workbook } from '../../../addin/workbook.ts'
import { startExcelInNode } from '../../../excel-host/node.ts'

const entry: HistoryEntry = {
  at: '2026-05-01T10:00:00.000Z',
  tableId: '1',
  table: 'Tab & <le> "ü" \u{1F600} \u0000',
  person: 'Ana ]]> Čapek',
  trigger: 'user',
  outcome: 'done',
  changed: 1,
  added: 2,
  removed: 3,
  durationMs: 1_234,
  failure: '',
}
const idle: HistoryEntry = { ...entry, trigger: 'interval', changed: 0, added: 0, removed: 0 }

let workbook: Workbook

beforeEach(async () => {
  const excel = await startExcelInNode()
  Object.assign(globalThis, { Excel: excel.Excel, OfficeExtension: excel.OfficeExtension })
  workbook = createExcelWorkbook()
})

describe('the history', () => {
  test('survives in the workbook, whatever is in names', async () => {
    await writeHistory(workbook, [entry, idle])
    expect(await readHistory(workbook)).toEqual([entry, idle])
    expect(await workbook.readParts(historyNamespace)).toHaveLength(1)
  })

  test('holds fifty entries of bounded size, the newest first', async () => {
    let history: readonly HistoryEntry[] = []
    for (let number = 0; number < 80; number += 1)
      history = addEntry(history, { ...entry, changed: number + 1, table: 'x'.repeat(5_000) })
    expect(history).toHaveLength(50)
    expect(history[0]?.changed).toBe(80)
    await writeHistory(workbook, history)
    const [xml = ''] = await workbook.readParts(historyNamespace)
    expect(xml.length).toBeLessThan(25_000)
  })

  test('keeps one of many refreshes by interval that say the same', () => {
    const other = { ...idle, tableId: '2' }
    const failed = { ...idle, outcome: 'failed' as const, failure: 'network' }
    let history: readonly HistoryEntry[] = [entry]
    for (const each of [idle, other, idle, failed, failed, { ...failed, failure: 'source' }, idle])
      history = addEntry(history, each)
    expect(history.map(({ tableId, outcome, failure }) => `${tableId} ${outcome} ${failure}`.trim())).toEqual([
      '1 done',
      '1 failed source',
      '1 failed network',
      '1 done',
      '2 done',
      '1 done',
    ])
  })

  test.each([
    ['nothing', ''],
    ['another note', `<note xmlns="${historyNamespace}">{"entries":7}</note>`],
    ['a cut-off note', `<note xmlns="${historyNamespace}">{"entries":[{"at"</note>`],
    ['entries of another kind', `<note xmlns="${historyNamespace}">{"entries":[null,5,{"at":"x"},{}]}</note>`],
  ])('is empty where the workbook has %s', async (_name, xml) => {
    if (xml !== '') await workbook.editPart(historyNamespace, () => xml)
    expect(await readHistory(workbook)).toEqual([])
  })
})

describe('preferences', () => {
  test('survive in the workbook; those of tables that are gone do not', async () => {
    const table = { interval: 30, followsCells: false } as const
    await writePreferences(workbook, { onOpen: true, everyMinutes: 15, tables: { kept: table, gone: table } }, [
      'kept',
      'plain',
    ])
    expect(await readPreferences(workbook)).toEqual({
      onOpen: true,
      everyMinutes: 15,
      tables: { kept: table, plain: plainTable },
    })
  })

  test('that cannot be read are none', async () => {
    expect(await readPreferences(workbook)).toEqual(noPreferences)
    const xml = `<note xmlns="${preferencesNamespace}">{"onOpen":"yes","everyMinutes":"often","tables":{"1":5}}</note>`
    await workbook.editPart(preferencesNamespace, () => xml)
    expect(await readPreferences(workbook)).toEqual({ ...noPreferences, tables: { 1: plainTable } })
  })

  test('give every table its interval', () => {
    const tables = {
      own: { interval: 30, followsCells: true },
      never: { interval: 'never', followsCells: true },
    } as const
    const preferences = { onOpen: undefined, everyMinutes: 15, tables }
    expect(['own', 'never', 'other', 'constructor'].map((id) => intervalOf(preferences, id))).toEqual([
      30,
      undefined,
      15,
      15,
    ])
  })

  test.each([
    [1, 5],
    [5, 5],
    [7.4, 7],
    [10_000, 720],
  ])('take %d minutes for %d', (minutes, taken) => {
    expect(toMinutes(minutes)).toBe(taken)
  })
})
