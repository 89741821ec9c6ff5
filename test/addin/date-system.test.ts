// Workbooks whose dates count from 1904 on, as those that began on a Mac may: a date must be the same day there as anywhere else.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fromSheetDates, toSheetDates } from '../../addin/date-system.ts'
import { createExcelWorkbook } from '../../addin/excel.ts'
import { insertDataset } from '../../addin/insert.ts'
import { refreshTable } from '../../addin/refresh.ts'
import { plainSettings, wholeDataset } from '../../addin/table-choice.ts'
import {
  asUser,
  settle,
  startTables,
  TinyDataset,
  writeValues,
  type SourceRow,
  type TableFixture,
} from './table-fixture.ts'

const days1904 = 1_462

let fixture: TableFixture

beforeEach(async () => {
  const columns = [
    { name: 'Id', type: 'integer' as const },
    { name: 'Day', type: 'date' as const },
    { name: 'At', type: 'datetime' as const },
    { name: 'Took', type: 'duration' as const },
  ]
  fixture = await startTables(new TinyDataset(columns, ['Id']))
  fixture.excel.workbook.uses1904Dates = true
})

afterEach(() => fixture.stop())

const first: readonly SourceRow[] = [
  [1, '2024-02-29', '2024-02-29T18:00:00Z', 'PT12H'],
  [2, '1904-01-01', '1999-12-31T06:00:00Z', 'P1D'],
  [3, '1903-12-31', null, null],
]

/** What a reader of the sheet sees. */
function readTexts(): Promise<string[][]> {
  return asUser(fixture, async (_sheet, context) => {
    const range = context.workbook.tables.getItemAt(0).getDataBodyRange().load('text')
    await context.sync()
    return range.text
  })
}

async function insert(): Promise<Awaited<ReturnType<typeof insertDataset>>['link']> {
  fixture.dataset.publish(first)
  const { link } = await insertDataset(fixture.deps, 'people', plainSettings, fixture.options)
  return link
}

const shown = [
  ['1', '2024-02-29', '2024-02-29 18:00', '12:00:00'],
  ['2', '1904-01-01', '1999-12-31 06:00', '24:00:00'],
  ['3', '1903-12-31', '', ''],
]

