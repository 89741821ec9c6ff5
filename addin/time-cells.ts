// Times of day and durations between the broker's text and Excel's fractions of a day.

const secondsOfDay = 86_400

const timeForm = /^(\d{2}):(\d{2}):(\d{2}(?:\.\d{1,3})?)$/
const durationForm = /^P(?=[\dT])(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d{1,3})?)S)?)?$/

/** The fraction of a day that a time of day is; undefined when it is none. */
export function timeToSerial(text: string): number | undefined {
  const match = timeForm.exec(text)
  return match ? toDays('0', match[1], match[2], match[3]) : undefined
}

/** How many days a duration is; undefined when it is none, or negative, which Excel cannot show. */
export function durationToSerial(text: string): number | undefined {
  const match = durationForm.exec(text)
  return match ? toDays(match[1], match[2], match[3], match[4]) : undefined
}

/** The time of day of a fraction, as the broker writes it. */
export function serialToTime(serial: number): string {
  const { hours, minutes, seconds } = split(serial % 1)
  const two = (value: number): string => String(value).padStart(2, '0')
  const [whole = '', fraction] = seconds.split('.')
  return `${two(hours)}:${two(minutes)}:${whole.padStart(2, '0')}${fraction === undefined ? '' : `.${fraction}`}`
}

/** The duration of so many days, as the broker writes it. */
export function serialToDuration(serial: number): string {
  const { days, hours, minutes, seconds } = split(serial)
  const parts: readonly [number, string][] = [
    [hours, 'H'],
    [minutes, 'M'],
  ]
  const time = parts.map(([value, unit]) => (value === 0 ? '' : `${value}${unit}`)).join('')
  const all = `${time}${seconds === '0' ? '' : `${Number(seconds)}S`}`
  if (days === 0 && all === '') return 'PT0S'
  return `P${days === 0 ? '' : `${days}D`}${all === '' ? '' : `T${all}`}`
}

function toDays(days = '0', hours = '0', minutes = '0', seconds = '0'): number {
  return Number(days) + ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) / secondsOfDay
}

/** To the millisecond, which Excel's numbers hold for thousands of years. */
function split(serial: number): { days: number; hours: number; minutes: number; seconds: string } {
  const ms = Math.round(serial * secondsOfDay * 1_000)
  const restMs = ms % 60_000
  const fraction = restMs % 1_000 === 0 ? '' : `.${String(restMs % 1_000).padStart(3, '0')}`
  return {
    days: Math.floor(ms / 86_400_000),
    hours: Math.floor(ms / 3_600_000) % 24,
    minutes: Math.floor(ms / 60_000) % 60,
    seconds: `${Math.floor(restMs / 1_000)}${fraction}`,
  }
}
