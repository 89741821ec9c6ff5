// An Excel that lacks a member which the add-in would like to use: a first fill and refreshes come out all the same.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { insertDataset } from '../../addin/insert.ts'
import { readLinks } from '../../addin/links.ts'
import { refreshTable } from '../../addin/refresh.ts'
import { plainSettings } from '../../addin/table-choice.ts'
import { asUser, readTable, startTables, TinyDataset, type TableFixture } from './table-fixture.ts'

let fixture: TableFixture

beforeEach(async () => {
  const columns = [
    { name: 'Id', type: 'text' as const },
    { name: 'Count', type: 'integer' as const },
  ]
  fixture = await startTables(new TinyDataset(columns, ['Id']))
})

afterEach(() => fixture.stop())

test.each([
  'Application.suspendApiCalculationUntilNextSync',
  'Comment.id',
  'CommentCollection.add',
  'NamedItemCollection.add',
  'Range.format',
  'Range.getMergedAreasOrNullObject',
  'Range.getTables',
  'RangeFormat.autofitColumns',
  'Table.autoFilter',
  'Table.showTotals',
  'TableCollection.onAdded',
  'TableCollection.getItemOrNullObject',
  'Workbook.comments',
  'Workbook.names',
  'Workbook.readOnly',
  'Worksheet.protection',
  'WorksheetCollection.onChanged',
])('fills and refreshes a table without %s', async (member) => {
  fixture.excel.workbook.lacks.add(member)
  fixture.dataset.publish([
    ['a', 1],
    ['b', 2],
    ['c', 3],
  ])
  await insertDataset(fixture.deps, 'people', plainSettings, fixture.options)
  await asUser(fixture, async (_sheet, context) => {
    context.workbook.tables.getItemAt(0).columns.add(undefined, [['Note'], ['of a'], ['of b'], ['of c']])
    await context.sync()
  })
  const refresh = async () => {
    const [link] = await readLinks(fixture.deps.workbook)
    await refreshTable(fixture.deps, link!, { ...fixture.options, growth: 'insert' })
  }
  fixture.dataset.publish([
    ['c', 30],
    ['b', 2],
    ['d', 4],
    ['e', 5],
  ])
  await refresh()
  await refresh()
  const rows = [
    ['b', 2, 'of b'],
    ['c', 30, 'of c'],
    ['d', 4, ''],
    ['e', 5, ''],
  ]
  expect((await readTable(fixture)).slice(1)).toEqual(rows)
  fixture.excel.person.sort(fixture.excel.workbook.tables[0]!.name, 'Id', false)
  // The key of the row d.
  fixture.excel.person.type('A3', 'typed')
  await refresh()
  expect((await readTable(fixture)).slice(1).toSorted()).toEqual(rows)
})