describe('in a workbook with the 1904 date system', () => {
  test('dates are the days that they are, and refreshes find them unchanged', async () => {
    const link = await insert()
    expect(await readTexts()).toEqual(shown)
    const { cellWrites } = fixture.excel.counters
    const refreshed = await refreshTable(fixture.deps, link, fixture.options)
    expect(refreshed).toMatchObject({ changed: 0, added: 0, deleted: 0 })
    expect(fixture.broker.seen.at(-1)?.path).not.toContain('/rows')
    expect(fixture.excel.counters.cellWrites).toBe(cellWrites)
  })

  test.each(['changes', 'comparison'])('a refresh by %s writes the days that are new', async (kind) => {
    const link = await insert()
    await settle(fixture)
    // As when the workbook is opened again.
    const deps = { ...fixture.deps, workbook: createExcelWorkbook() }
    fixture.dataset.publish([
      [1, '2024-03-01', '2024-02-29T18:00:00Z', 'PT12H'],
      [2, '1904-01-01', '1999-12-31T06:00:00Z', 'P1D'],
      [4, '2030-06-15', '2030-06-15T12:00:00Z', null],
    ])
    if (kind === 'comparison') fixture.dataset.oldestKnown = 2
    const refreshed = await refreshTable(deps, link, fixture.options)
    expect(refreshed).toMatchObject({ changed: 1, added: 1, deleted: 1 })
    expect(await readTexts()).toEqual([
      ['1', '2024-03-01', '2024-02-29 18:00', '12:00:00'],
      shown[1],
      ['4', '2030-06-15', '2030-06-15 12:00', ''],
    ])
  })

  test('a table whose dates were written as in the 1900 date system is put right', async () => {
    fixture.excel.workbook.uses1904Dates = false
    const link = await insert()
    fixture.excel.workbook.uses1904Dates = true
    expect((await readTexts())[0]).toContain('2028-03-01')
    await refreshTable({ ...fixture.deps, workbook: createExcelWorkbook() }, link, fixture.options)
    expect((await readTexts()).slice(0, 2)).toEqual(shown.slice(0, 2))
  })

  test('rows with a key of dates are known by it', async () => {
    fixture.dataset.key = ['Day']
    const link = await insert()
    fixture.dataset.publish([[9, '2024-02-29', null, null], ...first.slice(1)])
    const refreshed = await refreshTable(fixture.deps, link, fixture.options)
    expect(refreshed).toMatchObject({ changed: 1, added: 0, deleted: 0 })
    expect((await readTexts()).slice(1)).toEqual(shown.slice(1))
  })

  test('rows stand in the order of the source', async () => {
    fixture.dataset.key = ['Id']
    fixture.dataset.columns = [fixture.dataset.columns[1]!, fixture.dataset.columns[0]!]
    fixture.dataset.publish([
      ['2024-01-03', 1],
      ['2024-01-02', 2],
    ])
    const choice = { ...wholeDataset, orderBy: [{ column: 'Day', isDescending: false }] }
    const { link } = await insertDataset(fixture.deps, 'people', { ...plainSettings, choice }, fixture.options)
    fixture.dataset.publish([...fixture.dataset.rows, ['2024-01-01', 3]])
    await refreshTable(fixture.deps, link, fixture.options)
    expect(await readTexts()).toEqual([
      ['2024-01-01', '3'],
      ['2024-01-02', '2'],
      ['2024-01-03', '1'],
    ])
  })

  test('a filter that follows a cell means the day that the cell shows', async () => {
    await writeValues(fixture, 'H1', [['2024-02-29']])
    await asUser(fixture, async (sheet, context) => {
      sheet.getRange('H1').select()
      await context.sync()
    })
    const { name } = await fixture.deps.workbook.nameCell()
    await asUser(fixture, async (sheet, context) => {
      sheet.getRange('A1').select()
      await context.sync()
    })
    fixture.dataset.publish(first)
    const condition = { column: 'Day', comparison: 'equals', operand: { kind: 'cell', name } } as const
    const choice = { ...wholeDataset, conditions: [condition] }
    await insertDataset(fixture.deps, 'people', { ...plainSettings, choice }, fixture.options)
    expect(await readTexts()).toEqual([shown[0]])
  })
})

test('dates before the first day of a workbook go there as texts, and come back', () => {
  const columns = [{ type: 'date' as const }, { type: 'datetime' as const }, { type: 'text' as const }]
  const rows = [
    [1, 1.5, '1903-01-01'],
    [days1904, 60_000.25, 'x'],
    ['', 'no date', '2024-01-01'],
  ]
  const sheet = toSheetDates(rows, columns, days1904)
  expect(sheet[0]).toEqual(['1900-01-01', '1900-01-01T12:00:00Z', '1903-01-01'])
  expect(sheet[1]).toEqual([0, 60_000.25 - days1904, 'x'])
  expect(fromSheetDates(sheet, columns, days1904)).toEqual(rows)
  expect(toSheetDates(rows, columns, 0)).toBe(rows)
})

test('the date system is asked for without a request more', async () => {
  fixture.dataset.publish(first)
  const before = fixture.excel.counters.syncs
  await insertDataset(fixture.deps, 'people', plainSettings, fixture.options)
  await settle(fixture)
  const withQuestion = fixture.excel.counters.syncs - before
  await fixture.stop()
  fixture = await startTables(fixture.dataset)
  const deps = { ...fixture.deps, workbook: createExcelWorkbook() }
  await deps.workbook.findPlace(1, 1)
  const known = fixture.excel.counters.syncs
  await insertDataset(deps, 'people', plainSettings, fixture.options)
  await settle(fixture)
  expect(fixture.excel.counters.syncs - known).toBe(withQuestion)
})
