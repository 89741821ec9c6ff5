// What the add-in remembers of a linked table between refreshes, besides what the user decided. Workbooks come from anywhere and from
// older versions: whatever cannot be read is not remembered, which costs a comparison at most.
import type { ColumnType } from '../broker/http/contract.ts'
import { isColumnType } from './column-type.ts'
import type { Growth } from './table-choice.ts'
import type { LostRow } from './table-error.ts'

export interface LinkMemory {
  /** The filter of the last refresh, with what the cells held that it follows; empty for none. */
  readonly filter: string
  /** The types of the columns that the choice's conditions are about. */
  readonly filterTypes: ReadonlyMap<string, ColumnType>
  /** A digest of all own cells after the last refresh; empty when it is not known. */
  readonly cells: string
  /** What the user wants done whenever the table must grow over something. */
  readonly growth: Growth
  /** The column that says since when a row is gone at the source, once there is one. */
  readonly mark: MarkColumn | undefined
  /** The headers of the table when an unfinished refresh was about to add columns: others may be those that it added. */
  readonly addingTo: readonly string[] | undefined
  /** The comment in the sheet that says that the table is incomplete. */
  readonly commentId: string | undefined
  /** What an unfinished refresh is known to have done to the wrong rows: names given by mistake, with the former ones. */
  readonly misnamed: readonly (readonly [string, string | null])[]
  /** What the user had in rows that an unfinished refresh deleted by mistake: they may be back, but not all that was in them. */
  readonly lost: readonly LostRow[]
  /** What the user had in the rows that were to stay, when an unfinished refresh was about to delete others. */
  readonly kept: readonly LostRow[]
  /** Where what stands below the table is to be, when an unfinished refresh may have moved it. */
  readonly below: CellsBelow | undefined
}

/** Where what stands below a table is to be. */
export interface CellsBelow {
  /** Of its first row, counted from the table's first data row. */
  readonly row: number
  readonly rows: number
  /** By so many rows a refresh may have moved it at most. */
  readonly mostMoved: number
}

/** A column of the add-in's own that is none of the dataset's. */
export interface MarkColumn {
  readonly header: string
  readonly columnId: string
}

const nothingKept = { misnamed: [], lost: [], kept: [], below: undefined }

/** What is known of a table before its first refresh. */
export const noMemory: LinkMemory = {
  filter: '',
  filterTypes: new Map(),
  cells: '',
  growth: 'ask',
  mark: undefined,
  addingTo: undefined,
  commentId: undefined,
  ...nothingKept,
}

/** The memory as one line of text. */
export function printMemory(memory: LinkMemory): string {
  const [lost, kept] = [memory.lost.map(listRow), memory.kept.map(listRow)]
  return JSON.stringify({ ...memory, filterTypes: [...memory.filterTypes], lost, kept })
}

/** What `printMemory` wrote, as far as it can be read. */
export function parseMemory(text: string): LinkMemory {
  const value = parseJson(text)
  if (typeof value !== 'object' || value === null) return noMemory
  const { filter, filterTypes, cells, growth, mark, addingTo, commentId, misnamed, lost, kept, below } =
    value as Readonly<Record<keyof LinkMemory, unknown>>
  const types = Array.isArray(filterTypes) ? filterTypes.filter(isTypeEntry) : []
  return {
    filter: typeof filter === 'string' ? filter : '',
    filterTypes: new Map(types),
    cells: typeof cells === 'string' ? cells : '',
    growth: growth === 'insert' || growth === 'move' ? growth : 'ask',
    mark: isMarkColumn(mark) ? { header: mark.header, columnId: mark.columnId } : undefined,
    addingTo: Array.isArray(addingTo) ? addingTo.filter((header) => typeof header === 'string') : undefined,
    commentId: typeof commentId === 'string' ? commentId : undefined,
    misnamed: Array.isArray(misnamed) ? misnamed.filter(isNamePair) : [],
    lost: readRows(lost),
    kept: readRows(kept),
    below: isCellsBelow(below) ? below : undefined,
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Nothing is remembered then.
    return undefined
  }
}

function isTypeEntry(entry: unknown): entry is [string, ColumnType] {
  return Array.isArray(entry) && typeof entry[0] === 'string' && isColumnType(entry[1])
}

function isNamePair(entry: unknown): entry is [string, string | null] {
  return Array.isArray(entry) && typeof entry[0] === 'string' && (entry[1] === null || typeof entry[1] === 'string')
}

function listRow({ name, row, cells }: LostRow): readonly unknown[] {
  return [name ?? null, row, [...cells]]
}

function readRows(rows: unknown): readonly LostRow[] {
  return Array.isArray(rows) ? rows.flatMap(readRow) : []
}

function readRow(entry: unknown): readonly LostRow[] {
  if (!Array.isArray(entry)) return []
  const [name, row, cells] = entry as readonly unknown[]
  const isNamed = name === null || typeof name === 'string'
  if (!isNamed || typeof row !== 'number' || !Array.isArray(cells)) return []
  return [{ name: name ?? undefined, row, cells: new Map(cells.filter(isCellEntry)) }]
}

function isCellEntry(entry: unknown): entry is [string, string | number | boolean] {
  return (
    Array.isArray(entry) && typeof entry[0] === 'string' && ['string', 'number', 'boolean'].includes(typeof entry[1])
  )
}

function isMarkColumn(mark: unknown): mark is MarkColumn {
  if (typeof mark !== 'object' || mark === null) return false
  const { header, columnId } = mark as Readonly<Record<string, unknown>>
  return typeof header === 'string' && typeof columnId === 'string'
}

function isCellsBelow(below: unknown): below is CellsBelow {
  if (typeof below !== 'object' || below === null) return false
  const { row, rows, mostMoved } = below as Readonly<Record<string, unknown>>
  return [row, rows, mostMoved].every((count) => Number.isSafeInteger(count))
}
