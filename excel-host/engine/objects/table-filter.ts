// `table.autoFilter` and `table.columns.getItem(…).filter`.
import type { FilterCriteria } from '../filter-criteria.ts'
import { readCriteria } from '../filter-criteria.ts'
import { invalidArgument } from '../host-error.ts'
import type { Arguments, HostObject, TypeDefinition } from '../host-object.ts'
import { hostObject } from '../host-object.ts'
import { RangeRef } from '../range-ref.ts'
import type { Table } from '../sheet.ts'
import { clearFilters, filterColumn, reapplyFilters, unfilter } from '../table-filter.ts'
import type { Workbook } from '../workbook.ts'
import { rangeObject } from './range.ts'

/** The filter of one column. */
interface FilterTarget {
  readonly table: Table
  readonly columnId: number
}

function criteriaOf({ table, columnId }: FilterTarget): FilterCriteria | null {
  return table.filters.find((filter) => filter.columnId === columnId)?.criteria ?? null
}

function filter(target: FilterTarget, workbook: Workbook, criteria: unknown): void {
  const index = target.table.columns.findIndex(({ id }) => id === target.columnId)
  filterColumn(workbook, target.table, index, readCriteria(criteria))
}

// `applyTopItemsFilter(5)` and its kin are `apply` with the number as first criterion.
function ranked(filterOn: string) {
  return (target: FilterTarget, args: Arguments, workbook: Workbook): void =>
    filter(target, workbook, { filterOn, criterion1: String(args.integer(0)) })
}

function colored(filterOn: string) {
  return (target: FilterTarget, args: Arguments, workbook: Workbook): void =>
    filter(target, workbook, { filterOn, color: args.text(0) })
}

const filterType: TypeDefinition<FilterTarget> = {
  name: 'Filter',
  scalars: { Criteria: criteriaOf },
  methods: {
    Apply: (target, args, workbook) => filter(target, workbook, args.raw(0)),
    ApplyValuesFilter: (target, args, workbook) =>
      filter(target, workbook, { filterOn: 'Values', values: args.raw(0) }),
    ApplyCustomFilter: (target, args, workbook) =>
      filter(target, workbook, {
        filterOn: 'Custom',
        criterion1: args.text(0),
        criterion2: args.optionalText(1),
        operator: args.optionalText(2),
      }),
    ApplyTopItemsFilter: ranked('TopItems'),
    ApplyTopPercentFilter: ranked('TopPercent'),
    ApplyBottomItemsFilter: ranked('BottomItems'),
    ApplyBottomPercentFilter: ranked('BottomPercent'),
    ApplyCellColorFilter: colored('CellColor'),
    ApplyFontColorFilter: colored('FontColor'),
    Clear: ({ table, columnId }, _args, workbook) => unfilter(workbook, table, columnId),
  },
}

function filterRange(workbook: Workbook, table: Table): HostObject | null {
  if (!table.showFilterButton) return null
  const { area } = table
  const rowCount = area.rowCount - (table.showTotals ? 1 : 0)
  return rangeObject(workbook, new RangeRef(table.sheet, { ...area, rowCount }))
}

const autoFilterType: TypeDefinition<Table> = {
  name: 'AutoFilter',
  scalars: {
    Enabled: (table) => table.showFilterButton,
    IsDataFiltered: (table) => table.filters.length > 0,
    // One entry per column; a column without a filter has an empty one.
    Criteria: (table) => table.columns.map(({ id }) => criteriaOf({ table, columnId: id }) ?? {}),
  },
  methods: {
    Apply: (table, args, workbook) => {
      const index = args.optionalInteger(1)
      if (index === undefined) table.showFilterButton = true
      else filterColumn(workbook, table, index, readCriteria(args.raw(2)))
    },
    ClearCriteria: (table) => clearFilters(table),
    ClearColumnCriteria: (table, args, workbook) => {
      const column = table.columns[args.integer(0)]
      if (column === undefined) throw invalidArgument()
      unfilter(workbook, table, column.id)
    },
    Reapply: (table, _args, workbook) => reapplyFilters(workbook, table),
    Remove: (table) => {
      clearFilters(table)
      table.showFilterButton = false
    },
    GetRange: (table, _args, workbook) => filterRange(workbook, table) ?? refuse(),
    GetRangeOrNullObject: (table, _args, workbook) => filterRange(workbook, table),
  },
}

function refuse(): never {
  throw invalidArgument()
}

/** `column.filter`. */
export function filterObject(workbook: Workbook, table: Table, columnId: number): HostObject {
  return hostObject(filterType, { table, columnId }, workbook)
}

/** `table.autoFilter`. */
export function autoFilterObject(workbook: Workbook, table: Table): HostObject {
  return hostObject(autoFilterType, table, workbook)
}
