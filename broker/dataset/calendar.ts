// ISO 8601 dates and date-times as sources write them. Read by character codes: every text cell of a pull comes through here.

const zero = 48
const nine = 57
const daysInMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Whether `text` is a day that exists, as `YYYY-MM-DD`; year 0 does not exist. */
export function isDate(text: string): boolean {
  return text.length === 10 && startsWithDate(text)
}

/**
 * `text` as `YYYY-MM-DDTHH:MM:SS[.sss]Z` in UTC, or undefined when it is no date-time that exists. Takes `T` or a space between date
 * and time, seconds and fraction when there are any (digits after the third are cut off), and `Z`, `+HH:MM`, `+HHMM`, `+HH` or
 * nothing, which is taken as UTC.
 */
export function toInstant(text: string): string | undefined {
  if (text.length < 16 || !startsWithDate(text)) return undefined
  if (isWritten(text)) return text
  const separator = text.charCodeAt(10)
  if (separator !== 84 && separator !== 32) return undefined
  const match = timeOfDay.exec(text)
  if (!match) return undefined
  const [, hoursAndMinutes = '', seconds = '00', fraction = '', zone = 'Z'] = match
  const digits = fraction.slice(0, 3).padEnd(3, '0')
  const utc = `${text.slice(0, 10)}T${hoursAndMinutes}:${seconds}${digits === '000' ? '' : `.${digits}`}Z`
  return zone === 'Z' || zone === 'z' ? utc : moveToUtc(utc, zone)
}

const timeOfDay = /^.{11}((?:[01]\d|2[0-3]):[0-5]\d)(?::([0-5]\d)(?:[.,](\d{1,12}))?)?(Z|z|[+-]\d\d(?::?[0-5]\d)?)?$/

/** Whether a text that begins with a date goes on as most sources write it, and we do: `THH:MM:SSZ`. */
function isWritten(text: string): boolean {
  return (
    text.length === 20 &&
    text.charCodeAt(10) === 84 &&
    twoDigits(text, 11) <= 23 &&
    text.charCodeAt(13) === 58 &&
    twoDigits(text, 14) <= 59 &&
    text.charCodeAt(16) === 58 &&
    twoDigits(text, 17) <= 59 &&
    text.charCodeAt(19) === 90
  )
}

/** Whether the first ten characters are a day that exists. */
function startsWithDate(text: string): boolean {
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return false
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2)
  const month = twoDigits(text, 5)
  const day = twoDigits(text, 8)
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1)) return false
  if (month === 2 && day === 29) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return day <= (daysInMonth[month - 1] ?? 0)
}

/** The number that two digits write; NaN, which fits no comparison, when they are no digits. */
function twoDigits(text: string, at: number): number {
  const first = text.charCodeAt(at)
  const second = text.charCodeAt(at + 1)
  if (!(first >= zero && first <= nine && second >= zero && second <= nine)) return NaN
  return (first - zero) * 10 + second - zero
}

function moveToUtc(local: string, zone: string): string | undefined {
  const hours = Number(zone.slice(1, 3))
  if (hours > 23) return undefined
  const minutes = hours * 60 + Number(zone.slice(3).replace(':', '') || 0)
  const instant = new Date(Date.parse(local) - (zone.startsWith('-') ? -minutes : minutes) * 60_000)
  const year = instant.getUTCFullYear()
  if (year < 1 || year > 9999) return undefined
  return instant.toISOString().replace('.000Z', 'Z')
}
