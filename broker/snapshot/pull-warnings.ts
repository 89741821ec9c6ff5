// What an administrator should know of a pull that went well.
import { quote, type Flattener } from '../dataset/flatten.ts'
import type { StoredColumn } from '../dataset/column.ts'
import type { TableDefinition } from '../dataset/table-definition.ts'
import type { ColumnChanges } from './column-drift.ts'

export interface PullFindings {
  readonly flattener: Flattener
  readonly definition: TableDefinition
  /** The columns before this pull; none before the first. */
  readonly stored: readonly StoredColumn[]
  readonly changes: ColumnChanges
  /** Columns of the table that no record had. */
  readonly missing: readonly string[]
  /** Only changed records were read, which need not have every column. */
  readonly isPartial: boolean
  /** The column in which records say when they were changed, where none did so. */
  readonly silentUpdatedColumn: string | undefined
}

const mostNamesShown = 20

/** In plain words, one thing each. */
export function describeFindings(findings: PullFindings): string[] {
  const { flattener, definition, stored, changes, missing, isPartial, silentUpdatedColumn } = findings
  const { ignored, seen } = flattener
  const isFirst = stored.length === 0
  const declared = Object.keys(definition.columns).filter(
    (name) => isFirst && definition.columns[name]?.type !== undefined && !seen.has(name),
  )
  const mark = definition.deletedWhen?.column
  return [
    ignored.size > 0
      ? `The source sends columns that the table does not have: ${listNames(ignored)}. To take one up, write it under ` +
        '`columns` in the definition file and apply it.'
      : '',
    missing.length > 0 ? `No record has these columns any more, so they are empty: ${listNames(missing)}.` : '',
    changes.added.length > 0
      ? `The source sends new columns, which the table now has: ${listNames(changes.added)}.`
      : '',
    ...changes.retyped.map(
      ({ name, from, to }) => `The column ${quote(name)} was of type ${from} and now holds other values: it is ${to}.`,
    ),
    declared.length > 0 ? `The definition file gives types to columns that no record has: ${listNames(declared)}.` : '',
    mark !== undefined && !isPartial && !seen.has(mark)
      ? `No record has the column ${quote(mark)}, which is to tell deleted ones, so none counts as deleted.`
      : '',
    silentUpdatedColumn !== undefined && !isPartial
      ? `No record has a date in the column ${quote(silentUpdatedColumn)}, which is to say when it was changed, so every ` +
        'pull reads everything.'
      : '',
  ].filter((warning) => warning !== '')
}

/** The first names, and how many more there are. */
export function listNames(names: Iterable<string>): string {
  const list = [...names]
  const shown = list.slice(0, mostNamesShown).map(quote).join(', ')
  return list.length > mostNamesShown ? `${shown} and ${list.length - mostNamesShown} more` : shown
}
