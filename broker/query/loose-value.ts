// Values as cells of spreadsheets hold them, in terms of a column's type.
import { isDate, toInstant } from '../dataset/calendar.ts'
import type { Cell, ColumnType } from '../dataset/column.ts'
import type { LooseValue } from './figure.ts'
import { readDurationMs, toTimeLiteral } from './filter/literals.ts'

/** The year from which a workbook counts days. */
export type DateSystem = 1900 | 1904

/** The value, or what is wrong with it. */
export type ReadValue = { readonly value: Cell } | { readonly mistake: string }

/**
 * The value that a column of this type would hold, as conditions have it in SQL (date-times without `Z`, durations in milliseconds). Nothing
 * and the empty text are null. Numbers for dates, times and durations are serial numbers.
 */
export function readLooseValue(value: LooseValue, type: ColumnType, dateSystem: DateSystem): ReadValue {
  if (value === null || value === '') return { value: null }
  const isLater = dateSystem === 1904 && typeof value === 'number' && (type === 'date' || type === 'datetime')
  const read = readers[type](isLater ? value + days1904 : value)
  if (read !== undefined) return { value: read }
  const shown = typeof value === 'string' ? `"${value.length > 40 ? `${value.slice(0, 37)}...` : value}"` : `${value}`
  return { mistake: `${shown} is not ${names[type]}.` }
}

const names: Readonly<Record<ColumnType, string>> = {
  text: 'a text',
  integer: 'a number',
  decimal: 'a number',
  boolean: 'true or false',
  date: 'a date',
  datetime: 'a date and time',
  time: 'a time of day',
  duration: 'a duration',
}

type Reader = (value: string | number | boolean) => Cell | undefined

const dayMs = 86_400_000
/** Day 0 of the 1900 date system, for days from March 1900 on. */
const dayZeroMs = Date.UTC(1899, 11, 30)
/** Excel believes in a 29 February 1900, which is this serial number; days before it count from one day later. */
const phantomDay = 60
const lastSerial = 2_958_466
/** So many days later than the usual one the date system of 1904 begins. */
const days1904 = 1_462

const readers: Readonly<Record<ColumnType, Reader>> = {
  text: String,
  integer: readNumber,
  decimal: readNumber,
  boolean: readBoolean,
  date: readDate,
  datetime: readDatetime,
  time: readTime,
  duration: readDuration,
}

function readNumber(value: string | number | boolean): number | undefined {
  if (typeof value === 'boolean') return undefined
  const text = typeof value === 'number' ? `${value}` : value.trim()
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text) && Number.isFinite(Number(text))
    ? Number(text)
    : undefined
}

function readBoolean(value: string | number | boolean): number | undefined {
  const text = String(value).trim().toLowerCase()
  if (text === 'true' || text === '1') return 1
  return text === 'false' || text === '0' ? 0 : undefined
}

function readDate(value: string | number | boolean): string | undefined {
  if (typeof value === 'string') return isDate(value.trim()) ? value.trim() : undefined
  const instant = typeof value === 'number' && Number.isInteger(value) ? serialToInstant(value) : undefined
  return instant?.slice(0, 10)
}

function readDatetime(value: string | number | boolean): string | undefined {
  if (typeof value === 'boolean') return undefined
  if (typeof value === 'number') return serialToInstant(value)?.slice(0, -1)
  const text = value.trim()
  const instant = toInstant(isDate(text) ? `${text}T00:00Z` : text)
  return instant?.slice(0, -1)
}

function readTime(value: string | number | boolean): string | undefined {
  if (typeof value === 'boolean') return undefined
  if (typeof value === 'string') return literalText(toTimeLiteral(value.trim())?.value)
  const ms = Math.round(value * dayMs)
  if (!(ms >= 0 && ms < dayMs)) return undefined
  return new Date(ms).toISOString().slice(11, -1).replace('.000', '')
}

function readDuration(value: string | number | boolean): number | undefined {
  if (typeof value === 'boolean') return undefined
  return typeof value === 'string' ? readDurationMs(value.trim()) : Math.round(value * dayMs)
}

function serialToInstant(serial: number): string | undefined {
  if (!(serial >= 1 && serial < lastSerial)) return undefined
  const days = serial < phantomDay ? serial + 1 : serial
  return new Date(dayZeroMs + Math.round(days * dayMs)).toISOString().replace('.000Z', 'Z')
}

function literalText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
