// Tables that a copied sheet brought along. Excel gives them ids and names of their own, and no link knows of them: the add-in never
// writes to such a table unasked, as a copy is often meant to stay as it is.
import { findLayout } from './layout.ts'
import { noMemory } from './link-memory.ts'
import type { Link } from './links.ts'
import type { TableColumns } from './workbook.ts'

export interface CopiedTable {
  readonly tableId: string
  readonly name: string
  /** The name, now, of the table that it looks like a copy of. */
  readonly original: string
  /** What links the copy to the same dataset. */
  readonly link: Link
}

/** The tables of a workbook, and what is known of them. */
export interface KnownTables {
  readonly links: readonly Link[]
  /** Of all tables. */
  readonly shapes: readonly TableColumns[]
  /** Whether the table is known to be another one than the link's, whatever its name. */
  readonly isOther: (link: Link, tableId: string) => boolean
}

/** The tables that have no link, but all the columns of one that has. */
export function findCopiedTables({ links, shapes, isOther }: KnownTables): readonly CopiedTable[] {
  const linked = new Set(links.map(({ tableId }) => tableId))
  const known = new Map(shapes.map((shape) => [shape.id, shape]))
  return shapes.flatMap((shape) => {
    // A linked table itself may have another id, when a program other than Excel has written the file.
    const isItself = links.some(
      (link) => !known.has(link.tableId) && isSameName(link.tableName, shape.name) && !isOther(link, shape.id),
    )
    if (linked.has(shape.id) || isItself) return []
    const found = links.flatMap((link) => findCopy(shape, link, known.get(link.tableId)))
    // The link with the most columns in common; among equals that of the table whose name the copy has, with a number after it.
    const [best] = found.sort(
      (one, other) =>
        other.link.columns.length - one.link.columns.length ||
        Number(isNumbered(shape.name, other.original)) - Number(isNumbered(shape.name, one.original)),
    )
    return best ? [best] : []
  })
}

function findCopy(shape: TableColumns, link: Link, original: TableColumns | undefined): readonly CopiedTable[] {
  const columns = matchColumns(shape, link, original)
  const name = original?.name ?? link.tableName
  // Many tables have a column of a common name; the name must fit as well where it is the only one.
  if (!columns || (columns.length === 1 && !isNumbered(shape.name, name))) return []
  const copy = linkCopy(link, shape, columns)
  return [{ tableId: shape.id, name: shape.name, original: name, link: copy }]
}

/** The link's columns as the copy has them; undefined when one is missing that the original has. */
function matchColumns(
  shape: TableColumns,
  { columns }: Link,
  original: TableColumns | undefined,
): Link['columns'] | undefined {
  const ids = new Map(shape.columns.map(({ id, header }) => [header, id]))
  // The user may have renamed columns of the original, or taken them out, before it was copied or afterwards.
  const present =
    original && findLayout({ tableColumns: original.columns, linked: columns, columns, key: [], mark: undefined }).own
  const headers = present && new Map(present.map(({ name, header }) => [name, header]))
  const matched: Link['columns'][number][] = []
  let found = 0
  for (const column of columns) {
    const header = [headers?.get(column.name), column.header].find((each) => each !== undefined && ids.has(each))
    if (header !== undefined) found += 1
    else if (!headers || headers.has(column.name)) return undefined
    matched.push({ ...column, header: header ?? column.header, columnId: ids.get(header ?? '') ?? '' })
  }
  return found > 0 ? matched : undefined
}

function linkCopy(link: Link, shape: TableColumns, columns: Link['columns']): Link {
  const { filterTypes, growth, mark } = link.memory ?? noMemory
  const copied = mark && shape.columns.find(({ header }) => header === mark.header)
  return {
    ...link,
    tableId: shape.id,
    tableName: shape.name,
    columns,
    digest: '',
    // Nobody knows what has become of its rows: the first refresh compares them all.
    isUnfinished: true,
    memory: { ...noMemory, filterTypes, growth, mark: copied && { header: copied.header, columnId: copied.id } },
  }
}

function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

/** Whether the name is the other one with a number after it, as Excel names a copied table. */
function isNumbered(name: string, original: string): boolean {
  const stem = (text: string): string => text.replace(/_?\d+$/, '')
  return isSameName(stem(name), stem(original))
}
