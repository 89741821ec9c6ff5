import type { Area } from '../area.ts'
import { foundOrThrow, invalidReference } from '../host-error.ts'
import type { Arguments, HostObject, TypeDefinition } from '../host-object.ts'
import { hostObject, textValue } from '../host-object.ts'
import { readValues, writeInputs } from '../range-content.ts'
import { RangeRef } from '../range-ref.ts'
import { deleteTableColumn, insertTableColumn, renameColumn } from '../table-shape.ts'
import type { Table, TableColumn } from '../sheet.ts'
import type { Workbook } from '../workbook.ts'
import { rangeObject } from './range.ts'
import { filterObject } from './table-filter.ts'

interface ColumnTarget {
  readonly table: Table
  readonly column: TableColumn
}

function columnObject(workbook: Workbook, target: ColumnTarget): HostObject {
  return hostObject(columnType, target, workbook)
}

function indexOf({ table, column }: ColumnTarget): number {
  const index = table.columns.indexOf(column)
  if (index < 0) throw invalidReference()
  return index
}

function partOf(target: ColumnTarget, rows: Area | undefined): Area {
  const area = foundOrThrow(rows)
  return { ...area, column: target.table.area.column + indexOf(target), columnCount: 1 }
}

function partRange(workbook: Workbook, target: ColumnTarget, rows: Area | undefined): HostObject {
  return rangeObject(workbook, new RangeRef(target.table.sheet, partOf(target, rows)))
}

const columnType: TypeDefinition<ColumnTarget> = {
  name: 'TableColumn',
  identity: ({ column }) => ({ Id: column.id }),
  scalars: {
    Id: ({ column }) => column.id,
    Index: indexOf,
    Name: ({ column }) => column.name,
    Values: (target) => readValues(target.table.sheet, partOf(target, target.table.area)),
  },
  setters: {
    Name: (target, value, workbook) => renameColumn(workbook, target.table, indexOf(target), textValue(value)),
    Values: (target, value, workbook) =>
      writeInputs(workbook, target.table.sheet, partOf(target, target.table.area), value),
  },
  children: { Filter: ({ table, column }, workbook) => filterObject(workbook, table, column.id) },
  methods: {
    Delete: (target, _args, workbook) => deleteTableColumn(workbook, target.table, indexOf(target)),
    GetRange: (target, _args, workbook) => partRange(workbook, target, target.table.area),
    GetDataBodyRange: (target, _args, workbook) => partRange(workbook, target, target.table.bodyArea),
    GetHeaderRowRange: (target, _args, workbook) => partRange(workbook, target, target.table.headerArea),
    GetTotalRowRange: (target, _args, workbook) => partRange(workbook, target, target.table.totalArea),
  },
}

// A number is an id, a text a name, as in Excel.
function findColumn(table: Table, key: unknown): TableColumn | undefined {
  if (typeof key === 'number') return table.columns.find((column) => column.id === key)
  const name = textValue(key).toLowerCase()
  return table.columns.find((column) => column.name.toLowerCase() === name)
}

function addColumn(table: Table, args: Arguments, workbook: Workbook): HostObject {
  const index = args.optionalInteger(0)
  const position = insertTableColumn(workbook, table, index, args.optionalText(2) ?? '')
  const target = { table, column: foundOrThrow(table.columns[position]) }
  const values = args.raw(1)
  if (values !== undefined) writeInputs(workbook, table.sheet, partOf(target, table.area), values)
  return columnObject(workbook, target)
}

const columnsType: TypeDefinition<Table> = {
  name: 'TableColumnCollection',
  scalars: { Count: (table) => table.columns.length },
  methods: {
    Add: addColumn,
    GetCount: (table) => table.columns.length,
    GetItemAt: (table, args, workbook) =>
      columnObject(workbook, { table, column: foundOrThrow(table.columns[args.integer(0)]) }),
    GetItemOrNullObject: (table, args, workbook) => {
      const column = findColumn(table, args.raw(0))
      return column === undefined ? null : columnObject(workbook, { table, column })
    },
  },
  items: (table, workbook) => table.columns.map((column) => columnObject(workbook, { table, column })),
  item: (table, key, workbook) => columnObject(workbook, { table, column: foundOrThrow(findColumn(table, key)) }),
}

/** `table.columns`. */
export function tableColumnsObject(workbook: Workbook, table: Table): HostObject {
  return hostObject(columnsType, table, workbook)
}
