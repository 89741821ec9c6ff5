// Times of day and durations as sources write them, and the one way in which the broker does.

const timeForm = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d{1,12}))?)?$/

/** `text` as `HH:MM:SS[.sss]`; undefined when it is no time of day, or one with a zone, which is none of a day. */
export function toTimeOfDay(text: string): string | undefined {
  const match = timeForm.exec(text)
  if (!match) return undefined
  const [, hours = '', minutes = '', seconds = '00', fraction = ''] = match
  const digits = fraction.slice(0, 3).padEnd(3, '0')
  return `${hours}:${minutes}:${seconds}${digits === '000' ? '' : `.${digits}`}`
}

const isoForm =
  /^([+-]?)P(?=[\dT])(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:[.,](\d{1,12}))?S)?)?$/
/** As .NET and SQL write one: `[-][days.]hours:minutes:seconds[.fraction]`. */
const colonForm = /^(-?)(?:(\d{1,9})\.)?(\d{1,9}):([0-5]\d):([0-5]\d)(?:\.(\d{1,12}))?$/

/**
 * `text` as an ISO 8601 duration of days, hours, minutes and seconds, the same text for the same length: `PT90M` is `PT1H30M`, nothing is
 * `PT0S`. Undefined when it is none, and for years and months, which have no length of their own.
 */
export function toDuration(text: string): string | undefined {
  const iso = isoForm.exec(text)
  if (iso) {
    const [, sign, weeks, days, hours, minutes, seconds, fraction] = iso
    return writeDuration(sign === '-', [Number(weeks ?? 0) * 7 + Number(days ?? 0), hours, minutes, seconds, fraction])
  }
  const colons = colonForm.exec(text)
  if (!colons) return undefined
  const [, sign, days, hours, minutes, seconds, fraction] = colons
  return writeDuration(sign === '-', [Number(days ?? 0), hours, minutes, seconds, fraction])
}

type Parts = readonly [number, ...(string | undefined)[]]

function writeDuration(
  isNegative: boolean,
  [days, hours = '0', minutes = '0', seconds = '0', fraction = '']: Parts,
): string {
  const wholeSeconds = ((days * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)
  const ms = wholeSeconds * 1_000 + Number(fraction.slice(0, 3).padEnd(3, '0'))
  return printDuration(isNegative ? -ms : ms)
}

/** A duration of so many milliseconds, as `toDuration` gives it. */
export function printDuration(durationMs: number): string {
  const ms = Math.abs(durationMs)
  if (ms === 0) return 'PT0S'
  const rest = { days: Math.floor(ms / 86_400_000), ms: ms % 86_400_000 }
  const parts = [
    Math.floor(rest.ms / 3_600_000),
    Math.floor(rest.ms / 60_000) % 60,
    (rest.ms % 60_000) / 1_000,
  ] as const
  const time = parts.map((value, index) => (value === 0 ? '' : `${value}${'HMS'.charAt(index)}`)).join('')
  return `${durationMs < 0 ? '-' : ''}P${rest.days === 0 ? '' : `${rest.days}D`}${time === '' ? '' : `T${time}`}`
}
