// What happened in the workbook, told to those who registered for it. Events wait until the batch or the person's act is
// over, and then go out together. The numbers and argument names are those of the library.
import type { Area } from './area.ts'
import { formatCells, intersect, MAX_COLUMNS, MAX_ROWS } from './area.ts'
import type { CellValue } from './cell-value.ts'
import { RangeRef } from './range-ref.ts'
import type { Sheet, Table, Visibility } from './sheet.ts'

/** Events by their numbers on the wire. */
export const EVENT = {
  changed: 10,
  activated: 11,
  deactivated: 12,
  sheetAdded: 13,
  selectionChanged: 14,
  sheetDeleted: 15,
  calculated: 16,
  formatChanged: 18,
  rowSorted: 19,
  rowHiddenChanged: 22,
  protectionChanged: 24,
  nameChanged: 25,
  visibilityChanged: 26,
  moved: 27,
  tableSelectionChanged: 100,
  tableChanged: 101,
  tableAdded: 102,
  tableDeleted: 103,
  workbookActivated: 2_203,
  visibility: 65_539,
} as const

/** The category of messages that are events of objects. */
export const OBJECT_EVENTS = 65_536

/** The category of messages to the custom functions runtime. */
export const FUNCTION_CALLS = 1

/** The target of events about anything in the workbook. */
export const WORKBOOK_TARGET = 'Workbook'

/** One message to a handler. */
export interface EventMessage {
  /** `OBJECT_EVENTS`, or `FUNCTION_CALLS`. */
  readonly category: number
  readonly type: number
  readonly targetId: string
  readonly argument: unknown
}

/** A cell before a change; only changes of single cells say it. */
export interface Before {
  readonly value: CellValue | undefined
}

type Shift = 'Down' | 'Right' | 'Up' | 'Left'

const KEPT_RANGES = 1_000

function valueType(value: CellValue | undefined): string {
  if (value === undefined) return 'Empty'
  return typeof value === 'string' ? 'String' : typeof value === 'number' ? 'Double' : 'Boolean'
}

function shiftChange(area: Area, direction: Shift): string {
  const vertical = direction === 'Down' || direction === 'Up'
  const whole = vertical ? area.columnCount === MAX_COLUMNS : area.rowCount === MAX_ROWS
  const what = whole ? (vertical ? 'Row' : 'Column') : 'Cell'
  return what + (direction === 'Down' || direction === 'Right' ? 'Inserted' : 'Deleted')
}

/** The events of one workbook. */
export class Events {
  readonly #registered = new Map<string, number>()
  readonly #tracked: Set<RangeRef>
  readonly #ranges = new Map<string, RangeRef>()
  #waiting: EventMessage[] = []
  #nextRange = 1
  /** Set while an add-in's batch runs: its own changes are marked so. */
  isAddIn = false
  /** `Remote` while somebody else edits the same file. */
  source: 'Local' | 'Remote' = 'Local'
  /** `runtime.enableEvents`. */
  isEnabled = true

  /** Ranges of events follow their cells as `tracked` ranges do. */
  constructor(tracked: Set<RangeRef>) {
    this.#tracked = tracked
  }

