// The inserts and refreshes of the pane: each under the name of what it works on, never twice at once.
import type { BrokerClient } from '../../client/broker-client.ts'
import type { ClientClock } from '../../client/clock.ts'
import type { TableDeps } from '../insert.ts'
import { texts } from '../language.ts'
import { explain, explainRefresh } from '../messages.ts'
import type { Notice } from '../notice.ts'
import type { Task } from '../pane-state.ts'
import type { PaneStore } from '../pane-store.ts'
import type { TaskOptions } from '../read-dataset.ts'
import { WorkbookError } from '../workbook-error.ts'
import type { Workbook } from '../workbook.ts'
import { endOnAbort } from './gate.ts'
import { isUnreachable } from './hold.ts'
import { TaskRunner, type Outcome } from './task-runner.ts'

export type TaskList = 'inserts' | 'refreshes'

export interface TasksDeps {
  readonly store: PaneStore
  readonly client: BrokerClient
  readonly workbook: Workbook
  readonly brokerUrl: string
  readonly clock: ClientClock
  /** Does work again when only a new session was missing. */
  readonly withSession: <Result>(work: () => Promise<Result>) => Promise<Result>
  readonly untilReachable: (signal: AbortSignal) => Promise<void>
  readonly onUnreachable: () => void
  readonly onSignedOut: (error: unknown) => void
  /** Reads the links again. */
  readonly loadTables: () => Promise<void>
}

export interface NewTask<Result> {
  readonly list: TaskList
  readonly key: string
  readonly work: (deps: TableDeps, options: TaskOptions) => Promise<Result>
  readonly describe: (result: Result) => Notice
}

const editPollMs = 2_000

/** Runs tasks and shows them in the state. */
export class Tasks {
  readonly #deps: TasksDeps
  readonly #runner: TaskRunner
  readonly #running = new Map<string, AbortController>()

  constructor(deps: TasksDeps) {
    this.#deps = deps
    this.#runner = new TaskRunner({
      clock: deps.clock,
      untilEditEnds: (signal) => this.#untilEditEnds(signal),
      untilReachable: deps.untilReachable,
      onFailure: (error) => {
        if (isUnreachable(error)) deps.onUnreachable()
      },
    })
  }

  /** How the task ended; undefined when the same one is under way already. */
  async run<Result>({ list, key, work, describe }: NewTask<Result>): Promise<Outcome<Result> | undefined> {
    const id = `${list}:${key}`
    if (this.#running.has(id)) return undefined
    const controller = new AbortController()
    this.#running.set(id, controller)
    const outcome = await this.#runner.run<Result>({
      signal: controller.signal,
      onTask: (task) => this.#setTask(list, key, task),
      work: (options) => this.#deps.withSession(async () => work(await this.#tableDeps(options.signal), options)),
    })
    this.#running.delete(id)
    if (outcome.kind === 'cancelled') await this.#endCancelled(list, key, outcome.isSettled)
    else if (outcome.kind === 'failed') {
      const say = list === 'refreshes' ? explainRefresh : explain
      this.show(list, key, say(outcome.error), 'failed')
      this.#deps.onSignedOut(outcome.error)
      await this.#deps.loadTables()
    } else {
      // First, so that the table is never shown as it was in the middle of it.
      await this.#deps.loadTables()
      this.show(list, key, describe(outcome.result), 'done')
    }
    return outcome
  }

  /** Shows a task as ended. */
  show(list: TaskList, key: string, notice: Notice, outcome: NonNullable<Task['outcome']>): void {
    this.#setTask(list, key, { state: 'ended', notice, outcome })
  }

  /** Forgets a task that has ended. */
  dismiss(list: TaskList, key: string): void {
    if (this.isRunning(list, key)) return
    const { store } = this.#deps
    const tasks = new Map(store.state[list])
    tasks.delete(key)
    store.set({ [list]: tasks })
  }

  isRunning(list: TaskList, key: string): boolean {
    return this.#running.has(`${list}:${key}`)
  }

  isAnyRunning(list: TaskList): boolean {
    return [...this.#running.keys()].some((id) => id.startsWith(`${list}:`))
  }

  cancel(list: TaskList, key: string): void {
    this.#running.get(`${list}:${key}`)?.abort(cancelReason())
  }

  cancelAll(list?: TaskList): void {
    for (const [id, controller] of this.#running) {
      if (list === undefined || id.startsWith(`${list}:`)) controller.abort(cancelReason())
    }
  }

  async #tableDeps(signal: AbortSignal): Promise<TableDeps> {
    const { store, client, workbook, brokerUrl, clock } = this.#deps
    const { displayName } = store.state.user ?? (await client.me(signal)).user
    return { client, workbook, brokerUrl, userName: displayName, nowMs: () => clock.nowMs() }
  }

  async #endCancelled(list: TaskList, key: string, isSettled: boolean): Promise<void> {
    const say = texts.refreshing
    // Excel still has a step of it in its hands: what the table looks like will be known when it has answered.
    if (!isSettled) {
      this.show(list, key, { intent: 'info', text: say.cancelledStillBusy }, 'cancelled')
      void this.#deps.loadTables()
      return
    }
    await this.#deps.loadTables()
    const table = this.#deps.store.state.tables.items.find(({ link }) => link.tableId === key)
    const text = list === 'refreshes' && table?.link.isUnfinished ? say.cancelledMidway : say.cancelled
    this.show(list, key, { intent: 'info', text }, 'cancelled')
  }

  /** Resolves when Excel takes calls again; it refuses every one while a cell is being edited. */
  async #untilEditEnds(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#deps.clock.wait(editPollMs, signal)
      try {
        await endOnAbort(this.#deps.workbook.listTables(), signal)
        return
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof WorkbookError) || error.kind !== 'cell-edit') return
      }
    }
  }

  #setTask(list: TaskList, key: string, task: Task): void {
    const { store } = this.#deps
    store.set({ [list]: new Map(store.state[list]).set(key, task) })
  }
}

function cancelReason(): Error {
  return new DOMException('Cancelled by the user.', 'AbortError')
}
