import type { ColumnFormat, ColumnType } from '../broker/http/contract.ts'

const columnTypes: ReadonlySet<unknown> = new Set<ColumnType>([
  'text',
  'integer',
  'decimal',
  'boolean',
  'date',
  'datetime',
  'time',
  'duration',
])

/** Whether something read from a workbook is a column's type. */
export function isColumnType(value: unknown): value is ColumnType {
  return columnTypes.has(value)
}

const columnFormats: ReadonlySet<unknown> = new Set<ColumnFormat>(['money', 'percent', 'percent-points'])

/** Whether something read from a workbook is a column's format. */
export function isColumnFormat(value: unknown): value is ColumnFormat {
  return columnFormats.has(value)
}
