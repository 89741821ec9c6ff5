// Where a table is and what columns it has.
import { askForDates } from './excel-dates.ts'
import { readWith, type ExcelMembers } from './excel-members.ts'
import type { FoundTable, Later, TableColumn, TableShape } from './workbook.ts'
import { WorkbookError } from './workbook-error.ts'

/** The table is looked for and described at once, as it is nearly always there; only when that fails, as when it is gone, one after the other. */
export async function findAmongTables(members: ExcelMembers, id: string): Promise<FoundTable> {
  try {
    return await readWith(members, async (context) => {
      const tables = context.workbook.tables.load('items/id,items/name')
      const table = context.workbook.tables.getItem(id)
      const shape = loadShape(members, table)
      if (!members.isLastRowKnown) lookForLastRow(table)
      const learnDates = askForDates(members, context)
      await context.sync()
      learnDates()
      members.noteLastRow()
      return { table: shape(), tables: nameTables(tables) }
    })
  } catch (error) {
    if (!(error instanceof WorkbookError) || error.kind !== 'gone') throw error
    return readWith(members, async (context) => {
      const tables = context.workbook.tables.load('items/id,items/name')
      const learnDates = askForDates(members, context)
      await context.sync()
      learnDates()
      const found = tables.items.find((table) => table.id === id)
      const shape = found && loadShape(members, found)
      await context.sync()
      return { table: shape?.(), tables: nameTables(tables) }
    })
  }
}

function nameTables({ items }: Excel.TableCollection): FoundTable['tables'] {
  return items.map(({ id, name }) => ({ id, name }))
}

function lookForLastRow(table: Excel.Table): void {
  const body = table.getDataBodyRange()
  for (const range of [body.getLastRow(), body]) range.untrack()
}

/** Records the reading of a table's shape; a new one has no total row. Where columns have no ids, they are known by their headers alone. */
export function loadShape(members: ExcelMembers, table: Excel.Table, age?: 'new'): Later<TableShape> {
  table.load('id,name')
  const hasIds = members.has('columnIds')
  const columns = table.columns.load(columnFields(hasIds))
  const sheet = table.worksheet.load('id,name')
  const body = table.getDataBodyRange().load('rowIndex,columnIndex,rowCount')
  body.untrack()
  const hasTotals = age === 'new' ? () => false : loadTotals(members, table, body)
  return () => ({
    id: table.id,
    name: table.name,
    sheet: sheet.id,
    sheetName: sheet.name,
    row: body.rowIndex,
    column: body.columnIndex,
    rows: body.rowCount,
    columns: columns.items.map((column) => describeColumn(column, hasIds)),
    hasTotals: hasTotals(),
  })
}

/** What to load of a table's columns to describe them. */
export function columnFields(hasIds: boolean): string {
  return hasIds ? 'items/id,items/name' : 'items/name'
}

/** A column that has no id to tell gets one that holds while it is called so. */
export function describeColumn(column: Excel.TableColumn, hasIds: boolean): TableColumn {
  return { id: hasIds ? String(column.id) : `called ${column.name}`, header: column.name }
}

/** A table without a total row has its header and its data, and nothing else. */
function loadTotals(members: ExcelMembers, table: Excel.Table, body: Excel.Range): Later<boolean> {
  if (members.has('totals')) {
    table.load('showTotals')
    return () => table.showTotals
  }
  const whole = table.getRange().load('rowCount')
  whole.untrack()
  return () => whole.rowCount > body.rowCount + 1
}
