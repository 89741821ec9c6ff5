// `onChanged` and its kin register at the host by methods of the object: `_RegisterDataChangedEvent` and so on.
import { EVENT } from '../events.ts'
import type { TypeDefinition } from '../host-object.ts'
import type { Workbook } from '../workbook.ts'

type Methods<T> = NonNullable<TypeDefinition<T>['methods']>

const SHEET_EVENTS: Readonly<Record<string, number>> = {
  RegisterActivatedEvent: EVENT.activated,
  RegisterDeactivatedEvent: EVENT.deactivated,
  RegisterCalculatedEvent: EVENT.calculated,
  RegisterDataChangedEvent: EVENT.changed,
  RegisterSelectionChangedEvent: EVENT.selectionChanged,
  RegisterFormatChangedEvent: EVENT.formatChanged,
  RegisterRowSortedEvent: EVENT.rowSorted,
  RegisterRowHiddenChangedEvent: EVENT.rowHiddenChanged,
  RegisterProtectionChangedEvent: EVENT.protectionChanged,
  RegisterEventNameChanged: EVENT.nameChanged,
  RegisterEventVisibilityChanged: EVENT.visibilityChanged,
}

const SHEETS_EVENTS: Readonly<Record<string, number>> = {
  ...SHEET_EVENTS,
  RegisterAddedEvent: EVENT.sheetAdded,
  RegisterDeletedEvent: EVENT.sheetDeleted,
  RegisterEventMoved: EVENT.moved,
}

const WORKBOOK_EVENTS: Readonly<Record<string, number>> = { RegisterActivatedEvent: EVENT.workbookActivated }

const TABLES_EVENTS: Readonly<Record<string, number>> = {
  RegisterAddedEvent: EVENT.tableAdded,
  RegisterDeletedEvent: EVENT.tableDeleted,
  RegisterDataChangedEvent: EVENT.tableChanged,
}

const TABLE_EVENTS: Readonly<Record<string, number>> = {
  RegisterDataChangedEvent: EVENT.tableChanged,
  RegisterSelectionChangedEvent: EVENT.tableSelectionChanged,
}

function eventMethods<T>(events: Readonly<Record<string, number>>, targetOf: (target: T) => string): Methods<T> {
  const methods = Object.entries(events).flatMap(([name, type]): [string, Methods<T>[string]][] => [
    [`_${name}`, (target: T, _args, workbook: Workbook) => workbook.events.register(type, targetOf(target))],
    [
      `_Un${name.replace('R', 'r')}`,
      (target: T, _args, workbook: Workbook) => workbook.events.unregister(type, targetOf(target)),
    ],
  ])
  return Object.fromEntries(methods)
}

/** The registrations of the workbook. */
export function workbookEvents<T>(targetOf: (target: T) => string): Methods<T> {
  return eventMethods(WORKBOOK_EVENTS, targetOf)
}

/** The registrations of a worksheet. */
export function sheetEvents<T>(targetOf: (target: T) => string): Methods<T> {
  return eventMethods(SHEET_EVENTS, targetOf)
}

/** The registrations of the collection of worksheets. */
export function sheetsEvents<T>(targetOf: (target: T) => string): Methods<T> {
  return eventMethods(SHEETS_EVENTS, targetOf)
}

/** The registrations of a table. */
export function tableEvents<T>(targetOf: (target: T) => string): Methods<T> {
  return eventMethods(TABLE_EVENTS, targetOf)
}

/** The registrations of a collection of tables. */
export function tablesEvents<T>(targetOf: (target: T) => string): Methods<T> {
  return eventMethods(TABLES_EVENTS, targetOf)
}
