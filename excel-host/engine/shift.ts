// Inserting and deleting cells: what lies below (or to the right) moves, tables move or grow whole, and an operation
// that would split a table is refused before anything changes.
import type { Area } from './area.ts'
import { intersect, isInside, lastColumn, lastRow, MAX_COLUMNS, MAX_ROWS } from './area.ts'
import { followFormulas } from './follow.ts'
import { refuseShiftOfFiltered } from './filtered-table.ts'
import { HostError, insertDeleteConflict } from './host-error.ts'
import type { RangeRef } from './range-ref.ts'
import type { Sheet, Table } from './sheet.ts'
import { fillCalculatedRows, keepColumnFormulas } from './calculated-columns.ts'
import { syncHeaders } from './table-headers.ts'

/** Which way the other cells go. */
export type ShiftDirection = 'Down' | 'Right' | 'Up' | 'Left'

interface Span {
  readonly start: number
  readonly count: number
}

// One code for both axes: `along` is the axis on which cells move, `across` the band that takes part.
interface Axis {
  readonly vertical: boolean
  readonly along: Span
  readonly across: Span
}

function axisOf(area: Area, direction: ShiftDirection): Axis {
  const rows = { start: area.row, count: area.rowCount }
  const columns = { start: area.column, count: area.columnCount }
  const vertical = direction === 'Down' || direction === 'Up'
  return vertical ? { vertical, along: rows, across: columns } : { vertical, along: columns, across: rows }
}

function alongOf(area: Area, axis: Axis): Span {
  return axisOf(area, axis.vertical ? 'Down' : 'Right').along
}

function withAlong(area: Area, axis: Axis, along: Span): Area {
  return axis.vertical
    ? { ...area, row: along.start, rowCount: along.count }
    : { ...area, column: along.start, columnCount: along.count }
}

function isAcross(area: Area, axis: Axis): boolean {
  const { start, count } = axisOf(area, axis.vertical ? 'Down' : 'Right').across
  return start >= axis.across.start && start + count <= axis.across.start + axis.across.count
}

function band(axis: Axis): Area {
  const length = axis.vertical ? MAX_ROWS : MAX_COLUMNS
  const along = { start: axis.along.start, count: length - axis.along.start }
  const cross = axis.across
  return axis.vertical
    ? { row: along.start, rowCount: along.count, column: cross.start, columnCount: cross.count }
    : { row: cross.start, rowCount: cross.count, column: along.start, columnCount: along.count }
}

function insertedSpan(span: Span, at: Span): Span {
  // A whole column or row stays what it is.
  if (span.start === 0 && span.count >= MAX_COLUMNS) return span
  if (span.start >= at.start) return { start: span.start + at.count, count: span.count }
  return span.start + span.count > at.start ? { start: span.start, count: span.count + at.count } : span
}

function deletedSpan(span: Span, gone: Span): Span | undefined {
  const end = gone.start + gone.count
  const before = Math.max(0, Math.min(span.start + span.count, gone.start) - span.start)
  const after = Math.max(0, span.start + span.count - Math.max(span.start, end))
  if (before + after === 0) return undefined
  const start = span.start < gone.start ? span.start : Math.max(gone.start, span.start - gone.count)
  return { start, count: before + after }
}

// Filtered tables let whole rows of the sheet come and go, and otherwise keep their cells where they are.
function refuseShiftOfTables(sheet: Sheet, axis: Axis): void {
  if (!axis.vertical || axis.across.count === MAX_COLUMNS) return
  for (const table of sheet.tablesIn(band(axis))) refuseShiftOfFiltered(table)
}

function refuseSplitMerges(sheet: Sheet, axis: Axis, merges: readonly RangeRef[]): void {
  for (const { area, isGone, sheet: home } of merges) {
    if (isGone || home !== sheet || intersect(area, band(axis)) === undefined || isAcross(area, axis)) continue
    throw new HostError('InvalidOperation', "We can't do that to a merged cell.")
  }
}

function refuseSplitTables(sheet: Sheet, axis: Axis): void {
  for (const table of sheet.tablesIn(band(axis))) if (!isAcross(table.area, axis)) throw insertDeleteConflict()
}

