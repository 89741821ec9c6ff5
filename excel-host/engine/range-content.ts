// Reading and writing the cells of a range as the API does: two-dimensional arrays of the range's size, or one scalar.
import type { Area } from './area.ts'
import { intersect, lastColumn, lastRow } from './area.ts'
import type { ColumnFill } from './calculated-columns.ts'
import { applyColumnFill, fillCalculatedRows, forgetColumnFormulas, planColumnFill } from './calculated-columns.ts'
import { isErrorValue } from './formula/errors.ts'
import { refuseLocked } from './guards.ts'
import type { CellValue } from './cell-value.ts'
import { invalidArgument } from './host-error.ts'
import { readInput } from './input.ts'
import { formatValue } from './number-format.ts'
import { DAYS_1904 } from './serial-date.ts'
import type { Sheet } from './sheet.ts'
import { syncHeaders } from './table-headers.ts'
import { growOverWrittenRows } from './table-shape.ts'
import type { Workbook } from './workbook.ts'

/** Above this the API answers null instead of an array. */
const MAX_CELLS_READ = 5_000_000

type CellReader<T> = (row: number, column: number) => T

/** One entry per cell, row by row; null for a range that is too large to read. */
export function readCells<T>(area: Area, read: CellReader<T>): T[][] | null {
  if (area.rowCount * area.columnCount > MAX_CELLS_READ) return null
  return Array.from({ length: area.rowCount }, (_row, row) =>
    Array.from({ length: area.columnCount }, (_column, column) => read(area.row + row, area.column + column)),
  )
}

/** The values of an area; an empty cell reads as an empty text. */
export function readValues(sheet: Sheet, area: Area): CellValue[][] | null {
  return readCells(area, (row, column) => sheet.grid.value(row, column) ?? '')
}

/** The texts the cells show. */
export function readTexts(workbook: Workbook, sheet: Sheet, area: Area): string[][] | null {
  return readCells(area, (row, column) => cellText(workbook, sheet, row, column))
}

/** The text one cell shows. */
export function cellText(workbook: Workbook, sheet: Sheet, row: number, column: number): string {
  const { numberFormat } = workbook.styles.get(sheet.grid.style(row, column))
  return formatValue(sheet.grid.value(row, column), numberFormat, workbook.uses1904Dates ? DAYS_1904 : 0)
}

/** `Empty`, `String`, `Double`, `Boolean` or `Error` per cell. */
export function readValueTypes(sheet: Sheet, area: Area): string[][] | null {
  return readCells(area, (row, column) => {
    const value = sheet.grid.value(row, column)
    if (value === undefined) return 'Empty'
    if (isErrorValue(value)) return 'Error'
    return typeof value === 'string' ? 'String' : typeof value === 'number' ? 'Double' : 'Boolean'
  })
}

/**
 * The entry for each cell: an array must have the area's size, a scalar goes to every cell.
 *
 * @throws {HostError} `InvalidArgument` for another size.
 */
export function entryReader(area: Area, input: unknown): (row: number, column: number) => unknown {
  if (!Array.isArray(input)) return () => input
  const rows: readonly unknown[] = input
  const fits =
    rows.length === area.rowCount && rows.every((row) => Array.isArray(row) && row.length === area.columnCount)
  if (!fits) {
    throw invalidArgument(
      "The number of rows or columns in the input array doesn't match the size or dimensions of the range.",
    )
  }
  return (row, column) => {
    const cells = rows[row - area.row]
    return Array.isArray(cells) ? (cells[column - area.column] as unknown) : undefined
  }
}

/** Writes one cell as if typed; true when it now has content. */
function writeCell(workbook: Workbook, sheet: Sheet, at: readonly [number, number], raw: unknown): boolean {
  const [row, column] = at
  const number = sheet.grid.style(row, column)
  const style = workbook.styles.get(number)
  const input = readInput(raw, style.numberFormat)
  const isShifted = workbook.uses1904Dates && input.isDate === true
  const value = isShifted && typeof input.value === 'number' ? input.value - DAYS_1904 : input.value
  if (input.formula === undefined) sheet.grid.setValue(row, column, value)
  else sheet.grid.setFormula(row, column, input.formula)
  const quotePrefix = input.quotePrefix === true
  const numberFormat =
    input.numberFormat !== undefined && style.numberFormat === 'General' ? input.numberFormat : undefined
  if (numberFormat !== undefined || quotePrefix !== style.quotePrefix) {
    const change = numberFormat === undefined ? { quotePrefix } : { quotePrefix, numberFormat }
    sheet.grid.setStyle(row, column, workbook.styles.derive(number, change))
  }
  workbook.cellWrites += 1
  return input.value !== undefined
}

/**
 * Writes what `values` or `formulas` were set to: null leaves a cell, an empty text clears it, everything else is read
 * as Excel reads input. Header cells rename their columns; rows written directly below a table join it.
 *
 * @throws {HostError} `InvalidArgument` for a wrong size or an impossible value; earlier cells are written by then.
 */
