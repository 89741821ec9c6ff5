// Excels that lack something of the API: older ones, and programs that are only like Excel. The tables must be right all the same.
import { afterEach, expect, test } from 'vitest'
import { insertDataset } from '../../addin/insert.ts'
import { refreshTable } from '../../addin/refresh.ts'
import { plainSettings } from '../../addin/table-choice.ts'
import { startPeople } from './people.ts'
import { asUser, readTable, settle, type TableFixture } from './table-fixture.ts'

const members: readonly string[] = [
  'Application.suspendApiCalculationUntilNextSync',
  'Workbook.application',
  'Table.showTotals',
  'TableColumn.id',
  'Range.getLastRow',
  'Workbook.comments',
  'Comment.id',
  'CommentCollection.add',
  'Worksheet.protection',
  'WorksheetProtection.protected',
  'Workbook.readOnly',
  'Table.autoFilter',
  'AutoFilter.isDataFiltered',
  'TableColumn.filter',
  'Table.clearFilters',
  'Workbook.names',
  'NamedItemCollection.add',
  'NamedItemCollection.getItemOrNullObject',
  'RangeFormat.autofitColumns',
  'Range.format',
  'Range.getTables',
  'Range.getMergedAreasOrNullObject',
  'Range.cellCount',
  'Range.text',
  'Range.address',
  'Workbook.functions',
  'Functions.date',
  'Worksheet.activate',
  'CustomXmlPartCollection.getItem',
  'WorksheetCollection._RegisterDataChangedEvent',
  'WorksheetCollection._RegisterSelectionChangedEvent',
  'WorksheetCollection._RegisterAddedEvent',
  'TableCollection.getItemOrNullObject',
  'TableCollection._RegisterAddedEvent',
  'TableCollection._RegisterDeletedEvent',
]

let fixture: TableFixture

afterEach(() => fixture.stop())

function lack(missing: readonly string[]): void {
  const { lacks } = fixture.excel.workbook
  lacks.clear()
  for (const member of missing) lacks.add(member)
}

/** Runs something by hand: the user has Excel's menus, whatever an add-in has. */
async function byHand(work: (sheet: Excel.Worksheet, context: Excel.RequestContext) => void): Promise<void> {
  const missing = [...fixture.excel.workbook.lacks]
  await settle(fixture)
  lack([])
  await asUser(fixture, async (sheet, context) => {
    work(sheet, context)
    await context.sync()
  })
  await settle(fixture)
  lack(missing)
}

/** Reads the table's rows; a user sees them, whatever an add-in can. */
async function readBody(): Promise<unknown[][]> {
  const missing = [...fixture.excel.workbook.lacks]
  lack([])
  const cells = await readTable(fixture)
  lack(missing)
  return cells.slice(1)
}

const cases: readonly (readonly [string, readonly string[]])[] = [
  ...members.map((member) => [member, [member]] as const),
  ['all of these', members],
]

