// Between a cell as the broker sends it and a cell as Excel keeps it.
import type { CellBody, ColumnBody, ColumnType } from '../broker/http/contract.ts'
import { durationToSerial, timeToSerial } from './time-cells.ts'

/** What a cell of a sheet holds; the empty text is an empty cell. */
export type SheetValue = string | number | boolean

/** The most characters that one cell takes; a longer text is cut and ends with the mark. */
export const mostCellCharacters = 32_767
const cutMark = '… [cut]'

const dayMs = 86_400_000
/** Day 0 of the 1900 date system, for days from March 1900 on. */
const dayZeroMs = Date.UTC(1899, 11, 30)
/** Excel believes in a 29 February 1900, which is this serial number. */
const phantomDay = 60
const lastSerial = 2_958_466

/** The number format of a column; `@` keeps a text from being read as a number, a date or a formula. */
export function numberFormatOf({ type, format, currency }: Omit<ColumnBody, 'name'>): string {
  if (type !== 'integer' && type !== 'decimal') return formats[type]
  if (format === 'money') return moneyFormat(currency)
  if (format === 'percent') return '0.00%'
  // A quoted sign is only written: it multiplies nothing.
  if (format === 'percent-points') return type === 'integer' ? '0"%"' : '0.00"%"'
  return formats[type]
}

/** The currency's code, as its sign may belong to several; with as many decimals as the currency has. */
function moneyFormat(currency: string | undefined): string {
  if (currency === undefined || !/^[A-Z]{3}$/.test(currency)) return '#,##0.00'
  const { maximumFractionDigits = 2 } = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
  const digits = maximumFractionDigits === 0 ? '#,##0' : `#,##0.${'0'.repeat(maximumFractionDigits)}`
  return `[$${currency}] ${digits};-[$${currency}] ${digits}`
}

const formats: Readonly<Record<ColumnType, string>> = {
  text: '@',
  integer: '0',
  decimal: 'General',
  boolean: 'General',
  date: 'yyyy-mm-dd',
  datetime: 'yyyy-mm-dd hh:mm',
  time: 'hh:mm:ss',
  duration: '[h]:mm:ss',
}

/** The cell as it is to stand in a sheet. Dates become serial numbers, in UTC, so that every reader sees the same. */
export function toSheetValue(cell: CellBody, type: ColumnType): SheetValue {
  if (cell === null) return ''
  if (typeof cell !== 'string') return cell
  if (type === 'date' || type === 'datetime') return toSerial(cell) ?? cell
  if (type === 'time') return timeToSerial(cell) ?? cell
  if (type === 'duration') return durationToSerial(cell) ?? cell
  return fitText(cell)
}

/** A serial number of the 1900 date system; undefined for what Excel has no date for. */
export function toSerial(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z)?$/.test(text)) return undefined
  const epochMs = Date.parse(text)
  if (Number.isNaN(epochMs)) return undefined
  const days = (epochMs - dayZeroMs) / dayMs
  const serial = days < phantomDay + 1 ? days - 1 : days
  return serial >= 1 && serial < lastSerial ? serial : undefined
}

/** The date or instant of a serial number, as the broker writes it. */
export function fromSerial(serial: number, type: 'date' | 'datetime'): string {
  const days = serial < phantomDay ? serial + 1 : serial
  const iso = new Date(dayZeroMs + Math.round(days * dayMs)).toISOString()
  return type === 'date' ? iso.slice(0, 10) : iso.replace('.000Z', 'Z')
}

/**
 * The same text for values that Excel cannot tell apart: it keeps fifteen digits of a number. Two cells are equal when these texts
 * are.
 */
export function canonicalText(value: SheetValue): string {
  if (typeof value === 'string') return `"${value}`
  return typeof value === 'number' ? String(Number(value.toPrecision(15))) : String(value)
}

/** Whether a cell of the sheet needs no write to hold `target`. */
export function isSameValue(current: SheetValue, target: SheetValue): boolean {
  return current === target || canonicalText(current) === canonicalText(target)
}

function fitText(text: string): string {
  // Excel stores line feeds alone, and no control characters or halves of surrogate pairs.
  let fitted = text.replaceAll('\r\n', '\n').replaceAll('\r', '\n').toWellFormed()
  fitted = fitted.replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '\uFFFD')
  if (fitted.length <= mostCellCharacters) return fitted
  return fitted.slice(0, mostCellCharacters - cutMark.length).toWellFormed() + cutMark
}
