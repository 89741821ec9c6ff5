// Calculated columns as Excel has them ("Fill formulas in tables to create calculated columns", on by default): a formula
// that goes into one cell of an empty column, or of a column whose other cells all have one formula, goes into all. It
// makes no difference to Excel whether a person or an add-in writes, and a range is filled cell by cell from the top:
// several different formulas written at once all end as the last one (office-js#6745, #5909, #2093).
import type { Area } from './area.ts'
import { intersect, lastColumn, lastRow } from './area.ts'
import { columnFormulaAt } from './follow.ts'
import { relativeForm } from './formula/rewrite.ts'
import type { Sheet, Table, TableColumn } from './sheet.ts'

/** What is written into one cell: a formula, a constant, nothing (an empty text), or `undefined` to leave it. */
export type ColumnEntry = { readonly formula: string | undefined; readonly isEmpty: boolean } | undefined

const EMPTY = ''
const CONSTANT = '\u0000'

function kindOf(table: Table, row: number, column: number): string {
  const formula = table.sheet.grid.formula(row, column)
  if (formula !== undefined) return relativeForm(formula, row, column)
  return table.sheet.grid.value(row, column) === undefined ? EMPTY : CONSTANT
}

// The cells of a column as one kind that most have, and those that differ.
class ColumnState {
  #uniform: string
  #exceptions: Map<number, string>

  constructor(kinds: readonly string[]) {
    const counts = new Map<string, number>([[EMPTY, 0]])
    for (const kind of kinds) if (kind !== CONSTANT) counts.set(kind, (counts.get(kind) ?? 0) + 1)
    this.#uniform = [...counts].reduce((most, entry) => (entry[1] > most[1] ? entry : most))[0]
    this.#exceptions = new Map(kinds.entries().filter(([, kind]) => kind !== this.#uniform))
  }

  /** Whether a formula in this row goes into every row. */
  isFilledFrom(row: number): boolean {
    return this.#exceptions.size === 0 || (this.#exceptions.size === 1 && this.#exceptions.has(row))
  }

  fill(kind: string): void {
    this.#uniform = kind
    this.#exceptions = new Map()
  }

  set(row: number, kind: string): void {
    if (kind === this.#uniform) this.#exceptions.delete(row)
    else this.#exceptions.set(row, kind)
  }
}

/** A column to be filled after the cells were written, except those written below the row the fill came from. */
export interface ColumnFill {
  readonly table: Table
  readonly column: TableColumn
  readonly formula: string
  readonly row: number
  readonly at: number
  readonly kept: ReadonlySet<number>
}

/** What Excel will fill when these entries are written from the top down; decided before they are. */
export function planColumnFill(
  table: Table,
  at: number,
  entries: ReadonlyMap<number, NonNullable<ColumnEntry>>,
): ColumnFill | undefined {
  const column = table.columns[at - table.area.column]
  if (column === undefined || ![...entries.values()].some((entry) => entry.formula !== undefined)) return undefined
  const body = table.bodyArea
  const state = new ColumnState(
    Array.from({ length: body.rowCount }, (_entry, index) => kindOf(table, body.row + index, at)),
  )
  let source: { readonly formula: string; readonly row: number } | undefined
  const kept = new Set<number>()
  for (const [row, { formula, isEmpty }] of entries) {
    const kind = formula === undefined ? (isEmpty ? EMPTY : CONSTANT) : relativeForm(formula, row, at)
    if (formula !== undefined && state.isFilledFrom(row - body.row)) {
      source = { formula, row }
      state.fill(kind)
      kept.clear()
    } else {
      state.set(row - body.row, kind)
      kept.add(row)
    }
  }
  return source === undefined ? undefined : { table, column, at, kept, ...source }
}

/** Carries out a fill; returns the number of cells that changed besides those written. */
export function applyColumnFill({ table, column, formula, row, at, kept }: ColumnFill): number {
  const body = table.bodyArea
  column.calculated = { text: formula, row, column: at }
  let changed = 0
  for (let other = body.row; other <= lastRow(body); other += 1) {
    if (kept.has(other)) continue
    const text = columnFormulaAt(column.calculated, other)
    if (table.sheet.grid.formula(other, at) === text) continue
    table.sheet.grid.setFormula(other, at, text)
    changed += 1
  }
  return changed
}

/** A column written or cleared as a whole, without a formula, is no calculated column any more. */
export function forgetColumnFormulas(sheet: Sheet, written: Area): void {
  for (const table of sheet.tablesIn(written)) {
    const body = table.bodyArea
    for (const [index, column] of table.columns.entries()) {
      const cells = { ...body, column: body.column + index, columnCount: 1 }
      const common = intersect(cells, written)
      if (column.calculated === undefined || common?.rowCount !== body.rowCount) continue
      const { grid } = sheet
      let hasFormula = false
      for (let row = body.row; row <= lastRow(body) && !hasFormula; row += 1) {
        hasFormula = grid.formula(row, cells.column) !== undefined
      }
      if (!hasFormula) column.calculated = undefined
    }
  }
}

/** Puts the formulas of calculated columns into rows that the table just got; cells with content keep it. */
export function fillCalculatedRows(table: Table, rows: Area): void {
  const place = intersect(table.bodyArea, { ...table.bodyArea, row: rows.row, rowCount: rows.rowCount })
  if (place === undefined) return
  const { grid } = table.sheet
  for (let at = place.column; at <= lastColumn(place); at += 1) {
    const calculated = table.columns[at - table.area.column]?.calculated
    if (calculated === undefined) continue
    for (let row = place.row; row <= lastRow(place); row += 1) {
      if (grid.value(row, at) === undefined) grid.setFormula(row, at, columnFormulaAt(calculated, row))
    }
  }
}

/** Before rows are deleted: a column's formula moves to a row that stays. */
export function keepColumnFormulas(table: Table, doomed: Area): void {
  const body = table.bodyArea
  const isDoomed = (row: number): boolean => row >= doomed.row && row <= lastRow(doomed)
  const staying = Array.from({ length: body.rowCount }, (_entry, index) => body.row + index).find(
    (row) => !isDoomed(row),
  )
  if (staying === undefined) return
  for (const column of table.columns) {
    const { calculated } = column
    if (calculated === undefined || !isDoomed(calculated.row)) continue
    column.calculated = { ...calculated, text: columnFormulaAt(calculated, staying), row: staying }
  }
}

/** After a table was made of cells: columns whose rows all have one formula are calculated columns. */
export function findCalculatedColumns(table: Table): void {
  const body = table.bodyArea
  for (const [index, column] of table.columns.entries()) {
    const at = body.column + index
    const text = table.sheet.grid.formula(body.row, at)
    if (text === undefined) continue
    const form = relativeForm(text, body.row, at)
    let row = body.row + 1
    while (row <= lastRow(body) && kindOf(table, row, at) === form) row += 1
    if (row > lastRow(body)) column.calculated = { text, row: body.row, column: at }
  }
}