  /** How many handlers are registered; a number that only grows is a leak in the add-in. */
  get handlers(): number {
    let count = 0
    for (const times of this.#registered.values()) count += times
    return count
  }

  /** Starts events of a type for a target: a sheet's or table's id, or `WORKBOOK_TARGET`. */
  register(type: number, targetId: string): void {
    const key = `${type}|${targetId}`
    this.#registered.set(key, (this.#registered.get(key) ?? 0) + 1)
  }

  /** Ends one registration. */
  unregister(type: number, targetId: string): void {
    const key = `${type}|${targetId}`
    const times = (this.#registered.get(key) ?? 0) - 1
    if (times > 0) this.#registered.set(key, times)
    else this.#registered.delete(key)
  }

  /** Whether anybody waits for events of this type. */
  isWanted(type: number): boolean {
    return [...this.#registered.keys()].some((key) => key.startsWith(`${type}|`))
  }

  /** The events since the last call. */
  take(): readonly EventMessage[] {
    return this.#waiting.splice(0)
  }

  /** The range an event told of, as it is now. */
  range(id: string): RangeRef | undefined {
    return this.#ranges.get(id)
  }

  /** Cells got other contents. */
  edited(sheet: Sheet, area: Area, before?: Before): void {
    const details = before === undefined ? {} : this.#details(sheet, area, before)
    this.#changed(sheet, area, { changeType: 'RangeEdited', ...details })
  }

  /** Cells were inserted or deleted; `tables` are those that gained or lost rows or columns. */
  shifted(sheet: Sheet, area: Area, direction: Shift, tables: readonly Table[]): void {
    const changeType = shiftChange(area, direction)
    const shiftDirection = changeType.startsWith('Cell') ? `ShiftCell${direction}` : 'None'
    this.#sheetEvent(EVENT.changed, sheet, { ...this.#change(sheet, area), changeType, shiftDirection })
    const vertical = direction === 'Down' || direction === 'Up'
    const inTable = (vertical ? 'Row' : 'Column') + (changeType.endsWith('Inserted') ? 'Inserted' : 'Deleted')
    for (const table of tables) {
      const cells = vertical
        ? { ...table.area, row: area.row, rowCount: area.rowCount }
        : { ...table.area, column: area.column, columnCount: area.columnCount }
      this.tableChanged(table, cells, { changeType: inTable })
    }
  }

  /** A table changed in these cells. */
  tableChanged(table: Table, area: Area, more: Readonly<Record<string, unknown>>): void {
    const argument = { ...this.#change(table.sheet, area), tableId: table.id, ...more }
    this.#emit(EVENT.tableChanged, [table.id, table.sheet.id, WORKBOOK_TARGET], argument)
  }

  /** The selection moved; tables learn whether it is inside them. */
  selected(sheet: Sheet, area: Area, before: { readonly sheet: Sheet; readonly area: Area }): void {
    const address = formatCells(area)
    this.#sheetEvent(EVENT.selectionChanged, sheet, { address })
    for (const table of sheet.tables) {
      const inside = intersect(table.area, area)
      const wasInside = before.sheet === sheet && intersect(table.area, before.area) !== undefined
      if (inside === undefined && !wasInside) continue
      this.#emit(EVENT.tableSelectionChanged, [table.id], {
        address: inside === undefined ? '' : formatCells(inside),
        worksheetId: sheet.id,
        tableId: table.id,
      })
    }
  }

  /** Another sheet came to the front. */
  activated(from: Sheet, to: Sheet): void {
    this.#sheetEvent(EVENT.deactivated, from, {})
    this.#sheetEvent(EVENT.activated, to, {})
  }

  /** The workbook's window came to the front. */
  workbookActivated(): void {
    this.#emit(EVENT.workbookActivated, [WORKBOOK_TARGET], {})
  }

  /** A sheet came or went. */
  sheetList(type: typeof EVENT.sheetAdded | typeof EVENT.sheetDeleted, sheet: Sheet): void {
    this.#emit(type, [WORKBOOK_TARGET], { worksheetId: sheet.id, source: this.source })
  }

  /** A table came or went. */
  tableList(type: typeof EVENT.tableAdded | typeof EVENT.tableDeleted, table: Table): void {
    const argument = { tableId: table.id, tableName: table.name, worksheetId: table.sheet.id, source: this.source }
    this.#emit(type, [table.sheet.id, WORKBOOK_TARGET], argument)
  }

  /** A sheet was renamed. */
  renamed(sheet: Sheet, nameBefore: string): void {
    this.#sheetEvent(EVENT.nameChanged, sheet, { nameBefore, nameAfter: sheet.name, source: this.source })
  }

  /** A sheet was moved among the tabs. */
  moved(sheet: Sheet, positionBefore: number, positionAfter: number): void {
    this.#emit(EVENT.moved, [WORKBOOK_TARGET], {
      worksheetId: sheet.id,
      positionBefore,
      positionAfter,
      source: this.source,
    })
  }

