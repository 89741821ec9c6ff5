// What a table's mode makes of a plan.
import { isSameValue } from './cells.ts'
import type { OwnCells, RowNames, RowPlan } from './delta-plan.ts'
import { isBlank } from './row-key.ts'
import type { RefreshMode, Vanished } from './table-choice.ts'

export interface ModeInput {
  readonly mode: RefreshMode
  readonly vanished: Vanished
  readonly names: RowNames
  readonly cells: readonly (OwnCells | undefined)[]
  readonly isMarked: (row: number) => boolean
}

/** The plan as the mode allows it. The plan given makes the table just what the dataset is. */
export function applyMode(plan: RowPlan, { mode, vanished, isMarked, ...rows }: ModeInput): RowPlan {
  if (mode === 'replace' || (mode === 'merge' && vanished === 'delete')) return plan
  const needless = findNeedless(plan.deletes, rows)
  if (mode === 'append') return { updates: [], deletes: needless, appends: plan.appends, marks: [] }
  const leaving = new Set(needless)
  const gone = plan.deletes.filter((row) => !leaving.has(row))
  return { ...plan, deletes: needless, marks: vanished === 'mark' ? gone.filter((row) => !isMarked(row)) : [] }
}

/** What goes in every mode: blank rows, and records that stand in the table once more, as two panes may have added them at the same moment. */
function findNeedless(
  deletes: readonly number[],
  { names, cells }: Pick<ModeInput, 'names' | 'cells'>,
): readonly number[] {
  const gone = new Set(deletes)
  const staying = new Map(names.flatMap((name, row) => (name === undefined || gone.has(row) ? [] : [[name, row]])))
  return deletes.filter((row) => {
    const own = cells[row]
    if (own === undefined || isBlank(own)) return true
    const other = cells[staying.get(names[row] ?? '') ?? -1]
    return other !== undefined && own.every((cell, index) => isSameValue(cell, other[index] ?? ''))
  })
}