export function writeInputs(workbook: Workbook, sheet: Sheet, area: Area, input: unknown): void {
  const entryOf = entryReader(area, input)
  refuseLocked(workbook, sheet, area)
  const isOneCell = area.rowCount === 1 && area.columnCount === 1
  const before = isOneCell ? { value: sheet.grid.value(area.row, area.column) } : undefined
  const fills = planFills(workbook, sheet, area, entryOf)
  let lastFilledRow = -1
  for (let row = area.row; row <= lastRow(area); row += 1) {
    for (let column = area.column; column <= lastColumn(area); column += 1) {
      const raw = entryOf(row, column)
      if (raw === null || raw === undefined) continue
      if (writeCell(workbook, sheet, [row, column], raw)) lastFilledRow = row
    }
  }
  for (const fill of fills) workbook.cellWrites += applyColumnFill(fill)
  forgetColumnFormulas(sheet, area)
  for (const table of sheet.tables) {
    const header = table.headerArea
    if (header !== undefined && intersect(header, area) !== undefined) syncHeaders(table, workbook.sheets)
    if (lastFilledRow >= 0 && table.hasNoRows && intersect(table.bodyArea, area) !== undefined) {
      table.hasNoRows = false
      fillCalculatedRows(table, table.bodyArea)
    }
  }
  workbook.events.edited(sheet, area, before)
  for (const { table, at } of fills) workbook.events.edited(sheet, { ...table.bodyArea, column: at, columnCount: 1 })
  if (lastFilledRow >= 0) growOverWrittenRows(workbook, sheet, area, lastFilledRow)
}

// Only texts with such a beginning can be formulas; nearly all columns are told by a glance.
function mayHoldFormulas({ row: first, rowCount }: Area, entryOf: (row: number) => unknown): boolean {
  for (let row = first; row < first + rowCount; row += 1) {
    const raw = entryOf(row)
    if (typeof raw === 'string' && /^[-=+]/.test(raw)) return true
  }
  return false
}

// Formulas among the entries for a table's rows may go into the whole column; that is decided before anything is written.
function planFills(
  workbook: Workbook,
  sheet: Sheet,
  area: Area,
  entryOf: (row: number, column: number) => unknown,
): ColumnFill[] {
  if (!workbook.autoCorrect.fillFormulas) return []
  const fills: ColumnFill[] = []
  for (const table of sheet.tables) {
    const cells = intersect(table.bodyArea, area)
    if (cells === undefined) continue
    for (let column = cells.column; column <= lastColumn(cells); column += 1) {
      if (!mayHoldFormulas(cells, (row) => entryOf(row, column))) continue
      const entries = new Map<number, { readonly formula: string | undefined; readonly isEmpty: boolean }>()
      for (let row = cells.row; row <= lastRow(cells); row += 1) {
        const raw = entryOf(row, column)
        if (raw === null || raw === undefined) continue
        const { numberFormat } = workbook.styles.get(sheet.grid.style(row, column))
        const formula = typeof raw === 'string' ? readInput(raw, numberFormat).formula : undefined
        entries.set(row, { formula, isEmpty: raw === '' })
      }
      const fill = planColumnFill(table, column, entries)
      if (fill !== undefined) fills.push(fill)
    }
  }
  return fills
}

/** Gives cells number formats: an array of the area's size with null for "leave", or one for all. */
export function writeNumberFormats(workbook: Workbook, sheet: Sheet, area: Area, input: unknown): void {
  sheet.protection.refuseUnless('allowFormatCells')
  workbook.countFormats(sheet, area)
  if (typeof input === 'string') {
    sheet.grid.mapStyles(area, (style) => workbook.styles.derive(style, { numberFormat: input }))
    return
  }
  const entryOf = entryReader(area, input)
  for (let row = area.row; row <= lastRow(area); row += 1) {
    for (let column = area.column; column <= lastColumn(area); column += 1) {
      const numberFormat = entryOf(row, column)
      if (numberFormat === null) continue
      if (typeof numberFormat !== 'string') throw invalidArgument()
      sheet.grid.setStyle(row, column, workbook.styles.derive(sheet.grid.style(row, column), { numberFormat }))
    }
  }
}

/** Clears content, formats or both; header cells of a table keep a name. */
export function clearCells(workbook: Workbook, sheet: Sheet, area: Area, what: string): void {
  if (what === 'All' || what === 'Contents') refuseLocked(workbook, sheet, area)
  if (what === 'All' || what === 'Formats') sheet.protection.refuseUnless('allowFormatCells')
  if (what === 'All' || what === 'Contents' || what === 'RemoveHyperlinks') {
    if (what !== 'RemoveHyperlinks') {
      const used = sheet.grid.usedArea(true, area)
      if (used !== undefined) workbook.cellWrites += used.rowCount * used.columnCount
      sheet.grid.clearValues(area)
      forgetColumnFormulas(sheet, area)
      workbook.events.edited(sheet, area)
    }
  }
  if (what === 'All') workbook.comments.clear(sheet, area)
  if (what === 'All' || what === 'Formats') {
    sheet.grid.mapStyles(area, () => 0)
    workbook.countFormats(sheet, area)
  }
  for (const table of sheet.tables) {
    const header = table.headerArea
    if (header !== undefined && intersect(header, area) !== undefined) syncHeaders(table, workbook.sheets)
  }
}
