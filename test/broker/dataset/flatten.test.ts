import { describe, expect, test } from 'vitest'
import { Flattener, type JsonRecord } from '../../../broker/dataset/flatten.ts'

function flatten(records: readonly JsonRecord[], depth = 3, columns?: readonly string[]) {
  const flattener = new Flattener({ depth, columns })
  const rows = records.map((record) => flattener.flatten(record))
  return { columns: flattener.columns, rows, flattener }
}

describe('nested objects', () => {
  const record = { Id: 1, Name: { First: 'Zoë', Prefix: { Short: 'Dr' } } }

  test.each([
    { depth: 0, columns: ['Id', 'Name'], row: [1, '{"First":"Zoë","Prefix":{"Short":"Dr"}}'] },
    { depth: 1, columns: ['Id', 'Name.First', 'Name.Prefix'], row: [1, 'Zoë', '{"Short":"Dr"}'] },
    { depth: 2, columns: ['Id', 'Name.First', 'Name.Prefix.Short'], row: [1, 'Zoë', 'Dr'] },
  ])('become columns of their own to depth $depth', ({ depth, columns, row }) => {
    expect(flatten([record], depth)).toMatchObject({ columns, rows: [row] })
  })

  test('that are empty have no value', () => {
    expect(flatten([{ Id: 1, Name: {} }])).toMatchObject({ columns: ['Id'], rows: [[1]] })
  })

  test('may stand where other records have null or a value', () => {
    const { columns, rows } = flatten([{ Owner: { Id: 1 } }, { Owner: null }, { Owner: 'x' }])
    expect(columns).toEqual(['Owner.Id', 'Owner'])
    expect(rows).toEqual([[1], [null], [null, 'x']])
  })
})

describe('lists', () => {
  test.each([
    { list: ['a', 1, true], cell: 'a, 1, true' },
    { list: [], cell: null },
    { list: ['a', null], cell: '["a",null]' },
    { list: [{ x: 1 }], cell: '[{"x":1}]' },
    { list: [[1], [2]], cell: '[[1],[2]]' },
  ])('$list becomes $cell', ({ list, cell }) => {
    expect(flatten([{ Tags: list }]).rows).toEqual([[cell]])
  })

  test('are known as text, whatever they look like', () => {
    const { flattener } = flatten([{ A: ['2024-01-31'], B: '2024-01-31', C: [] }])
    expect([0, 1, 2].map((column) => flattener.isJoined(column))).toEqual([true, false, false])
  })
})

describe('columns', () => {
  test('come in the order of their first appearance, rows without them stay short', () => {
    expect(flatten([{ a: 1, c: 2 }, { b: 3, a: 4 }, {}])).toMatchObject({
      columns: ['a', 'c', 'b'],
      rows: [
        [1, 2],
        [4, null, 3],
        [null, null, null],
      ],
    })
  })

  test('that are given are the only ones, in their order; others with values are remembered', () => {
    const { rows, flattener } = flatten([{ b: 1, a: { x: 2 }, extra: 3, none: null }], 3, ['a.x', 'gone', 'b'])
    expect(rows).toEqual([[2, null, 1]])
    expect([...flattener.ignored]).toEqual(['extra'])
    expect([...flattener.seen]).toEqual(['b', 'a.x', 'extra', 'none'])
  })

  test.each([
    { name: 'in one record', records: [{ 'a.b': 1, a: { b: 2 } }] },
    { name: 'in two records', records: [{ a: { b: 2 } }, { 'a.b': 1 }] },
  ])('that two fields would share are refused, $name', ({ records }) => {
    expect(() => flatten(records)).toThrow(expect.objectContaining({ code: 'source-malformed' }))
  })

  test('of awkward names are columns like others', () => {
    const record = JSON.parse('{"__proto__":1,"constructor":2,"":3,"toString":{"length":4}}') as JsonRecord
    expect(flatten([record])).toMatchObject({
      columns: ['__proto__', 'constructor', '', 'toString.length'],
      rows: [[1, 2, 3, 4]],
    })
  })

  test('are at most 1,000: a source that uses ids as names is refused', () => {
    const wide = Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`id${index}`, 1]))
    expect(() => flatten([wide])).toThrow(expect.objectContaining({ code: 'source-too-large' }))
    expect(flatten([wide], 3, ['id5']).rows).toEqual([[1]])
    const empty = Array.from({ length: 10_001 }, (_, index) => ({ [`id${index}`]: {} }))
    expect(() => flatten(empty)).toThrow(expect.objectContaining({ code: 'source-too-large' }))
  })
})

describe('lists by rule', () => {
  const record: JsonRecord = { Tags: ['a', 'b'], None: [], Items: [{ x: 1 }, { x: 2 }], Deep: { Tags: ['c'] } }
  const flattenBy = (mode: 'join' | 'count' | 'json', separator = '; ') => {
    const flattener = new Flattener({ depth: 3, columns: undefined, listRuleOf: () => ({ mode, separator }) })
    return { row: flattener.flatten(record), flattener }
  }

  test.each([
    { mode: 'join', row: ['a; b', null, '[{"x":1},{"x":2}]', 'c'] },
    { mode: 'count', row: [2, 0, 2, 1] },
    { mode: 'json', row: ['["a","b"]', null, '[{"x":1},{"x":2}]', '["c"]'] },
  ] as const)('$mode', ({ mode, row }) => {
    const result = flattenBy(mode)
    expect(result.row).toEqual(row)
    // A count is a number; the texts are texts whatever they look like.
    expect(result.flattener.isJoined(0)).toBe(mode !== 'count')
  })
})

describe('an open table', () => {
  test('takes new columns behind those it has', () => {
    const flattener = new Flattener({ depth: 3, columns: ['B', 'A'], isOpen: true })
    expect(flattener.flatten({ New: 1, A: 2, B: 3 })).toEqual([3, 2, 1])
    expect(flattener.columns).toEqual(['B', 'A', 'New'])
    expect(flattener.ignored.size).toBe(0)
  })
})
