// From the conditions of a choice to the broker's filter language. Pure: the values of cells that conditions follow are given.
import type { ColumnType } from '../broker/http/contract.ts'
import { quoteName, quoteText } from '../client/choice.ts'
import { fromSerial, type SheetValue } from './cells.ts'
import type { Comparison, Condition } from './table-choice.ts'
import { TableError } from './table-error.ts'
import { durationToSerial, serialToDuration, serialToTime, timeToSerial } from './time-cells.ts'
import type { CellReading } from './workbook.ts'

/** What is known of the dataset and the workbook when a filter is written. */
export interface FilterContext {
  /** By column name. */
  readonly types: ReadonlyMap<string, ColumnType>
  /** What the followed cells hold, by the name in the condition; one that is not in the map is gone. */
  readonly cells: ReadonlyMap<string, CellReading>
  /** By how many days the workbook's dates begin later than those of the 1900 date system. */
  readonly daysLater: number
}

/**
 * The filter of these conditions; undefined when all rows match. A condition that follows an empty cell does not apply. As in Excel's
 * own filters capitals and small letters are the same, and a day compared with an instant means the whole day (in UTC).
 *
 * @throws {TableError} `filter-column-gone`, `filter-cell-gone`, `filter-value`
 */
export function printFilter(conditions: readonly Condition[], context: FilterContext): string | undefined {
  const parts = conditions.flatMap((condition) => printCondition(condition, context) ?? [])
  return parts.length === 0 ? undefined : parts.map((part) => `(${part})`).join(' and ')
}

function printCondition({ column, comparison, operand }: Condition, context: FilterContext): string | undefined {
  const type = context.types.get(column)
  if (!type) throw new TableError('filter-column-gone', column)
  const subject: Subject = { column, type, name: quoteName(column) }
  if (comparison === 'is-empty') return printEmptiness(subject)
  if (comparison === 'is-not-empty') return `not (${printEmptiness(subject)})`
  const values = operand.kind === 'values' ? operand.values : readCell(operand.name, comparison, subject, context)
  if (values.length === 0) {
    // A cell left empty: the condition does not apply. A list with nothing in it: nothing is one of it.
    return operand.kind === 'values' && comparison === 'one-of' ? 'false' : undefined
  }
  const address = operand.kind === 'cell' ? context.cells.get(operand.name)?.address : undefined
  const literals = values.map((value) => printLiteral(value, { ...subject, address }))
  return compare(comparison, literals, subject)
}

interface Subject {
  readonly column: string
  readonly type: ColumnType
  /** As filters take it. */
  readonly name: string
  readonly address?: string | undefined
}

function readCell(
  name: string,
  comparison: Comparison,
  subject: Subject,
  { cells, daysLater }: FilterContext,
): readonly SheetValue[] {
  const reading = cells.get(name)
  if (!reading) throw new TableError('filter-cell-gone', subject.column, { details: { column: subject.column } })
  const { value, isError, address } = reading
  if (isError) throw wrongValue({ ...subject, address }, value)
  const isDated = subject.type === 'date' || subject.type === 'datetime'
  if (typeof value === 'number' && isDated) return [value + daysLater]
  if (typeof value !== 'string') return [value]
  const texts = comparison === 'one-of' ? value.split(/[;\n]/).map((text) => text.trim()) : [value]
  return texts.filter((text) => text.trim() !== '')
}

/** One of the two is set: a value, or a whole day of an instant. */
interface Literal {
  readonly text: string
  /** Of a day in a column of instants: where the next day begins. */
  readonly nextDay?: string
}

function compare(comparison: Comparison, literals: readonly Literal[], subject: Subject): string {
  const [first = { text: 'null' }] = literals
  const isText = subject.type === 'text'
  const name = isText ? `tolower(${subject.name})` : subject.name
  const { text, nextDay } = first
  switch (comparison) {
    case 'equals':
      return equals(name, first)
    case 'not-equals':
      return `not (${equals(name, first)})`
    case 'one-of':
      // One `in` is little work however many values it has; alternatives that each call a function are too much for large tables.
      return literals.every((literal) => literal.nextDay === undefined)
        ? `${name} in (${literals.map((literal) => literal.text).join(',')})`
        : literals.map((literal) => equals(name, literal)).join(' or ')
    case 'less':
      return `${name} lt ${text}`
    case 'at-most':
      return nextDay === undefined ? `${name} le ${text}` : `${name} lt ${nextDay}`
    case 'greater':
      return nextDay === undefined ? `${name} gt ${text}` : `${name} ge ${nextDay}`
    case 'at-least':
      return `${name} ge ${text}`
    case 'contains':
    case 'starts-with':
      if (!isText) throw wrongValue(subject, text)
      return `${comparison === 'contains' ? 'contains' : 'startswith'}(${name},${text})`
    case 'is-empty':
    case 'is-not-empty':
      return printEmptiness(subject)
  }
}

