import { foundOrThrow, invalidArgument, itemNotFound } from '../host-error.ts'
import type { Area } from '../area.ts'
import type { HostObject, TypeDefinition } from '../host-object.ts'
import { flagValue, hostObject, textValue } from '../host-object.ts'
import { RangeRef } from '../range-ref.ts'
import { TableSet, type Sheet, type Table } from '../sheet.ts'
import { clearFilters, reapplyFilters } from '../table-filter.ts'
import { createTable, removeTable, resizeTable, setShowTotals } from '../table-shape.ts'
import type { Workbook } from '../workbook.ts'
import { WORKBOOK_TARGET } from '../events.ts'
import { tableEvents, tablesEvents } from './event-methods.ts'
import { rangeObject } from './range.ts'
import { tableColumnsObject } from './table-columns.ts'
import { tableRowsObject } from './table-rows.ts'
import { autoFilterObject } from './table-filter.ts'
import { tableSortObject } from './table-sort.ts'

function tableObject(workbook: Workbook, table: Table): HostObject {
  return hostObject(tableType, table, workbook)
}

function part(workbook: Workbook, table: Table, area: Area | undefined): HostObject {
  if (area === undefined) throw itemNotFound()
  return rangeObject(workbook, new RangeRef(table.sheet, area))
}

type Flag = 'showBandedRows' | 'showBandedColumns' | 'showFilterButton' | 'highlightFirstColumn' | 'highlightLastColumn'

const FLAGS: Readonly<Record<string, Flag>> = {
  ShowBandedRows: 'showBandedRows',
  ShowBandedColumns: 'showBandedColumns',
  ShowFilterButton: 'showFilterButton',
  HighlightFirstColumn: 'highlightFirstColumn',
  HighlightLastColumn: 'highlightLastColumn',
}

function flagMembers<F>(make: (flag: Flag) => F): Record<string, F> {
  return Object.fromEntries(Object.entries(FLAGS).map(([name, flag]) => [name, make(flag)]))
}

const tableType: TypeDefinition<Table> = {
  name: 'Table',
  identity: (table) => ({ Id: table.id }),
  scalars: {
    Id: (table) => table.id,
    LegacyId: (table) => table.id,
    Name: (table) => table.name,
    Style: (table) => table.style,
    ShowHeaders: (table) => table.showHeaders,
    ShowTotals: (table) => table.showTotals,
    ...flagMembers((flag) => (table: Table) => table[flag]),
  },
  setters: {
    Name: (table, value, workbook) => workbook.renameTable(table, textValue(value)),
    Style: (table, value) => {
      table.sheet.protection.refuseUnless(undefined)
      table.style = textValue(value)
    },
    ShowTotals: (table, value, workbook) => setShowTotals(workbook, table, flagValue(value)),
    ...flagMembers((flag) => (table: Table, value: unknown) => {
      table[flag] = flagValue(value)
    }),
  },
  children: {
    Columns: (table, workbook) => tableColumnsObject(workbook, table),
    Rows: (table, workbook) => tableRowsObject(workbook, table),
    Worksheet: (table) => table.sheet,
    Sort: (table, workbook) => tableSortObject(workbook, table),
    AutoFilter: (table, workbook) => autoFilterObject(workbook, table),
  },
  methods: {
    ...tableEvents((table: Table) => table.id),
    GetRange: (table, _args, workbook) => part(workbook, table, table.area),
    GetDataBodyRange: (table, _args, workbook) => part(workbook, table, table.bodyArea),
    GetHeaderRowRange: (table, _args, workbook) => part(workbook, table, table.headerArea),
    GetTotalRowRange: (table, _args, workbook) => part(workbook, table, table.totalArea),
    ClearFilters: (table) => clearFilters(table),
    ReapplyFilters: (table, _args, workbook) => reapplyFilters(workbook, table),
    ConvertToRange: (table, _args, workbook) => {
      removeTable(workbook, table, true)
      return part(workbook, table, table.area)
    },
    Delete: (table, _args, workbook) => removeTable(workbook, table, false),
    Resize: (table, args, workbook) =>
      resizeTable(
        workbook,
        table,
        args.range(0, (address) => workbook.resolve(address, table.sheet)),
      ),
  },
}

/** The tables of the workbook, of one sheet, or just these. */
interface TableList {
  readonly sheet: Sheet | undefined
  readonly only?: readonly Table[]
}

function tablesOf(list: TableList, workbook: Workbook): readonly Table[] {
  return list.only ?? list.sheet?.tables ?? workbook.tables
}

function findTable(list: TableList, key: unknown, workbook: Workbook): Table | undefined {
  if (typeof key !== 'string' && typeof key !== 'number') throw invalidArgument()
  const table = workbook.findTable(String(key))
  return table !== undefined && tablesOf(list, workbook).includes(table) ? table : undefined
}

const tablesType: TypeDefinition<TableList> = {
  name: 'TableCollection',
  scalars: { Count: (list, workbook) => tablesOf(list, workbook).length },
  methods: {
    ...tablesEvents((list: TableList) => list.sheet?.id ?? WORKBOOK_TARGET),
    Add: (list, args, workbook) => {
      const range = args.range(0, (address) => workbook.resolve(address, list.sheet ?? workbook.activeSheet))
      return tableObject(workbook, createTable(workbook, range, args.flag(1, false)))
    },
    GetCount: (list, _args, workbook) => tablesOf(list, workbook).length,
    GetItemAt: (list, args, workbook) => tableObject(workbook, foundOrThrow(tablesOf(list, workbook)[args.integer(0)])),
    GetItemOrNullObject: (list, args, workbook) => {
      const table = findTable(list, args.raw(0), workbook)
      return table === undefined ? null : tableObject(workbook, table)
    },
  },
  items: (list, workbook) => tablesOf(list, workbook).map((table) => tableObject(workbook, table)),
  item: (list, key, workbook) => tableObject(workbook, foundOrThrow(findTable(list, key, workbook))),
}

/** `workbook.tables` (no owner), `worksheet.tables`, or those of a range. */
export function tablesObject(workbook: Workbook, owner: Sheet | TableSet | undefined): HostObject {
  const list: TableList = owner instanceof TableSet ? { sheet: undefined, only: owner.tables } : { sheet: owner }
  return hostObject(tablesType, list, workbook)
}
