// How far a refresh of several tables has come, from the tasks of the tables.
import type { RefreshRun, Task } from '../pane-state.ts'

export interface Overall {
  readonly total: number
  readonly ended: number
  readonly percent: number
  readonly refreshed: number
  /** Ended with an error. */
  readonly failed: number
  readonly cancelled: number
}

/** Where each phase of a task begins, and how much of the whole it is. */
const phases = {
  waiting: { from: 0.02, share: 0 },
  pulling: { from: 0.1, share: 0 },
  reading: { from: 0.2, share: 0.3 },
  writing: { from: 0.5, share: 0.5 },
} as const

/** Counts tables, and percents of all of them together. */
export function sumUp({ tableIds }: RefreshRun, tasks: ReadonlyMap<string, Task>): Overall {
  const each = tableIds.map((id) => tasks.get(id))
  const count = (outcome: Task['outcome']): number => each.filter((task) => task?.outcome === outcome).length
  const done = each.reduce((sum, task) => sum + fractionOf(task), 0)
  return {
    total: tableIds.length,
    ended: each.filter((task) => task?.state === 'ended').length,
    percent: tableIds.length === 0 ? 100 : Math.floor((100 * done) / tableIds.length),
    refreshed: count('done'),
    failed: count('failed'),
    cancelled: count('cancelled'),
  }
}

function fractionOf(task: Task | undefined): number {
  if (task?.state === 'ended') return 1
  if (!task?.progress) return 0
  const { phase, done, total } = task.progress
  const { from, share } = phases[phase]
  return from + (total === undefined || total === 0 ? 0 : share * Math.min(1, done / total))
}
