// What is refreshed by itself: when the workbook is opened, at an interval, and when a cell changes that a filter follows.
import type { ClientClock } from '../../client/clock.ts'
import type { LinkedTable } from '../pane-state.ts'
import type { PaneStore } from '../pane-store.ts'
import type { Workbook } from '../workbook.ts'
import { FollowedCells } from './followed-cells.ts'
import type { HistoryEntry } from './history.ts'
import { intervalOf, preferencesOf, readPreferences, writePreferences, type Preferences } from './preferences.ts'
import type { TablePreferences } from './preferences.ts'
import type { Refreshing } from './refreshing.ts'
import { Schedule } from './schedule.ts'
import { loadOnce } from './load-once.ts'

/** Whether Excel starts the add-in with the workbook. */
export interface Startup {
  /** Whether this Excel can. */
  readonly isPossible: boolean
  set(startsWithWorkbook: boolean): Promise<void>
}

export interface AutomaticDeps {
  readonly store: PaneStore
  readonly workbook: Workbook
  readonly clock: ClientClock
  readonly random: () => number
  readonly refreshing: Refreshing
  readonly startup: Startup
  /** Whether Excel is out of sight, so that nobody sees what is refreshed. */
  readonly isOutOfSight: () => boolean
  /** Something could not be written down or was not possible; the user asked for it. */
  readonly onError: (error: unknown) => void
  /** A refresh that nobody watches needs the user. */
  readonly onNeedsUser: () => Promise<void>
}

/** A workbook that was refreshed this recently needs no refresh because it is opened. */
const freshOnOpenMs = 60_000

export class Automatic {
  readonly #deps: AutomaticDeps
  readonly #schedule: Schedule
  readonly #cells: FollowedCells
  #unsubscribe: (() => void) | undefined
  #tables: readonly LinkedTable[] = []
  #hasAsked = false
  readonly #load = loadOnce(() => this.#read())

  constructor(deps: AutomaticDeps) {
    this.#deps = deps
    this.#schedule = new Schedule({
      clock: deps.clock,
      random: deps.random,
      isPaused: () => this.#isPaused(),
      onDue: (tableIds) => {
        // What goes wrong is shown with the tables.
        deps.refreshing.refreshChanged(tableIds).catch(() => undefined)
      },
    })
    this.#cells = new FollowedCells({
      workbook: deps.workbook,
      clock: deps.clock,
      random: deps.random,
      isFollowed: (tableId) => preferencesOf(deps.store.state.preferences, tableId).followsCells,
      onChanged: (tableIds) => void deps.refreshing.refreshAll({ trigger: 'cell' }, tableIds),
    })
  }

  /** Reads what the workbook wants; a workbook that cannot be read now is read again before anything is written to it. */
  load(): Promise<void> {
    return this.#load().catch(() => undefined)
  }

  /** Begins; the tables and preferences are known by now. Resolves when what the opening asks for has been done. */
  async start(): Promise<void> {
    const { store } = this.#deps
    this.#follow()
    this.#unsubscribe = store.subscribe(() => this.#follow())
    this.#schedule.start()
    this.#cells.start()
    if (store.state.preferences.onOpen) await this.#refreshOnOpen()
  }

  stop(): void {
    this.#unsubscribe?.()
    this.#schedule.stop()
    this.#cells.stop()
  }

  /** A refresh has ended, whatever set it off. */
  note({ tableId }: HistoryEntry): void {
    this.#schedule.reset(tableId)
  }

  /** The answer to the question about opening; asked again in the next session after `later`. */
  async answerOnOpen(answer: 'yes' | 'no' | 'later'): Promise<void> {
    this.#deps.store.set({ asksOnOpen: false })
    if (answer !== 'later') await this.setOnOpen(answer === 'yes')
  }

  async setOnOpen(onOpen: boolean): Promise<void> {
    const { store, startup, onError } = this.#deps
    try {
      await startup.set(onOpen)
    } catch (error) {
      onError(error)
      return
    }
    store.set({ asksOnOpen: false })
    await this.#change((preferences) => ({ ...preferences, onOpen }))
  }

  async setInterval(everyMinutes: number | undefined): Promise<void> {
    await this.#change((preferences) => ({ ...preferences, everyMinutes }))
  }

  async setTable(tableId: string, change: Partial<TablePreferences>): Promise<void> {
    await this.#change((preferences) => {
      const table = { ...preferencesOf(preferences, tableId), ...change }
      return { ...preferences, tables: { ...preferences.tables, [tableId]: table } }
    })
  }

  async #read(): Promise<void> {
    const { store, workbook } = this.#deps
    store.set({ preferences: await readPreferences(workbook) })
  }

  async #change(make: (preferences: Preferences) => Preferences): Promise<void> {
    const { store, workbook, onError } = this.#deps
    let former: Preferences | undefined
    try {
      await this.#load()
      former = store.state.preferences
      const preferences = make(former)
      store.set({ preferences })
      await writePreferences(
        workbook,
        preferences,
        store.state.tables.items.map(({ link }) => link.tableId),
      )
    } catch (error) {
      // What the pane shows is what the workbook holds.
      if (former) store.set({ preferences: former })
      onError(error)
    }
  }

  async #refreshOnOpen(): Promise<void> {
    const { store, clock, refreshing, onNeedsUser } = this.#deps
    const isOld = ({ link }: LinkedTable): boolean =>
      link.isUnfinished || !(clock.nowMs() - Date.parse(link.refreshedAt) < freshOnOpenMs)
    const old = store.state.tables.items.filter(isOld).map(({ link }) => link.tableId)
    if (old.length === 0) return
    const { failed } = await refreshing.refreshAll({ trigger: 'open' }, old)
    if (failed > 0) await onNeedsUser()
  }

  /** Follows the tables and preferences as they are now. */
  #follow(): void {
    const { store, startup } = this.#deps
    const { preferences, tables, asksOnOpen } = store.state
    const intervals = new Map<string, number>()
    for (const { link } of tables.items) {
      const minutes = intervalOf(preferences, link.tableId)
      if (minutes !== undefined) intervals.set(link.tableId, minutes)
    }
    this.#schedule.set(intervals)
    if (this.#tables !== tables.items) {
      this.#tables = tables.items
      this.#cells.follow(tables.items.map(({ link }) => link))
    }
    const isNew = preferences.onOpen === undefined && tables.items.length > 0 && startup.isPossible
    if (isNew && !this.#hasAsked && !asksOnOpen) {
      this.#hasAsked = true
      store.set({ asksOnOpen: true })
    }
  }

  #isPaused(): boolean {
    const { isOffline, isExcelSilent, screen } = this.#deps.store.state
    return isOffline || isExcelSilent || screen !== 'ready' || this.#deps.isOutOfSight()
  }
}
