// Random rows, and random filters over them in which everything is of the right kind.
import fc from 'fast-check'
import type { JsonRecord } from '../../../../broker/dataset/flatten.ts'
import type { LiteralType, LiteralValue, FilterNode, LiteralNode } from '../../../../broker/query/filter/syntax-tree.ts'

const at = 0

const texts = fc.oneof(
  fc.constantFrom(
    '',
    'a',
    'A',
    'b',
    'ab',
    'Ab ',
    ' b',
    'ö',
    'Ö',
    'ß',
    '%',
    '_',
    "'",
    '😀',
    'a😀b',
    '\uFFFD',
    '\uE000',
    'İ',
  ),
  fc.string({ unit: fc.constantFrom('a', 'B', 'ö', '😀', ' ', '\t', '\u00A0', '%'), maxLength: 4 }),
)
const integers = fc.integer({ min: -9, max: 9 })
const decimals = fc.integer({ min: -40, max: 40 }).map((quarters) => quarters / 4)
const dates = fc.constantFrom('2024-02-29', '2024-03-01', '2023-12-31', '1970-01-01', '0001-01-01', '9999-12-31')
const datetimes = fc.constantFrom(
  ...['2024-02-29T00:00:00Z', '2024-02-29T10:00:00Z', '2024-02-29T10:00:00.500Z', '2024-02-29T10:00:00.050Z'],
  ...['2024-02-29T10:00:01Z', '1969-12-31T23:59:59.999Z', '2024-06-15T12:00:00.250Z', '2024-03-01T00:59:59Z'],
)

const times = fc.constantFrom('00:00:00', '10:00:00', '10:00:00.500', '23:59:59.999')

const orNull = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { freq: 4 })

/** Cells of one row, without a key. */
export const randomCells: fc.Arbitrary<JsonRecord> = fc.record({
  Text: orNull(texts),
  Other: orNull(texts),
  Whole: orNull(integers),
  Number: orNull(decimals),
  Flag: orNull(fc.boolean()),
  Day: orNull(dates),
  At: orNull(datetimes),
  Clock: orNull(times),
  Length: orNull(fc.constantFrom('PT0S', 'PT0.5S', 'PT1S', '-PT1H', 'P1D', 'PT2H', '-P2DT0.001S', 'PT1H30M')),
  Name: fc.record({ First: orNull(texts) }),
})

type Kind = Exclude<LiteralType, 'null'>
type Nodes = Record<Kind, FilterNode>

const literal = (type: LiteralType, values: fc.Arbitrary<LiteralValue>): fc.Arbitrary<LiteralNode> =>
  values.map((value) => ({ kind: 'literal', at, type, value }))

const literals: Readonly<Record<Kind, fc.Arbitrary<LiteralNode>>> = {
  text: literal('text', texts),
  integer: literal('integer', integers.map(BigInt)),
  decimal: literal(
    'decimal',
    decimals.map((value) => value + 0),
  ),
  boolean: literal('boolean', fc.boolean()),
  date: literal('date', dates),
  datetime: literal('datetime', datetimes),
  time: literal('time', times),
  duration: literal('duration', fc.constantFrom(0, 500, 1_000, -3_600_000, 86_400_000, 7_200_000)),
}
const nothing = literal('null', fc.constant(null))

const columns = (...names: string[]): fc.Arbitrary<FilterNode>[] => [
  fc.constantFrom(...names).map((name) => ({ kind: 'column' as const, at, name })),
]

