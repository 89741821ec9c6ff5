import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SheetValue } from '../../addin/cells.ts'
import { planWrites } from '../../addin/cell-writes.ts'
import { planComparison } from '../../addin/comparison-plan.ts'
import { groupBlocks, planDelta, type OwnCells, type RowPlan } from '../../addin/delta-plan.ts'
import { Digest } from '../../addin/digest.ts'

/** A row as a person sees it: our cells (the first is the key) and a note of the user's. */
interface SheetRow {
  readonly cells: OwnCells
  readonly note: string
}

const nameOf = (cells: OwnCells): string | undefined => (cells[0] === '' ? undefined : String(cells[0]))

/** Does to a list of rows what a plan says, in the most direct way. */
function carryOut(sheet: readonly SheetRow[], plan: RowPlan): readonly SheetRow[] {
  const rows = sheet.map(({ cells, note }) => ({ cells: [...cells], note }))
  const pairs = plan.updates.map(({ row, cells }) => ({ row, current: sheet[row]!.cells, target: cells }))
  for (const { row, column, values } of planWrites(pairs, [
    { first: 0, count: 2 },
    { first: 2, count: 2 },
  ])) {
    for (const [down, written] of values.entries()) {
      for (const [right, value] of written.entries()) rows[row + down]!.cells[column + right] = value
    }
  }
  const kept = rows.filter((_row, index) => !plan.deletes.includes(index))
  return [...kept, ...plan.appends.map((cells) => ({ cells: [...cells], note: '' }))]
}

const cell: fc.Arbitrary<SheetValue> = fc.oneof(
  fc.constantFrom('', 'x', 'y', true, false),
  fc.integer({ min: 0, max: 3 }),
)
const rest = fc.tuple(cell, cell, cell)
const keys = Array.from({ length: 12 }, (_none, index) => `k${index}`)
const dataset = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...keys), rest), { selector: ([key]) => key, maxLength: 12 })
  .map((rows) => new Map(rows.map(([key, cells]): [string, OwnCells] => [key, [key, ...cells]])))

/** The sheet of one revision, in an order of the user's, with a note beside each row. */
const sheetOf = (rows: ReadonlyMap<string, OwnCells>): fc.Arbitrary<readonly SheetRow[]> =>
  fc
    .shuffledSubarray([...rows.values()], { minLength: rows.size, maxLength: rows.size })
    .map((shuffled) => shuffled.map((cells) => ({ cells, note: `note of ${String(cells[0])}` })))

const twoRevisions = fc
  .tuple(dataset, dataset)
  .chain(([before, after]) => fc.tuple(fc.constant(before), fc.constant(after), sheetOf(before)))

function expectTable(result: readonly SheetRow[], after: ReadonlyMap<string, OwnCells>, notesOf: ReadonlySet<string>) {
  expect(new Map(result.map(({ cells }) => [String(cells[0]), cells]))).toEqual(after)
  expect(result).toHaveLength(after.size)
  for (const { cells, note } of result) {
    const key = String(cells[0])
    expect(note).toBe(notesOf.has(key) ? `note of ${key}` : '')
  }
}

describe('planDelta', () => {
  test("makes any sheet the new revision, and keeps each row's note with it", () => {
    fc.assert(
      fc.property(twoRevisions, ([before, after, sheet]) => {
        const changed = new Map([...after].filter(([key, cells]) => before.get(key) !== cells))
        const deleted = [...before.keys()].filter((key) => !after.has(key))
        const plan = planDelta(
          sheet.map(({ cells }) => nameOf(cells)),
          { changed, deleted, tableRows: after.size },
        )
        expectTable(carryOut(sheet, plan!), after, new Set(before.keys()))
      }),
    )
  })

  test.each([
    { name: 'a key twice', names: ['a', 'a', 'b'], tableRows: 3 },
    { name: 'a row missing', names: ['a'], tableRows: 2 },
    { name: 'a row too many', names: ['a', 'b', 'c'], tableRows: 2 },
    { name: 'a row without its key', names: ['a', undefined], tableRows: 2 },
  ])('refuses a sheet with $name', ({ names, tableRows }) => {
    expect(planDelta(names, { changed: new Map([['a', ['a']]]), deleted: [], tableRows })).toBeUndefined()
  })
})

