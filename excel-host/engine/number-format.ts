// Shows a value by its number format: the common numeric, date and text formats, in US English.
import type { CellValue } from './cell-value.ts'
import type { CalendarTime } from './serial-date.ts'
import { calendarTime } from './serial-date.ts'

const MONTHS = 'January February March April May June July August September October November December'.split(' ')
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

type Token =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'digits'; readonly text: string }
  | { readonly kind: 'elapsed'; readonly text: string }

const TOKEN =
  /"([^"]*)"|\\(.)|_(.)|\*(.)|\[(h+|m+|s+)\]|\[[^\]]*\]|(AM\/PM|A\/P|General|y+|m+|d+|h+|s+(?:\.0+)?)|([0#?][0#?,]*(?:\.[0#?]+)?,*(?:[eE][+-]0+)?|\.[0#?]+)|([\s\S])/gi

function tokenOf(match: RegExpMatchArray): Token | undefined {
  const [whole, quoted, escaped, padded, filled, elapsed, code, digits, other] = match
  const literal = quoted ?? escaped ?? other
  if (literal !== undefined) return { kind: 'literal', text: literal }
  if (padded !== undefined) return { kind: 'literal', text: ' ' }
  if (filled !== undefined) return undefined
  if (elapsed !== undefined) return { kind: 'elapsed', text: elapsed.toLowerCase() }
  if (code !== undefined) return { kind: 'code', text: code }
  if (digits !== undefined) return { kind: 'digits', text: digits }
  // `[$€-407]` names a currency sign; colours and locales show nothing.
  const currency = /^\[\$([^\]-]*)/.exec(whole)
  return currency?.[1] === undefined ? undefined : { kind: 'literal', text: currency[1] }
}

interface Format {
  readonly sections: readonly (readonly Token[])[]
}

const formats = new Map<string, Format>()

// Sections are split outside quotes, as a literal may contain a semicolon.
function parseFormat(text: string): Format {
  const known = formats.get(text)
  if (known !== undefined) return known
  const sections = (text.match(/(?:"[^"]*"|\\.|\[[^\]]*\]|[^;"\\[])+|(?<=;)(?=;|$)/g) ?? ['']).map((section) =>
    [...section.matchAll(TOKEN)].map(tokenOf).filter((token) => token !== undefined),
  )
  const format = { sections }
  formats.set(text, format)
  return format
}

function isDateSection(tokens: readonly Token[]): boolean {
  return tokens.some((token) => token.kind === 'elapsed' || (token.kind === 'code' && !/^general$/i.test(token.text)))
}

/** A number as a `General` cell shows it: at most eleven characters, exponents when it does not fit. */
export function generalText(value: number): string {
  const size = Math.abs(value)
  if (value === 0) return '0'
  if (size >= 1e11 || size < 1e-9) {
    const [mantissa = '', exponent = ''] = value.toExponential(5).split('e')
    return `${String(Number(mantissa))}E${exponent.replace(/^([+-])(\d)$/, '$10$2')}`
  }
  const whole = String(Math.trunc(size)).length
  return String(Number(value.toFixed(Math.max(0, 10 - whole))))
}

function groupThousands(whole: string): string {
  return whole.replace(/\B(?=(?:\d{3})+$)/g, ',')
}

// Rounds the decimal digits a person sees, so that 1.005 becomes 1.01 as in Excel.
function fixed(size: number, decimals: number): string {
  if (size >= 1e15 || size < 1e-6) return size.toFixed(decimals)
  return Number(`${Math.round(Number(`${size}e${decimals}`))}e-${decimals}`).toFixed(decimals)
}

function digitsText(size: number, pattern: string): string {
  const exponent = /[eE]([+-])(0+)$/.exec(pattern)
  const plain = exponent === null ? pattern : pattern.slice(0, exponent.index)
  // Trailing commas divide by a thousand each; those between digits group.
  const scale = /,*$/.exec(plain)?.[0].length ?? 0
  const [wholePattern = '', fractionPattern = ''] = plain.slice(0, plain.length - scale).split('.')
  if (exponent !== null) {
    const [mantissa = '', power = '0'] = size.toExponential(fractionPattern.length).split('e')
    const sign = power.startsWith('-') ? '-' : exponent[1] === '+' ? '+' : ''
    return `${mantissa}E${sign}${power.replace(/^[+-]/, '').padStart(exponent[2]?.length ?? 2, '0')}`
  }
  const scaled = size / 1000 ** scale
  const [wholeDigits = '0', fractionDigits = ''] = fixed(scaled, fractionPattern.length).split('.')
  const leastWhole = wholePattern.replaceAll(/[^0]/g, '').length
  const shown = leastWhole === 0 && wholeDigits === '0' ? '' : wholeDigits.padStart(leastWhole, '0')
  const leastFraction = fractionPattern.lastIndexOf('0') + 1
  const optional = fractionDigits.slice(leastFraction).replace(/0+$/, '')
  const fraction = fractionDigits.slice(0, leastFraction) + optional
  const grouped = wholePattern.includes(',') ? groupThousands(shown) : shown
  return fractionPattern === '' ? grouped : `${grouped}.${fraction}`
}

