// Filtering a table. Filtered rows are hidden rows of the sheet; what is written later is filtered at the next `reapply`.
import { lastRow } from './area.ts'
import type { FilterCriteria, FilteredCell } from './filter-criteria.ts'
import { filterTest } from './filter-criteria.ts'
import { invalidArgument } from './host-error.ts'
import { cellText } from './range-content.ts'
import type { Table } from './sheet.ts'
import type { Workbook } from './workbook.ts'

function columnCells(workbook: Workbook, table: Table, index: number): FilteredCell[] {
  const { bodyArea: body, sheet } = table
  const column = body.column + index
  return Array.from({ length: body.rowCount }, (_entry, offset) => {
    const row = body.row + offset
    const { fillColor, fontColor } = workbook.styles.get(sheet.grid.style(row, column))
    return { value: sheet.grid.value(row, column), text: cellText(workbook, sheet, row, column), fillColor, fontColor }
  })
}

/** Applies the table's filters to its rows as they are now. */
export function reapplyFilters(workbook: Workbook, table: Table): void {
  table.sheet.protection.refuseUnless('allowAutoFilter')
  const { bodyArea: body, sheet } = table
  const shown = Array.from({ length: body.rowCount }, () => true)
  for (const { columnId, criteria } of table.filters) {
    const index = table.columns.findIndex((column) => column.id === columnId)
    if (index < 0) continue
    const cells = columnCells(workbook, table, index)
    const test = filterTest(criteria, cells)
    for (const [offset, cell] of cells.entries()) shown[offset] &&= test(cell)
  }
  for (const [offset, isShown] of shown.entries()) {
    if (isShown) sheet.hiddenRows.delete(body.row + offset)
    else sheet.hiddenRows.add(body.row + offset)
  }
}

/** Filters a column; another filter of the same column goes. */
export function filterColumn(workbook: Workbook, table: Table, index: number, criteria: FilterCriteria): void {
  table.sheet.protection.refuseUnless('allowAutoFilter')
  const column = table.columns[index]
  if (column === undefined) throw invalidArgument()
  table.filters = [
    ...table.filters.filter((filter) => filter.columnId !== column.id),
    { columnId: column.id, criteria },
  ]
  table.showFilterButton = true
  reapplyFilters(workbook, table)
}

/** Removes the filter of one column. */
export function unfilter(workbook: Workbook, table: Table, columnId: number): void {
  table.sheet.protection.refuseUnless('allowAutoFilter')
  if (!table.filters.some((filter) => filter.columnId === columnId)) return
  table.filters = table.filters.filter((filter) => filter.columnId !== columnId)
  reapplyFilters(workbook, table)
}

/** Removes every filter and shows all rows. */
export function clearFilters(table: Table): void {
  table.sheet.protection.refuseUnless('allowAutoFilter')
  if (table.filters.length === 0) return
  table.filters = []
  const body = table.bodyArea
  for (let row = body.row; row <= lastRow(body); row += 1) table.sheet.hiddenRows.delete(row)
}