describe('planComparison', () => {
  /** `before` has the keys after the last refresh, as the digest in the link knows them. */
  const compare = (
    sheet: readonly SheetRow[],
    after: ReadonlyMap<string, OwnCells>,
    before: Iterable<string | undefined> = sheet.map(({ cells }) => nameOf(cells)),
  ): RowPlan =>
    planComparison({
      sheetNames: sheet.map(({ cells }) => nameOf(cells)),
      sheetRows: sheet.map(({ cells }) => cells),
      isUserRow: (row) => sheet[row]!.note === 'mine',
      names: [...after.values()].map(nameOf),
      rows: [...after.values()],
      keyColumns: [0],
      digest: Digest.of(before).toString(),
    })

  test("makes any sheet the dataset, and keeps each row's note with it", () => {
    fc.assert(
      fc.property(twoRevisions, ([before, after, sheet]) => {
        expectTable(carryOut(sheet, compare(sheet, after)), after, new Set(before.keys()))
      }),
    )
  })

  test('makes any damaged sheet the dataset, and finds nothing to do afterwards', () => {
    const damaged = fc.array(fc.tuple(fc.constantFrom('', 'zz', ...keys), rest, fc.constantFrom('', 'n')), {
      maxLength: 15,
    })
    fc.assert(
      fc.property(damaged, dataset, (rows, after) => {
        const sheet = rows.map(([key, cells, note]) => ({ cells: [key, ...cells], note }))
        const result = carryOut(sheet, compare(sheet, after))
        expect(new Map(result.map(({ cells }) => [String(cells[0]), cells]))).toEqual(after)
        expect(result).toHaveLength(after.size)
        expect(compare(result, after)).toEqual({ updates: [], deletes: [], appends: [], marks: [] })
      }),
    )
  })

  test("leaves rows that hold nothing of ours but something of the user's", () => {
    const sheet = [
      { cells: ['', '', '', ''], note: 'mine' },
      { cells: ['', '', '', ''], note: '' },
    ]
    expect(compare(sheet, new Map([['a', ['a', 1, 2, 3]]]))).toEqual({
      updates: [],
      deletes: [1],
      appends: [['a', 1, 2, 3]],
      marks: [],
    })
  })

  test('gives a damaged key back to the row that is unique by its other cells', () => {
    const sheet = [
      { cells: ['b', 'Ann', 1, 2], note: '' },
      { cells: ['b', 'Bob', 3, 4], note: '' },
    ]
    const after = new Map([
      ['a', ['a', 'Ann', 1, 2]],
      ['b', ['b', 'Bob', 3, 4]],
    ])
    const given = { updates: [{ row: 0, cells: after.get('a') }], deletes: [], appends: [], marks: [] }
    expect(compare(sheet, after, ['a', 'b'])).toEqual(given)
  })

  test('gives damaged keys back, and never a note to another record, whatever else happened by hand and at the source', () => {
    const story = fc.tuple(
      twoRevisions,
      fc.subarray(keys, { maxLength: 2 }),
      fc.subarray(keys, { maxLength: 2 }),
      fc.array(rest, { maxLength: 1 }),
    )
    fc.assert(
      fc.property(story, ([[before, after, sheet], typedOver, deleted, typedIn]) => {
        const edited = sheet
          .filter(({ cells }) => !deleted.includes(String(cells[0])))
          .map(({ cells, note }) => ({
            cells: typedOver.includes(String(cells[0])) ? [`typed ${String(cells[0])}`, ...cells.slice(1)] : cells,
            note,
          }))
        const all = [...edited, ...typedIn.map((cells) => ({ cells: ['new', ...cells], note: 'note of new' }))]
        const result = carryOut(all, compare(all, after, before.keys()))
        expect(new Map(result.map(({ cells }) => [String(cells[0]), cells]))).toEqual(after)
        // A row typed in by hand that has all other cells of a record without a row is no other record's: it can become that record's row.
        const isTypedIn = (cells: OwnCells): boolean =>
          typedIn.some((typed) => JSON.stringify(typed) === JSON.stringify(cells.slice(1)))
        for (const { cells, note } of result) {
          const own = ['', `note of ${String(cells[0])}`]
          expect(isTypedIn(cells) ? [...own, 'note of new'] : own).toContain(note)
        }
        // With rows deleted or typed in by hand as well, nothing is proven, and nothing is given back.
        if (typedIn.length > 0 || deleted.some((key) => before.has(key))) return
        const isAlike = (key: string): boolean => {
          const same = (other: OwnCells): boolean =>
            JSON.stringify(other.slice(1)) === JSON.stringify(before.get(key)!.slice(1))
          const isBlankRest = before
            .get(key)!
            .slice(1)
            .every((value) => value === '')
          return (
            isBlankRest ||
            all.filter(({ cells }) => same(cells)).length > 1 ||
            [...after.values()].filter(same).length > 1
          )
        }
        const isTold = (key: string): boolean =>
          after.has(key) && !isAlike(key) && JSON.stringify(before.get(key)) === JSON.stringify(after.get(key))
        const damaged = typedOver.filter((key) => before.has(key))
        // One that cannot be told leaves more than one story for the others.
        if (!damaged.every(isTold)) return
        for (const key of damaged) expect(result.find(({ cells }) => cells[0] === key)?.note).toBe(`note of ${key}`)
      }),
      { numRuns: 1_000 },
    )
  })

  test('does not take a record that came with the very same other cells for one whose key was typed over', () => {
    const sheet = [{ cells: ['a', 'Ann', 1, 2], note: 'note of a' }]
    const after = new Map([['b', ['b', 'Ann', 1, 2]]])
    const exchanged = { updates: [], deletes: [0], appends: [after.get('b')], marks: [] }
    expect(compare(sheet, after, ['a'])).toEqual(exchanged)
    expect(compare(sheet, after, ['b'])).toEqual({
      ...exchanged,
      updates: [{ row: 0, cells: after.get('b') }],
      deletes: [],
      appends: [],
    })
  })
})

