// A table's shape: making, resizing, adding and deleting rows and columns, and keeping header cells and names the same.
import type { Area } from './area.ts'
import { area as makeArea, intersect, isInside, lastColumn, lastRow, MAX_ROWS } from './area.ts'
import { invalidArgument, invalidOperation } from './host-error.ts'
import { fillCalculatedRows, findCalculatedColumns } from './calculated-columns.ts'
import { EVENT } from './events.ts'
import { growReferences } from './follow.ts'
import type { RangeRef } from './range-ref.ts'
import { deleteCells, insertCells } from './shift.ts'
import type { Sheet } from './sheet.ts'
import { Table } from './sheet.ts'
import { refuseShiftOfFiltered } from './filtered-table.ts'
import { syncHeaders } from './table-headers.ts'
import type { Workbook } from './workbook.ts'

function overlapError(): Error {
  return invalidArgument("A table can't overlap another table.")
}

/** Renames a column and its header cell. */
export function renameColumn(workbook: Workbook, table: Table, index: number, name: string): void {
  table.sheet.protection.refuseUnless(undefined)
  const column = table.columns[index]
  if (column === undefined) throw invalidArgument()
  if (table.headerArea === undefined) {
    column.name = name
    return
  }
  table.sheet.grid.setValue(table.area.row, table.area.column + index, name)
  syncHeaders(table, workbook.sheets)
}

/**
 * Makes a table of an area. Without headers a header row is inserted above the data; a header alone gets an empty row.
 *
 * @throws {HostError} `InvalidArgument` when it would overlap another table.
 */
export function createTable(workbook: Workbook, range: RangeRef, hasHeaders: boolean): Table {
  const { sheet } = range
  sheet.protection.refuseUnless(undefined)
  let area = range.area
  if (area.rowCount === MAX_ROWS) throw invalidArgument()
  if (workbook.overlapsTable(sheet, area)) throw overlapError()
  if (!hasHeaders) {
    insertCells(sheet, { ...area, rowCount: 1 }, 'Down', workbook)
    area = makeArea(area.row, area.column, area.rowCount + 1, area.columnCount)
  }
  const headerOnly = area.rowCount === 1
  if (headerOnly) {
    const below = makeArea(area.row + 1, area.column, 1, area.columnCount)
    if (!sheet.grid.isEmpty(below) || workbook.overlapsTable(sheet, below)) {
      insertCells(sheet, below, 'Down', workbook)
    }
    area = { ...area, rowCount: 2 }
  }
  const table = new Table({ ...workbook.newTableIdentity(), sheet, area })
  table.hasNoRows = headerOnly
  table.columns = Array.from({ length: area.columnCount }, () => table.newColumn(''))
  sheet.tables.push(table)
  syncHeaders(table, workbook.sheets)
  findCalculatedColumns(table)
  workbook.events.tableList(EVENT.tableAdded, table)
  return table
}

/**
 * Moves a table's edges without moving cells: what comes in becomes rows and columns, what falls out stays on the sheet.
 *
 * @throws {HostError} `InvalidArgument` when the header row would move, the old and new area do not overlap, or another table is in the way.
 */
export function resizeTable(workbook: Workbook, table: Table, range: RangeRef): void {
  table.sheet.protection.refuseUnless(undefined)
  const old = table.area
  const next = range.area
  const least = (table.showHeaders ? 1 : 0) + (table.showTotals ? 1 : 0) + 1
  if (range.sheet !== table.sheet || next.row !== old.row || intersect(old, next) === undefined) {
    throw invalidArgument('The headers must stay in the same row, and the new range must overlap the old one.')
  }
  if (next.rowCount < least) throw invalidArgument('A table needs a header and at least one row.')
  if (workbook.overlapsTable(table.sheet, next, table)) throw overlapError()
  if (table.showTotals && lastRow(next) !== lastRow(old)) moveTotals(table, lastRow(next))
  const bodyBefore = table.bodyArea
  table.columns = Array.from({ length: next.columnCount }, (_entry, index) => {
    const kept = table.columns[next.column + index - old.column]
    return kept ?? table.newColumn('')
  })
  table.area = next
  table.hasNoRows = table.hasNoRows && table.sheet.grid.isEmpty(table.bodyArea)
  syncHeaders(table, workbook.sheets)
  takeInRows(workbook, table, bodyBefore)
}

