// A table's choice as the broker takes it, with the cells that its filters follow read from the workbook.
import type { ColumnBody, ColumnType } from '../broker/http/contract.ts'
import type { RowsChoice } from '../client/choice.ts'
import { namesOfCells } from './filter-cells.ts'
import { printFilter } from './filter-text.ts'
import type { TableChoice } from './table-choice.ts'
import { TableError } from './table-error.ts'
import type { Workbook } from './workbook.ts'

/**
 * The choice as parameters of a read. `types` has the types of the columns that the conditions are about.
 *
 * @throws {TableError} `filter-column-gone`, `filter-cell-gone`, `filter-value`
 */
export async function chooseRows(
  workbook: Workbook,
  choice: TableChoice,
  types: ReadonlyMap<string, ColumnType>,
): Promise<RowsChoice> {
  const { conditions } = choice
  const cells = await workbook.readNamedCells([...new Set(namesOfCells(choice))])
  const filter = printFilter(conditions, { types, cells, daysLater: workbook.daysLater })
  return chooseWith(choice, filter)
}

/** The choice as parameters of a read, with its conditions as the broker takes them. */
export function chooseWith({ columns, orderBy, top }: TableChoice, filter: string | undefined): RowsChoice {
  return {
    ...(columns === undefined ? {} : { columns }),
    ...(filter === undefined ? {} : { filter }),
    ...(orderBy.length === 0 ? {} : { orderBy }),
    ...(top === undefined ? {} : { top }),
  }
}

/**
 * The types of the columns that the choice's conditions are about.
 *
 * @throws {TableError} `filter-column-gone` when the dataset has one of them, or one of the order, no more
 */
export function findFilterTypes(
  { conditions, orderBy }: TableChoice,
  columns: readonly ColumnBody[],
): ReadonlyMap<string, ColumnType> {
  const types = new Map(columns.map(({ name, type }) => [name, type]))
  for (const { column } of [...conditions, ...orderBy]) {
    if (!types.has(column)) throw new TableError('filter-column-gone', column)
  }
  return new Map(conditions.flatMap(({ column }) => [[column, types.get(column) ?? 'text'] as const]))
}

/** The chosen columns that the dataset still has. */
export function keepKnownColumns(choice: TableChoice, columns: readonly ColumnBody[]): TableChoice {
  const known = new Set(columns.map(({ name }) => name))
  return { ...choice, columns: choice.columns?.filter((name) => known.has(name)) }
}
