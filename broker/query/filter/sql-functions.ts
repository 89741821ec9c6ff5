// What filters need and SQLite has not, or has for ASCII alone. Date-times are as `rules.ts` has them in SQL: without the `Z`.
import { readDurationMs } from './literals.ts'

type SqlValue = string | number | null

/** A function of one to two values, none of them null. */
type SqlFunction = (left: SqlValue, right: SqlValue) => SqlValue

/** The functions that conditions call, by name; a connection must have them before it runs one. All give null for null. */
export const sqlFunctions = {
  filter_lower: { length: 1, run: (text) => String(text).toLowerCase() },
  filter_upper: { length: 1, run: (text) => String(text).toUpperCase() },
  filter_trim: { length: 1, run: (text) => String(text).trim() },
  filter_ends: { length: 2, run: (text, end) => Number(String(text).endsWith(String(end))) },
  filter_mod: { length: 2, run: (left, right) => Number(left) % Number(right) },
  filter_later: { length: 2, run: (instant, byMs) => toLocal(toMs(instant) + Number(byMs)) },
  filter_earlier: { length: 2, run: (instant, byMs) => toLocal(toMs(instant) - Number(byMs)) },
  filter_duration: { length: 1, run: (text) => readDurationMs(String(text)) ?? null },
  filter_between: { length: 2, run: (later, earlier) => toMs(later) - toMs(earlier) },
} satisfies Readonly<Record<string, { readonly length: 1 | 2; readonly run: SqlFunction }>>

/** An instant as SQL has it, or null when it is not in the years 1 to 9999. */
export function toLocal(atMs: number): string | null {
  if (!(atMs >= firstMs && atMs <= lastMs)) return null
  return new Date(Math.trunc(atMs)).toISOString().slice(0, -1).replace('.000', '')
}

const firstMs = Date.parse('0001-01-01T00:00:00Z')
const lastMs = Date.parse('9999-12-31T23:59:59.999Z')

function toMs(instant: SqlValue): number {
  return Date.parse(`${String(instant)}Z`)
}
