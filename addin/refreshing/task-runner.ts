// A task from its first try to its end: its turn at Excel, the waits after failures that pass by themselves, and cancelling.
import type { ClientClock } from '../../client/clock.ts'
import type { Task } from '../pane-state.ts'
import type { TaskOptions } from '../read-dataset.ts'
import { endOnAbort, Gate } from './gate.ts'
import { holdAfter, type Hold } from './hold.ts'

/** How a task ended. */
export type Outcome<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** `isSettled` is false while Excel still has to finish a step of it. */
  | { readonly kind: 'cancelled'; readonly isSettled: boolean }

export interface TaskRunnerDeps {
  readonly clock: ClientClock
  /** Resolves when no cell is being edited any more. */
  readonly untilEditEnds: (signal: AbortSignal) => Promise<void>
  readonly untilReachable: (signal: AbortSignal) => Promise<void>
  /** Hears of every failed try before anything is made of it. */
  readonly onFailure: (error: unknown) => void
}

export interface TaskRun<Result> {
  readonly signal: AbortSignal
  readonly work: (options: TaskOptions) => Promise<Result>
  /** What the pane shows of it meanwhile. */
  readonly onTask: (task: Task) => void
}

/** How long a cancelled task may take to end in good order before it is no longer waited for. */
const graceMs = 1_000

class StillBusy extends Error {}

/** Runs tasks one after the other. One that waits for something else lets the next one have its turn. */
export class TaskRunner {
  readonly #deps: TaskRunnerDeps
  readonly #gate = new Gate()

  constructor(deps: TaskRunnerDeps) {
    this.#deps = deps
  }

  /** Runs the task to its end; never rejects. */
  async run<Result>(task: TaskRun<Result>): Promise<Outcome<Result>> {
    const { signal, onTask } = task
    const holds = new Map<Hold['kind'], number>()
    try {
      for (;;) {
        onTask({ state: 'waiting' })
        try {
          return { kind: 'done', result: await this.#attempt(task) }
        } catch (error) {
          if (signal.aborted) throw error
          await this.#hold(error, holds, task)
        }
      }
    } catch (error) {
      return signal.aborted
        ? { kind: 'cancelled', isSettled: !(error instanceof StillBusy) }
        : { kind: 'failed', error }
    }
  }

  async #attempt<Result>({ signal, work, onTask }: TaskRun<Result>): Promise<Result> {
    const leave = await this.#gate.enter(signal)
    onTask({ state: 'running', progress: { phase: 'waiting', done: 0, total: undefined } })
    const attempt = work({ signal, onProgress: (progress) => onTask({ state: 'running', progress }) })
    // Not before the work itself has ended: what a cancelled task left in Excel's hands must not meet the next one.
    attempt.then(leave, leave)
    return await this.#endSoonAfterAbort(attempt, signal)
  }

  async #endSoonAfterAbort<Result>(attempt: Promise<Result>, signal: AbortSignal): Promise<Result> {
    try {
      return await endOnAbort(attempt, signal)
    } catch (error) {
      if (!signal.aborted) throw error
      const ended = new AbortController()
      const late = this.#deps.clock.wait(graceMs, ended.signal).then(() => {
        throw new StillBusy()
      })
      // The race hears the first of them; the other must not count as unhandled.
      late.catch(() => undefined)
      try {
        return await Promise.race([attempt, late])
      } finally {
        ended.abort()
      }
    }
  }

  /** Waits as the failure asks for; throws it where waiting does not help. */
  async #hold(error: unknown, holds: Map<Hold['kind'], number>, { signal, onTask }: TaskRun<unknown>): Promise<void> {
    this.#deps.onFailure(error)
    const hold = holdAfter(error, 0, 0)
    const earlier = hold ? (holds.get(hold.kind) ?? 0) : 0
    const next = holdAfter(error, earlier, this.#deps.clock.nowMs())
    if (!next) throw error
    holds.set(next.kind, earlier + 1)
    onTask({ state: 'held', hold: next })
    if (next.kind === 'cell-edit') await this.#deps.untilEditEnds(signal)
    else if (next.kind === 'reachable') await this.#deps.untilReachable(signal)
    else await this.#deps.clock.wait(next.untilMs - this.#deps.clock.nowMs(), signal)
  }
}
