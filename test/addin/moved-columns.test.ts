// Columns that the user moves or puts in, also at the very moment of a refresh.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Digest } from '../../addin/digest.ts'
import { insertDataset } from '../../addin/insert.ts'
import { noMemory } from '../../addin/link-memory.ts'
import { saveLink, type Link } from '../../addin/links.ts'
import { refreshTable } from '../../addin/refresh.ts'
import { plainSettings } from '../../addin/table-choice.ts'
import { asUser, readTable, settle, startTables, TinyDataset, type TableFixture } from './table-fixture.ts'

let fixture: TableFixture
let link: Link

beforeEach(async () => {
  const columns = [
    { name: 'Id', type: 'text' },
    { name: 'Name', type: 'text' },
  ] as const
  fixture = await startTables(new TinyDataset(columns, ['Id']))
  fixture.dataset.publish([
    ['a', 'Ann'],
    ['b', 'Bob'],
  ])
  ;({ link } = await insertDataset(fixture.deps, 'people', plainSettings, fixture.options))
  await settle(fixture)
})

afterEach(() => fixture.stop())

test('a column that the user puts in between reading and writing is not written over', async () => {
  const { workbook } = fixture.deps
  let isIn = false
  const deps = {
    ...fixture.deps,
    workbook: {
      ...workbook,
      describeAccess: async (tableId: string) => {
        if (!isIn) await addColumn()
        isIn = true
        return workbook.describeAccess(tableId)
      },
    },
  }
  fixture.dataset.publish([
    ['a', 'Anna'],
    ['b', 'Bobby'],
  ])
  await refreshTable(deps, link, fixture.options)
  expect(isIn).toBe(true)
  expect(await readTable(fixture)).toEqual([
    ['Id', 'Mine', 'Name'],
    ['a', 'my a', 'Anna'],
    ['b', 'my b', 'Bobby'],
  ])
})

test('a column of the user that is called like one of ours that is gone is not written over', async () => {
  await addColumn()
  await asUser(fixture, async (_sheet, context) => {
    const { columns } = context.workbook.tables.getItemAt(0)
    columns.getItem('Name').delete()
    columns.getItem('Mine').name = 'Name'
    await context.sync()
  })
  fixture.dataset.publish([['a', 'Anna']])
  await refreshTable(fixture.deps, link, fixture.options)
  expect(await readTable(fixture)).toEqual([
    ['Id', 'Name'],
    ['a', 'my a'],
  ])
})

test('cells that stand otherwise than remembered, but are those of the source, are compared once and not each time', async () => {
  link = { ...link, memory: { ...(link.memory ?? noMemory), cells: Digest.of(['moved']).toString() } }
  await saveLink(fixture.deps.workbook, link)
  const countRequests = async () => {
    const before = fixture.broker.seen.length
    ;({ link } = await refreshTable(fixture.deps, link, fixture.options))
    return fixture.broker.seen.slice(before).map(({ path }) => path)
  }
  expect(await countRequests()).toContain('/api/v1/datasets/people/rows')
  expect(await countRequests()).not.toContain('/api/v1/datasets/people/rows')
})

function addColumn(): Promise<void> {
  return asUser(fixture, async (_sheet, context) => {
    context.workbook.tables.getItemAt(0).columns.add(1, [['Mine'], ['my a'], ['my b']])
    await context.sync()
  })
}
