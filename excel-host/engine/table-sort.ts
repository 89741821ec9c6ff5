// Sorting the body of a table: contents, formats, comments and notes go with their rows.
import type { Area } from './area.ts'
import { lastColumn, lastRow } from './area.ts'
import type { CellValue } from './cell-value.ts'
import { copyFormula } from './formula/rewrite.ts'
import { refuseLocked } from './guards.ts'
import { invalidArgument } from './host-error.ts'
import type { Sheet, SortField, Table } from './sheet.ts'
import type { Workbook } from './workbook.ts'

interface SortedCell {
  readonly value: CellValue | undefined
  readonly formula: string | undefined
  readonly style: number
}

interface SortedRow {
  readonly row: number
  readonly cells: readonly SortedCell[]
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

function readRow(sheet: Sheet, body: Area, row: number): SortedRow {
  const { grid } = sheet
  const cells = Array.from({ length: body.columnCount }, (_cell, index) => {
    const column = body.column + index
    return { value: grid.value(row, column), formula: grid.formula(row, column), style: grid.style(row, column) }
  })
  return { row, cells }
}

function writeRow(sheet: Sheet, body: Area, to: number, { row, cells }: SortedRow): void {
  const { grid } = sheet
  for (let column = body.column; column <= lastColumn(body); column += 1) {
    const cell = cells[column - body.column]
    if (cell === undefined) continue
    if (cell.formula === undefined) grid.setValue(to, column, cell.value)
    else grid.setFormula(to, column, copyFormula(cell.formula, to - row, 0))
    if (cell.style !== grid.style(to, column)) grid.setStyle(to, column, cell.style)
  }
}

function moveComments(workbook: Workbook, sheet: Sheet, body: Area, moved: ReadonlyMap<number, number>): void {
  for (const { range } of workbook.comments.on(sheet)) {
    const to = moved.get(range.area.row)
    const inside = range.area.column >= body.column && range.area.column <= lastColumn(body)
    if (to !== undefined && inside) range.area = { ...range.area, row: to }
  }
}

/**
 * Sorts the body's rows that are visible; hidden ones stay where they are. Formulas go as if copied, equal rows keep their order.
 * The table remembers the fields.
 *
 * @throws {HostError} `AccessDenied` where protection does not allow it
 */
export function sortTable(workbook: Workbook, table: Table, fields: readonly SortField[]): void {
  const { bodyArea: body, sheet } = table
  sheet.protection.refuseUnless('allowSort')
  refuseLocked(workbook, sheet, body)
  if (fields.some(({ key }) => table.columns[key] === undefined)) throw invalidArgument()
  const places: number[] = []
  for (let row = body.row; row <= lastRow(body); row += 1) {
    if (!sheet.hiddenRows.has(row)) places.push(row)
  }
  const rows = places.map((row) => readRow(sheet, body, row))
  rows.sort((a, b) => {
    for (const { key, ascending } of fields) {
      const order = compare(a.cells[key]?.value, b.cells[key]?.value, ascending)
      if (order !== 0) return order
    }
    return 0
  })
  const moved = new Map<number, number>()
  for (const [index, row] of rows.entries()) {
    const to = places[index] ?? row.row
    moved.set(row.row, to)
    writeRow(sheet, body, to, row)
  }
  moveComments(workbook, sheet, body, moved)
  table.sortFields = fields
  workbook.events.sorted(sheet, body)
}
