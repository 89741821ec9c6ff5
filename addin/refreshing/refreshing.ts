// Refreshing one linked table or many, and what is written down about it.
import { describeRefresh, explainAccess, findFailure, isSignedOut } from '../messages.ts'
import type { LinkedTable, RefreshRun } from '../pane-state.ts'
import type { PaneStore } from '../pane-store.ts'
import { awaitFreshSnapshot } from '../read-dataset.ts'
import { refreshTable, type Refreshed } from '../refresh.ts'
import type { Growth } from '../table-choice.ts'
import { WorkbookError } from '../workbook-error.ts'
import type { Link } from '../links.ts'
import type { HistoryEntry, Trigger } from './history.ts'
import { sumUp, type Overall } from './overall.ts'
import type { Outcome } from './task-runner.ts'
import type { Tasks, TasksDeps } from './tasks.ts'

export interface RefreshingDeps extends Pick<TasksDeps, 'client' | 'clock' | 'withSession' | 'workbook'> {
  readonly store: PaneStore
  readonly tasks: Tasks
  /** The link as the workbook has it now: another task, or another pane, may have changed it. */
  readonly findLink: (known: Link) => Promise<Link>
  readonly onRefreshed: (refreshed: Refreshed) => void
  readonly onEntry: (entry: HistoryEntry) => void
}

export interface RefreshRequest {
  readonly trigger?: Trigger
  /** Compare the whole table, whatever the link says that it holds. */
  readonly isRepair?: boolean
  readonly growth?: Growth
  readonly remembersGrowth?: boolean
}

/** Refreshes tables, one after the other; what fails for one does not stop the others. */
export class Refreshing {
  readonly #deps: RefreshingDeps

  constructor(deps: RefreshingDeps) {
    this.#deps = deps
  }

  /** Refreshes a linked table. Does nothing while it is being refreshed. */
  async refresh(tableId: string, request: RefreshRequest = {}): Promise<void> {
    const table = this.#findTable(tableId)
    if (!table) return
    const { tasks, clock, findLink, onRefreshed } = this.#deps
    const { trigger = 'user', isRepair = false, ...growth } = request
    const startedAtMs = clock.nowMs()
    const outcome = await tasks.run({
      list: 'refreshes',
      key: tableId,
      work: async (deps, options) => {
        const former = await findLink(table.link)
        // A link that counts as unfinished makes the refresh compare everything.
        const link = isRepair ? { ...former, isUnfinished: true } : former
        return { ...(await refreshTable(deps, link, { ...options, ...growth })), former }
      },
      describe: (result) => describeRefresh(result, result.former),
    })
    if (!outcome) return
    if (outcome.kind === 'done') onRefreshed(outcome.result)
    if (outcome.kind === 'failed') await this.#explainProtection(table, outcome.error)
    this.#record({ table, trigger, outcome, durationMs: clock.nowMs() - startedAtMs })
  }

  /** Refreshes these tables, all when left out. Adds to a run that is under way. */
  async refreshAll(request: RefreshRequest = {}, tableIds = this.#allIds()): Promise<Overall> {
    const { store } = this.#deps
    const former = store.state.run
    const mine = tableIds.filter((id) => !this.#deps.tasks.isRunning('refreshes', id))
    const isAdded = former?.isActive === true
    const run: RefreshRun = {
      tableIds: isAdded ? [...new Set([...former.tableIds, ...tableIds])] : tableIds,
      isActive: true,
    }
    store.set({ run })
    await Promise.all(mine.map((id) => this.refresh(id, request)))
    const { state } = store
    const isOver = state.run !== undefined && sumUp(state.run, state.refreshes).ended === state.run.tableIds.length
    if (state.run && isOver) store.set({ run: { ...state.run, isActive: false } })
    return sumUp({ tableIds, isActive: false }, store.state.refreshes)
  }

  /**
   * Refreshes those of the tables whose dataset has changed. Costs one request for each dataset where nothing has, and does not touch
   * Excel then.
   */
  async refreshChanged(tableIds: readonly string[]): Promise<void> {
    const tables = tableIds.flatMap((id) => this.#findTable(id) ?? [])
    const names = new Set(tables.map(({ link }) => link.dataset))
    for (const name of names) {
      const ofDataset = tables.filter(({ link }) => link.dataset === name)
      const revision = await this.#findRevision(name)
      const isCurrent = ({ link }: LinkedTable): boolean => link.revision === revision && !link.isUnfinished
      const stale = ofDataset.filter((table) => !isCurrent(table))
      for (const table of ofDataset.filter(isCurrent)) this.#noteCurrent(table)
      await Promise.all(stale.map(({ link }) => this.refresh(link.tableId, { trigger: 'interval' })))
    }
  }

  /** The dataset's revision, as fresh as it has to be; undefined when the broker cannot say, so that the refresh tells why. */
  async #findRevision(dataset: string): Promise<number | undefined> {
    const options = { signal: new AbortController().signal, onProgress: () => undefined }
    try {
      const { revision } = await this.#deps.withSession(() => awaitFreshSnapshot(this.#deps.client, dataset, options))
      return revision ?? undefined
    } catch (error) {
      // Nobody is there to sign in; the table keeps what it has until somebody is.
      if (isSignedOut(error)) throw error
      return undefined
    }
  }

  /** Excel refuses alike what is read-only and what is protected; asked, it can tell which. */
  async #explainProtection({ link }: LinkedTable, error: unknown): Promise<void> {
    if (!(error instanceof WorkbookError) || error.kind !== 'protected') return
    const { workbook, tasks } = this.#deps
    try {
      const [access, shape] = await Promise.all([
        workbook.describeAccess(link.tableId),
        workbook.findTable(link.tableId),
      ])
      const notice = explainAccess(access, shape?.sheetName ?? '')
      if (notice) tasks.show('refreshes', link.tableId, notice, 'failed')
    } catch {
      // What is shown already is true as well.
    }
  }

  #noteCurrent(table: LinkedTable): void {
    const { store, clock } = this.#deps
    const checkedAtMs = clock.nowMs()
    store.set({ checks: new Map(store.state.checks).set(table.link.tableId, checkedAtMs) })
    const nothing = { changed: 0, added: 0, deleted: 0 }
    this.#record({ table, trigger: 'interval', outcome: { kind: 'done', result: nothing }, durationMs: 0 })
  }

  #record(end: {
    readonly table: LinkedTable
    readonly trigger: Trigger
    readonly outcome: Outcome<Pick<Refreshed, 'changed' | 'added' | 'deleted'>>
    readonly durationMs: number
  }): void {
    const { table, trigger, outcome, durationMs } = end
    const { store, clock, onEntry } = this.#deps
    const done = outcome.kind === 'done' ? outcome.result : { changed: 0, added: 0, deleted: 0 }
    onEntry({
      at: new Date(clock.nowMs()).toISOString(),
      tableId: table.link.tableId,
      table: table.name,
      person: store.state.user?.displayName ?? '',
      trigger,
      outcome: outcome.kind,
      changed: done.changed,
      added: done.added,
      removed: done.deleted,
      durationMs,
      failure: outcome.kind === 'failed' ? findFailure(outcome.error) : '',
    })
  }

  #findTable(tableId: string): LinkedTable | undefined {
    return this.#deps.store.state.tables.items.find(({ link }) => link.tableId === tableId)
  }

  #allIds(): readonly string[] {
    return this.#deps.store.state.tables.items.map(({ link }) => link.tableId)
  }
}
