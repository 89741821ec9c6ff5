// Days are counted from 1 January 1970 (UTC), instants are whole seconds: both fit typed arrays, and a search by date
// becomes a comparison of whole numbers.

export const DAY_SECONDS = 86_400

const DATE = /^\d{4}-\d{2}-\d{2}$/

/** The day a `YYYY-MM-DD` names; undefined for any other text and for dates that do not exist. */
export function findDay(text: string): number | undefined {
  const ms = DATE.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(ms)) {
    return undefined
  }
  const day = ms / 1000 / DAY_SECONDS
  return formatDay(day) === text ? day : undefined
}

export function formatDay(day: number): string {
  return new Date(day * DAY_SECONDS * 1000).toISOString().slice(0, 10)
}

export function dayOfSeconds(epochSeconds: number): number {
  return Math.floor(epochSeconds / DAY_SECONDS)
}

/** ISO 8601 in UTC without fractions, `2026-05-04T09:30:00Z`. */
export function formatInstant(epochSeconds: number): string {
  return `${new Date(epochSeconds * 1000).toISOString().slice(0, 19)}Z`
}
