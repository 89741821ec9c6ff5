import { invalidArgument } from '../host-error.ts'
import type { HostObject, TypeDefinition } from '../host-object.ts'
import { hostObject } from '../host-object.ts'
import type { SortField, Table } from '../sheet.ts'
import { sortTable } from '../table-sort.ts'
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
  scalars: {
    Fields: ({ sortFields }) => sortFields.map(({ key, ascending }) => ({ key, ascending, sortOn: 'Value' })),
    MatchCase: () => false,
    Method: () => 'PinYin',
  },
  methods: {
    Apply: (table, args, workbook) => {
      const fields = args.raw(0)
      if (!Array.isArray(fields) || fields.length === 0) throw invalidArgument()
      sortTable(workbook, table, fields.map(readField))
    },
    // The order of the rows stays; only the arrows go.
    Clear: (table) => {
      table.sortFields = []
    },
    Reapply: (table, _args, workbook) => {
      if (table.sortFields.length > 0) sortTable(workbook, table, table.sortFields)
    },
  },
}

/** `table.sort`. */
export function tableSortObject(workbook: Workbook, table: Table): HostObject {
  return hostObject(sortType, table, workbook)
}