function shiftMetadata(entries: Map<number, number>, shift: (index: number) => number | undefined): void {
  const moved = [...entries].map(([index, value]) => [shift(index), value] as const)
  entries.clear()
  for (const [index, value] of moved) if (index !== undefined) entries.set(index, value)
}

function shiftLines(sheet: Sheet, axis: Axis, shift: (index: number) => number | undefined): void {
  if (axis.across.count !== (axis.vertical ? MAX_COLUMNS : MAX_ROWS)) return
  shiftMetadata(axis.vertical ? sheet.rowHeights : sheet.columnWidths, shift)
  const hidden = axis.vertical ? sheet.hiddenRows : sheet.hiddenColumns
  const moved = [...hidden].map(shift)
  hidden.clear()
  for (const index of moved) if (index !== undefined) hidden.add(index)
}

function moveCells(sheet: Sheet, axis: Axis, distance: number): void {
  const { grid } = sheet
  const end = axis.across.start + axis.across.count
  if (
    axis.vertical &&
    (axis.across.count === MAX_COLUMNS || grid.isConfined(axis.along.start, axis.across.start, end))
  ) {
    grid.shiftRows(axis.along.start, distance)
    return
  }
  // Only what is in use has to move; walking away from the direction keeps sources intact.
  const lastUsed = axis.vertical ? grid.rowCount - 1 : grid.columnCount - 1
  const crossEnd = Math.min(axis.across.start + axis.across.count, axis.vertical ? grid.columnCount : grid.rowCount)
  const from = distance > 0 ? lastUsed + distance : axis.along.start
  const until = distance > 0 ? axis.along.start - 1 : lastUsed + 1
  const step = distance > 0 ? -1 : 1
  for (let index = from; index !== until && (until - index) * step > 0; index += step) {
    const source = index - distance
    for (let cross = axis.across.start; cross < crossEnd; cross += 1) {
      const [row, column] = axis.vertical ? [index, cross] : [cross, index]
      const outside = source < axis.along.start || source > lastUsed
      if (outside) grid.resetCell(row, column)
      else grid.copyCell(axis.vertical ? source : row, axis.vertical ? column : source, row, column)
    }
  }
}

// New cells look like the row above (or the column to the left), as Excel's default.
function inheritStyles(sheet: Sheet, axis: Axis): void {
  const source = axis.along.start - 1
  if (source < 0) return
  const { grid } = sheet
  const crossEnd = Math.min(axis.across.start + axis.across.count, axis.vertical ? grid.columnCount : grid.rowCount)
  for (let cross = axis.across.start; cross < crossEnd; cross += 1) {
    const style = axis.vertical ? grid.style(source, cross) : grid.style(cross, source)
    if (style === 0) continue
    for (let index = axis.along.start; index < axis.along.start + axis.along.count; index += 1) {
      if (axis.vertical) grid.setStyle(index, cross, style)
      else grid.setStyle(cross, index, style)
    }
  }
}

function wouldPushOff(sheet: Sheet, axis: Axis): boolean {
  const limit = axis.vertical ? MAX_ROWS : MAX_COLUMNS
  const everUsed = axis.vertical ? sheet.grid.rowCount : sheet.grid.columnCount
  if (everUsed + axis.along.count <= limit) return false
  const used = sheet.grid.usedArea(true, band(axis))
  const end = used === undefined ? 0 : axis.vertical ? lastRow(used) : lastColumn(used)
  return end + axis.along.count >= limit
}

function setTableArea(table: Table, axis: Axis, next: Span, sheets: readonly Sheet[]): void {
  const before = alongOf(table.area, axis)
  table.area = withAlong(table.area, axis, next)
  if (axis.vertical || next.count === before.count) return
  const at = Math.max(0, axis.along.start - before.start)
  const added = Array.from({ length: Math.max(0, next.count - before.count) }, () => table.newColumn(''))
  table.columns.splice(at, Math.max(0, before.count - next.count), ...added)
  syncHeaders(table, sheets)
}

/** What goes along when cells move: the ranges somebody holds, and the formulas of all sheets. */
export interface Followers {
  readonly tracked: Iterable<RangeRef>
  readonly sheets: readonly Sheet[]
  readonly merges: readonly RangeRef[]
  readonly events: {
    shifted(sheet: Sheet, area: Area, direction: ShiftDirection, tables: readonly Table[]): void
  }
}

