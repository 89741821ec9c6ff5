// From what the sheet holds and what the broker sent to the least that has to be written. Pure: nothing here touches Excel.
import type { SheetValue } from './cells.ts'

export type OwnCells = readonly SheetValue[]

/** Rows side by side. */
export interface RowBlock {
  readonly row: number
  readonly count: number
}

/** What is to be done to a table's rows. Row numbers are those before anything is done. */
export interface RowPlan {
  /** Rows to compare with these cells, and to write where they differ; from top to bottom. */
  readonly updates: readonly { readonly row: number; readonly cells: OwnCells }[]
  /** Rows to delete; from top to bottom. */
  readonly deletes: readonly number[]
  /** Rows to add at the end. */
  readonly appends: readonly OwnCells[]
  /** Rows to mark as gone at the source. */
  readonly marks: readonly number[]
}

/** Names of the rows of a sheet or dataset, in order; undefined for a row without one. */
export type RowNames = readonly (string | undefined)[]

/** What the broker says has changed since the table's revision. */
export interface Delta {
  readonly changed: ReadonlyMap<string, OwnCells>
  readonly deleted: readonly string[]
  /** How many rows the table is to have; undefined where the broker cannot tell. */
  readonly tableRows: number | undefined
}

/**
 * Plans a delta. Undefined when the sheet's rows are not what the delta builds on (keys doubled, rows missing or added by hand): then
 * only a comparison with the whole dataset helps.
 */
export function planDelta(names: RowNames, delta: Delta): RowPlan | undefined {
  const rows = new Map<string, number>()
  let named = 0
  for (const [row, name] of names.entries()) {
    if (name === undefined) continue
    named += 1
    rows.set(name, row)
  }
  const isNothing = delta.changed.size + delta.deleted.length === 0
  // Names may repeat in a dataset without a key; that is no obstacle while there is nothing to look up.
  if (rows.size !== named && !isNothing) return undefined
  const updates: { row: number; cells: OwnCells }[] = []
  const appends: OwnCells[] = []
  for (const [name, cells] of delta.changed) {
    const row = rows.get(name)
    if (row === undefined) appends.push(cells)
    else updates.push({ row, cells })
  }
  const deletes = delta.deleted.flatMap((name) => rows.get(name) ?? [])
  const rowsAfter = named - deletes.length + appends.length
  if (delta.tableRows !== undefined && rowsAfter !== delta.tableRows) return undefined
  return { updates: updates.sort(byRow), deletes: deletes.sort((one, other) => one - other), appends, marks: [] }
}

/** Row numbers in ascending order as blocks; rows with a gap of at most `mostGap` between them share one. */
export function groupBlocks(rows: readonly number[], mostGap = 0): readonly RowBlock[] {
  const blocks: RowBlock[] = []
  for (const row of rows) {
    const last = blocks.at(-1)
    const gap = last ? row - last.row - last.count : 0
    if (last && gap <= mostGap) blocks[blocks.length - 1] = { row: last.row, count: last.count + gap + 1 }
    else blocks.push({ row, count: 1 })
  }
  return blocks
}

/** Sorts from top to bottom. */
export function byRow(one: { readonly row: number }, other: { readonly row: number }): number {
  return one.row - other.row
}
