// Which table of the workbook a link is about.
import { readLinks, type Link } from './links.ts'
import { TableError } from './table-error.ts'
import { TableSession } from './table-session.ts'
import { WorkbookError } from './workbook-error.ts'
import type { TableShape, Workbook } from './workbook.ts'

/**
 * The link's table: by its id, or by its name where a table of that id is gone or has none of the columns. Never one that is known to be
 * another: it has a link of its own, or has stood beside the link's table, as the copy of a sheet does.
 */
export async function findLinkedTable(workbook: Workbook, link: Link): Promise<TableShape> {
  const session = TableSession.of(workbook)
  const { table: byId, tables } = await workbook.findAmongTables(link.tableId)
  if (byId && hasColumns(byId, link)) {
    session.noteOthers(link.tableId, tables)
    return byId
  }
  const isNamed = (name: string): boolean => name.toLowerCase() === link.tableName.toLowerCase()
  const named = tables.find(({ id, name }) => id !== link.tableId && isNamed(name))
  const isOther = named && (session.isOther(link.tableId, named.id) || (await isLinked(workbook, named.id)))
  const byName = named && !isOther ? await workbook.findTable(named.id) : undefined
  const found = byName && hasColumns(byName, link) ? byName : (byId ?? byName)
  if (!found) throw new TableError('table-gone', link.tableName)
  return found
}

async function isLinked(workbook: Workbook, tableId: string): Promise<boolean> {
  const links = await readLinks(workbook)
  return links.some((link) => link.tableId === tableId)
}

function hasColumns({ columns }: TableShape, link: Link): boolean {
  const headers = new Set(columns.map(({ header }) => header))
  return link.columns.some(({ header }) => headers.has(header))
}

/** @throws {WorkbookError} `protected` when nothing in the table can be changed */
export async function expectWritable(workbook: Workbook, { id }: TableShape): Promise<void> {
  const { isWorkbookReadOnly, isSheetProtected } = await workbook.describeAccess(id)
  if (isWorkbookReadOnly) throw new WorkbookError('protected', 'The workbook is read-only.')
  if (isSheetProtected) throw new WorkbookError('protected', 'The sheet is protected.')
}
