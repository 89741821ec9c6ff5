import type { ClientClock } from '../../client/clock.ts'
import type { PaneStore } from '../pane-store.ts'
import type { Workbook } from '../workbook.ts'
import { addEntry, isIdle, readHistory, writeHistory, type HistoryEntry } from './history.ts'
import { loadOnce } from './load-once.ts'

export interface HistoryKeeperDeps {
  readonly store: PaneStore
  readonly workbook: Workbook
  readonly clock: ClientClock
}

/** The refreshes of several tables end one after the other; one writing serves them. */
const pauseMs = 2_000

/**
 * Keeps the history in the state and in the workbook. That an interval found nothing to do is not worth a change of the file by itself:
 * it is written along with the next entry.
 */
export class HistoryKeeper {
  readonly #deps: HistoryKeeperDeps
  #stop = new AbortController()
  #isWriting = false
  readonly #load = loadOnce(() => this.#read())

  constructor(deps: HistoryKeeperDeps) {
    this.#deps = deps
  }

  /** Reads what the workbook has; a history that cannot be read now is read again before one is written. */
  load(): Promise<void> {
    return this.#load().catch(() => undefined)
  }

  stop(): void {
    this.#stop.abort()
  }

  add(entry: HistoryEntry): void {
    const { store } = this.#deps
    store.set({ history: addEntry(store.state.history, entry) })
    const isWorthIt = entry.trigger !== 'interval' || !isIdle(entry)
    if (isWorthIt && !this.#isWriting) void this.#write()
  }

  async #read(): Promise<void> {
    const { store, workbook } = this.#deps
    const entries = await readHistory(workbook)
    // What was added meanwhile is newer.
    store.set({ history: store.state.history.reduceRight(addEntry, entries) })
  }

  async #write(): Promise<void> {
    const { store, workbook, clock } = this.#deps
    this.#isWriting = true
    try {
      await clock.wait(pauseMs, this.#stop.signal)
      // What the workbook has would be lost otherwise.
      await this.#load()
      this.#isWriting = false
      await writeHistory(workbook, store.state.history)
    } catch {
      // A workbook that takes no changes keeps no history; the pane has it until it closes.
      this.#isWriting = false
    }
  }
}
