// What operators and functions take, what they give, and how SQL says it. Adding a function is adding a row.
//
// In SQL a date-time has no `Z`: with it, 10:00:00Z would come after 10:00:00.500Z, because texts compare letter by letter. Durations are
// milliseconds, booleans 0 and 1. Each operand stands once in what a rule makes, and in its place: so conditions never outgrow their
// filters, and parameters keep their order.
import type { sqlFunctions } from './sql-functions.ts'
import type { LiteralType } from './syntax-tree.ts'

/** The kind of a value. `unknown` is that of a mistake already reported. */
export type Kind = LiteralType | 'unknown'

export interface Rule {
  readonly takes: readonly Kind[]
  readonly gives: Kind
  readonly sql: (...operands: readonly string[]) => string
  /** How long it takes for one row, compared with reading a column or a value (some nanoseconds). */
  readonly weight: number
}

function rule(takes: readonly Kind[], gives: Kind, sql: (a: string, b: string, c: string) => string): Rule {
  return { takes, gives, sql: (a = '', b = '', c = '') => sql(a, b, c), weight: 4 }
}

/** The weight of calling one of `sqlFunctions`. */
export const slowWeight = 64

/** A rule that calls one of `sqlFunctions`: leaving SQLite and coming back takes about 500 ns. */
function slowRule(takes: readonly Kind[], gives: Kind, name: keyof typeof sqlFunctions): Rule {
  return { ...rule(takes, gives, call(name)), weight: slowWeight }
}

const infix = (operator: string) => (a: string, b: string) => `(${a} ${operator} ${b})`
const call = (name: string) => (a: string, b: string) => (b === '' ? `${name}(${a})` : `${name}(${a}, ${b})`)

/** Digits of a date or time as a number. */
const digits = (start: number, length: number) => (a: string) => `CAST(substr(${a}, ${start}, ${length}) AS INTEGER)`

const numbers = (operator: string): Rule[] => [
  rule(['integer', 'integer'], 'integer', infix(operator)),
  rule(['decimal', 'decimal'], 'decimal', infix(operator)),
]

/** Of the rules of a name the first that fits is taken. Dividing by zero gives null. */
export const operatorRules: Readonly<Record<'add' | 'sub' | 'mul' | 'div' | 'divby' | 'mod', readonly Rule[]>> = {
  add: [
    ...numbers('+'),
    rule(['duration', 'duration'], 'duration', infix('+')),
    slowRule(['datetime', 'duration'], 'datetime', 'filter_later'),
  ],
  sub: [
    ...numbers('-'),
    rule(['duration', 'duration'], 'duration', infix('-')),
    slowRule(['datetime', 'duration'], 'datetime', 'filter_earlier'),
    slowRule(['datetime', 'datetime'], 'duration', 'filter_between'),
  ],
  mul: [
    ...numbers('*'),
    rule(['duration', 'decimal'], 'duration', infix('*')),
    rule(['decimal', 'duration'], 'duration', infix('*')),
  ],
  div: [...numbers('/'), rule(['duration', 'decimal'], 'duration', infix('/'))],
  divby: [
    rule(['decimal', 'decimal'], 'decimal', (a, b) => `(CAST(${a} AS REAL) / ${b})`),
    rule(['duration', 'decimal'], 'duration', infix('/')),
  ],
  mod: [rule(['integer', 'integer'], 'integer', infix('%')), slowRule(['decimal', 'decimal'], 'decimal', 'filter_mod')],
}

export const negateRules: readonly Rule[] = (['integer', 'decimal', 'duration'] as const).map((kind) =>
  rule([kind], kind, (a) => `(- ${a})`),
)

const day: Kind = 'date'

/** `now` is not among them: it has a value before any row is read. */
export const functionRules: ReadonlyMap<string, readonly Rule[]> = new Map([
  ['contains', [rule(['text', 'text'], 'boolean', (a, b) => `(instr(${a}, ${b}) > 0)`)]],
  ['startswith', [rule(['text', 'text'], 'boolean', (a, b) => `(instr(${a}, ${b}) = 1)`)]],
  ['endswith', [slowRule(['text', 'text'], 'boolean', 'filter_ends')]],
  ['length', [rule(['text'], 'integer', call('length'))]],
  ['indexof', [rule(['text', 'text'], 'integer', (a, b) => `(instr(${a}, ${b}) - 1)`)]],
  [
    'substring',
    [
      rule(['text', 'integer'], 'text', (a, b) => `substr(${a}, max(${b}, 0) + 1)`),
      rule(['text', 'integer', 'integer'], 'text', (a, b, c) => `substr(${a}, max(${b}, 0) + 1, max(${c}, 0))`),
    ],
  ],
  ['tolower', [slowRule(['text'], 'text', 'filter_lower')]],
  ['toupper', [slowRule(['text'], 'text', 'filter_upper')]],
  ['trim', [slowRule(['text'], 'text', 'filter_trim')]],
  ['concat', [rule(['text', 'text'], 'text', infix('||'))]],
  ['year', [rule([day], 'integer', digits(1, 4)), rule(['datetime'], 'integer', digits(1, 4))]],
  ['month', [rule([day], 'integer', digits(6, 2)), rule(['datetime'], 'integer', digits(6, 2))]],
  ['day', [rule([day], 'integer', digits(9, 2)), rule(['datetime'], 'integer', digits(9, 2))]],
  ['hour', [rule(['time'], 'integer', digits(1, 2)), rule(['datetime'], 'integer', digits(12, 2))]],
  ['minute', [rule(['time'], 'integer', digits(4, 2)), rule(['datetime'], 'integer', digits(15, 2))]],
  ['second', [rule(['time'], 'integer', digits(7, 2)), rule(['datetime'], 'integer', digits(18, 2))]],
  ['date', [rule(['datetime'], 'date', (a) => `substr(${a}, 1, 10)`)]],
  ['time', [rule(['datetime'], 'time', (a) => `substr(${a}, 12)`)]],
  ['round', [rule(['decimal'], 'decimal', call('round'))]],
  ['floor', [rule(['decimal'], 'decimal', call('floor'))]],
  ['ceiling', [rule(['decimal'], 'decimal', call('ceil'))]],
])

/** Whether a value of kind `from` can stand where one of kind `to` is wanted. */
export function fits(from: Kind, to: Kind): boolean {
  if (from === to || from === 'null' || from === 'unknown') return true
  return (from === 'integer' && to === 'decimal') || (from === 'date' && to === 'datetime')
}

/** SQL of kind `from` as what `to` is in SQL: a date is its midnight. */
export function promote(sql: string, from: Kind, to: Kind): string {
  return from === 'date' && to === 'datetime' ? `(${sql} || 'T00:00:00')` : sql
}

/** The kind in which values of these kinds can be compared, or undefined when there is none. */
export function commonKind(kinds: readonly Kind[]): Kind | undefined {
  const known = [...new Set(kinds)].filter((kind) => kind !== 'null' && kind !== 'unknown')
  const candidates: readonly Kind[] = [...known, 'decimal', 'datetime']
  return known.length === 0 ? 'null' : candidates.find((to) => known.every((from) => fits(from, to)))
}
