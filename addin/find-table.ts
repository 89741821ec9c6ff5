// Which table of the workbook a link is about.
import type { Link } from './links.ts'
import { TableError } from './table-error.ts'
import type { TableShape, Workbook } from './workbook.ts'

/** The link's table: by its id, or by its name where a table of that id is gone or has none of the columns. */
export async function findLinkedTable(workbook: Workbook, link: Link): Promise<TableShape> {
  const tables = await workbook.listTables()
  const byId = tables.filter(({ id }) => id === link.tableId)
  const byName = tables.filter(({ name }) => name.toLowerCase() === link.tableName.toLowerCase())
  const shapes: TableShape[] = []
  for (const { id } of [...byId, ...byName]) {
    const shape = await workbook.findTable(id)
    if (!shape) continue
    const headers = new Set(shape.columns.map(({ header }) => header))
    if (link.columns.some(({ header }) => headers.has(header))) return shape
    shapes.push(shape)
  }
  const first = shapes[0]
  if (!first) throw new TableError('table-gone', link.tableName)
  return first
}
