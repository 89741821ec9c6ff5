// What the workbook's users want refreshed by itself. Kept in the workbook, for all who open it.
import type { Workbook } from '../workbook.ts'
import { asRecord, readNote, writeNote } from './note.ts'

export const preferencesNamespace = 'urn:sheetbroker:refreshing:1'

export const fewestMinutes = 5
export const mostMinutes = 720

/** How a table follows the workbook's interval: as all tables do, never, or with one of its own, in minutes. */
export type TableInterval = 'as-workbook' | 'never' | number

export interface TablePreferences {
  readonly interval: TableInterval
  /** Whether it is refreshed when a cell changes that one of its filters follows. */
  readonly followsCells: boolean
}

export interface Preferences {
  /** Whether tables are refreshed when the workbook is opened; undefined until somebody has decided. */
  readonly onOpen: boolean | undefined
  /** How often tables are refreshed while the workbook is open; undefined for not at all. */
  readonly everyMinutes: number | undefined
  /** By table id; those that are left out are as `plainTable`. */
  readonly tables: Readonly<Record<string, TablePreferences>>
}

export const plainTable: TablePreferences = { interval: 'as-workbook', followsCells: true }
export const noPreferences: Preferences = { onOpen: undefined, everyMinutes: undefined, tables: {} }

/** The table's own preferences. */
export function preferencesOf({ tables }: Preferences, tableId: string): TablePreferences {
  return Object.hasOwn(tables, tableId) ? (tables[tableId] ?? plainTable) : plainTable
}

/** The minutes between two refreshes of a table, or undefined when it is not refreshed by itself. */
export function intervalOf(preferences: Preferences, tableId: string): number | undefined {
  const { interval } = preferencesOf(preferences, tableId)
  if (interval === 'never') return undefined
  return interval === 'as-workbook' ? preferences.everyMinutes : interval
}

/** A whole number of minutes within the limits. */
export function toMinutes(value: number): number {
  return Math.min(mostMinutes, Math.max(fewestMinutes, Math.round(value)))
}

export async function readPreferences(workbook: Workbook): Promise<Preferences> {
  return parsePreferences(await readNote(workbook, preferencesNamespace))
}

/** Preferences of tables that are gone are not written. */
export async function writePreferences(
  workbook: Workbook,
  preferences: Preferences,
  tableIds: readonly string[],
): Promise<void> {
  const tables = Object.fromEntries(tableIds.map((id) => [id, preferencesOf(preferences, id)]))
  await writeNote(workbook, preferencesNamespace, { ...preferences, tables })
}

/** Trusts nothing: workbooks come from anywhere. */
function parsePreferences(value: unknown): Preferences {
  const { onOpen, everyMinutes, tables } = asRecord(value)
  return {
    onOpen: typeof onOpen === 'boolean' ? onOpen : undefined,
    everyMinutes: readMinutes(everyMinutes),
    tables: Object.fromEntries(Object.entries(asRecord(tables)).map(([id, each]) => [id, parseTable(each)])),
  }
}

function parseTable(value: unknown): TablePreferences {
  const { interval, followsCells } = asRecord(value)
  return {
    interval: interval === 'never' ? interval : (readMinutes(interval) ?? 'as-workbook'),
    followsCells: followsCells !== false,
  }
}

function readMinutes(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? toMinutes(value) : undefined
}