// Rows that a table got at its end: calculated columns fill them, and references to whole columns take them in.
function takeInRows(workbook: Workbook, table: Table, before: Area): void {
  const after = table.bodyArea
  if (lastRow(after) <= lastRow(before)) return
  growReferences(workbook.sheets, table, before)
  for (const range of workbook.tracked) {
    const { area, sheet } = range
    const isWhole = area.row === before.row && area.rowCount === before.rowCount && isInside(area, before)
    if (range.growsWithTable && sheet === table.sheet && isWhole) range.area = { ...area, rowCount: after.rowCount }
  }
  const rows = { ...after, row: lastRow(before) + 1, rowCount: lastRow(after) - lastRow(before) }
  fillCalculatedRows(table, rows)
  workbook.events.tableChanged(table, rows, { changeType: 'RowInserted' })
}

function moveTotals(table: Table, row: number): void {
  const { grid } = table.sheet
  const from = lastRow(table.area)
  for (let column = table.area.column; column <= lastColumn(table.area); column += 1) {
    grid.copyCell(from, column, row, column)
    grid.resetCell(from, column)
  }
}

/**
 * Makes room for rows in the table and returns their area; `index` undefined is the end.
 * With `alwaysInsert` cells below move down; without, empty cells below are used where there are any.
 *
 * @throws {HostError} `InsertDeleteConflict` when another table below would be split.
 */
export function insertTableRows(
  workbook: Workbook,
  table: Table,
  rows: { readonly index: number | undefined; readonly count: number; readonly alwaysInsert: boolean },
): Area {
  table.sheet.protection.refuseUnless(undefined)
  const body = table.bodyArea
  const index = rows.index ?? table.rowCount
  if (index < 0 || index > table.rowCount || rows.count < 1) throw invalidArgument()
  if (table.hasNoRows) {
    const more = rows.count - 1
    if (more > 0) insertAt(workbook, table, { ...body, row: body.row + 1, rowCount: more }, rows.alwaysInsert)
    table.hasNoRows = false
    fillCalculatedRows(table, body)
    return { ...body, rowCount: rows.count }
  }
  const place = { ...body, row: body.row + index, rowCount: rows.count }
  if (index < table.rowCount || table.showTotals) refuseShiftOfFiltered(table)
  insertAt(workbook, table, place, rows.alwaysInsert)
  return place
}

function insertAt(workbook: Workbook, table: Table, place: Area, alwaysInsert: boolean): void {
  const before = table.area
  const bodyBefore = table.bodyArea
  const canUseEmptyCells =
    place.row > lastRow(before) &&
    !alwaysInsert &&
    table.sheet.grid.isEmpty(place) &&
    !workbook.overlapsTable(table.sheet, place, table)
  if (!canUseEmptyCells) insertCells(table.sheet, place, 'Down', workbook)
  // The insertion itself grows a table it happens in; directly below its last row it does not.
  table.area = { ...before, rowCount: before.rowCount + place.rowCount }
  const first = table.bodyArea.row
  if (place.row === first) copyStyles(table.sheet, place, first + place.rowCount)
  else if (canUseEmptyCells) copyStyles(table.sheet, place, place.row - 1)
  if (place.row > lastRow(bodyBefore)) takeInRows(workbook, table, bodyBefore)
}

function copyStyles(sheet: Sheet, place: Area, fromRow: number): void {
  for (let row = place.row; row <= lastRow(place); row += 1) {
    for (let column = place.column; column <= lastColumn(place); column += 1) {
      const style = sheet.grid.style(fromRow, column)
      if (style !== sheet.grid.style(row, column)) sheet.grid.setStyle(row, column, style)
    }
  }
}

/**
 * Deletes rows of the body; cells below the table's columns move up. A table keeps one empty row when all are gone.
 *
 * @throws {HostError} `InvalidArgument` for rows it does not have, `InsertDeleteConflict` when a table below would be split.
 */
