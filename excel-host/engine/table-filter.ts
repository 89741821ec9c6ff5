// Filtering and sorting the body of a table. Filtered rows are hidden rows of the sheet.
import { lastColumn, lastRow } from './area.ts'
import { copyFormula } from './formula/rewrite.ts'
import type { CellValue } from './cell-value.ts'
import { refuseLocked } from './guards.ts'
import { invalidArgument } from './host-error.ts'
import { cellText } from './range-content.ts'
import type { Table } from './sheet.ts'
import type { Workbook } from './workbook.ts'

/** One key of a sort: the column's position in the table. */
export interface SortField {
  readonly key: number
  readonly ascending: boolean
}

function applyFilters(workbook: Workbook, table: Table): void {
  const body = table.bodyArea
  for (let row = body.row; row <= lastRow(body); row += 1) {
    const shown = table.filters.every((filter) => {
      const index = table.columns.findIndex((column) => column.id === filter.columnId)
      return index < 0 || filter.texts.has(cellText(workbook, table.sheet, row, body.column + index))
    })
    if (shown) table.sheet.hiddenRows.delete(row)
    else table.sheet.hiddenRows.add(row)
  }
}

/** Shows only rows whose cell in a column shows one of the texts. */
export function filterByValues(workbook: Workbook, table: Table, index: number, values: unknown): void {
  table.sheet.protection.refuseUnless('allowAutoFilter')
  const column = table.columns[index]
  if (!Array.isArray(values) || column === undefined) throw invalidArgument()
  const texts = new Set(values.map((value: unknown) => (typeof value === 'string' ? value : String(value))))
  table.filters = [...table.filters.filter((filter) => filter.columnId !== column.id), { columnId: column.id, texts }]
  applyFilters(workbook, table)
}

/** Removes the filter of one column. */
export function unfilter(workbook: Workbook, table: Table, columnId: number): void {
  table.sheet.protection.refuseUnless('allowAutoFilter')
  table.filters = table.filters.filter((filter) => filter.columnId !== columnId)
  applyFilters(workbook, table)
}

/** Removes every filter and shows all rows. */
export function clearFilters(table: Table): void {
  table.sheet.protection.refuseUnless('allowAutoFilter')
  table.filters = []
  const body = table.bodyArea
  for (let row = body.row; row <= lastRow(body); row += 1) table.sheet.hiddenRows.delete(row)
}

// Excel's order: numbers, texts (ignoring case), false, true, empty cells last in both directions.
function rank(value: CellValue | undefined): number {
  if (value === undefined) return 3
  return typeof value === 'number' ? 0 : typeof value === 'string' ? 1 : 2
}

function compare(a: CellValue | undefined, b: CellValue | undefined, ascending: boolean): number {
  if (a === undefined || b === undefined) return rank(a) - rank(b)
  const sign = ascending ? 1 : -1
  if (rank(a) !== rank(b)) return sign * (rank(a) - rank(b))
  if (typeof a === 'string' && typeof b === 'string') {
    return sign * a.localeCompare(b, 'en', { sensitivity: 'accent' })
  }
  return sign * (Number(a) - Number(b))
}

/** Sorts the body's rows, contents with formats, formulas as if copied; equal rows keep their order. */
export function sortTable(workbook: Workbook, table: Table, fields: readonly SortField[]): void {
  table.sheet.protection.refuseUnless('allowSort')
  const body = table.bodyArea
  refuseLocked(workbook, table.sheet, body)
  const { grid } = table.sheet
  const rows = Array.from({ length: body.rowCount }, (_entry, index) =>
    Array.from({ length: body.columnCount }, (_cell, column) => {
      const at = [body.row + index, body.column + column] as const
      return { row: at[0], value: grid.value(...at), formula: grid.formula(...at), style: grid.style(...at) }
    }),
  )
  rows.sort((a, b) => {
    for (const { key, ascending } of fields) {
      const order = compare(a[key]?.value, b[key]?.value, ascending)
      if (order !== 0) return order
    }
    return 0
  })
  for (const [index, cells] of rows.entries()) {
    for (let column = body.column; column <= lastColumn(body); column += 1) {
      const cell = cells[column - body.column]
      if (cell?.formula === undefined) grid.setValue(body.row + index, column, cell?.value)
      else grid.setFormula(body.row + index, column, copyFormula(cell.formula, body.row + index - cell.row, 0))
      if (cell !== undefined && cell.style !== grid.style(body.row + index, column)) {
        grid.setStyle(body.row + index, column, cell.style)
      }
    }
  }
  if (table.filters.length > 0) applyFilters(workbook, table)
  workbook.events.sorted(table.sheet, body)
}
