// Which columns of an Excel table are the dataset's, and which are the user's own.
import type { ColumnBody } from '../broker/http/contract.ts'
import type { MarkColumn } from './link-memory.ts'
import type { LinkedColumn } from './links.ts'
import type { TableColumn } from './workbook.ts'

/** A column of the table that the add-in fills. */
export interface OwnColumn extends LinkedColumn {
  /** Where it stands in the table. */
  readonly sheetColumn: number
  /** Where its cells stand in a row of the dataset. */
  readonly sourceColumn: number
}

/** Own columns that stand side by side. */
export interface Segment {
  readonly sheetColumn: number
  /** Index of the first in `Layout.own`. */
  readonly first: number
  readonly count: number
}

/** How rows of the dataset lie in the table. */
export interface Layout {
  /** In the order of the sheet. "Own cells" are cells in this order. */
  readonly own: readonly OwnColumn[]
  readonly segments: readonly Segment[]
  /** Indexes in `own` of the columns that name a row; all of them for a dataset without a key. */
  readonly keyColumns: readonly number[]
  readonly hasKey: boolean
  /** Index in `own` of the column that says since when a row is gone at the source; it is none of the dataset's. */
  readonly mark: number | undefined
  /** Columns of the dataset that the table has not got: new at the source, or removed by the user. */
  readonly added: readonly ColumnBody[]
  readonly removed: readonly string[]
  /** Headers of columns that the dataset no longer has. */
  readonly orphaned: readonly string[]
}

export interface LayoutInput {
  readonly tableColumns: readonly TableColumn[]
  /** The columns as the link knows them. */
  readonly linked: readonly LinkedColumn[]
  /** The columns as the dataset has them now. */
  readonly columns: readonly ColumnBody[]
  readonly key: readonly string[]
  readonly mark?: MarkColumn | undefined
}

/** Finds the dataset's columns in the table: by id, and by header where ids tell nothing. */
export function findLayout(input: LayoutInput): Layout {
  const found = findLinked(input.tableColumns, input.linked)
  const own: OwnColumn[] = []
  const added: ColumnBody[] = []
  const removed: string[] = []
  for (const [sourceColumn, column] of input.columns.entries()) {
    const place = found.get(column.name)
    if (place) own.push({ ...column, ...place, sourceColumn })
    else if (input.linked.some(({ name }) => name === column.name)) removed.push(column.name)
    else added.push(column)
  }
  const mark = input.mark && findMark(input.mark, input.tableColumns, own)
  if (mark) own.push(mark)
  own.sort((one, other) => one.sheetColumn - other.sheetColumn)
  const current = new Set(input.columns.map(({ name }) => name))
  const orphaned = [...found].filter(([name]) => !current.has(name)).map(([, place]) => place.header)
  const keyColumns = input.key.map((name) => own.findIndex((column) => column.name === name))
  const hasKey = keyColumns.length > 0 && !keyColumns.includes(-1)
  return {
    own,
    segments: findSegments(own),
    keyColumns: hasKey ? keyColumns : own.flatMap((column, index) => (column === mark ? [] : [index])),
    hasKey,
    mark: mark ? own.indexOf(mark) : undefined,
    added,
    removed,
    orphaned,
  }
}

interface FoundColumn {
  readonly header: string
  readonly columnId: string
  readonly sheetColumn: number
}

/**
 * By id wherever ids hold: a header may have passed to another column, even to one of the user's. Programs other than Excel number
 * columns anew, which shows in that more of the ids belong to other headers than to their own.
 */
function findLinked(
  tableColumns: readonly TableColumn[],
  linked: readonly LinkedColumn[],
): ReadonlyMap<string, FoundColumn> {
  const places = tableColumns.map(({ id, header }, sheetColumn) => ({ header, columnId: id, sheetColumn }))
  const byHeader = new Map(places.map((place) => [place.header, place]))
  const byId = new Map(places.map((place) => [place.columnId, place]))
  const known = linked.filter(({ header, columnId }) => byHeader.has(header) && byId.has(columnId))
  const agreeing = known.filter(({ header, columnId }) => byHeader.get(header) === byId.get(columnId))
  const isById = known.length > 0 && 2 * agreeing.length >= known.length
  const isRenumbered = known.length > 0 && !isById
  const found = new Map<string, FoundColumn>()
  const taken = new Set<FoundColumn>()
  const take = (name: string, place: FoundColumn | undefined): void => {
    if (!place || found.has(name) || taken.has(place)) return
    found.set(name, place)
    taken.add(place)
  }
  if (!isRenumbered) for (const { name, columnId } of linked) take(name, byId.get(columnId))
  // Where ids hold, a column whose id is gone was taken out, whatever is called so now.
  for (const { name, header, columnId } of linked) if (!isById || columnId === '') take(name, byHeader.get(header))
  return found
}

/** The mark column as an own column that no column of the dataset fills. */
function findMark(
  { header, columnId }: MarkColumn,
  tableColumns: readonly TableColumn[],
  own: readonly OwnColumn[],
): OwnColumn | undefined {
  const taken = new Set(own.map(({ sheetColumn }) => sheetColumn))
  const isFree = (_column: TableColumn, index: number): boolean => !taken.has(index)
  const found =
    tableColumns.find((column, index) => isFree(column, index) && column.header === header) ??
    tableColumns.find((column, index) => isFree(column, index) && column.id === columnId)
  if (!found) return undefined
  const sheetColumn = tableColumns.indexOf(found)
  return { name: '', type: 'date', header: found.header, columnId: found.id, sheetColumn, sourceColumn: -1 }
}

function findSegments(own: readonly OwnColumn[]): readonly Segment[] {
  const segments: Segment[] = []
  for (const [index, { sheetColumn }] of own.entries()) {
    const last = segments.at(-1)
    if (last && last.sheetColumn + last.count === sheetColumn) {
      segments[segments.length - 1] = { ...last, count: last.count + 1 }
    } else segments.push({ sheetColumn, first: index, count: 1 })
  }
  return segments
}
