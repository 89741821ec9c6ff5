// The values that a filter can spell out. OData ABNF, section 7, as far as columns can hold them.
import { isDate, toInstant } from '../../dataset/calendar.ts'
import type { LiteralType, LiteralValue } from './syntax-tree.ts'

export interface Literal {
  readonly type: LiteralType
  readonly value: LiteralValue
}

const largestInteger = 2n ** 63n - 1n
const msInDay = 86_400_000

/** A number without a sign; undefined when it is too large for one. */
export function toNumberLiteral(text: string): Literal | undefined {
  if (/^\+?\d+$/.test(text)) {
    const value = BigInt(text.replace('+', ''))
    if (value <= largestInteger) return { type: 'integer', value }
  }
  const value = Number(text)
  return Number.isFinite(value) ? { type: 'decimal', value } : undefined
}

/** A day, when it exists. */
export function toDateLiteral(text: string): Literal | undefined {
  return isDate(text) ? { type: 'date', value: text } : undefined
}

/** A date-time with its zone. A `+` that became a space on its way through an address is a `+` again. */
export function toDatetimeLiteral(text: string): Literal | undefined {
  const value = toInstant(text.toUpperCase().replace(' ', '+'))
  return value === undefined ? undefined : { type: 'datetime', value }
}

/** A time of day; digits after the thousandth of a second are cut off, as they are in columns. */
export function toTimeLiteral(text: string): Literal | undefined {
  const instant = toInstant(`2000-01-01T${text}Z`)
  return instant === undefined ? undefined : { type: 'time', value: instant.slice(11, -1) }
}

/** A duration of days and smaller parts (xsd:dayTimeDuration), as `P1DT2H3M4.5S`. */
export function toDurationLiteral(text: string): Literal | undefined {
  const value = readDurationMs(text)
  return value === undefined ? undefined : { type: 'duration', value }
}

/** How long a duration is, as literals and cells write it. */
export function readDurationMs(text: string): number | undefined {
  const match = durationForm.exec(text)
  if (!match) return undefined
  const [, sign, ...parts] = match
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.map((part?: string) => Number(part ?? 0))
  const length = Math.round(days * msInDay + hours * 3_600_000 + minutes * 60_000 + seconds * 1_000)
  if (!Number.isSafeInteger(length)) return undefined
  return sign === '-' && length > 0 ? -length : length
}

/** At least one part, and at least one after `T`. */
const durationForm =
  /^(-?)P(?=\d|T\d)(?:(\d{1,12})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,12})?)S)?)?$/