/** Filters that are true or false, three to four levels deep. */
export const booleanFilter: fc.Arbitrary<FilterNode> = fc.letrec<Nodes>((tie) => {
  const kinds: readonly Kind[] = ['text', 'integer', 'decimal', 'boolean', 'date', 'datetime', 'time', 'duration']
  const call = (name: string, ...kindsOf: Kind[]): fc.Arbitrary<FilterNode> =>
    fc.tuple(...kindsOf.map((kind) => tie(kind))).map((operands) => ({ kind: 'call', at, name, operands }))
  const binary = (
    operators: readonly Extract<FilterNode, { kind: 'binary' }>['operator'][],
    left: fc.Arbitrary<FilterNode>,
    right: fc.Arbitrary<FilterNode>,
  ): fc.Arbitrary<FilterNode> =>
    fc
      .tuple(fc.constantFrom(...operators), left, right)
      .map(([operator, one, other]) => ({ kind: 'binary', at, operator, left: one, right: other }))
  const prefix = (kind: 'not' | 'negate', operand: fc.Arbitrary<FilterNode>): fc.Arbitrary<FilterNode> =>
    operand.map((inner) => ({ kind, at, operand: inner }))
  const comparisons = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const
  const compared = kinds.flatMap((kind) => [
    binary(comparisons, tie(kind), tie(kind)),
    binary(['eq', 'ne', 'ge'], tie(kind), nothing),
    fc
      .tuple(tie(kind), fc.array(fc.oneof({ weight: 4, arbitrary: literals[kind] }, nothing), { maxLength: 4 }))
      .map(([operand, items]): FilterNode => ({ kind: 'in', at, operand, items })),
  ])
  const pick = (leaves: fc.Arbitrary<FilterNode>[], ...deeper: fc.Arbitrary<FilterNode>[]) =>
    fc.oneof({ maxDepth: 3, depthIdentifier: 'filter' }, fc.oneof(...leaves), ...deeper)
  return {
    boolean: pick(
      [...columns('Flag'), literals.boolean],
      ...compared,
      binary(comparisons, tie('date'), tie('datetime')),
      binary(comparisons, tie('integer'), tie('decimal')),
      ...['contains', 'startswith', 'endswith'].map((name) => call(name, 'text', 'text')),
      prefix('not', tie('boolean')),
      fc
        .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(tie('boolean'), { minLength: 2, maxLength: 4 }))
        .map(([kind, operands]): FilterNode => ({ kind, at, operands })),
    ),
    text: pick(
      [...columns('Text', 'Other', 'Name.First'), literals.text],
      ...['tolower', 'toupper', 'trim'].map((name) => call(name, 'text')),
      call('concat', 'text', 'text'),
      call('substring', 'text', 'integer'),
      call('substring', 'text', 'integer', 'integer'),
    ),
    integer: pick(
      [...columns('Whole'), literals.integer],
      binary(['add', 'sub', 'mul', 'div', 'mod'], tie('integer'), tie('integer')),
      prefix('negate', tie('integer')),
      call('length', 'text'),
      call('indexof', 'text', 'text'),
      ...['year', 'month', 'day'].map((name) => call(name, 'date')),
      ...['year', 'month', 'day', 'hour', 'minute', 'second'].map((name) => call(name, 'datetime')),
      ...['hour', 'minute', 'second'].map((name) => call(name, 'time')),
    ),
    decimal: pick(
      [...columns('Number'), literals.decimal],
      binary(['add', 'sub', 'mul', 'div', 'divby', 'mod'], tie('decimal'), tie('decimal')),
      binary(['add', 'sub', 'mul', 'div', 'mod'], tie('integer'), tie('decimal')),
      binary(['divby'], tie('integer'), tie('integer')),
      prefix('negate', tie('decimal')),
      ...['round', 'floor', 'ceiling'].map((name) => call(name, 'decimal')),
    ),
    date: pick([...columns('Day'), literals.date], call('date', 'datetime')),
    datetime: pick(
      [...columns('At'), literals.datetime, fc.constant({ kind: 'call' as const, at, name: 'now', operands: [] })],
      binary(['add', 'sub'], columns('At')[0]!, fc.oneof(literals.duration, ...columns('Length'))),
    ),
    time: pick([...columns('Clock'), literals.time], call('time', 'datetime')),
    duration: pick(
      [...columns('Length'), literals.duration],
      binary(['sub'], tie('datetime'), tie('datetime')),
      binary(['sub'], tie('datetime'), tie('date')),
      binary(['add', 'sub'], tie('duration'), tie('duration')),
      binary(['mul', 'div', 'divby'], tie('duration'), literals.decimal),
      prefix('negate', tie('duration')),
    ),
  }
}).boolean
