// Dates between the 1900 date system, in which the add-in reckons, and the one of the workbook. Only own columns are concerned: what is
// in them goes through here on its way to the sheet and back.
import { fromSerial, toSerial, type SheetValue } from './cells.ts'
import type { OwnColumn } from './layout.ts'
import type { Rows } from './workbook.ts'

/** 2000-01-01 in the 1900 date system. */
export const serialOf2000 = 36_526

type Typed = Pick<OwnColumn, 'type'>

/** Cells as they are to stand in a sheet whose dates begin so many days later; the first of a row is of the first of these columns. */
export function toSheetDates(rows: Rows, columns: readonly Typed[], daysLater: number): Rows {
  return convert(rows, columns, daysLater, (value, type) => {
    if (typeof value !== 'number') return value
    // Excel has no dates before the first day; texts say which ones they were.
    return value < daysLater ? fromSerial(value, type) : value - daysLater
  })
}

/** The same the other way. */
export function fromSheetDates(rows: Rows, columns: readonly Typed[], daysLater: number): Rows {
  return convert(rows, columns, daysLater, (value, type) => {
    if (typeof value === 'number') return value + daysLater
    const serial = typeof value === 'string' ? toSerial(value) : undefined
    return serial !== undefined && serial < daysLater && fromSerial(serial, type) === value ? serial : value
  })
}

function convert(
  rows: Rows,
  columns: readonly Typed[],
  daysLater: number,
  change: (value: SheetValue, type: 'date' | 'datetime') => SheetValue,
): Rows {
  const isDated = ({ type }: Typed): boolean => type === 'date' || type === 'datetime'
  if (daysLater === 0 || !columns.some(isDated)) return rows
  return rows.map((row) =>
    row.map((value, index) => {
      const type = columns[index]?.type
      return type === 'date' || type === 'datetime' ? change(value, type) : value
    }),
  )
}
