import { afterAll, beforeAll, expect, test } from 'vitest'
import { firstPosition, openRowSource } from '../../../broker/feed/row-source.ts'
import { sqlFunctions } from '../../../broker/query/filter/sql-functions.ts'
import { resolveChoice } from '../../../broker/query/resolve-choice.ts'
import type { SnapshotReader } from '../../../broker/snapshot/snapshot-reader.ts'
import { SnapshotFolder } from '../snapshot/snapshot-folder.ts'

let folder: SnapshotFolder
let reader: SnapshotReader

beforeAll(async () => {
  folder = await SnapshotFolder.make()
  await folder.pull(Array.from({ length: 60_000 }, (_, index) => ({ Id: index, Text: 'x' })))
  reader = folder.open(undefined, sqlFunctions)
})

afterAll(async () => {
  reader.close()
  await folder.remove()
})

function open(filter: string, since: number | null) {
  const visible = reader.meta.columns.map((column, index) => ({ column, index }))
  const choice = { columns: undefined, filter, orderBy: undefined, top: undefined, nowMs: undefined }
  const resolved = resolveChoice(choice, { visible, key: reader.meta.key })
  return openRowSource(reader, { choice: resolved, since, openEarlier: undefined })
}

const manyOf = (part: (index: number) => string, count: number) =>
  Array.from({ length: count }, (_, index) => part(index))

test('a filter that would hold up its thread for long is refused before it runs', () => {
  const slow = manyOf((index) => `contains(tolower(Text),'${index}')`, 240).join(' or ')
  expect(() => open(slow, null)).toThrow(
    expect.objectContaining({ code: 'request-invalid', details: [expect.objectContaining({ at: 'filter' })] }),
  )
  // Of a revision without changes there is nothing to look at.
  expect(open(slow, reader.meta.revision).totals).toEqual({ rows: 0, deleted: 0 })
})

test('long filters of a usual kind are not', () => {
  const alternatives = manyOf((index) => `Id eq ${index}`, 600).join(' or ')
  const source = open(alternatives, null)
  expect(source.totals).toEqual({ rows: 600, deleted: 0 })
  expect(source.deleted(firstPosition, 10).keys).toEqual([])
  expect(source.rows({ columns: [0], after: 598, limit: 10 })).toEqual({
    keys: ['598', '599'],
    cells: [[598], [599]],
    lastRow: 600,
  })
})
