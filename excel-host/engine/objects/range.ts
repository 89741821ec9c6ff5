import { formatAddress, intersect, isInside, MAX_COLUMNS, MAX_ROWS } from '../area.ts'
import { refuseDelete, refuseInsert } from '../guards.ts'
import { invalidArgument } from '../host-error.ts'
import type { Arguments, HostObject, TypeDefinition } from '../host-object.ts'
import { flagValue, hostObject } from '../host-object.ts'
import {
  clearCells,
  readCells,
  readTexts,
  readValues,
  readValueTypes,
  writeInputs,
  writeNumberFormats,
} from '../range-content.ts'
import { mergeCells, unmergeCells } from '../merges.ts'
import { moveCellsTo } from '../move.ts'
import { RangeRef } from '../range-ref.ts'
import { TableSet } from '../sheet.ts'
import { deleteCells, insertCells } from '../shift.ts'
import type { Workbook } from '../workbook.ts'
import { conditionalFormatsObject, dataValidationObject } from './cell-rules.ts'
import { rangeAreasObject } from './range-areas.ts'
import { rangeFormatObject } from './range-format.ts'
import { rangeNavigation } from './range-navigation.ts'

/** The object of a range. */
export function rangeObject(workbook: Workbook, range: RangeRef): HostObject {
  return hostObject(rangeType, range, workbook)
}

function readFormulas(range: RangeRef): unknown {
  const { grid } = range.sheet
  return readCells(range.area, (row, column) => grid.formula(row, column) ?? grid.value(row, column) ?? '')
}

function readNumberFormats(range: RangeRef, workbook: Workbook): unknown {
  const { grid } = range.sheet
  return readCells(range.area, (row, column) => workbook.styles.get(grid.style(row, column)).numberFormat)
}

function setHidden(hidden: Set<number>, start: number, count: number, value: unknown): void {
  const hide = flagValue(value)
  for (let index = start; index < start + count; index += 1) {
    if (hide) hidden.add(index)
    else hidden.delete(index)
  }
}

// True or false when all lines agree, null when they do not.
function readHidden(hidden: ReadonlySet<number>, start: number, count: number): boolean | null {
  let found = 0
  for (const index of hidden) if (index >= start && index < start + count) found += 1
  return found === 0 ? false : found === count ? true : null
}

const write = (range: RangeRef, value: unknown, workbook: Workbook): void =>
  writeInputs(workbook, range.sheet, range.area, value)
const writeFormats = (range: RangeRef, value: unknown, workbook: Workbook): void =>
  writeNumberFormats(workbook, range.sheet, range.area, value)

function insertRange(range: RangeRef, args: Arguments, workbook: Workbook): HostObject {
  const direction = args.text(0)
  if (direction !== 'Down' && direction !== 'Right') throw invalidArgument()
  const { sheet, area } = range
  refuseInsert(sheet, area, direction)
  insertCells(sheet, area, direction, workbook)
  return rangeObject(workbook, new RangeRef(sheet, area))
}

function deleteRange(range: RangeRef, args: Arguments, workbook: Workbook): void {
  const direction = args.text(0)
  if (direction !== 'Up' && direction !== 'Left') throw invalidArgument()
  refuseDelete(workbook, range.sheet, range.area, direction)
  deleteCells(range.sheet, range.area, direction, workbook)
}

const rangeType: TypeDefinition<RangeRef> = {
  name: 'Range',
  scalars: {
    Address: ({ sheet, area }) => formatAddress(sheet.name, area),
    AddressLocal: ({ sheet, area }) => formatAddress(sheet.name, area),
    CellCount: ({ area }) => {
      const count = area.rowCount * area.columnCount
      return count > 2_147_483_647 ? -1 : count
    },
    RowIndex: ({ area }) => area.row,
    ColumnIndex: ({ area }) => area.column,
    RowCount: ({ area }) => area.rowCount,
    ColumnCount: ({ area }) => area.columnCount,
    IsEntireRow: ({ area }) => area.columnCount === MAX_COLUMNS,
    IsEntireColumn: ({ area }) => area.rowCount === MAX_ROWS,
    Values: ({ sheet, area }) => readValues(sheet, area),
    ValueTypes: ({ sheet, area }) => readValueTypes(sheet, area),
    Text: ({ sheet, area }, workbook) => readTexts(workbook, sheet, area),
    Formulas: readFormulas,
    FormulasLocal: readFormulas,
    NumberFormat: readNumberFormats,
    NumberFormatLocal: readNumberFormats,
    RowHidden: ({ sheet, area }) => readHidden(sheet.hiddenRows, area.row, area.rowCount),
    ColumnHidden: ({ sheet, area }) => readHidden(sheet.hiddenColumns, area.column, area.columnCount),
  },
  setters: {
    Values: write,
    Formulas: write,
    FormulasLocal: write,
    NumberFormat: writeFormats,
    NumberFormatLocal: writeFormats,
    RowHidden: ({ sheet, area }, value, workbook) => {
      sheet.protection.refuseUnless('allowFormatRows')
      setHidden(sheet.hiddenRows, area.row, area.rowCount, value)
      workbook.events.rowsHidden(sheet, area, flagValue(value))
    },
    ColumnHidden: ({ sheet, area }, value) => {
      sheet.protection.refuseUnless('allowFormatColumns')
      setHidden(sheet.hiddenColumns, area.column, area.columnCount, value)
    },
  },
  children: {
    Format: (range, workbook) => rangeFormatObject(workbook, range),
    ConditionalFormats: (range, workbook) => conditionalFormatsObject(workbook, range, rangeObject),
    DataValidation: (range, workbook) => dataValidationObject(workbook, range),
    Worksheet: (range) => range.sheet,
  },
  methods: {
    ...rangeNavigation(rangeObject),
    Clear: ({ sheet, area }, args, workbook) => clearCells(workbook, sheet, area, args.optionalText(0) ?? 'All'),
    Delete: deleteRange,
    Merge: ({ sheet, area }, args, workbook) => mergeCells(workbook, sheet, area, args.flag(0, false)),
    Unmerge: ({ sheet, area }, _args, workbook) => unmergeCells(workbook, sheet, area),
    Insert: insertRange,
    MoveTo: (range, args, workbook) =>
      moveCellsTo(
        workbook,
        range,
        args.range(0, (address) => workbook.resolve(address, range.sheet)),
      ),
    GetMergedAreasOrNullObject: ({ sheet, area }, _args, workbook) => {
      const found = workbook.merges.filter(
        (merge) => merge.sheet === sheet && !merge.isGone && intersect(merge.area, area) !== undefined,
      )
      return found.length === 0 ? null : rangeAreasObject(workbook, found, rangeObject)
    },
    GetTables: ({ sheet, area }, args) => {
      const isWhole = args.flag(0, false)
      return new TableSet(sheet.tablesIn(area).filter((table) => !isWhole || isInside(table.area, area)))
    },
    Select: ({ sheet, area }, _args, workbook) => workbook.select(sheet, area),
    _ValidateArraySize: ({ area }, args) => {
      if (args.integer(0) !== area.rowCount || args.integer(1) !== area.columnCount) {
        throw invalidArgument(
          "The number of rows or columns in the input array doesn't match the size or dimensions of the range.",
        )
      }
    },
  },
}
