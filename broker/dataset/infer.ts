import { isDate, toInstant } from './calendar.ts'
import type { ColumnType } from './column.ts'
import type { RawCell } from './flatten.ts'

/** The kinds of value a column has held, one bit each, so that a column's whole history is one number. */
export const kinds = { integer: 1, decimal: 2, boolean: 4, date: 8, datetime: 16, text: 32 } as const

/** The kind of one value; 0 for null and the empty text, which say nothing about their column. */
export function kindOf(cell: RawCell): number {
  if (typeof cell === 'string') return kindOfText(cell)
  if (typeof cell === 'number') return Number.isSafeInteger(cell) ? kinds.integer : kinds.decimal
  return cell === null ? 0 : kinds.boolean
}

/** Adds the kinds of `cells` to what the columns have held so far. */
export function noteKinds(seen: number[], cells: readonly RawCell[]): void {
  for (let column = 0; column < cells.length; column++) {
    const before = seen[column] ?? 0
    // Text absorbs all others, and telling dates from text is what costs.
    seen[column] = before >= kinds.text ? before : before | kindOf(cells[column] ?? null)
  }
}

/**
 * The type that fits every value of these kinds; undefined when there was none. Numeric text stays text, for leading zeros and long
 * ids; so does anything mixed, except whole numbers among decimals.
 */
export function inferType(seen: number): ColumnType | undefined {
  switch (seen) {
    case 0:
      return undefined
    case kinds.integer:
      return 'integer'
    case kinds.decimal:
    case kinds.integer | kinds.decimal:
      return 'decimal'
    case kinds.boolean:
      return 'boolean'
    case kinds.date:
      return 'date'
    case kinds.datetime:
      return 'datetime'
    default:
      return 'text'
  }
}

function kindOfText(text: string): number {
  if (text === '') return 0
  const first = text.charCodeAt(0)
  // A date begins with a digit; most texts do not.
  if (first < 48 || first > 57) return kinds.text
  if (isDate(text)) return kinds.date
  return toInstant(text) === undefined ? kinds.text : kinds.datetime
}
