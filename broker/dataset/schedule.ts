// When a schedule is due: cron in a time zone, and hours in which nothing is to start by itself.
import { Cron } from 'croner'

/** A cron pattern of five parts, read in a time zone. */
export interface CronTime {
  readonly cron: string
  /** IANA name, as `Europe/London`. */
  readonly timeZone: string
}

/** Times of day as `HH:MM` in the schedule's time zone, from the first up to and not including the second; may span midnight. */
export interface QuietHours {
  readonly from: string
  readonly to: string
}

/** What is wrong with a cron pattern, in plain words; undefined when it names at least one moment to come. */
export function findCronMistake(pattern: string): string | undefined {
  try {
    const next = new Cron(pattern, { mode: '5-part', timezone: 'UTC' }).nextRun(new Date(0))
    return next ? undefined : 'This names no moment that will ever come.'
  } catch {
    // The library's own text speaks of its internals.
    return 'Write five parts: minute, hour, day of month, month, day of week, such as 30 6 * * MON-FRI.'
  }
}

/** Whether this machine knows the time zone. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/**
 * The first run after `afterMs`. A time of day that a change to summer time skips runs when the clocks have gone forward; one that comes
 * twice runs once.
 */
export function nextRunAfter({ cron, timeZone }: CronTime, afterMs: number): number | undefined {
  const after = new Date(afterMs)
  return new Cron(cron, { mode: '5-part', timezone: timeZone }).nextRun(after)?.getTime()
}

/** Whether `nowMs` lies in the quiet hours. */
export function isQuiet(quietHours: QuietHours | undefined, timeZone: string, nowMs: number): boolean {
  if (!quietHours) return false
  const { from, to } = quietHours
  const format = new Intl.DateTimeFormat('en', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const time = format.format(nowMs)
  return from <= to ? time >= from && time < to : time >= from || time < to
}
