// What Excel makes of something written into a cell: a number, a date, a formula, or text.
import type { CellValue } from './cell-value.ts'
import { HostError, invalidArgument } from './host-error.ts'
import { serialOf } from './serial-date.ts'

const MAX_TEXT = 32_767
const MAX_FORMULA = 8_192

/** The reading of one input. */
export interface CellInput {
  readonly value: CellValue | undefined
  readonly formula?: string
  /** The format Excel gives the cell because of the input's shape, as `0%` for `5%`; only over `General`. */
  readonly numberFormat?: string
  readonly quotePrefix?: boolean
  /** Whether the value is a date, which another date system counts otherwise. */
  readonly isDate?: boolean
}

// Excel keeps fifteen significant digits: long ids written as numbers lose their tail.
function fifteenDigits(value: number): number {
  return Number.isFinite(value) && Math.abs(value) >= 1e15 ? Number(value.toPrecision(15)) : value
}

const NUMBER = /^[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:[eE][+-]?\d+)?$/

function readNumber(text: string): CellInput | undefined {
  const bracketed = /^\((.+)\)$/.exec(text)
  const signed = bracketed?.[1] === undefined ? text : `-${bracketed[1]}`
  const percent = signed.endsWith('%')
  const body = percent ? signed.slice(0, -1).trim() : signed
  if (!/\d/.test(body) || !NUMBER.test(body)) return undefined
  const parsed = Number(body.replaceAll(',', ''))
  if (!Number.isFinite(parsed)) return undefined
  const value = fifteenDigits(percent ? parsed / 100 : parsed)
  if (percent) return { value, numberFormat: body.includes('.') ? '0.00%' : '0%' }
  if (/[eE]/.test(body)) return { value, numberFormat: '0.00E+00' }
  if (body.includes(',')) return { value, numberFormat: body.includes('.') ? '#,##0.00' : '#,##0' }
  return { value }
}

function readClock(text: string): { readonly fraction: number; readonly seconds: boolean } | undefined {
  const match = /^(\d{1,4}):(\d{2})(?::(\d{2}(?:\.\d{1,3})?))?$/.exec(text)
  if (match === null) return undefined
  const seconds = Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3] ?? 0)
  return { fraction: seconds / 86_400, seconds: match[3] !== undefined }
}

function readDate(text: string): number | undefined {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text)
  if (iso !== null) return serialOf(Number(iso[1]), Number(iso[2]), Number(iso[3]))
  const us = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})$/.exec(text)
  return us === null ? undefined : serialOf(Number(us[3]), Number(us[1]), Number(us[2]))
}

function readDateOrTime(text: string): CellInput | undefined {
  const space = text.indexOf(' ')
  const time = readClock(space < 0 ? text : text.slice(space + 1))
  if (space < 0 && time !== undefined) return { value: time.fraction, numberFormat: time.seconds ? 'h:mm:ss' : 'h:mm' }
  const date = readDate(space < 0 ? text : text.slice(0, space))
  if (date === undefined) return undefined
  if (space < 0) return { value: date, numberFormat: 'm/d/yyyy', isDate: true }
  return time === undefined ? undefined : { value: date + time.fraction, numberFormat: 'm/d/yyyy h:mm', isDate: true }
}

function readText(text: string): CellInput {
  if (text.startsWith('=') && text.length > 1) return formulaInput(text)
  const trimmed = text.trim()
  const number = readNumber(trimmed) ?? readDateOrTime(trimmed)
  if (number !== undefined) return number
  if (/^[+-]./.test(text)) return formulaInput(`=${text}`)
  if (/^(?:true|false)$/i.test(text)) return { value: text.toLowerCase() === 'true' }
  return { value: text }
}

function formulaInput(formula: string): CellInput {
  if (formula.length > MAX_FORMULA) {
    throw new HostError('FormulaLengthExceedsLimit', 'The formula is longer than the limit of 8,192 characters.')
  }
  return { value: formula, formula }
}

/**
 * Reads what `values`, `formulas` or a person puts into a cell (US rules). The format `@` keeps everything as text; a
 * leading apostrophe makes text in any format.
 *
 * @throws {HostError} `InvalidArgument` for more than 32,767 characters or a value that is no scalar.
 */
export function readInput(raw: unknown, numberFormat: string): CellInput {
  if (typeof raw === 'boolean') return { value: raw }
  if (typeof raw === 'number') return numberFormat === '@' ? { value: String(raw) } : { value: raw }
  if (typeof raw !== 'string') throw invalidArgument()
  if (raw.length > MAX_TEXT) throw invalidArgument()
  if (raw === '') return { value: undefined }
  if (raw.startsWith("'")) return { value: raw.slice(1), quotePrefix: true }
  return numberFormat === '@' ? { value: raw } : readText(raw)
}