// An area after the shift; undefined when every cell of it was deleted.
function placeAfter(axis: Axis, shift: (span: Span) => Span | undefined): (area: Area) => Area | undefined {
  return (area) => {
    if (!isAcross(area, axis)) return area
    const before = alongOf(area, axis)
    const after = shift(before)
    if (after === undefined) return undefined
    return after.start === before.start && after.count === before.count ? area : withAlong(area, axis, after)
  }
}

function* trackedOn(sheet: Sheet, axis: Axis, tracked: Iterable<RangeRef>): Generator<RangeRef> {
  for (const range of tracked) if (range.sheet === sheet && isAcross(range.area, axis)) yield range
}

/**
 * Inserts empty cells at `area`; the cells there and beyond move down or right.
 *
 * @throws {HostError} `InsertDeleteConflict` when a table would be split, `NonBlankCellOffSheet` when content would
 * leave the sheet; nothing has changed then.
 */
export function insertCells(sheet: Sheet, area: Area, direction: 'Down' | 'Right', followers: Followers): void {
  const axis = axisOf(area, direction)
  refuseSplitTables(sheet, axis)
  refuseShiftOfTables(sheet, axis)
  refuseSplitMerges(sheet, axis, followers.merges)
  if (wouldPushOff(sheet, axis)) {
    throw new HostError('NonBlankCellOffSheet', 'Nonblank cells would be pushed off the end of the worksheet.')
  }
  moveCells(sheet, axis, axis.along.count)
  inheritStyles(sheet, axis)
  const place = placeAfter(axis, (span) => insertedSpan(span, axis.along))
  followFormulas(followers.sheets, sheet, place)
  const grown: Table[] = []
  for (const table of sheet.tables) {
    const after = place(table.area)
    if (after === undefined || after === table.area) continue
    if (after.rowCount > table.area.rowCount || after.columnCount > table.area.columnCount) grown.push(table)
    setTableArea(table, axis, alongOf(after, axis), followers.sheets)
  }
  for (const range of trackedOn(sheet, axis, followers.tracked)) range.area = place(range.area) ?? range.area
  shiftLines(sheet, axis, (index) => (index >= axis.along.start ? index + axis.along.count : index))
  if (axis.vertical) for (const table of grown) fillCalculatedRows(table, area)
  followers.events.shifted(sheet, area, direction, grown)
}

/**
 * Deletes the cells of `area`; those below or to the right move up. A table that lies in the area goes with it.
 *
 * @throws {HostError} `InsertDeleteConflict` when a table would be split, or lose only its header or every row.
 */
export function deleteCells(sheet: Sheet, area: Area, direction: 'Up' | 'Left', followers: Followers): void {
  const axis = axisOf(area, direction)
  refuseSplitTables(sheet, axis)
  refuseShiftOfTables(sheet, axis)
  refuseSplitMerges(sheet, axis, followers.merges)
  for (const table of sheet.tablesIn(area)) {
    const header = table.headerArea
    const losesHeader = axis.vertical && header !== undefined && intersect(header, area) !== undefined
    const losesBody = axis.vertical && isInside(table.bodyArea, area)
    if ((losesHeader || losesBody) && !isInside(table.area, area)) throw insertDeleteConflict()
    if (axis.vertical) keepColumnFormulas(table, area)
  }
  moveCells(sheet, axis, -axis.along.count)
  sheet.tables = sheet.tables.filter((table) => !isInside(table.area, area))
  const place = placeAfter(axis, (span) => deletedSpan(span, axis.along))
  followFormulas(followers.sheets, sheet, place)
  const shrunk: Table[] = []
  for (const table of sheet.tables) {
    const after = place(table.area)
    if (after === undefined || after === table.area) continue
    if (after.rowCount < table.area.rowCount || after.columnCount < table.area.columnCount) shrunk.push(table)
    setTableArea(table, axis, alongOf(after, axis), followers.sheets)
  }
  for (const range of trackedOn(sheet, axis, followers.tracked)) {
    const after = place(range.area)
    if (after === undefined) range.isGone = true
    else range.area = after
  }
  const gone = axis.along
  shiftLines(sheet, axis, (index) => {
    if (index < gone.start) return index
    return index < gone.start + gone.count ? undefined : index - gone.count
  })
  followers.events.shifted(sheet, area, direction, shrunk)
}
