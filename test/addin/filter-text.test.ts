import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ColumnType } from '../../broker/http/contract.ts'
import { ColumnNames } from '../../broker/query/column-names.ts'
import { compileFilter } from '../../broker/query/filter/compile-filter.ts'
import { parseFilter } from '../../broker/query/filter/parse-filter.ts'
import { printFilter } from '../../addin/filter-text.ts'
import type { Comparison, Condition } from '../../addin/table-choice.ts'
import type { CellReading } from '../../addin/workbook.ts'
import { evaluate, toValue } from '../broker/query/filter/evaluate-filter.ts'

const types = new Map<string, ColumnType>([
  ['Name', 'text'],
  ['Odd "name", it\'s', 'text'],
  ['Pay', 'decimal'],
  ['Count', 'integer'],
  ['Open', 'boolean'],
  ['Born', 'date'],
  ['Seen', 'datetime'],
  ['At', 'time'],
  ['Took', 'duration'],
])

const row = new Map(
  Object.entries({
    Name: 'Ann',
    'Odd "name", it\'s': null,
    Pay: 12.5,
    Count: 3,
    Open: true,
    Born: '2026-05-01',
    Seen: '2026-05-01T23:59:59Z',
    At: '08:30:00',
    Took: 'PT90M',
  }).map(([name, cell]) => [name, toValue(types.get(name)!, cell)]),
)

const cell = (value: CellReading['value'], isError = false): CellReading => ({ value, isError, address: 'Sheet1!B2' })

const print = (conditions: readonly Condition[], cells: Record<string, CellReading> = {}): string | undefined =>
  printFilter(conditions, { types, cells: new Map(Object.entries(cells)), daysLater: 0 })

/** Whether the row is found, as the broker's own parser understands the filter. */
function finds(filter: string | undefined): boolean {
  return filter === undefined || evaluate(parseFilter(filter), row, 0) === true
}

const values = (column: string, comparison: Comparison, ...of: (string | number | boolean)[]): Condition => ({
  column,
  comparison,
  operand: { kind: 'values', values: of },
})

const followed = (column: string, comparison: Comparison): Condition => ({
  column,
  comparison,
  operand: { kind: 'cell', name: 'f' },
})

