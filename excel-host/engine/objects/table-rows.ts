import type { Area } from '../area.ts'
import { invalidArgument, itemNotFound } from '../host-error.ts'
import type { Arguments, HostObject, TypeDefinition } from '../host-object.ts'
import { hostObject } from '../host-object.ts'
import { readValues, writeInputs } from '../range-content.ts'
import { RangeRef } from '../range-ref.ts'
import { deleteTableRows, insertTableRows } from '../table-shape.ts'
import type { Table } from '../sheet.ts'
import type { Workbook } from '../workbook.ts'
import { rangeObject } from './range.ts'

/** A row is its position: after an insertion the same object names another row, as in Excel. */
interface RowTarget {
  readonly table: Table
  readonly index: number
}

function rowArea({ table, index }: RowTarget): Area {
  if (index < 0 || index >= table.rowCount) throw itemNotFound()
  return { ...table.bodyArea, row: table.bodyArea.row + index, rowCount: 1 }
}

function rowObject(workbook: Workbook, target: RowTarget): HostObject {
  return hostObject(rowType, target, workbook)
}

const rowType: TypeDefinition<RowTarget> = {
  name: 'TableRow',
  scalars: {
    Index: ({ index }) => index,
    Values: (target) => readValues(target.table.sheet, rowArea(target)),
  },
  setters: {
    Values: (target, value, workbook) => writeInputs(workbook, target.table.sheet, rowArea(target), value),
  },
  methods: {
    Delete: ({ table, index }, _args, workbook) => deleteTableRows(workbook, table, index, 1),
    GetRange: (target, _args, workbook) => rangeObject(workbook, new RangeRef(target.table.sheet, rowArea(target))),
  },
}

function addRows(table: Table, args: Arguments, workbook: Workbook): HostObject {
  const values = args.raw(1)
  const count = Array.isArray(values) ? values.length : 1
  if (count === 0) throw invalidArgument()
  const index = args.optionalInteger(0)
  const at = index === undefined || index < 0 ? undefined : index
  const place = insertTableRows(workbook, table, { index: at, count, alwaysInsert: args.flag(2, true) })
  if (values !== undefined) writeInputs(workbook, table.sheet, place, values)
  table.hasNoRows = false
  return rowObject(workbook, { table, index: place.row - table.bodyArea.row })
}

function deleteRows(table: Table, args: Arguments, workbook: Workbook): void {
  const rows = args.raw(0)
  if (!Array.isArray(rows)) throw invalidArgument()
  const indexes = rows.map((row: unknown) => {
    if (typeof row === 'number') return row
    const target: unknown = typeof row === 'object' && row !== null && 'target' in row ? row.target : undefined
    if (typeof target === 'object' && target !== null && 'index' in target && typeof target.index === 'number') {
      return target.index
    }
    throw invalidArgument()
  })
  for (const index of [...new Set(indexes)].sort((a, b) => b - a)) deleteTableRows(workbook, table, index, 1)
}

const rowsType: TypeDefinition<Table> = {
  name: 'TableRowCollection',
  scalars: { Count: (table) => table.rowCount },
  methods: {
    Add: addRows,
    DeleteRows: deleteRows,
    DeleteRowsAt: (table, args, workbook) =>
      deleteTableRows(workbook, table, args.integer(0), args.optionalInteger(1) ?? 1),
    GetCount: (table) => table.rowCount,
    GetItemAt: (table, args, workbook) => {
      const target = { table, index: args.integer(0) }
      rowArea(target)
      return rowObject(workbook, target)
    },
  },
  items: (table, workbook) =>
    Array.from({ length: table.rowCount }, (_entry, index) => rowObject(workbook, { table, index })),
  item: (table, key, workbook) => {
    if (typeof key !== 'number') throw invalidArgument()
    return rowObject(workbook, { table, index: key })
  },
}

/** `table.rows`. */
export function tableRowsObject(workbook: Workbook, table: Table): HostObject {
  return hostObject(rowsType, table, workbook)
}
