// What a table's mode makes of a plan.
import type { RowPlan } from './delta-plan.ts'
import type { RefreshMode, Vanished } from './table-choice.ts'

export interface ModeInput {
  readonly mode: RefreshMode
  readonly vanished: Vanished
  /** Rows with nothing in them go in every mode. */
  readonly isBlank: (row: number) => boolean
  readonly isMarked: (row: number) => boolean
}

/** The plan as the mode allows it. The plan given makes the table just what the dataset is. */
export function applyMode(plan: RowPlan, { mode, vanished, isBlank, isMarked }: ModeInput): RowPlan {
  const blanks = plan.deletes.filter(isBlank)
  if (mode === 'append') return { updates: [], deletes: blanks, appends: plan.appends, marks: [] }
  if (mode === 'replace' || vanished === 'delete') return plan
  const gone = plan.deletes.filter((row) => !isBlank(row))
  return { ...plan, deletes: blanks, marks: vanished === 'mark' ? gone.filter((row) => !isMarked(row)) : [] }
}
