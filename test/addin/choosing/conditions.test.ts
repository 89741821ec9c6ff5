import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ColumnType } from '../../../broker/http/contract.ts'
import {
  changeColumn,
  changeComparison,
  comparisonsOf,
  finishCondition,
  readCondition,
  startCondition,
  type ConditionDraft,
} from '../../../addin/choosing/conditions.ts'
import { printFilter } from '../../../addin/filter-text.ts'
import type { Comparison, Condition } from '../../../addin/table-choice.ts'

const types: readonly ColumnType[] = ['text', 'integer', 'decimal', 'boolean', 'date', 'datetime', 'time', 'duration']

const draft = (comparison: Comparison, ...texts: readonly string[]): ConditionDraft => ({
  ...{ id: 1, column: 'C', comparison, texts, cell: undefined },
})

const valuesOf = (condition: Condition | string): unknown => {
  if (typeof condition === 'string') return condition
  return condition.operand.kind === 'values' ? condition.operand.values : condition.operand
}

describe('a finished condition', () => {
  test.each<[ColumnType, string, unknown]>([
    ['text', ' a ', [' a ']],
    ['text', '   ', 'value-missing'],
    ['integer', '12', [12]],
    ['integer', '-1e3', [-1000]],
    ['decimal', '0.5', [0.5]],
    ['decimal', 'many', 'number-wrong'],
    ['decimal', '1e999', 'number-wrong'],
    ['boolean', 'true', [true]],
    ['boolean', 'false', [false]],
    ['boolean', '', 'value-missing'],
    ['date', '2026-02-28', ['2026-02-28']],
    ['date', '2026-02-30', 'date-wrong'],
    ['date', '28.02.2026', 'date-wrong'],
    ['datetime', '2026-02-28', ['2026-02-28']],
    ['datetime', '2026-02-28T14:30', ['2026-02-28T14:30:00Z']],
    ['datetime', '2026-02-28T14:30:15Z', ['2026-02-28T14:30:15Z']],
    ['datetime', '2026-02-28T25:00', 'date-wrong'],
    ['time', '14:30', ['14:30:00']],
    ['time', '24:00', 'time-wrong'],
    ['duration', '26:30', ['P1DT2H30M']],
    ['duration', '0:00:01', ['PT1S']],
    ['duration', '90', 'duration-wrong'],
    ['duration', '1:75', 'duration-wrong'],
  ])('on a %s column of %j is %j', (type, text, expected) => {
    expect(valuesOf(finishCondition(draft('equals', text), type))).toEqual(expected)
  })

  test('has no values where nothing is compared, and the cell where one is followed', () => {
    expect(valuesOf(finishCondition(draft('is-empty', 'left over'), 'date'))).toEqual([])
    expect(valuesOf(finishCondition({ ...draft('equals'), cell: 'Since' }, 'date'))).toEqual({
      kind: 'cell',
      name: 'Since',
    })
  })

  test('of several values names the first wrong one', () => {
    expect(valuesOf(finishCondition(draft('one-of', '1', '', '2'), 'integer'))).toEqual([1, 2])
    expect(valuesOf(finishCondition(draft('one-of', '1', 'x'), 'integer'))).toBe('number-wrong')
    expect(valuesOf(finishCondition(draft('one-of'), 'integer'))).toBe('value-missing')
  })
})

describe('every comparison that is offered for a type', () => {
  const inputs: Readonly<Record<ColumnType, fc.Arbitrary<string>>> = {
    text: fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text.trim() !== ''),
    integer: fc.integer().map(String),
    decimal: fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    boolean: fc.constantFrom('true', 'false'),
    date: fc.constantFrom('2026-02-28', '1900-01-01'),
    datetime: fc.constantFrom('2026-02-28', '2026-02-28T10:00'),
    time: fc.constantFrom('00:00', '23:59:59'),
    duration: fc.nat({ max: 99_999 }).map((minutes) => `${Math.floor(minutes / 60)}:${minutes % 60}`),
  }

  test.each(types)('makes a filter, and comes back as it was: %s', (type) => {
    fc.assert(
      fc.property(inputs[type], fc.constantFrom(...comparisonsOf(type)), (text, comparison) => {
        const finished = finishCondition(draft(comparison, text), type)
        if (typeof finished === 'string') throw new Error(finished)
        const filter = printFilter([finished], { types: new Map([['C', type]]), cells: new Map(), daysLater: 0 })
        expect(filter).toContain('"C"')
        expect(finishCondition(readCondition(1, finished, type), type)).toEqual(finished)
      }),
    )
  })
})

describe('changing a line', () => {
  const columns = new Map<string, ColumnType>([
    ['Name', 'text'],
    ['Town', 'text'],
    ['Since', 'date'],
  ])

  test('keeps what was entered for a column of the same type, and a followed cell for any', () => {
    const line = { ...startCondition(1, 'Name', 'text'), texts: ['Ann'] }
    expect(changeColumn(line, 'Town', columns)).toEqual({ ...line, column: 'Town' })
    expect(changeColumn(line, 'Since', columns)).toMatchObject({ column: 'Since', texts: [], comparison: 'at-least' })
    expect(changeColumn({ ...line, cell: 'Since' }, 'Since', columns).cell).toBe('Since')
  })

  test('from one of many to one keeps the first', () => {
    expect(changeComparison(draft('one-of', 'a', 'b'), 'equals').texts).toEqual(['a'])
    expect(changeComparison(draft('equals', ''), 'one-of').texts).toEqual([])
  })
})
