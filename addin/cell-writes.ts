// Which cells to write for rows that have changed, in as few ranges as pays off. Pure.
import { isSameValue } from './cells.ts'
import type { OwnCells } from './delta-plan.ts'

/** One rectangle of cells to write; its column counts in own cells. */
export interface CellWrite {
  readonly row: number
  readonly column: number
  readonly values: readonly OwnCells[]
}

/** Own cells side by side in the sheet: a write must not reach over its end. */
export interface ColumnRun {
  readonly first: number
  readonly count: number
}

/** The cells that differ, in as few rectangles as pays off, from top to bottom. */
export function planWrites(
  updates: readonly { readonly row: number; readonly current: OwnCells; readonly target: OwnCells }[],
  runs: readonly ColumnRun[],
): readonly CellWrite[] {
  const writes: { row: number; column: number; values: OwnCells[] }[] = []
  const open = new Map<string, { row: number; column: number; values: OwnCells[] }>()
  for (const { row, current, target } of updates) {
    for (const { from, to } of findChangedRuns(current, target, runs)) {
      const cells = target.slice(from, to)
      const above = open.get(`${from}:${to}`)
      if (above && above.row + above.values.length === row) above.values.push(cells)
      else {
        const write = { row, column: from, values: [cells] }
        writes.push(write)
        open.set(`${from}:${to}`, write)
      }
    }
  }
  return writes
}

function findChangedRuns(current: OwnCells, target: OwnCells, runs: readonly ColumnRun[]) {
  const changed: { from: number; to: number }[] = []
  for (const { first, count } of runs) {
    let open: { from: number; to: number } | undefined
    for (let column = first; column < first + count; column += 1) {
      if (isSameValue(current[column] ?? '', target[column] ?? '')) continue
      // An unchanged cell between two changed ones is never written along: should a row have moved meanwhile, its key stays its own.
      if (open?.to === column) open.to = column + 1
      else {
        open = { from: column, to: column + 1 }
        changed.push(open)
      }
    }
  }
  return changed
}
