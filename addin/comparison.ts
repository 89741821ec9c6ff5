// What a comparison of a whole table with its whole dataset starts from.
import type { OwnCells, RowNames } from './delta-plan.ts'

/** The whole sheet and the whole dataset, for a comparison. */
export interface Comparison {
  readonly sheetNames: RowNames
  readonly sheetRows: readonly OwnCells[]
  /**
   * True for rows that hold something of the user's, among those without a name, which then stay, and those that share their name with
   * another.
   */
  readonly isUserRow: (row: number) => boolean
  readonly names: RowNames
  readonly rows: readonly OwnCells[]
  /** Indexes in the cells that make up the name; the others can tell whose a row is when its key was damaged. */
  readonly keyColumns: readonly number[]
  /** Of the names after the last refresh; undefined when it is not known. Without it no damaged key is given back. */
  readonly digest: string | undefined
}

/** Rows by their name. */
export function groupRows(names: RowNames): ReadonlyMap<string, number[]> {
  const groups = new Map<string, number[]>()
  for (const [row, name] of names.entries()) {
    if (name === undefined) continue
    const group = groups.get(name)
    if (group) group.push(row)
    else groups.set(name, [row])
  }
  return groups
}
