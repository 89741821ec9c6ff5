import type { ColumnType } from '../broker/http/contract.ts'

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
