import { describe, expect, test } from 'vitest'
import { createCoercer, describeKind } from '../../../broker/dataset/coerce.ts'
import { columnTypes, type ColumnType } from '../../../broker/dataset/column.ts'
import type { RawCell } from '../../../broker/dataset/flatten.ts'
import { inferType, noteKinds } from '../../../broker/dataset/infer.ts'

function infer(values: readonly RawCell[]) {
  const kinds: number[] = []
  for (const value of values) noteKinds(kinds, [value])
  return inferType(kinds[0] ?? 0)
}

describe('inferType', () => {
  test.each<{ values: RawCell[]; type: ColumnType | undefined }>([
    { values: [], type: undefined },
    { values: [null, ''], type: undefined },
    { values: [1, null, -2, ''], type: 'integer' },
    { values: [1, 2.5], type: 'decimal' },
    { values: [0.1], type: 'decimal' },
    { values: [1e300, 1], type: 'decimal' },
    { values: [true, false], type: 'boolean' },
    { values: ['2024-01-31', '', null], type: 'date' },
    { values: ['2024-01-31T10:00:00Z', '2024-01-31T10:00:00.5+02:00'], type: 'datetime' },
    { values: ['2024-01-31', '2024-01-31T10:00:00Z'], type: 'text' },
    { values: ['2024-02-30'], type: 'text' },
    { values: ['2024-01-31', 'n/a'], type: 'text' },
    { values: ['007', '008'], type: 'text' },
    { values: ['1', '2'], type: 'text' },
    { values: [1, '2'], type: 'text' },
    { values: [1, true], type: 'text' },
    { values: ['12345678901234567890'], type: 'text' },
    { values: [1, 'x', 2], type: 'text' },
  ])('$values are $type', ({ values, type }) => {
    expect(infer(values)).toBe(type)
    expect(infer(values.toReversed())).toBe(type)
  })
})

describe('createCoercer', () => {
  /** What each type makes of a value; a type that is not listed refuses it. */
  test.each<{ value: RawCell; inferred: object; declared?: object }>([
    { value: 7, inferred: { text: '7', integer: 7, decimal: 7 } },
    { value: 7.5, inferred: { text: '7.5', decimal: 7.5 } },
    { value: 1, inferred: { text: '1', integer: 1, decimal: 1 }, declared: { boolean: 1 } },
    { value: true, inferred: { text: 'true', boolean: 1 } },
    { value: false, inferred: { text: 'false', boolean: 0 } },
    { value: 'x', inferred: { text: 'x' } },
    { value: '007', inferred: { text: '007' }, declared: { integer: 7, decimal: 7 } },
    { value: '-12.50', inferred: { text: '-12.50' }, declared: { decimal: -12.5 } },
    { value: '1e5', inferred: { text: '1e5' } },
    { value: '1234567890123456', inferred: { text: '1234567890123456' } },
    { value: 'FALSE', inferred: { text: 'FALSE' }, declared: { boolean: 0 } },
    {
      value: '2024-01-31',
      inferred: { text: '2024-01-31', date: '2024-01-31' },
      declared: { datetime: '2024-01-31T00:00:00Z' },
    },
    {
      value: '2024-01-31T00:00:00+02:00',
      inferred: { text: '2024-01-31T00:00:00+02:00', datetime: '2024-01-30T22:00:00Z' },
      declared: { date: '2024-01-31' },
    },
    {
      value: '2024-01-31T10:00',
      inferred: { text: '2024-01-31T10:00', datetime: '2024-01-31T10:00:00Z' },
    },
    { value: '09:30', inferred: { text: '09:30', time: '09:30:00' } },
    { value: 'PT90M', inferred: { text: 'PT90M', duration: 'PT1H30M' } },
    { value: '09:30:00', inferred: { text: '09:30:00', time: '09:30:00', duration: 'PT9H30M' } },
    { value: '2024-02-30', inferred: { text: '2024-02-30' } },
    { value: '2024-02-30T00:00:00', inferred: { text: '2024-02-30T00:00:00' } },
  ])('$value', ({ value, inferred, declared }) => {
    const results = (isDeclared: boolean) =>
      Object.fromEntries(
        columnTypes.flatMap((type) => {
          const cell = createCoercer(type, isDeclared)(value)
          return cell === undefined ? [] : [[type, cell]]
        }),
      )
    expect(results(false)).toEqual(inferred)
    expect(results(true)).toEqual({ ...inferred, ...declared })
  })

  test.each(columnTypes)('%s takes null, and the empty text only as text', (type) => {
    expect(createCoercer(type, false)(null)).toBeNull()
    expect(createCoercer(type, true)('')).toBe(type === 'text' ? '' : null)
  })
})

describe('describeKind', () => {
  test.each([
    [1, 'a whole number'],
    [1.5, 'a number with a fraction'],
    [true, 'true or false'],
    ['2024-01-31', 'a date'],
    ['2024-01-31T10:00', 'a date and time'],
    ['secret', 'a text'],
    ['', 'nothing'],
  ])('%j is %s', (value, words) => {
    expect(describeKind(value)).toBe(words)
  })
})
