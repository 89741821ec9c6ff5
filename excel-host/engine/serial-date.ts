// Excel's day numbers (1900 system): 1 is 1900-01-01, and day 60 is a 29 February 1900 that never was.

const DAY_MS = 86_400_000
const EPOCH_MS = Date.UTC(1899, 11, 30)

/** How much later the 1904 system begins. */
export const DAYS_1904 = 1_462

/** A moment as the calendar shows it. */
export interface CalendarTime {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly weekday: number
  readonly hours: number
  readonly minutes: number
  readonly seconds: number
  readonly milliseconds: number
}

/** The serial number of a date, or undefined when there is no such day from 1900 to 9999. */
export function serialOf(year: number, month: number, day: number): number | undefined {
  const instant = new Date(Date.UTC(year, month - 1, day))
  const real = instant.getUTCFullYear() === year && instant.getUTCMonth() === month - 1 && instant.getUTCDate() === day
  if (!real || year < 1900 || year > 9999) return undefined
  const days = Math.round((instant.getTime() - EPOCH_MS) / DAY_MS)
  return days < 61 ? days - 1 : days
}

/** The calendar time of a serial number, to the millisecond; undefined for negative ones and those after 9999. */
export function calendarTime(serial: number): CalendarTime | undefined {
  if (serial < 0 || serial >= 2_958_466) return undefined
  // Before March 1900 the false leap day shifts the count by one; the day itself exists only in Excel.
  const isFalseLeapDay = serial >= 60 && serial < 61
  const days = serial < 60 ? serial + 1 : serial
  const instant = new Date(EPOCH_MS + Math.round(days * DAY_MS))
  return {
    year: instant.getUTCFullYear(),
    month: instant.getUTCMonth() + 1,
    day: isFalseLeapDay ? 29 : instant.getUTCDate(),
    weekday: instant.getUTCDay(),
    hours: instant.getUTCHours(),
    minutes: instant.getUTCMinutes(),
    seconds: instant.getUTCSeconds(),
    milliseconds: instant.getUTCMilliseconds(),
  }
}
