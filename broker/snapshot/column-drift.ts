// What the definition says to do when a source's columns are not what they were.
import type { ColumnType } from '../dataset/column.ts'
import { quote, type Flattener, type ListRule } from '../dataset/flatten.ts'
import { inferType, kinds } from '../dataset/infer.ts'
import type { TableDefinition } from '../dataset/table-definition.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { planFound, type PlannedColumn } from './column-plan.ts'

/** What a pull did to the table's columns. */
export interface ColumnChanges {
  readonly added: readonly string[]
  readonly retyped: readonly { readonly name: string; readonly from: ColumnType; readonly to: ColumnType }[]
}

export const noChanges: ColumnChanges = { added: [], retyped: [] }

/** Whether columns may be added or change their type, so that a pull must see all records before it can write rows. */
export function mayChangeColumns({ onNewColumn, onTypeChange }: TableDefinition): boolean {
  return onNewColumn === 'add' || onTypeChange !== 'fail'
}

/** What becomes of lists in each column. */
export function listRulesOf({ lists, columns }: TableDefinition): (column: string) => ListRule {
  return (column) => {
    const rule = Object.hasOwn(columns, column) ? columns[column] : undefined
    return { mode: rule?.list ?? lists, separator: rule?.separator ?? ', ' }
  }
}

/** The columns with what the records of a pull, all of them seen, make of them. */
export function adaptColumns(
  planned: readonly PlannedColumn[],
  { flattener, seen }: { readonly flattener: Flattener; readonly seen: readonly number[] },
  definition: TableDefinition,
): { readonly columns: readonly PlannedColumn[]; readonly changes: ColumnChanges } {
  const kindsOf = (source: number): number => (seen[source] ?? 0) | (flattener.isJoined(source) ? kinds.text : 0)
  const columns = planned.map((column) => ({ ...column, type: adaptType(column, kindsOf(column.source), definition) }))
  const known = new Set(planned.map(({ name }) => name))
  const found = definition.onNewColumn === 'add' ? planFound(flattener, seen, definition.columns) : []
  const added = found.filter(({ name, source }) => !known.has(name) && kindsOf(source) > 0)
  const retyped = planned.flatMap(({ name, type: from }, index) => {
    const to = columns[index]?.type
    return from === undefined || to === undefined || to === from ? [] : [{ name, from, to }]
  })
  return { columns: [...columns, ...added], changes: { added: added.map(({ name }) => name), retyped } }
}

/** The type that the rule gives a column of this type for values of these kinds; the same where they do not fit all the same. */
function adaptType({ type, isDeclared }: PlannedColumn, seen: number, { onTypeChange }: TableDefinition) {
  if (type === undefined || isDeclared || onTypeChange === 'fail' || type === 'text') return type
  const found = inferType(seen)
  if (found === undefined || found === type || (type === 'decimal' && found === 'integer')) return type
  if (type === 'integer' && found === 'decimal') return found
  return onTypeChange === 'text' ? 'text' : type
}

/** @throws {BrokerError} `column-mismatch` when records have columns that the table has not, and may not */
export function refuseNewColumns({ ignored }: Flattener, { onNewColumn }: TableDefinition): void {
  const [first] = ignored
  if (onNewColumn !== 'fail' || first === undefined) return
  throw new BrokerError(
    'column-mismatch',
    `The source sends a column that the table does not have, ${quote(first)}, and the definition file says ` +
      '`onNewColumn: fail`. Apply the file with `onNewColumn: add` or `ignore`, or with the column under `columns`.',
  )
}

/**
 * Refuses objects where a column held plain values: their fields would be new columns, and what the column held would silently
 * become empty.
 *
 * @throws {BrokerError} `column-mismatch`
 */
export function refuseObjects({ ignored }: Flattener, planned: readonly PlannedColumn[]): void {
  const names = planned.filter(({ type }) => type !== undefined).map(({ name }) => name)
  for (const field of ignored) {
    const column = names.find((name) => field.startsWith(`${name}.`))
    if (column === undefined || names.some((name) => name.startsWith(`${column}.`))) continue
    throw new BrokerError(
      'column-mismatch',
      `The column ${quote(column)} held plain values, and now records have objects there (${quote(field)}). Apply the definition ` +
        'file with a change under the dataset, such as to its `columns`: its columns are then found anew.',
    )
  }
}

/** @throws {BrokerError} `column-mismatch` when a column is gone, and may not be */
export function refuseMissingColumns(missing: readonly string[], { onMissingColumn }: TableDefinition): void {
  const [first] = missing
  if (onMissingColumn !== 'fail' || first === undefined) return
  throw new BrokerError(
    'column-mismatch',
    `No record has the column ${quote(first)} any more, and the definition file says \`onMissingColumn: fail\`. To do ` +
      'without it, change anything under the dataset, such as its `columns`, and apply the file: its columns are then found anew.',
  )
}
