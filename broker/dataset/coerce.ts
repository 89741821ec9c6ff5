import { isDate, toInstant } from './calendar.ts'
import type { Cell, ColumnType } from './column.ts'
import type { RawCell } from './flatten.ts'
import { kindOf, kinds } from './infer.ts'
import { toDuration, toTimeOfDay } from './time-of-day.ts'

/** Turns a raw cell into one that fits its column; undefined when it does not fit. */
export type Coercer = (cell: RawCell) => Cell | undefined

/**
 * How cells become a column of `type`. The empty text is no value, except in a text column. A type that the definition file
 * declares also takes what only a person can know to be meant: numbers and true/false written as text, a date as its midnight (UTC),
 * and midnight as its date.
 */
export function createCoercer(type: ColumnType, isDeclared: boolean): Coercer {
  if (type === 'text') return toText
  const exact = exactCoercers[type]
  const declared = declaredCoercers[type]
  return (cell) => {
    if (cell === null || cell === '') return null
    return exact(cell) ?? (isDeclared ? declared(cell) : undefined)
  }
}

/** What came, in words that give nothing of the value away. */
export function describeKind(cell: RawCell): string {
  switch (kindOf(cell)) {
    case kinds.integer:
      return 'a whole number'
    case kinds.decimal:
      return 'a number with a fraction'
    case kinds.boolean:
      return 'true or false'
    case kinds.date:
      return 'a date'
    case kinds.datetime:
      return 'a date and time'
    case kinds.text:
      return 'a text'
    default:
      return 'nothing'
  }
}

/** The narrowest type that takes both what a column of `type` holds and `cell`. */
export function widenType(type: ColumnType, cell: RawCell): ColumnType {
  if (type === 'integer' && typeof cell === 'number') return 'decimal'
  if (type === 'date' && kindOf(cell) === kinds.datetime) return 'datetime'
  if (type === 'datetime' && kindOf(cell) === kinds.date) return 'datetime'
  return 'text'
}

type ValueType = Exclude<ColumnType, 'text'>
type ValueCoercer = (cell: string | number | boolean) => Cell | undefined

function toText(cell: RawCell): Cell {
  return typeof cell === 'string' || cell === null ? cell : String(cell)
}

const exactCoercers: Readonly<Record<ValueType, ValueCoercer>> = {
  integer: (cell) => (typeof cell === 'number' && Number.isSafeInteger(cell) ? cell : undefined),
  decimal: (cell) => (typeof cell === 'number' ? cell : undefined),
  boolean: (cell) => (typeof cell === 'boolean' ? Number(cell) : undefined),
  date: (cell) => (typeof cell === 'string' && isDate(cell) ? cell : undefined),
  datetime: (cell) => (typeof cell === 'string' ? toInstant(cell) : undefined),
  time: (cell) => (typeof cell === 'string' ? toTimeOfDay(cell) : undefined),
  duration: (cell) => (typeof cell === 'string' ? toDuration(cell) : undefined),
}

/** Beyond 15 digits a number of this platform, or of Excel, no longer is the one that was written. */
const integerText = /^-?\d{1,15}$/
const decimalText = /^-?\d{1,15}(?:\.\d{1,20})?$/
const midnight = /^.{10}[T ]00:00(?::00(?:[.,]0+)?)?(?:Z|z|[+-]\d\d(?::?\d\d)?)?$/

const declaredCoercers: Readonly<Record<ValueType, ValueCoercer>> = {
  integer: (cell) => (typeof cell === 'string' && integerText.test(cell) ? Number(cell) : undefined),
  decimal: (cell) => (typeof cell === 'string' && decimalText.test(cell) ? Number(cell) : undefined),
  boolean: (cell) => booleanTexts.get(String(cell).toLowerCase()),
  // The day as written: its zone says where midnight was, not which day was meant.
  date: (cell) => (typeof cell === 'string' && midnight.test(cell) && toInstant(cell) ? cell.slice(0, 10) : undefined),
  datetime: (cell) => (typeof cell === 'string' && isDate(cell) ? `${cell}T00:00:00Z` : undefined),
  time: () => undefined,
  duration: () => undefined,
}

const booleanTexts: ReadonlyMap<string, number> = new Map([
  ['true', 1],
  ['false', 0],
  ['1', 1],
  ['0', 0],
])
