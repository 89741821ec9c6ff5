// The cells of one sheet: row objects with plain arrays, so that half a million cells cost a few megabytes and
// shifting rows moves array slots. Nothing here knows tables, formats' meaning or the protocol.
import type { Area } from './area.ts'
import { boundingArea, lastColumn, lastRow, MAX_COLUMNS, MAX_ROWS } from './area.ts'
import type { CellValue } from './cell-value.ts'
import type { FormulaCell } from './formula/formula-cell.ts'
import { formulaCell } from './formula/formula-cell.ts'

/** More arguments than this a call should not have. */
const FEW_ROWS = 10_000

interface Row {
  values: (CellValue | undefined)[]
  formulas: (FormulaCell | undefined)[] | undefined
  styles: (number | undefined)[] | undefined
  /** The style of cells of this row that have none of their own. */
  style: number | undefined
}

function trimmedLength(values: readonly unknown[]): number {
  let length = values.length
  while (length > 0 && values[length - 1] === undefined) length -= 1
  return length
}

/** Who calculates the formulas of a grid. */
export interface GridCalculation {
  value(row: number, column: number, cell: FormulaCell): CellValue
  /** A content changed. */
  touch(): void
}

/** Cells by row and column; empty ones cost nothing. */
export class Grid {
  readonly #calculation: GridCalculation
  readonly #rows: (Row | undefined)[] = []
  readonly #columnStyles: (number | undefined)[] = []
  #hasFormulas = false
  #hasRowStyles = false
  // Of everything that was ever written: half a million rows need not be walked to know that nothing stands beside a table.
  #firstColumn = MAX_COLUMNS
  #lastColumn = -1

  constructor(calculation: GridCalculation) {
    this.#calculation = calculation
  }

  /** The value of a cell; of a formula cell its result. */
  value(row: number, column: number): CellValue | undefined {
    const cells = this.#rows[row]
    const cell = cells?.formulas?.[column]
    return cell === undefined ? cells?.values[column] : this.#calculation.value(row, column, cell)
  }

  /** The formula of a cell with its `=`, or undefined for a constant. */
  formula(row: number, column: number): string | undefined {
    return this.#rows[row]?.formulas?.[column]?.text
  }

  /** Every formula cell with its place. */
  *formulaCells(): Generator<{ readonly row: number; readonly column: number; readonly cell: FormulaCell }> {
    if (!this.#hasFormulas) return
    for (const [row, cells] of this.#rows.entries()) {
      for (const [column, cell] of cells?.formulas?.entries() ?? []) if (cell !== undefined) yield { row, column, cell }
    }
  }

  /** Calls back with every formula cell; what it returns becomes the cell's formula. */
  mapFormulas(change: (text: string, row: number, column: number) => string): void {
    if (!this.#hasFormulas) return
    this.#rows.forEach((cells, row) => {
      cells?.formulas?.forEach((cell, column) => {
        if (cell === undefined) return
        const text = change(cell.text, row, column)
        if (text === cell.text) return
        // The same cell goes on: what it waits for is not asked again.
        cell.text = text
        cell.generation = 0
        this.#calculation.touch()
      })
    })
  }

