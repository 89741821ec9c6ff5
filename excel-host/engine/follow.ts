// Formulas follow the cells they name, on every sheet; so do the formulas of calculated columns.
import type { Area } from './area.ts'
import { copyFormula, mapTokens, moveReferences, referenceArea } from './formula/rewrite.ts'
import { renameColumnIn, renameTableIn } from './formula/structured.ts'
import { printReference } from './formula/tokens.ts'
import type { ColumnFormula, Sheet, Table } from './sheet.ts'

/** Rewrites every formula of the sheets, those of calculated columns included. */
function mapAllFormulas(
  sheets: readonly Sheet[],
  change: (text: string, sheet: Sheet, place: { readonly row: number; readonly column: number }) => string,
): void {
  for (const sheet of sheets) {
    sheet.grid.mapFormulas((text, row, column) => change(text, sheet, { row, column }))
    for (const table of sheet.tables) {
      for (const column of table.columns) {
        const { calculated } = column
        if (calculated !== undefined) {
          column.calculated = { ...calculated, text: change(calculated.text, sheet, calculated) }
        }
      }
    }
  }
}

function placeColumnFormula(calculated: ColumnFormula, place: (area: Area) => Area | undefined): ColumnFormula {
  const now = place({ row: calculated.row, column: calculated.column, rowCount: 1, columnCount: 1 })
  return now === undefined ? calculated : { ...calculated, row: now.row, column: now.column }
}

/** After cells of a sheet moved: `place` says where an area of it is now. */
export function followFormulas(sheets: readonly Sheet[], moved: Sheet, place: (area: Area) => Area | undefined): void {
  const move = { sheetName: moved.name, place }
  mapAllFormulas(sheets, (text, sheet) => moveReferences(text, sheet.name, move))
  for (const table of moved.tables) {
    for (const column of table.columns) {
      if (column.calculated !== undefined) column.calculated = placeColumnFormula(column.calculated, place)
    }
  }
}

/** References to exactly the rows of a table's columns take in the rows that the table gets at its end. */
export function growReferences(sheets: readonly Sheet[], table: Table, before: Area): void {
  const after = table.bodyArea
  const wanted = table.sheet.name.toLowerCase()
  const isColumns = (area: Area): boolean =>
    area.row === before.row &&
    area.rowCount === before.rowCount &&
    area.column >= before.column &&
    area.column + area.columnCount <= before.column + before.columnCount
  mapAllFormulas(sheets, (text, sheet) =>
    mapTokens(text, (token) => {
      if (token.kind !== 'reference' || token.reference.to === undefined) return token.text
      const { reference } = token
      const { to } = reference
      const isHere = (reference.sheetName ?? sheet.name).toLowerCase() === wanted
      if (to === undefined || !isHere || !isColumns(referenceArea(reference))) return token.text
      return printReference({ ...reference, to: { ...to, row: after.row + after.rowCount - 1 } })
    }),
  )
}

/** After a table's column got another name. */
export function renameColumnInFormulas(
  sheets: readonly Sheet[],
  table: Table,
  names: { from: string; to: string },
): void {
  mapAllFormulas(sheets, (text, sheet, { row, column }) =>
    mapTokens(text, (token) => {
      if (token.kind !== 'structured') return token.text
      const owner = token.text.slice(0, token.text.indexOf('[')).toLowerCase()
      const { area } = table
      const isInTable =
        sheet === table.sheet &&
        row >= area.row &&
        row < area.row + area.rowCount &&
        column >= area.column &&
        column < area.column + area.columnCount
      const isMeant = owner === '' ? isInTable : owner === table.name.toLowerCase()
      return isMeant ? renameColumnIn(token.text, names.from, names.to) : token.text
    }),
  )
}

/** After a table got another name. */
export function renameTableInFormulas(sheets: readonly Sheet[], from: string, to: string): void {
  mapAllFormulas(sheets, (text) =>
    mapTokens(text, (token) => {
      if (token.kind === 'structured') return renameTableIn(token.text, from, to)
      return token.kind === 'name' && token.text.toLowerCase() === from.toLowerCase() ? to : token.text
    }),
  )
}

/** After a sheet got another name, or (`to` undefined) was deleted. */
export function renameSheetInFormulas(sheets: readonly Sheet[], from: string, to: string | undefined): void {
  const wanted = from.toLowerCase()
  const prefix =
    to === undefined ? '' : /^[\p{L}_][\p{L}\p{N}_.]*$/u.test(to) ? `${to}!` : `'${to.replaceAll("'", "''")}'!`
  mapAllFormulas(sheets, (text) =>
    mapTokens(text, (token) => {
      if (token.kind !== 'reference' || token.reference.sheetName?.toLowerCase() !== wanted) return token.text
      return to === undefined ? '#REF!' : printReference({ ...token.reference, prefix })
    }),
  )
}

/** The formula of a calculated column as it is in another row. */
export function columnFormulaAt(calculated: ColumnFormula, row: number): string {
  return copyFormula(calculated.text, row - calculated.row, 0)
}
