// Where columns stand: widths come from the sheet in points, positions are pixels.
import { MAX_COLUMNS } from '../engine/area.ts'
import type { Sheet } from '../engine/sheet.ts'

const PIXELS_PER_POINT = 96 / 72
const DEFAULT_WIDTH = 80
const LEAST_COLUMNS = 30
const MARGIN = 8

/** The columns of one sheet as they are now: how many are shown, and where each begins. */
export class ColumnLayout {
  readonly count: number
  readonly #starts: number[] = [0]

  constructor(sheet: Sheet, selectedColumn: number) {
    const needed = Math.max(LEAST_COLUMNS, sheet.grid.columnCount + MARGIN, selectedColumn + MARGIN)
    this.count = Math.min(MAX_COLUMNS, needed)
    let at = 0
    for (let column = 0; column < this.count; column += 1) {
      const points = sheet.columnWidths.get(column)
      const width = points === undefined ? DEFAULT_WIDTH : Math.round(points * PIXELS_PER_POINT)
      at += sheet.hiddenColumns.has(column) ? 0 : width
      this.#starts.push(at)
    }
  }

  /** The left edge of a column, or the right edge of the one before. */
  start(column: number): number {
    return this.#starts[Math.min(column, this.count)] ?? 0
  }

  /** The width of a column; 0 for a hidden one. */
  width(column: number): number {
    return this.start(column + 1) - this.start(column)
  }

  /** The column at a position. */
  at(x: number): number {
    let low = 0
    let high = this.count - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.start(middle) <= x) low = middle
      else high = middle - 1
    }
    return low
  }
}

const LEAST_ROWS = 100
const ROW_MARGIN = 40

/** The rows of one sheet as they are now; hidden rows (filtered ones) take no place. */
export class RowLayout {
  readonly count: number
  readonly #shown: readonly number[] | undefined

  constructor(sheet: Sheet, selectedRow: number, total: number) {
    const rows = Math.min(total, Math.max(LEAST_ROWS, sheet.grid.rowCount + ROW_MARGIN, selectedRow + ROW_MARGIN))
    const { hiddenRows } = sheet
    this.#shown =
      hiddenRows.size === 0
        ? undefined
        : Array.from({ length: rows }, (_entry, row) => row).filter((row) => !hiddenRows.has(row))
    this.count = this.#shown?.length ?? rows
  }

  /** The sheet's row at a place. */
  row(place: number): number {
    return this.#shown?.[place] ?? place
  }

  /** The place of a row; that of the next shown one for a hidden row. */
  place(row: number): number {
    if (this.#shown === undefined) return row
    const place = this.#shown.findIndex((shown) => shown >= row)
    return place < 0 ? this.#shown.length : place
  }
}
