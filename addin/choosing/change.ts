// What changing a linked table will do to it, told before.
import type { Link } from '../links.ts'
import type { TableSettings } from '../table-choice.ts'
import type { KnownColumns } from './columns.ts'

export interface Effects {
  readonly addedColumns: readonly string[]
  readonly removedColumns: readonly string[]
  /** How many rows the table has, and will have; undefined while that is not known. */
  readonly rowsBefore: number
  readonly rowsAfter: number | undefined
  readonly isSame: boolean
}

/**
 * Compares what the link says with what is chosen.
 *
 * @param found the rows that the chosen conditions find
 */
export function foresee(link: Link, settings: TableSettings, known: KnownColumns, found: number | undefined): Effects {
  const chosen = settings.choice.columns ?? known.columns.map(({ name }) => name)
  const wanted = new Set([...known.key, ...chosen])
  const present = new Set(link.columns.map(({ name }) => name))
  const exists = new Set(known.columns.map(({ name }) => name))
  const isSame =
    JSON.stringify(settings.choice) === JSON.stringify(link.choice) &&
    settings.mode === link.mode &&
    settings.vanished === link.vanished
  const rowsAfter = found === undefined ? undefined : Math.min(found, settings.choice.top ?? found)
  return {
    addedColumns: [...wanted].filter((name) => !present.has(name)),
    // Columns that the dataset has not got any more stay as they are.
    removedColumns: [...present].filter((name) => exists.has(name) && !wanted.has(name)),
    rowsBefore: link.rows,
    // Rows that are in the sheet are kept by these.
    rowsAfter: settings.mode === 'replace' ? rowsAfter : undefined,
    isSame,
  }
}