export function deleteTableRows(workbook: Workbook, table: Table, index: number, count: number): void {
  table.sheet.protection.refuseUnless(undefined)
  if (index < 0 || count < 1 || index + count > table.rowCount) throw invalidArgument()
  refuseShiftOfFiltered(table)
  const body = table.bodyArea
  const all = count === table.rowCount
  const kept = all ? 1 : 0
  const doomed = { ...body, row: body.row + index + kept, rowCount: count - kept }
  if (doomed.rowCount > 0) deleteCells(table.sheet, doomed, 'Up', workbook)
  if (!all) return
  table.sheet.grid.clearValues({ ...body, rowCount: 1 })
  table.hasNoRows = true
  workbook.events.tableChanged(table, { ...body, rowCount: 1 }, { changeType: 'RowDeleted' })
}

/** Adds a column at `index` (undefined: the end), moving cells to the right of the table's rows; returns its position. */
export function insertTableColumn(workbook: Workbook, table: Table, index: number | undefined, name: string): number {
  table.sheet.protection.refuseUnless(undefined)
  const position = index ?? table.columns.length
  if (position < 0 || position > table.columns.length) throw invalidArgument()
  const before = table.area
  const place = { ...before, column: before.column + position, columnCount: 1 }
  insertCells(table.sheet, place, 'Right', workbook)
  // Inside the table the insertion has added the column already; at its edges it has not.
  if (table.columns.length === before.columnCount) {
    table.area = { ...before, columnCount: before.columnCount + 1 }
    table.columns.splice(position, 0, table.newColumn(name))
  }
  if (name !== '' && table.showHeaders) table.sheet.grid.setValue(before.row, place.column, name)
  syncHeaders(table, workbook.sheets)
  return position
}

/** Deletes a column; cells to the right of the table's rows move left. */
export function deleteTableColumn(workbook: Workbook, table: Table, index: number): void {
  table.sheet.protection.refuseUnless(undefined)
  if (table.columns.length === 1) throw invalidOperation("A table's only column cannot be deleted.")
  const place = { ...table.area, column: table.area.column + index, columnCount: 1 }
  deleteCells(table.sheet, place, 'Left', workbook)
}

/** Shows or hides the total row; showing moves cells below down, hiding moves them up. */
export function setShowTotals(workbook: Workbook, table: Table, show: boolean): void {
  if (show === table.showTotals) return
  table.sheet.protection.refuseUnless(undefined)
  const before = table.area
  if (show) {
    insertCells(table.sheet, { ...before, row: lastRow(before) + 1, rowCount: 1 }, 'Down', workbook)
    table.area = { ...before, rowCount: before.rowCount + 1 }
    table.sheet.grid.setValue(lastRow(table.area), before.column, 'Total')
  } else {
    deleteCells(table.sheet, { ...before, row: lastRow(before), rowCount: 1 }, 'Up', workbook)
  }
  table.showTotals = show
}

/** Removes the table and its cells' content; `keepCells` leaves them as a plain range. */
export function removeTable(workbook: Workbook, table: Table, keepCells: boolean): void {
  const { sheet } = table
  sheet.protection.refuseUnless(undefined)
  sheet.tables = sheet.tables.filter((other) => other !== table)
  if (!keepCells) sheet.grid.clearValues(table.area)
  workbook.events.tableList(EVENT.tableDeleted, table)
}

/** Excel takes what is written directly below a table into it, down to the last row that is not empty. */
export function growOverWrittenRows(workbook: Workbook, sheet: Sheet, written: Area, lastFilledRow: number): void {
  if (!workbook.autoCorrect.expandTables || sheet.protection.isOn) return
  for (const table of sheet.tables) {
    const below = lastRow(table.area) + 1
    if (table.showTotals || written.row > below || lastFilledRow < below) continue
    if (written.column < table.area.column || lastColumn(written) > lastColumn(table.area)) continue
    const grown = { ...table.area, rowCount: lastFilledRow - table.area.row + 1 }
    const blocked = sheet.tables.some((other) => other !== table && intersect(other.area, grown) !== undefined)
    if (blocked) continue
    const before = table.bodyArea
    table.area = grown
    takeInRows(workbook, table, before)
  }
}