  /** Takes in everything of another grid. */
  copyFrom(other: Grid): void {
    other.#rows.forEach((cells, row) => {
      if (cells === undefined) return
      this.#rows[row] = {
        values: [...cells.values],
        formulas: cells.formulas?.map((cell) => (cell === undefined ? undefined : formulaCell(cell.text))),
        styles: cells.styles === undefined ? undefined : [...cells.styles],
        style: cells.style,
      }
    })
    other.#columnStyles.forEach((style, column) => (this.#columnStyles[column] = style))
    this.#hasFormulas = other.#hasFormulas
    this.#hasRowStyles = other.#hasRowStyles
    this.#firstColumn = other.#firstColumn
    this.#lastColumn = other.#lastColumn
    this.#calculation.touch()
  }

  /** The smallest area around all formulas. */
  formulaArea(): Area | undefined {
    let found: Area | undefined
    this.mapFormulas((text, row, column) => {
      const cell = { row, column, rowCount: 1, columnCount: 1 }
      found = found === undefined ? cell : boundingArea(found, cell)
      return text
    })
    return found
  }

  /** Everything that was ever used, from the first cell on; never empty. */
  get extent(): Area {
    return { row: 0, column: 0, rowCount: Math.max(1, this.rowCount), columnCount: Math.max(1, this.columnCount) }
  }

  /** The style number of a cell: its own, its row's, its column's, or 0. */
  style(row: number, column: number): number {
    const cells = this.#rows[row]
    return cells?.styles?.[column] ?? cells?.style ?? this.#columnStyles[column] ?? 0
  }

  /** Makes a cell a constant; undefined empties it. */
  setValue(row: number, column: number, value: CellValue | undefined): void {
    const cells = value === undefined ? this.#rows[row] : this.#row(row)
    if (cells === undefined) return
    cells.values[column] = value
    if (value !== undefined) this.#noteColumn(column)
    if (cells.formulas?.[column] !== undefined) cells.formulas[column] = undefined
    this.#calculation.touch()
  }

  /** Makes a cell a formula, given with its `=`. */
  setFormula(row: number, column: number, formula: string): void {
    const cells = this.#row(row)
    this.#noteColumn(column)
    // The text keeps the place; what the cell shows is asked of the calculation.
    cells.values[column] = formula
    cells.formulas ??= []
    cells.formulas[column] = formulaCell(formula)
    this.#hasFormulas = true
    this.#calculation.touch()
  }

  /** Gives one cell a style. */
  setStyle(row: number, column: number, style: number): void {
    const cells = this.#row(row)
    this.#noteColumn(column)
    cells.styles ??= []
    cells.styles[column] = style
  }

  /** Replaces the style of every cell of an area; whole rows and columns stay cheap. */
  mapStyles(area: Area, change: (style: number) => number): void {
    if (area.rowCount === MAX_ROWS) this.#mapColumnStyles(area, change)
    else if (area.columnCount === MAX_COLUMNS) this.#mapRowStyles(area, change)
    else {
      for (let row = area.row; row <= lastRow(area); row += 1) {
        for (let column = area.column; column <= lastColumn(area); column += 1) {
          this.setStyle(row, column, change(this.style(row, column)))
        }
      }
    }
  }

  /** Empties the cells of an area, keeping styles. */
  clearValues(area: Area): void {
    const end = Math.min(lastRow(area), this.#rows.length - 1)
    for (let row = area.row; row <= end; row += 1) {
      const cells = this.#rows[row]
      if (cells === undefined) continue
      const last = Math.min(lastColumn(area), cells.values.length - 1)
      for (let column = area.column; column <= last; column += 1) this.setValue(row, column, undefined)
    }
  }

  /** The smallest area with content, or also with formats; undefined for an empty sheet. */
  usedArea(valuesOnly: boolean, within?: Area): Area | undefined {
    let top = -1
    let bottom = -1
    let left = MAX_COLUMNS
    let right = -1
    const end = within === undefined ? this.#rows.length : Math.min(this.#rows.length, lastRow(within) + 1)
    for (let row = within?.row ?? 0; row < end; row += 1) {
      const span = this.#usedSpan(row, valuesOnly, within)
      if (span === undefined) continue
      if (top < 0) top = row
      bottom = row
      left = Math.min(left, span.first)
      right = Math.max(right, span.last)
    }
    if (top < 0) return undefined
    return { row: top, column: left, rowCount: bottom - top + 1, columnCount: right - left + 1 }
  }

  /** Whether no cell of the area has content. */
  isEmpty(area: Area): boolean {
    return this.usedArea(true, area) === undefined
  }

  /** Copies content and style of one cell to another. */
  copyCell(fromRow: number, fromColumn: number, toRow: number, toColumn: number): void {
    const source = this.#rows[fromRow]
    const value = source?.values[fromColumn]
    const formula = source?.formulas?.[fromColumn]
    const style = source?.styles?.[fromColumn]
    if (value === undefined && style === undefined && this.#rows[toRow] === undefined) return
    if (formula === undefined) this.setValue(toRow, toColumn, value)
    else this.setFormula(toRow, toColumn, formula.text)
    const target = this.#rows[toRow]
    if (target === undefined) return
    if (style !== undefined) this.setStyle(toRow, toColumn, style)
    else if (target.styles?.[toColumn] !== undefined) target.styles[toColumn] = undefined
  }

  /** Empties a cell and forgets its style. */
  resetCell(row: number, column: number): void {
    this.setValue(row, column, undefined)
    const styles = this.#rows[row]?.styles
    if (styles?.[column] !== undefined) styles[column] = undefined
  }

  /** Whether the rows from `row` on have nothing outside these columns, so that they may move as they are. */
  isConfined(row: number, firstColumn: number, endColumn: number): boolean {
    if (!this.#hasRowStyles && this.#firstColumn >= firstColumn && this.#lastColumn < endColumn) return true
    for (let index = row; index < this.#rows.length; index += 1) {
      const cells = this.#rows[index]
      if (cells === undefined) continue
      if (cells.style !== undefined || Math.max(cells.values.length, cells.styles?.length ?? 0) > endColumn)
        return false
      for (let column = 0; column < firstColumn; column += 1) {
        if (cells.values[column] !== undefined || cells.styles?.[column] !== undefined) return false
      }
    }
    return true
  }

  /** Moves whole rows from `row` on by `count`: down when positive, or up, dropping the rows in between. */
  shiftRows(row: number, count: number): void {
    this.#calculation.touch()
    if (count < 0) {
      this.#rows.splice(row, -count)
      return
    }
    if (row >= this.#rows.length) return
    const inserted = Array.from({ length: count }, () => undefined)
    if (count <= FEW_ROWS) this.#rows.splice(row, 0, ...inserted)
    else for (const cells of [...inserted, ...this.#rows.splice(row)]) this.#rows.push(cells)
  }

  /** The number of rows that were ever used; every row beyond is empty. */
  get rowCount(): number {
    return this.#rows.length
  }

  /** One more than the last column that was ever used; every column from there on is empty. */
  get columnCount(): number {
    return this.#lastColumn + 1
  }

  #noteColumn(column: number): void {
    if (column < this.#firstColumn) this.#firstColumn = column
    if (column > this.#lastColumn) this.#lastColumn = column
  }

  #row(row: number): Row {
    return (this.#rows[row] ??= { values: [], formulas: undefined, styles: undefined, style: undefined })
  }

  #usedSpan(row: number, valuesOnly: boolean, within?: Area): { first: number; last: number } | undefined {
    const cells = this.#rows[row]
    if (cells === undefined) return undefined
    const styles = valuesOnly ? undefined : cells.styles
    const end = Math.max(trimmedLength(cells.values), styles === undefined ? 0 : trimmedLength(styles)) - 1
    let last = within === undefined ? end : Math.min(end, lastColumn(within))
    let first = within?.column ?? 0
    const isUsed = (column: number): boolean => cells.values[column] !== undefined || styles?.[column] !== undefined
    while (first <= last && !isUsed(first)) first += 1
    while (last >= first && !isUsed(last)) last -= 1
    return first <= last ? { first, last } : undefined
  }

  #mapColumnStyles(area: Area, change: (style: number) => number): void {
    for (let column = area.column; column <= lastColumn(area); column += 1) {
      this.#rows.forEach((cells, row) => {
        if (cells?.styles?.[column] !== undefined || cells?.style !== undefined) {
          this.setStyle(row, column, change(this.style(row, column)))
        }
      })
      this.#columnStyles[column] = change(this.#columnStyles[column] ?? 0)
    }
  }

  #mapRowStyles(area: Area, change: (style: number) => number): void {
    for (let row = area.row; row <= lastRow(area); row += 1) {
      const cells = this.#row(row)
      cells.styles?.forEach((style, column) => {
        if (style !== undefined) this.setStyle(row, column, change(style))
      })
      this.#hasRowStyles = true
      cells.style = change(cells.style ?? 0)
    }
  }
}
