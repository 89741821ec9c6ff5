// The filters of a table, taken off while its rows are moved and put on again afterwards.
import { readWith, type ExcelMembers } from './excel-members.ts'
import { isUnknownMember, run } from './excel-run.ts'
import { columnFields, describeColumn } from './excel-shape.ts'
import type { TableFilters } from './workbook.ts'

/** Takes the filters off and tells what they were; undefined, with nothing done, where this Excel cannot tell. */
export async function liftFilters(members: ExcelMembers, tableId: string): Promise<TableFilters | undefined> {
  try {
    const filters: TableFilters = await readWith(members, async (context) => {
      const table = context.workbook.tables.getItem(tableId)
      const hasIds = members.has('columnIds')
      const columns = table.columns.load(`${columnFields(hasIds)},items/filter/criteria`)
      await context.sync()
      const found = columns.items.flatMap((column): [string, object][] => {
        // Excel answers with null where nothing is filtered, which the types do not say.
        const criteria = column.filter.criteria as Excel.FilterCriteria | null
        return criteria?.filterOn ? [[describeColumn(column, hasIds).id, criteria]] : []
      })
      return new Map(found)
    })
    if (filters.size > 0) await clearFilters(members, tableId, filters)
    return filters
  } catch (error) {
    if (isUnknownMember(error)) return undefined
    throw error
  }
}

async function clearFilters(members: ExcelMembers, tableId: string, filters: TableFilters): Promise<void> {
  try {
    await run(async (context) => {
      context.workbook.tables.getItem(tableId).clearFilters()
      await context.sync()
    })
  } catch (error) {
    // Excel may have done it all the same, and nobody else knows what they were.
    await applyFilters(members, tableId, filters).catch(() => undefined)
    throw error
  }
}

/** Puts the filters on again; those of columns that are gone are left out. */
export function applyFilters(members: ExcelMembers, tableId: string, filters: TableFilters): Promise<void> {
  // Only the first of its two requests can be refused because of the ids.
  return readWith(members, async (context) => {
    const hasIds = members.has('columnIds')
    const columns = context.workbook.tables.getItem(tableId).columns.load(columnFields(hasIds))
    await context.sync()
    for (const column of columns.items) {
      const criteria = filters.get(describeColumn(column, hasIds).id)
      if (criteria && isCriteria(criteria)) column.filter.apply(criteria)
    }
    await context.sync()
  })
}

function isCriteria(criteria: object): criteria is Excel.FilterCriteria {
  return 'filterOn' in criteria && typeof criteria.filterOn === 'string'
}
