// Single changes of a table that are no matter of cells.
import { readWith, type ExcelMembers } from './excel-members.ts'
import { run, runIfThere } from './excel-run.ts'
import { columnFields, describeColumn } from './excel-shape.ts'
import type { ListedTable, TableColumns } from './workbook.ts'

/** The workbook's tables; in an Excel that does not know of filters, none is filtered. */
export async function listTables(): Promise<readonly ListedTable[]> {
  const all = await runIfThere<readonly ListedTable[] | undefined>(async (context) => {
    const tables = context.workbook.tables.load('items/id,items/name,items/autoFilter/isDataFiltered')
    await context.sync()
    return tables.items.map(({ id, name, autoFilter }) => ({ id, name, isFiltered: autoFilter.isDataFiltered }))
  }, undefined)
  if (all) return all
  return run(async (context) => {
    const tables = context.workbook.tables.load('items/id,items/name')
    await context.sync()
    return tables.items.map(({ id, name }) => ({ id, name, isFiltered: false }))
  })
}

/** The columns of all tables, in one request: workbooks have many. */
export function listColumns(members: ExcelMembers): Promise<readonly TableColumns[]> {
  return readWith(members, async (context) => {
    const hasIds = members.has('columnIds')
    const ofColumns = `${hasIds ? 'items/columns/items/id,' : ''}items/columns/items/name`
    const tables = context.workbook.tables.load(`items/id,items/name,${ofColumns}`)
    await context.sync()
    return tables.items.map(({ id, name, columns }) => ({
      id,
      name,
      columns: columns.items.map((column) => describeColumn(column, hasIds)),
    }))
  })
}

/** Takes a table away with all that is in it. */
export function deleteTable(name: string): Promise<void> {
  return run(async (context) => {
    const table = context.workbook.tables.getItemOrNullObject(name).load('id')
    await context.sync()
    if (table.isNullObject) return
    table.delete()
    await context.sync()
  })
}

/** Takes a column out of a table: by its id, and by its header where the id is not known. */
export function deleteColumn(members: ExcelMembers, tableId: string, columnId: string, header: string): Promise<void> {
  // Nothing is deleted by a request that was refused because of the ids.
  return readWith(members, async (context) => {
    const hasIds = members.has('columnIds')
    const columns = context.workbook.tables.getItem(tableId).columns.load(columnFields(hasIds))
    await context.sync()
    const { items } = columns
    const isMeant = (column: Excel.TableColumn): boolean => describeColumn(column, hasIds).id === columnId
    const column = items.find(isMeant) ?? items.find(({ name }) => name === header)
    column?.delete()
    await context.sync()
  })
}

/** Puts a comment on the first header cell that has none; undefined where this Excel has no comments. */
export function addComment(tableId: string, text: string): Promise<string | undefined> {
  return runIfThere<string | undefined>(async (context) => {
    const header = context.workbook.tables.getItem(tableId).getHeaderRowRange()
    const cell = header.getCell(0, 0)
    const comment = context.workbook.comments.add(cell, text).load('id')
    header.untrack()
    cell.untrack()
    await context.sync()
    return comment.id
  }, undefined)
}

/** Takes the comment with this id away, and those that say this text on the table's header: of one whose answer got lost, nobody has the id. */
export function removeComments(
  tableId: string,
  { id, text }: { readonly id: string | undefined; readonly text: string },
): Promise<void> {
  return runIfThere(async (context) => {
    const comments = context.workbook.comments.load('items/id,items/content')
    await context.sync()
    comments.items.find((comment) => comment.id === id)?.delete()
    const alike = comments.items.filter((comment) => comment.id !== id && comment.content === text)
    const places = alike.map((comment) => comment.getLocation().load(cellPlace))
    const header = context.workbook.tables.getItem(tableId).getHeaderRowRange().load(`${cellPlace},columnCount`)
    for (const range of [header, ...places]) range.untrack()
    await context.sync()
    for (const [index, place] of places.entries()) {
      const column = place.columnIndex - header.columnIndex
      const isOfTable = place.worksheet.id === header.worksheet.id && place.rowIndex === header.rowIndex
      if (isOfTable && column >= 0 && column < header.columnCount) alike[index]?.delete()
    }
    await context.sync()
  }, undefined)
}

const cellPlace = 'rowIndex,columnIndex,worksheet/id'

/** Shows the table's sheet, and selects its header. */
export function showTable(id: string): Promise<void> {
  return run(async (context) => {
    const table = context.workbook.tables.getItem(id)
    table.worksheet.activate()
    const header = table.getHeaderRowRange()
    header.select()
    header.untrack()
    await context.sync()
  })
}
