import { area, MAX_COLUMNS, MAX_ROWS } from '../area.ts'
import { copySheet } from '../copies.ts'
import { foundOrThrow, invalidArgument } from '../host-error.ts'
import type { Arguments, HostObject, TypeDefinition } from '../host-object.ts'
import { flagValue, hostObject, numberValue, textValue } from '../host-object.ts'
import { RangeRef } from '../range-ref.ts'
import { Sheet } from '../sheet.ts'
import type { Workbook } from '../workbook.ts'
import { WORKBOOK_TARGET } from '../events.ts'
import { commentsObject } from './comments.ts'
import { sheetEvents, sheetsEvents } from './event-methods.ts'
import { sheetProtectionObject } from './protection.ts'
import { rangeObject } from './range.ts'
import { tablesObject } from './table.ts'

const WHOLE_SHEET = { row: 0, column: 0, rowCount: MAX_ROWS, columnCount: MAX_COLUMNS }
const FIRST_CELL = { row: 0, column: 0, rowCount: 1, columnCount: 1 }

/** The object of one sheet. */
export function worksheetObject(workbook: Workbook, sheet: Sheet): HostObject {
  return hostObject(worksheetType, sheet, workbook)
}

function usedRange(sheet: Sheet, args: Arguments): RangeRef | undefined {
  const used = sheet.grid.usedArea(args.flag(0, false))
  return used === undefined ? undefined : new RangeRef(sheet, used)
}

function moveSheet(workbook: Workbook, sheet: Sheet, position: number): void {
  if (!Number.isInteger(position) || position < 0 || position >= workbook.sheets.length) throw invalidArgument()
  workbook.protection.refuseUnless(undefined)
  workbook.events.moved(sheet, workbook.sheets.indexOf(sheet), position)
  const others = workbook.sheets.filter((other) => other !== sheet)
  workbook.sheets = [...others.slice(0, position), sheet, ...others.slice(position)]
}

function setVisibility(workbook: Workbook, sheet: Sheet, value: unknown): void {
  if (value !== 'Visible' && value !== 'Hidden' && value !== 'VeryHidden') throw invalidArgument()
  const next = workbook.sheets.find((other) => other !== sheet && other.visibility === 'Visible')
  if (value !== 'Visible' && next === undefined) throw invalidArgument('One worksheet must stay visible.')
  workbook.protection.refuseUnless(undefined)
  const before = sheet.visibility
  sheet.visibility = value
  if (value !== before) workbook.events.visibilityChanged(sheet, before)
  if (value !== 'Visible' && workbook.activeSheet === sheet && next !== undefined) workbook.activate(next)
}

function copyWorksheet(sheet: Sheet, args: Arguments, workbook: Workbook): HostObject {
  const where = args.optionalText(0) ?? 'None'
  const relative = args.optionalTarget(1, Sheet)
  const count = workbook.sheets.length
  const positions: Readonly<Record<string, number>> = { None: count, Beginning: 0, End: count }
  const beside = relative === undefined ? undefined : workbook.sheets.indexOf(relative) + (where === 'After' ? 1 : 0)
  const position = where === 'Before' || where === 'After' ? beside : positions[where]
  if (position === undefined) throw invalidArgument()
  return worksheetObject(workbook, copySheet(workbook, sheet, position))
}

const propertyType: TypeDefinition<PropertyTarget> = {
  name: 'WorksheetCustomProperty',
  identity: ({ key }) => ({ Key: key }),
  scalars: { Key: ({ key }) => key, Value: ({ sheet, key }) => sheet.customProperties.get(key) },
  setters: {
    Value: ({ sheet, key }, value) => void sheet.customProperties.set(key, textValue(value)),
  },
  methods: { Delete: ({ sheet, key }) => void sheet.customProperties.delete(key) },
}

interface PropertyTarget {
  readonly sheet: Sheet
  readonly key: string
}

function findProperty(workbook: Workbook, sheet: Sheet, wanted: unknown): HostObject | null {
  const name = textValue(wanted).toLowerCase()
  const key = [...sheet.customProperties.keys()].find((known) => known.toLowerCase() === name)
  return key === undefined ? null : hostObject(propertyType, { sheet, key }, workbook)
}

const propertiesType: TypeDefinition<Sheet> = {
  name: 'WorksheetCustomPropertyCollection',
  methods: {
    Add: (sheet, args, workbook) => {
      const key = args.text(0)
      sheet.customProperties.set(key, args.text(1))
      return hostObject(propertyType, { sheet, key }, workbook)
    },
    GetCount: ({ customProperties }) => customProperties.size,
    GetItemOrNullObject: (sheet, args, workbook) => findProperty(workbook, sheet, args.raw(0)),
  },
  items: (sheet, workbook) =>
    [...sheet.customProperties.keys()].map((key) => hostObject(propertyType, { sheet, key }, workbook)),
  item: (sheet, key, workbook) => foundOrThrow(findProperty(workbook, sheet, key) ?? undefined),
}

