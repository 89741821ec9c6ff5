import { expect, test } from 'vitest'
import type { RawCell } from '../../../broker/dataset/flatten.ts'
import { packBatch, unpackBatch } from '../../../broker/snapshot/row-batch.ts'

const columns: readonly (readonly RawCell[])[] = [
  ['a', 'b', 'c'],
  ['', null, '\0\n'],
  [null, null, null],
  [1, -0.5, 9_007_199_254_740_991],
  [1, null, 2],
  [true, false, null],
  ['x', 1, true],
  ['Szczepańska', '\ud800', '12345678901234567890'],
]

test('a batch comes back as it was packed', () => {
  const rows = [0, 1, 2].map((index) => columns.map((column) => column[index] ?? null))
  const batch = { rows, first: 7, deleted: [1], newColumns: ['A', 'B'] }
  expect(unpackBatch(packBatch(batch))).toEqual(batch)
})

test('rows that end early have nothing in later columns', () => {
  const { rows } = unpackBatch(packBatch({ rows: [['a'], ['b', 2], []], first: 1, deleted: [], newColumns: [] }))
  expect(rows).toEqual([
    ['a', null],
    ['b', 2],
    [null, null],
  ])
})

test('a batch without rows is one', () => {
  const batch = { rows: [], first: 1, deleted: [], newColumns: [] }
  expect(unpackBatch(packBatch(batch))).toEqual(batch)
})