describe('planWrites', () => {
  const runs = [
    { first: 0, count: 3 },
    { first: 3, count: 2 },
  ]

  test('writes changed cells only, side by side ones together', () => {
    const update = { row: 4, current: ['a', 1, 2, 3, 4], target: ['a', 9, 8, 3, 4] }
    expect(planWrites([update], runs)).toEqual([{ row: 4, column: 1, values: [[9, 8]] }])
  })

  test('joins equal columns of neighbouring rows, and never writes across a column of the user', () => {
    const updates = [4, 5, 7].map((row) => ({ row, current: [0, 0, 0, 0, 0], target: [0, 0, 1, 1, 0] }))
    expect(planWrites(updates, runs)).toEqual([
      { row: 4, column: 2, values: [[1], [1]] },
      { row: 4, column: 3, values: [[1], [1]] },
      { row: 7, column: 2, values: [[1]] },
      { row: 7, column: 3, values: [[1]] },
    ])
  })

  test('takes numbers that Excel cannot tell apart for equal', () => {
    expect(planWrites([{ row: 0, current: [0.3], target: [0.1 + 0.2] }], runs)).toEqual([])
    expect(planWrites([{ row: 0, current: ['1'], target: [1] }], runs)).toHaveLength(1)
  })
})

describe('groupBlocks', () => {
  test('joins rows side by side, and those with a small gap where that is wanted', () => {
    expect(groupBlocks([1, 2, 3, 5, 9])).toEqual([
      { row: 1, count: 3 },
      { row: 5, count: 1 },
      { row: 9, count: 1 },
    ])
    expect(groupBlocks([1, 2, 3, 5, 9], 1)).toEqual([
      { row: 1, count: 5 },
      { row: 9, count: 1 },
    ])
  })
})
