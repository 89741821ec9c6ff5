// The filters of a table, taken off while its rows are moved and put on again afterwards.
import { run, runIfThere } from './excel-run.ts'
import type { TableFilters } from './workbook.ts'

/** Takes the filters off and tells what they were; undefined, with nothing done, where this Excel cannot tell. */
export function liftFilters(tableId: string): Promise<TableFilters | undefined> {
  return runIfThere<TableFilters | undefined>(async (context) => {
    const table = context.workbook.tables.getItem(tableId)
    const columns = table.columns.load('items/id,items/filter/criteria')
    await context.sync()
    const found = columns.items.flatMap(({ id, filter }): [string, object][] => {
      // Excel answers with null where nothing is filtered, which the types do not say.
      const criteria = filter.criteria as Excel.FilterCriteria | null
      return criteria?.filterOn ? [[String(id), criteria]] : []
    })
    if (found.length > 0) {
      table.clearFilters()
      await context.sync()
    }
    return new Map(found)
  }, undefined)
}

/** Puts the filters on again; those of columns that are gone are left out. */
export function applyFilters(tableId: string, filters: TableFilters): Promise<void> {
  return run(async (context) => {
    const columns = context.workbook.tables.getItem(tableId).columns.load('items/id')
    await context.sync()
    for (const column of columns.items) {
      const criteria = filters.get(String(column.id))
      if (criteria && isCriteria(criteria)) column.filter.apply(criteria)
    }
    await context.sync()
  })
}

function isCriteria(criteria: object): criteria is Excel.FilterCriteria {
  return 'filterOn' in criteria && typeof criteria.filterOn === 'string'
}
