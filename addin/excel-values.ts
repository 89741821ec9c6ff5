import type { SheetValue } from './cells.ts'
import { WorkbookError } from './workbook-error.ts'
import type { Rows } from './workbook.ts'

/**
 * Cells as Excel gave them.
 *
 * @throws {WorkbookError} `too-large` where it gave none, which it does for very many
 */
export function readRows(values: unknown[][] | null): Rows {
  if (values === null) throw new WorkbookError('too-large', 'Excel gave no values for so many cells.')
  return values.map((row) => row.map(readValue))
}

function readValue(value: unknown): SheetValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  return ''
}