describe('printFilter', () => {
  test('has nothing to say without conditions', () => expect(print([])).toBeUndefined())

  test.each<[string, Condition, boolean]>([
    ['a text, whatever its capitals', values('Name', 'equals', 'ANN'), true],
    ['another text', values('Name', 'not-equals', 'ann'), false],
    ['a part of a text', values('Name', 'contains', 'N'), true],
    ['the start of a text', values('Name', 'starts-with', 'nn'), false],
    ['one of some texts', values('Name', 'one-of', 'Bob', 'ann'), true],
    ['one of none', values('Name', 'one-of'), false],
    ['an empty text', values('Odd "name", it\'s', 'is-empty'), true],
    ['an empty text, other than one', values('Odd "name", it\'s', 'not-equals', 'x'), true],
    ['a text that is not empty', values('Name', 'is-not-empty'), true],
    ['a number', values('Pay', 'at-most', 12.5), true],
    ['a large number', values('Pay', 'less', 1e30), true],
    ['a small number', values('Pay', 'greater', -1e-9), true],
    ['a number as text', values('Count', 'equals', '3'), true],
    ['a boolean', values('Open', 'equals', true), true],
    ['a day', values('Born', 'equals', '2026-05-01'), true],
    ['a later day', values('Born', 'at-least', '2026-05-02'), false],
    ['the whole day of an instant', values('Seen', 'equals', '2026-05-01'), true],
    ['until the end of the day of an instant', values('Seen', 'at-most', '2026-05-01'), true],
    ['after the day of an instant', values('Seen', 'greater', '2026-05-01'), false],
    ['another day than that of an instant', values('Seen', 'not-equals', '2026-05-01'), false],
    ['an instant', values('Seen', 'equals', '2026-05-01T23:59:59Z'), true],
    ['a time of day', values('At', 'equals', '08:30'), true],
    ['a duration', values('Took', 'greater', 'PT1H'), true],
  ])('writes %s', (_name, condition, isFound) => expect(finds(print([condition]))).toBe(isFound))

  test.each<[string, string, CellReading['value'], boolean]>([
    ['text', 'Name', 'ann', true],
    ['number for a text', 'Name', 7, false],
    ['decimal', 'Pay', 12.5, true],
    ['date', 'Born', 46_143, true],
    ['date for an instant', 'Seen', 46_143, true],
    ['date written as text', 'Born', ' 2026-05-01 ', true],
    ['time', 'At', 8.5 / 24, true],
    ['duration', 'Took', 1.5 / 24, true],
    ['boolean', 'Open', true, true],
    ['boolean as text', 'Open', 'TRUE', true],
  ])('follows a cell with a %s', (_name, column, value, isFound) => {
    expect(finds(print([followed(column, 'equals')], { f: cell(value) }))).toBe(isFound)
  })

  test('takes the texts of a cell apart where one of several is looked for', () => {
    expect(finds(print([followed('Name', 'one-of')], { f: cell('Bob; ann ;') }))).toBe(true)
    expect(finds(print([followed('Name', 'equals')], { f: cell('Bob; ann ;') }))).toBe(false)
  })

  test('asks for one of 500 texts as easily as for one', () => {
    const towns = Array.from({ length: 500 }, (_none, index) => `Town ${index}`)
    const columns = new ColumnNames([{ column: { name: 'Name', type: 'text' }, index: 0 }])
    const weigh = (texts: readonly string[]): number =>
      compileFilter(parseFilter(print([values('Name', 'one-of', ...texts)])!), { columns, nowMs: 0 }).weight
    expect(weigh(towns)).toBe(weigh(['Town 1']))
  })

  test.each(['', '  '])('leaves a condition out whose cell is empty (%j)', (value) => {
    expect(print([followed('Born', 'equals')], { f: cell(value) })).toBeUndefined()
    expect(print([followed('Name', 'one-of')], { f: cell(value) })).toBeUndefined()
  })

  test('joins conditions with "and"', () => {
    expect(finds(print([values('Name', 'equals', 'ann'), values('Pay', 'one-of', 1, 12.5)]))).toBe(true)
    expect(finds(print([values('Name', 'equals', 'ann'), values('Pay', 'one-of', 1, 2)]))).toBe(false)
  })

  test.each<[string, Condition, Record<string, CellReading>, object]>([
    ['a cell that is gone', followed('Pay', 'less'), {}, { kind: 'filter-cell-gone', subject: 'Pay' }],
    [
      'a text where a date is needed',
      followed('Born', 'less'),
      { f: cell('tomorrow') },
      { kind: 'filter-value', details: { column: 'Born', type: 'date', text: 'tomorrow', address: 'Sheet1!B2' } },
    ],
    ['an error in the cell', followed('Pay', 'less'), { f: cell('#N/A', true) }, { kind: 'filter-value' }],
    ['no date at all', values('Born', 'less', '2026-02-30'), {}, { kind: 'filter-value' }],
    ['a number that is none', values('Pay', 'less', '1 or 1 eq 1'), {}, { kind: 'filter-value' }],
    ['a part of a number', values('Pay', 'contains', 1), {}, { kind: 'filter-value' }],
    ['a column that is gone', values('Nobody', 'equals', 1), {}, { kind: 'filter-column-gone', subject: 'Nobody' }],
  ])('refuses %s', (_name, condition, cells, error) => {
    expect(() => print([condition], cells)).toThrow(expect.objectContaining(error))
  })

  test('lets no text, from wherever, say anything but itself', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        "' or 1 eq 1 or '",
        "')",
        "'' or true",
        'null',
        "x'y''z",
        '%27 or true',
        '"',
        '\\',
        "a') or (true",
      ),
    )
    fc.assert(
      fc.property(hostile, fc.constantFrom<Comparison>('equals', 'one-of', 'contains', 'starts-with'), (text, how) => {
        const known = new Map([['Name', `${text}!`]])
        const filter = print([values('Name', how, `${text}!`)])
        const tree = parseFilter(filter!)
        expect(evaluate(tree, known, 0)).toBe(true)
        expect(evaluate(tree, new Map([['Name', 'something else']]), 0)).toBe(false)
      }),
    )
  })

  test('lets no column name say anything but itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        const context = { types: new Map<string, ColumnType>([[name, 'text']]), cells: new Map(), daysLater: 0 }
        const tree = parseFilter(printFilter([values(name, 'equals', 'x')], context)!)
        expect(evaluate(tree, new Map([[name, 'X']]), 0)).toBe(true)
      }),
    )
  })
})