  /** A sheet was shown or hidden. */
  visibilityChanged(sheet: Sheet, visibilityBefore: Visibility): void {
    const argument = { visibilityBefore, visibilityAfter: sheet.visibility, source: this.source }
    this.#sheetEvent(EVENT.visibilityChanged, sheet, argument)
  }

  /** A sheet was protected or freed. */
  protectionChanged(sheet: Sheet, isProtected: boolean): void {
    this.#sheetEvent(EVENT.protectionChanged, sheet, { isProtected, source: this.source })
  }

  /** Formats of cells changed. */
  formatChanged(sheet: Sheet, area: Area): void {
    this.#sheetEvent(EVENT.formatChanged, sheet, this.#change(sheet, area))
  }

  /** Rows were hidden or shown by hand. */
  rowsHidden(sheet: Sheet, area: Area, hidden: boolean): void {
    const argument = { address: formatCells(area), changeType: hidden ? 'Hidden' : 'Unhidden', source: this.source }
    this.#sheetEvent(EVENT.rowHiddenChanged, sheet, argument)
  }

  /** Rows changed places. */
  sorted(sheet: Sheet, area: Area): void {
    this.#sheetEvent(EVENT.rowSorted, sheet, { address: formatCells(area), source: this.source })
  }

  /** Formulas of a sheet have new results. */
  calculated(sheet: Sheet, area: Area): void {
    this.#sheetEvent(EVENT.calculated, sheet, { address: formatCells(area) })
  }

  /** A message to the custom functions runtime, which listens from its start on. */
  callFunction(type: number, argument: unknown): void {
    this.#waiting.push({ category: FUNCTION_CALLS, type, targetId: '', argument })
  }

  /** The task pane was shown or hidden. */
  paneVisibility(visibility: 'Visible' | 'Hidden'): void {
    // The library registers this one by itself.
    this.#waiting.push({ category: OBJECT_EVENTS, type: EVENT.visibility, targetId: '', argument: { visibility } })
  }

  #changed(sheet: Sheet, area: Area, more: Readonly<Record<string, unknown>>): void {
    this.#sheetEvent(EVENT.changed, sheet, { ...this.#change(sheet, area), shiftDirection: 'None', ...more })
    for (const table of sheet.tables) {
      const inside = intersect(table.area, area)
      if (inside !== undefined) this.tableChanged(table, inside, more)
    }
  }

  // Nobody keeps the ranges of events that nobody gets.
  #change(sheet: Sheet, area: Area): Readonly<Record<string, unknown>> {
    return {
      worksheetId: sheet.id,
      address: formatCells(area),
      source: this.source,
      triggerSource: this.isAddIn ? 'ThisLocalAddin' : 'Unknown',
      ...(this.#registered.size === 0 ? {} : { referenceId: this.#keepRange(new RangeRef(sheet, area)) }),
    }
  }

  #keepRange(range: RangeRef): string {
    const id = `event${this.#nextRange}`
    this.#nextRange += 1
    this.#ranges.set(id, range)
    this.#tracked.add(range)
    for (const [oldest, old] of this.#ranges) {
      if (this.#ranges.size <= KEPT_RANGES) break
      this.#ranges.delete(oldest)
      this.#tracked.delete(old)
    }
    return id
  }

  #details(sheet: Sheet, area: Area, before: Before): Readonly<Record<string, unknown>> {
    const after = sheet.grid.value(area.row, area.column)
    return {
      valueBefore: before.value ?? '',
      valueTypeBefore: valueType(before.value),
      valueAfter: after ?? '',
      valueTypeAfter: valueType(after),
    }
  }

  #sheetEvent(type: number, sheet: Sheet, argument: Readonly<Record<string, unknown>>): void {
    this.#emit(type, [sheet.id, WORKBOOK_TARGET], { worksheetId: sheet.id, ...argument })
  }

  #emit(type: number, targets: readonly string[], argument: Readonly<Record<string, unknown>>): void {
    if (!this.isEnabled) return
    for (const targetId of targets) {
      if (this.#registered.has(`${type}|${targetId}`))
        this.#waiting.push({ category: OBJECT_EVENTS, type, targetId, argument })
    }
  }
}