function elapsedText(code: string, serial: number): string {
  const total = Math.round(serial * 86_400)
  const units = code.startsWith('h') ? 3600 : code.startsWith('m') ? 60 : 1
  return String(Math.floor(total / units)).padStart(code.length, '0')
}

function monthText(code: string, month: number): string {
  const name = MONTHS[month - 1] ?? ''
  if (code.length >= 5) return name.slice(0, 1)
  if (code.length === 4) return name
  return code.length === 3 ? name.slice(0, 3) : String(month).padStart(code.length, '0')
}

function dayText(code: string, time: CalendarTime): string {
  const name = DAYS[time.weekday] ?? ''
  if (code.length >= 4) return name
  return code.length === 3 ? name.slice(0, 3) : String(time.day).padStart(code.length, '0')
}

function secondsText(code: string, time: CalendarTime): string {
  const [whole = 's', fraction = ''] = code.split('.')
  const seconds = String(time.seconds).padStart(whole.length, '0')
  if (fraction === '') return seconds
  return `${seconds}.${String(time.milliseconds).padStart(3, '0').slice(0, fraction.length).padEnd(fraction.length, '0')}`
}

// `m` means minutes after an hour or before seconds, else months.
function isMinutes(tokens: readonly Token[], index: number): boolean {
  const isTime = (token: Token | undefined): string =>
    token === undefined || token.kind === 'literal' ? '' : token.text.slice(0, 1).toLowerCase()
  const before = tokens.slice(0, index).findLast((token) => token.kind !== 'literal')
  const after = tokens.slice(index + 1).find((token) => token.kind !== 'literal')
  return isTime(before) === 'h' || isTime(after) === 's'
}

function dateText(tokens: readonly Token[], serial: number, epochDays: number): string | undefined {
  const time = calendarTime(serial + epochDays)
  if (time === undefined) return undefined
  const halfDay = tokens.some((token) => token.kind === 'code' && /^a/i.test(token.text))
  const parts = tokens.map((token, index) => {
    if (token.kind === 'elapsed') return elapsedText(token.text, serial)
    if (token.kind !== 'code') return token.text
    const code = token.text.toLowerCase()
    if (code.startsWith('y')) return code.length > 2 ? String(time.year) : String(time.year % 100).padStart(2, '0')
    if (code.startsWith('d')) return dayText(code, time)
    if (code.startsWith('h')) {
      const hours = halfDay ? ((time.hours + 11) % 12) + 1 : time.hours
      return String(hours).padStart(Math.min(code.length, 2), '0')
    }
    if (code.startsWith('s')) return secondsText(code, time)
    if (code.startsWith('a')) return time.hours < 12 ? 'AM' : 'PM'
    if (!code.startsWith('m')) return token.text
    return isMinutes(tokens, index)
      ? String(time.minutes).padStart(Math.min(code.length, 2), '0')
      : monthText(code, time.month)
  })
  return parts.join('')
}

function numberText(value: number, tokens: readonly Token[], sections: number): string {
  const percent = tokens.some((token) => token.kind === 'literal' && token.text === '%')
  const size = Math.abs(percent ? value * 100 : value)
  const body = tokens.map((token) => {
    if (token.kind === 'digits') return digitsText(Number(size.toPrecision(15)), token.text)
    return token.kind === 'code' ? generalText(size) : token.text
  })
  // A section for negative numbers shows its own sign; with one section the sign is Excel's.
  const shown = body.join('')
  return value < 0 && sections < 2 && /[1-9]/.test(shown) ? `-${shown}` : shown
}

/**
 * The text a cell shows; `########` for a date that does not exist, as Excel does. `epochDays` is how much later than
 * the 1900 system a workbook begins to count.
 */
export function formatValue(value: CellValue | undefined, numberFormat: string, epochDays = 0): string {
  if (value === undefined) return ''
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE'
  const { sections } = parseFormat(numberFormat)
  if (typeof value === 'string') {
    const forText = sections[3]
    return forText === undefined ? value : forText.map((token) => (token.text === '@' ? value : token.text)).join('')
  }
  if (numberFormat === 'General' || numberFormat === '@' || numberFormat === '') return generalText(value)
  const section = (value < 0 ? sections[1] : value === 0 ? sections[2] : undefined) ?? sections[0] ?? []
  if (isDateSection(section)) return dateText(section, value, epochDays) ?? '########'
  return numberText(value, section, value < 0 ? sections.length : 1)
}
