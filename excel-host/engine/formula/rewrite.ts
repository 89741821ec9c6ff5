// Rewriting references in formulas: when cells move, when a formula is filled into other cells, when things are renamed.
import type { Area } from '../area.ts'
import { lastColumn, lastRow, MAX_COLUMNS, MAX_ROWS } from '../area.ts'
import type { Corner, Reference, Token } from './tokens.ts'
import { printReference, tokenize } from './tokens.ts'

/** The cells a reference covers. */
export function referenceArea({ from, to }: Reference): Area {
  const end = to ?? from
  const rows = [from.row ?? 0, end.row ?? MAX_ROWS - 1]
  const columns = [from.column ?? 0, end.column ?? MAX_COLUMNS - 1]
  const row = Math.min(...rows)
  const column = Math.min(...columns)
  return { row, column, rowCount: Math.max(...rows) - row + 1, columnCount: Math.max(...columns) - column + 1 }
}

/** The formula with each token's text replaced; the same formula when nothing changes. */
export function mapTokens(formula: string, change: (token: Token) => string): string {
  const tokens = tokenize(formula)
  if (tokens === undefined) return formula
  return `=${tokens.map(change).join('')}`
}

function placeCorner(corner: Corner, row: number, column: number): Corner {
  return {
    ...corner,
    row: corner.row === undefined ? undefined : row,
    column: corner.column === undefined ? undefined : column,
  }
}

/** Cells that moved: on which sheet, and where an area of it is now (undefined when it is gone). */
export interface Move {
  readonly sheetName: string
  readonly place: (area: Area) => Area | undefined
}

/** The formula of a cell of `homeName` after cells moved. */
export function moveReferences(formula: string, homeName: string, move: Move): string {
  const wanted = move.sheetName.toLowerCase()
  return mapTokens(formula, (token) => {
    if (token.kind !== 'reference') return token.text
    const { reference } = token
    if ((reference.sheetName ?? homeName).toLowerCase() !== wanted) return token.text
    const before = referenceArea(reference)
    const after = move.place(before)
    if (after === undefined) return `${reference.prefix}#REF!`
    if (after === before) return token.text
    const from = placeCorner(reference.from, after.row, after.column)
    const to = reference.to && placeCorner(reference.to, lastRow(after), lastColumn(after))
    return printReference({ ...reference, from, to })
  })
}

function moveCorner(corner: Corner, rows: number, columns: number): Corner {
  return {
    ...corner,
    row: corner.row === undefined || corner.isRowFixed ? corner.row : corner.row + rows,
    column: corner.column === undefined || corner.isColumnFixed ? corner.column : corner.column + columns,
  }
}

function isOff({ row, column }: Corner): boolean {
  return (row ?? 0) < 0 || (column ?? 0) < 0 || (row ?? 0) >= MAX_ROWS || (column ?? 0) >= MAX_COLUMNS
}

/** The formula as it is when copied by so many rows and columns: references without `$` go along. */
export function copyFormula(formula: string, rows: number, columns: number): string {
  if (rows === 0 && columns === 0) return formula
  return mapTokens(formula, (token) => {
    if (token.kind !== 'reference') return token.text
    const { reference } = token
    const from = moveCorner(reference.from, rows, columns)
    const to = reference.to && moveCorner(reference.to, rows, columns)
    if (isOff(from) || (to !== undefined && isOff(to))) return `${reference.prefix}#REF!`
    return printReference({ ...reference, from, to })
  })
}

/** A text that is equal for formulas that are copies of each other, whatever their cells. */
export function relativeForm(formula: string, row: number, column: number): string {
  const corner = (at: Corner): string => {
    const line = at.row === undefined ? '' : at.isRowFixed ? `R${at.row}` : `R[${at.row - row}]`
    const across = at.column === undefined ? '' : at.isColumnFixed ? `C${at.column}` : `C[${at.column - column}]`
    return line + across
  }
  return mapTokens(formula, (token) => {
    if (token.kind === 'space') return ''
    if (token.kind === 'name' || token.kind === 'structured') return token.text.toLowerCase()
    if (token.kind !== 'reference') return token.text
    const { prefix, from, to } = token.reference
    return `${prefix.toLowerCase()}${corner(from)}${to === undefined ? '' : `:${corner(to)}`}`
  })
}
