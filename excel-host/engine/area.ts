// Rectangles of cells and how they are written: `Sheet1!$A$1:B2`, `A:C`, `3:5`. All indexes are zero-based.
import { invalidArgument } from './host-error.ts'

/** Rows of a sheet. */
export const MAX_ROWS = 1_048_576
/** Columns of a sheet. */
export const MAX_COLUMNS = 16_384

/** A rectangle of cells. */
export interface Area {
  readonly row: number
  readonly column: number
  readonly rowCount: number
  readonly columnCount: number
}

/** The area, refused when it leaves the sheet. */
export function area(row: number, column: number, rowCount: number, columnCount: number): Area {
  const whole = [row, column, rowCount, columnCount].every(Number.isInteger)
  const inside = row >= 0 && column >= 0 && row + rowCount <= MAX_ROWS && column + columnCount <= MAX_COLUMNS
  if (!whole || !inside || rowCount < 1 || columnCount < 1) throw invalidArgument()
  return { row, column, rowCount, columnCount }
}

/** The index of the last row. */
export function lastRow(of: Area): number {
  return of.row + of.rowCount - 1
}

/** The index of the last column. */
export function lastColumn(of: Area): number {
  return of.column + of.columnCount - 1
}

/** The cells both have, or undefined. */
export function intersect(a: Area, b: Area): Area | undefined {
  const row = Math.max(a.row, b.row)
  const column = Math.max(a.column, b.column)
  const rowCount = Math.min(lastRow(a), lastRow(b)) - row + 1
  const columnCount = Math.min(lastColumn(a), lastColumn(b)) - column + 1
  return rowCount > 0 && columnCount > 0 ? { row, column, rowCount, columnCount } : undefined
}

/** The smallest area around both. */
export function boundingArea(a: Area, b: Area): Area {
  const row = Math.min(a.row, b.row)
  const column = Math.min(a.column, b.column)
  return {
    row,
    column,
    rowCount: Math.max(lastRow(a), lastRow(b)) - row + 1,
    columnCount: Math.max(lastColumn(a), lastColumn(b)) - column + 1,
  }
}

/** Whether the inner area lies in the outer one. */
export function isInside(inner: Area, outer: Area): boolean {
  return (
    inner.row >= outer.row &&
    inner.column >= outer.column &&
    lastRow(inner) <= lastRow(outer) &&
    lastColumn(inner) <= lastColumn(outer)
  )
}

/** `A` for 0, `XFD` for 16,383. */
export function columnName(index: number): string {
  let name = ''
  for (let rest = index + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    name = String.fromCharCode(65 + ((rest - 1) % 26)) + name
  }
  return name
}

function columnIndex(name: string): number {
  let index = 0
  for (const letter of name.toUpperCase()) index = index * 26 + letter.charCodeAt(0) - 64
  return index - 1
}

interface Corner {
  readonly row: number | undefined
  readonly column: number | undefined
}

function parseCorner(text: string): Corner {
  const match = /^\$?([A-Za-z]{1,3})?\$?(\d{1,7})?$/.exec(text)
  if (match === null || text === '') throw invalidArgument()
  return {
    column: match[1] === undefined ? undefined : columnIndex(match[1]),
    row: match[2] === undefined ? undefined : Number(match[2]) - 1,
  }
}

/** Splits `'My sheet'!A1` into the sheet's name and the rest. */
export function splitSheetName(address: string): { readonly sheetName: string | undefined; readonly cells: string } {
  const bang = address.lastIndexOf('!')
  if (bang < 0) return { sheetName: undefined, cells: address }
  const name = address.slice(0, bang)
  const unquoted = name.startsWith("'") && name.endsWith("'") ? name.slice(1, -1).replaceAll("''", "'") : name
  return { sheetName: unquoted, cells: address.slice(bang + 1) }
}

/**
 * Reads `B2`, `A1:C3`, `A:C` or `2:7`, with or without dollar signs.
 *
 * @throws {HostError} `InvalidArgument` for anything else, also for cells outside the sheet.
 */
export function parseCells(text: string): Area {
  const parts = text.trim().split(':')
  const from = parseCorner(parts[0] ?? '')
  const to = parts.length === 1 ? from : parseCorner(parts[1] ?? '')
  const single = parts.length === 1
  if (parts.length > 2 || (from.row === undefined) !== (to.row === undefined)) throw invalidArgument()
  if ((from.column === undefined) !== (to.column === undefined)) throw invalidArgument()
  if (single && (from.row === undefined || from.column === undefined)) throw invalidArgument()
  const rows = [from.row ?? 0, to.row ?? MAX_ROWS - 1]
  const columns = [from.column ?? 0, to.column ?? MAX_COLUMNS - 1]
  const row = Math.min(...rows)
  const column = Math.min(...columns)
  return area(row, column, Math.max(...rows) - row + 1, Math.max(...columns) - column + 1)
}

/** `B2:C7`; whole columns as `B:C`, whole rows as `2:7`. */
export function formatCells(of: Area): string {
  const single = of.rowCount === 1 && of.columnCount === 1
  if (of.rowCount === MAX_ROWS) return `${columnName(of.column)}:${columnName(lastColumn(of))}`
  if (of.columnCount === MAX_COLUMNS) return `${of.row + 1}:${lastRow(of) + 1}`
  const first = `${columnName(of.column)}${of.row + 1}`
  return single ? first : `${first}:${columnName(lastColumn(of))}${lastRow(of) + 1}`
}

/** The full address with the sheet's name, quoted where Excel quotes it. */
export function formatAddress(sheetName: string, of: Area): string {
  const plain = /^[A-Za-z_\u0080-\uffff][\w.\u0080-\uffff]*$/.test(sheetName)
  return `${plain ? sheetName : `'${sheetName.replaceAll("'", "''")}'`}!${formatCells(of)}`
}
