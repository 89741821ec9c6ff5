// Getting one range from another: rows, columns, offsets, intersections.
import type { Area } from '../area.ts'
import { area, boundingArea, intersect, lastColumn, lastRow, MAX_COLUMNS, MAX_ROWS } from '../area.ts'
import { foundOrThrow, invalidArgument } from '../host-error.ts'
import type { Arguments, HostObject, TypeDefinition } from '../host-object.ts'
import { RangeRef } from '../range-ref.ts'
import type { Workbook } from '../workbook.ts'

type MakeRange = (workbook: Workbook, range: RangeRef) => HostObject
type Methods = NonNullable<TypeDefinition<RangeRef>['methods']>

function otherArea(range: RangeRef, args: Arguments, workbook: Workbook): Area {
  const other = args.range(0, (address) => workbook.resolve(address, range.sheet))
  if (other.sheet !== range.sheet) throw invalidArgument()
  return other.area
}

function rowsFrom(of: Area, start: number, count: number): Area {
  return area(start, of.column, count, of.columnCount)
}

function columnsFrom(of: Area, start: number, count: number): Area {
  return area(of.row, start, of.rowCount, count)
}

// A negative count takes the lines nearest to the range, too: Excel only reads its size here.
function beside(args: Arguments): number {
  const count = Math.abs(args.optionalInteger(0) ?? 1)
  if (count === 0) throw invalidArgument()
  return count
}

const areas: Record<string, (of: Area, args: Arguments) => Area> = {
  GetCell: (of, args) => area(of.row + args.integer(0), of.column + args.integer(1), 1, 1),
  GetRow: (of, args) => {
    const index = args.integer(0)
    if (index < 0 || index >= of.rowCount) throw invalidArgument()
    return rowsFrom(of, of.row + index, 1)
  },
  GetColumn: (of, args) => {
    const index = args.integer(0)
    if (index < 0 || index >= of.columnCount) throw invalidArgument()
    return columnsFrom(of, of.column + index, 1)
  },
  GetLastRow: (of) => rowsFrom(of, lastRow(of), 1),
  GetLastColumn: (of) => columnsFrom(of, lastColumn(of), 1),
  GetLastCell: (of) => area(lastRow(of), lastColumn(of), 1, 1),
  GetRowsAbove: (of, args) => rowsFrom(of, of.row - beside(args), beside(args)),
  GetRowsBelow: (of, args) => rowsFrom(of, lastRow(of) + 1, beside(args)),
  GetColumnsBefore: (of, args) => columnsFrom(of, of.column - beside(args), beside(args)),
  GetColumnsAfter: (of, args) => columnsFrom(of, lastColumn(of) + 1, beside(args)),
  GetEntireRow: (of) => area(of.row, 0, of.rowCount, MAX_COLUMNS),
  GetEntireColumn: (of) => area(0, of.column, MAX_ROWS, of.columnCount),
  GetOffsetRange: (of, args) =>
    area(of.row + args.integer(0), of.column + args.integer(1), of.rowCount, of.columnCount),
  GetResizedRange: (of, args) =>
    area(of.row, of.column, of.rowCount + args.integer(0), of.columnCount + args.integer(1)),
  GetAbsoluteResizedRange: (of, args) => area(of.row, of.column, args.integer(0), args.integer(1)),
}

/** The methods of a range that answer another range; `make` wraps it. */
export function rangeNavigation(make: MakeRange): Methods {
  const plain = Object.entries(areas).map(([name, move]): [string, Methods[string]] => [
    name,
    (range, args, workbook) => make(workbook, new RangeRef(range.sheet, move(range.area, args))),
  ])
  const wrap = (workbook: Workbook, range: RangeRef, found: Area | undefined): HostObject | null =>
    found === undefined ? null : make(workbook, new RangeRef(range.sheet, found))
  const usedArea = (range: RangeRef, args: Arguments): Area | undefined =>
    range.sheet.grid.usedArea(args.flag(0, false), range.area)
  return {
    ...Object.fromEntries(plain),
    GetBoundingRect: (range, args, workbook) =>
      wrap(workbook, range, boundingArea(range.area, otherArea(range, args, workbook))),
    GetIntersection: (range, args, workbook) =>
      foundOrThrow(wrap(workbook, range, intersect(range.area, otherArea(range, args, workbook))) ?? undefined),
    GetIntersectionOrNullObject: (range, args, workbook) =>
      wrap(workbook, range, intersect(range.area, otherArea(range, args, workbook))),
    GetUsedRange: (range, args, workbook) =>
      wrap(workbook, range, usedArea(range, args) ?? { ...range.area, rowCount: 1, columnCount: 1 }),
    GetUsedRangeOrNullObject: (range, args, workbook) => wrap(workbook, range, usedArea(range, args)),
  }
}
