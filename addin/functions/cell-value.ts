import type { FigureBody } from '../../broker/http/contract.ts'
import { numberFormatOf, toSerial, toSheetValue, type SheetValue } from '../cells.ts'
import { toSheetDates } from '../date-system.ts'

/** A value with the number format that it is to be shown in. */
export interface FormattedValue {
  readonly value: SheetValue
  /** undefined for what needs none. */
  readonly numberFormat: string | undefined
}

/** A figure as a cell shows it: dates, times and durations are serial numbers, as in linked tables; dates of a workbook whose dates begin so many days later. */
export function toCellValue({ value, type }: FigureBody, daysLater: number): FormattedValue {
  const [[shown = ''] = []] = toSheetDates([[toSheetValue(value, type)]], [{ type }], daysLater)
  const isDated = type === 'date' || type === 'datetime' || type === 'time' || type === 'duration'
  return { value: shown, numberFormat: isDated && typeof shown === 'number' ? numberFormatOf({ type }) : undefined }
}

/** An instant by this computer's clock, to be compared with NOW(). */
export function toLocalValue(instant: string, daysLater: number): FormattedValue {
  const at = new Date(instant)
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000)
  const value = Number.isNaN(local.getTime()) ? undefined : toSerial(local.toISOString())
  return {
    value: value === undefined ? instant : value - daysLater,
    numberFormat: value === undefined ? undefined : numberFormatOf({ type: 'datetime' }),
  }
}