test.each(cases)('without %s a table is filled and refreshed', async (_name, missing) => {
  fixture = await startPeople()
  const { excel, deps, options, dataset } = fixture
  lack(missing)
  await byHand((sheet) => sheet.getRange('B3').select())
  let { link } = await insertDataset(deps, 'people', plainSettings, options)
  await byHand((_sheet, context) => {
    context.workbook.tables.getItemAt(0).columns.add(undefined, [['Note'], ['of a'], ['of b'], ['of c'], ['of d']])
  })

  const unchanged = await refreshTable(deps, link, options)
  expect(unchanged).toMatchObject({ changed: 0, deleted: 0, added: 0 })

  dataset.publish([
    ['a', 'Anna', 32],
    ['c', 'Cem', 53],
    ['d', 'Dia', 64],
    ['e', 'Eve', 21],
  ])
  const delta = await refreshTable(deps, unchanged.link, options)
  expect(delta).toMatchObject({ changed: 1, deleted: 1, added: 1 })
  expect(fixture.broker.seen.at(-1)).toMatchObject({ query: '?since=1' })

  dataset.publish([
    ['c', 'Cemil', 53],
    ['d', 'Dia', 64],
    ['e', 'Eve', 21],
    ['f', 'Fox', 8],
    ['g', 'Gil', 9],
  ])
  dataset.oldestKnown = dataset.revision
  const compared = await refreshTable(deps, delta.link, options)
  expect(compared).toMatchObject({ changed: 1, deleted: 1, added: 2 })
  ;({ link } = await refreshTable(deps, compared.link, options))
  expect(link.isUnfinished).toBe(false)
  const rows = [
    ['c', 'Cemil', 53, 'of c'],
    ['d', 'Dia', 64, 'of d'],
    ['e', 'Eve', 21, ''],
    ['f', 'Fox', 8, ''],
    ['g', 'Gil', 9, ''],
  ]
  expect(await readBody()).toEqual(rows)

  excel.person.sort(excel.workbook.tables[0]!.name, 'Id', false)
  // The key of the row g.
  excel.person.type('B4', 'typed')
  await refreshTable(deps, link, { ...options, growth: 'insert' })
  expect((await readBody()).toSorted()).toEqual(rows)
})

test('without showTotals a total row is seen all the same, and stays the last one', async () => {
  fixture = await startPeople()
  const { deps, options, dataset } = fixture
  const { link } = await insertDataset(deps, 'people', plainSettings, options)
  lack(['Table.showTotals', 'Range.getLastRow'])
  const { rows } = (await deps.workbook.findTable(link.tableId))!
  await byHand((_sheet, context) => {
    context.workbook.tables.getItemAt(0).showTotals = true
  })
  expect(await deps.workbook.findTable(link.tableId)).toMatchObject({ rows, hasTotals: true })
  dataset.publish([...dataset.rows, ['e', 'Eve', 21], ['f', 'Fox', 8]])
  await refreshTable(deps, link, options)
  const cells = await readBody()
  expect(cells.slice(4, 6)).toEqual([
    ['e', 'Eve', 21],
    ['f', 'Fox', 8],
  ])
  expect(cells).toHaveLength(7)
})

test('without ids of columns they are listed by their headers', async () => {
  fixture = await startPeople()
  const { deps, options } = fixture
  await insertDataset(deps, 'people', plainSettings, options)
  lack(['TableColumn.id'])
  const [table] = await deps.workbook.listColumns()
  expect(table?.columns).toEqual(['Id', 'Name', 'Age'].map((header) => ({ id: `called ${header}`, header })))
})

test('what was refused once is not asked for again', async () => {
  fixture = await startPeople()
  const { excel, deps, options } = fixture
  lack(['Table.showTotals', 'Application.suspendApiCalculationUntilNextSync'])
  let { link } = await insertDataset(deps, 'people', plainSettings, options)
  const count = async (): Promise<number> => {
    await settle(fixture)
    const { syncs } = excel.counters
    ;({ link } = await refreshTable(deps, link, options))
    await settle(fixture)
    return excel.counters.syncs - syncs
  }
  await count()
  const without = await count()
  lack([])
  expect(await count()).toBe(without)
})

test('without ids of columns filters are off while rows go, and on again afterwards', async () => {
  fixture = await startPeople()
  const { deps, options, dataset } = fixture
  lack(['TableColumn.id'])
  const { link } = await insertDataset(deps, 'people', plainSettings, options)
  await byHand((_sheet, context) => {
    context.workbook.tables.getItemAt(0).columns.getItem('Name').filter.applyValuesFilter(['Ann', 'Cem'])
  })
  dataset.publish([...dataset.rows.slice(1), ['e', 'Eve', 21]])
  await refreshTable(deps, link, options)
  expect(await readBody()).toEqual([...dataset.rows])
  expect(await deps.workbook.listTables()).toMatchObject([{ isFiltered: true }])
})