const worksheetType: TypeDefinition<Sheet> = {
  name: 'Worksheet',
  identity: (sheet) => ({ Id: sheet.id }),
  scalars: {
    Id: (sheet) => sheet.id,
    Name: (sheet) => sheet.name,
    Position: (sheet, workbook) => workbook.sheets.indexOf(sheet),
    Visibility: (sheet) => sheet.visibility,
    TabColor: (sheet) => sheet.tabColor,
    ShowGridlines: (sheet) => sheet.showGridlines,
  },
  setters: {
    Name: (sheet, value, workbook) => workbook.renameSheet(sheet, textValue(value)),
    Position: (sheet, value, workbook) => moveSheet(workbook, sheet, numberValue(value)),
    Visibility: (sheet, value, workbook) => setVisibility(workbook, sheet, value),
    TabColor: (sheet, value) => {
      sheet.tabColor = textValue(value)
    },
    ShowGridlines: (sheet, value) => {
      sheet.showGridlines = flagValue(value)
    },
  },
  children: {
    Tables: (sheet, workbook) => tablesObject(workbook, sheet),
    Comments: (sheet, workbook) => commentsObject(workbook, sheet),
    CustomProperties: (sheet, workbook) => hostObject(propertiesType, sheet, workbook),
    Protection: (sheet, workbook) => sheetProtectionObject(workbook, sheet),
    FreezePanes: (sheet, workbook) => hostObject(freezePanesType, sheet, workbook),
  },
  methods: {
    ...sheetEvents((sheet: Sheet) => sheet.id),
    Activate: (sheet, _args, workbook) => workbook.activate(sheet),
    Copy: copyWorksheet,
    Delete: (sheet, _args, workbook) => workbook.deleteSheet(sheet),
    _GetAnotherWorksheetById: (_sheet, args, workbook) =>
      worksheetObject(workbook, foundOrThrow(workbook.findSheet(args.text(0)))),
    GetCell: (sheet, args, workbook) =>
      rangeObject(workbook, new RangeRef(sheet, area(args.integer(0), args.integer(1), 1, 1))),
    GetRange: (sheet, args, workbook) => {
      const address = args.optionalText(0)
      return rangeObject(
        workbook,
        address === undefined || address === '' ? new RangeRef(sheet, WHOLE_SHEET) : workbook.resolve(address, sheet),
      )
    },
    GetRangeByIndexes: (sheet, args, workbook) => {
      const cells = area(args.integer(0), args.integer(1), args.integer(2), args.integer(3))
      return rangeObject(workbook, new RangeRef(sheet, cells))
    },
    GetUsedRange: (sheet, args, workbook) =>
      rangeObject(workbook, usedRange(sheet, args) ?? new RangeRef(sheet, FIRST_CELL)),
    GetUsedRangeOrNullObject: (sheet, args, workbook) => {
      const used = usedRange(sheet, args)
      return used === undefined ? null : rangeObject(workbook, used)
    },
  },
}

const freezePanesType: TypeDefinition<Sheet> = {
  name: 'WorksheetFreezePanes',
  methods: {
    FreezeRows: (sheet, args) => {
      sheet.frozenRows = args.optionalInteger(0) ?? 1
    },
    FreezeColumns: (sheet, args) => {
      sheet.frozenColumns = args.optionalInteger(0) ?? 1
    },
    Unfreeze: (sheet) => {
      sheet.frozenRows = 0
      sheet.frozenColumns = 0
    },
  },
}

function visibleSheets(workbook: Workbook, args: Arguments): readonly Sheet[] {
  return args.flag(0, false) ? workbook.sheets.filter((sheet) => sheet.visibility === 'Visible') : workbook.sheets
}

const worksheetsType: TypeDefinition<Workbook> = {
  name: 'WorksheetCollection',
  methods: {
    ...sheetsEvents(() => WORKBOOK_TARGET),
    Add: (workbook, args) => worksheetObject(workbook, workbook.addSheet(args.optionalText(0))),
    GetActiveWorksheet: (workbook) => worksheetObject(workbook, workbook.activeSheet),
    GetCount: (workbook, args) => visibleSheets(workbook, args).length,
    GetFirst: (workbook, args) => worksheetObject(workbook, foundOrThrow(visibleSheets(workbook, args)[0])),
    GetLast: (workbook, args) => worksheetObject(workbook, foundOrThrow(visibleSheets(workbook, args).at(-1))),
    GetItemOrNullObject: (workbook, args) => {
      const sheet = workbook.findSheet(args.text(0))
      return sheet === undefined ? null : worksheetObject(workbook, sheet)
    },
  },
  items: (workbook) => workbook.sheets.map((sheet) => worksheetObject(workbook, sheet)),
  item: (workbook, key) => worksheetObject(workbook, foundOrThrow(workbook.findSheet(textValue(key)))),
}

/** `workbook.worksheets`. */
export function worksheetsObject(workbook: Workbook): HostObject {
  return hostObject(worksheetsType, workbook, workbook)
}
