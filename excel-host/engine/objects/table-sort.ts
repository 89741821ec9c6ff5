import { foundOrThrow, invalidArgument } from '../host-error.ts'
import type { HostObject, TypeDefinition } from '../host-object.ts'
import { hostObject } from '../host-object.ts'
import type { SortField } from '../table-filter.ts'
import { clearFilters, sortTable } from '../table-filter.ts'
import type { Table } from '../sheet.ts'
import type { Workbook } from '../workbook.ts'

function readField(field: unknown): SortField {
  if (typeof field !== 'object' || field === null || !('key' in field) || typeof field.key !== 'number') {
    throw invalidArgument()
  }
  const ascending = 'ascending' in field && typeof field.ascending === 'boolean' ? field.ascending : true
  return { key: field.key, ascending }
}

const sortType: TypeDefinition<Table> = {
  name: 'TableSort',
  methods: {
    Apply: (table, args, workbook) => {
      const fields = args.raw(0)
      if (!Array.isArray(fields) || fields.length === 0) throw invalidArgument()
      const keys = fields.map(readField)
      for (const { key } of keys) foundOrThrow(table.columns[key])
      sortTable(workbook, table, keys)
    },
    Clear: () => null,
  },
}

const autoFilterType: TypeDefinition<Table> = {
  name: 'AutoFilter',
  scalars: {
    Enabled: (table) => table.showFilterButton,
    IsDataFiltered: (table) => table.filters.length > 0,
  },
  methods: { ClearCriteria: (table) => clearFilters(table) },
}

/** `table.sort`. */
export function tableSortObject(workbook: Workbook, table: Table): HostObject {
  return hostObject(sortType, table, workbook)
}

/** `table.autoFilter`. */
export function autoFilterObject(workbook: Workbook, table: Table): HostObject {
  return hostObject(autoFilterType, table, workbook)
}
