// Cutting cells out and putting them in elsewhere: what is there is written over, and everything about the cells goes along.
import type { Area } from './area.ts'
import { intersect, isInside, lastColumn, lastRow, MAX_COLUMNS, MAX_ROWS } from './area.ts'
import { followFormulas } from './follow.ts'
import { HostError, invalidArgument } from './host-error.ts'
import type { RangeRef } from './range-ref.ts'
import type { Sheet } from './sheet.ts'
import type { Workbook } from './workbook.ts'

/**
 * Moves the cells of a range to where `target` begins. Formulas follow within the sheet; those that name cells moved to another sheet stay
 * as they are.
 *
 * @throws {HostError} `InvalidArgument` beyond the sheet, `InvalidOperation` when a table or merged cells would be taken apart or written over
 */
export function moveCellsTo(workbook: Workbook, range: RangeRef, target: RangeRef): void {
  const { sheet: from, area } = range
  const { sheet: to } = target
  const there: Area = { ...area, row: target.area.row, column: target.area.column }
  if (lastRow(there) >= MAX_ROWS || lastColumn(there) >= MAX_COLUMNS) throw invalidArgument()
  for (const { protection } of [from, to]) protection.refuseUnless(undefined)
  refuseParts(workbook, { from, area, to, there })
  const place = (cells: Area): Area => ({
    ...cells,
    row: cells.row + there.row - area.row,
    column: cells.column + there.column - area.column,
  })
  const isMoved = (sheet: Sheet, cells: Area): boolean => sheet === from && isInside(cells, area)
  const tables = from.tables.filter((table) => isMoved(from, table.area))
  moveContents(from, to, { area, there })
  if (from === to) {
    followFormulas(workbook.sheets, from, (cells) => {
      if (isInside(cells, area)) return place(cells)
      return isInside(cells, there) ? undefined : cells
    })
  }
  from.tables = from.tables.filter((table) => !tables.includes(table))
  to.tables = [...to.tables, ...tables]
  for (const table of tables) Object.assign(table, { sheet: to, area: place(table.area) })
  for (const each of workbook.tracked) {
    if (isMoved(each.sheet, each.area)) Object.assign(each, { sheet: to, area: place(each.area) })
    else if (each.sheet === to && isInside(each.area, there)) each.isGone = true
  }
}

interface Cut {
  readonly from: Sheet
  readonly area: Area
  readonly to: Sheet
  readonly there: Area
}

function refuseParts(workbook: Workbook, { from, area, to, there }: Cut): void {
  const whole = [
    ...workbook.sheets.flatMap(({ tables }) => tables),
    ...workbook.merges.filter(({ isGone }) => !isGone),
  ].map((each) => ({ sheet: each.sheet, area: each.area }))
  for (const each of whole) {
    const isMoved = each.sheet === from && isInside(each.area, area)
    const isCut = !isMoved && each.sheet === from && intersect(each.area, area) !== undefined
    const isCovered = !isMoved && each.sheet === to && intersect(each.area, there) !== undefined
    if (isCut || isCovered)
      throw new HostError('InvalidOperation', "We can't do that to a part of a table or of merged cells.")
  }
}

function moveContents(from: Sheet, to: Sheet, { area, there }: Pick<Cut, 'area' | 'there'>): void {
  const used = from.grid.usedArea(false, area) ?? { ...area, rowCount: 0, columnCount: 0 }
  const cells = Array.from({ length: used.rowCount * used.columnCount }, (_none, index) => {
    const row = used.row + Math.floor(index / used.columnCount)
    const column = used.column + (index % used.columnCount)
    const { grid } = from
    return {
      row,
      column,
      value: grid.value(row, column),
      formula: grid.formula(row, column),
      style: grid.style(row, column),
    }
  })
  for (const { row, column } of cells) from.grid.resetCell(row, column)
  const covered = to.grid.usedArea(false, there)
  if (covered) {
    for (let row = covered.row; row <= lastRow(covered); row += 1)
      for (let column = covered.column; column <= lastColumn(covered); column += 1) to.grid.resetCell(row, column)
  }
  for (const { row, column, value, formula, style } of cells) {
    const at = [row + there.row - area.row, column + there.column - area.column] as const
    if (formula === undefined) to.grid.setValue(...at, value)
    else to.grid.setFormula(...at, formula)
    to.grid.setStyle(...at, style)
  }
}
