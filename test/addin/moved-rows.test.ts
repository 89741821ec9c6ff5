// A table that takes several requests to read, while somebody sorts it.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { insertDataset } from '../../addin/insert.ts'
import type { Link } from '../../addin/links.ts'
import { refreshTable } from '../../addin/refresh.ts'
import { plainSettings } from '../../addin/table-choice.ts'
import type { Workbook } from '../../addin/workbook.ts'
import { readTable, settle, startTables, TinyDataset, type TableFixture } from './table-fixture.ts'

const rows = Array.from({ length: 150 }, (_none, index) => [`key ${1000 + index}`, (index * 7) % 150] as const)

let fixture: TableFixture
let link: Link

beforeEach(async () => {
  const columns = [
    { name: 'Id', type: 'text' },
    { name: 'Rank', type: 'integer' },
  ] as const
  fixture = await startTables(new TinyDataset(columns, ['Id']))
  fixture.dataset.pageSize = 200
  fixture.dataset.publish(rows)
  ;({ link } = await insertDataset(
    fixture.deps,
    'people',
    { ...plainSettings, mode: 'merge', vanished: 'keep' },
    fixture.options,
  ))
  await settle(fixture)
})

afterEach(() => fixture.stop())

/** The same workbook in an Excel that answers with little at once; `act` happens after its first answer. */
function makeNarrow(workbook: Workbook, act: () => void): Workbook {
  const refusals = 11
  let calls = 0
  return {
    ...workbook,
    batch: (anchor, record) => {
      calls += 1
      if (calls <= refusals) fixture.excel.injectError({ error: 5104 })
      if (calls === refusals + 2) act()
      return workbook.batch(anchor, record)
    },
  }
}

test('doubles no row and misses none that somebody moves while the table is read', async () => {
  let isSorted = false
  const workbook = makeNarrow(fixture.deps.workbook, () => {
    fixture.excel.person.sort(link.tableName, 'Rank', false)
    isSorted = true
  })
  fixture.dataset.publish([...rows, ['key 2000', 0]])
  // The changes are not known, so that everything is compared.
  fixture.dataset.oldestKnown = fixture.dataset.revision
  await refreshTable({ ...fixture.deps, workbook }, link, fixture.options)
  expect(isSorted).toBe(true)
  const keys = (await readTable(fixture)).slice(1).map(([key]) => key)
  expect(keys.toSorted()).toEqual([...rows.map(([key]) => key), 'key 2000'])
})