function equals(name: string, { text, nextDay }: Literal): string {
  // Never null, unlike the comparisons by themselves: it must be right to put `not` before it.
  return nextDay === undefined ? `${name} eq ${text}` : `(${name} ge ${text} and ${name} lt ${nextDay})`
}

function printEmptiness({ name, type }: Subject): string {
  return type === 'text' ? `${name} eq null or ${name} eq ''` : `${name} eq null`
}

function printLiteral(value: SheetValue, subject: Subject): Literal {
  const literal = writeLiteral(value, subject.type)
  if (literal === undefined) throw wrongValue(subject, value)
  return typeof literal === 'string' ? { text: literal } : literal
}

function writeLiteral(value: SheetValue, type: ColumnType): string | Literal | undefined {
  switch (type) {
    case 'text':
      return quoteText(writeText(value).toLowerCase())
    case 'integer':
    case 'decimal':
      return writeNumber(value)
    case 'boolean':
      return writeBoolean(value)
    case 'date':
      return toDay(value)
    case 'datetime':
      return writeInstant(value)
    case 'time':
      return writeTime(value)
    case 'duration':
      return writeDuration(value)
  }
}

function writeText(value: SheetValue): string {
  return typeof value === 'boolean' ? String(value).toUpperCase() : String(value)
}

function writeNumber(value: SheetValue): string | undefined {
  const isNumeral = typeof value === 'string' && /^\s*-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\s*$/.test(value)
  const number = typeof value === 'number' ? value : isNumeral ? Number(value) : Number.NaN
  // A plus sign in an exponent is not needed, and easily lost on the way.
  return Number.isFinite(number) ? String(number).replace('e+', 'e') : undefined
}

function writeBoolean(value: SheetValue): string | undefined {
  if (value === true || value === 1) return 'true'
  if (value === false || value === 0) return 'false'
  const text = String(value).trim().toLowerCase()
  return text === 'true' || text === 'false' ? text : undefined
}

function toDay(value: SheetValue): string | undefined {
  if (typeof value === 'number') return isDate(value) ? fromSerial(Math.floor(value), 'date') : undefined
  const day = /^(\d{4}-\d{2}-\d{2})(?:T[\d:.]+Z)?$/.exec(String(value).trim())?.[1]
  return day !== undefined && isCalendarDay(day) ? day : undefined
}

function writeInstant(value: SheetValue): string | Literal | undefined {
  if (typeof value === 'number' && !Number.isInteger(value)) {
    return isDate(value) ? fromSerial(value, 'datetime') : undefined
  }
  const text = String(value).trim()
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z$/.test(text)) {
    return Number.isNaN(Date.parse(text)) ? undefined : text
  }
  const day = toDay(value)
  if (day === undefined) return undefined
  const next = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)
  return { text: `${day}T00:00:00Z`, nextDay: `${next}T00:00:00Z` }
}

function writeTime(value: SheetValue): string | undefined {
  if (typeof value === 'number') return value >= 0 && value < 1 ? serialToTime(value) : undefined
  const text = String(value).trim()
  const whole = /^\d{2}:\d{2}$/.test(text) ? `${text}:00` : text
  const serial = timeToSerial(whole)
  return serial !== undefined && serial < 1 ? whole : undefined
}

function writeDuration(value: SheetValue): string | undefined {
  if (typeof value === 'number') return value >= 0 ? `duration'${serialToDuration(value)}'` : undefined
  const text = String(value).trim()
  return durationToSerial(text) === undefined ? undefined : `duration'${text}'`
}

function isDate(serial: number): boolean {
  return serial >= 1 && serial < 2_958_466
}

function isCalendarDay(day: string): boolean {
  const epochMs = Date.parse(day)
  return !Number.isNaN(epochMs) && new Date(epochMs).toISOString().startsWith(day)
}

function wrongValue({ column, type, address }: Subject, value: SheetValue): TableError {
  const details = { column, type, text: String(value), ...(address === undefined ? {} : { address }) }
  return new TableError('filter-value', column, { details })
}
