// The pane's state and what can be done in it. Screens show the state; nothing here knows of elements.
import type { BrokerClient } from '../client/broker-client.ts'
import { insertDataset, type TableDeps } from './insert.ts'
import { texts } from './language.ts'
import { readLinks, removeLink, type Link } from './links.ts'
import { describeInsert, describeRefresh, explain, isSignedOut, type Notice } from './messages.ts'
import { startState, type PaneState, type Route, type Task } from './pane-state.ts'
import type { Progress } from './read-dataset.ts'
import { refreshTable } from './refresh.ts'
import type { Workbook } from './workbook.ts'

export interface PaneDeps {
  readonly client: BrokerClient
  readonly workbook: Workbook
  readonly brokerUrl: string
  readonly device: string
  readonly nowMs: () => number
  /** Starts a new session without the user, where this Excel can say who that is; false where it cannot. */
  readonly signInSilently: () => Promise<boolean>
  /** A table now holds this revision of the dataset. */
  readonly onRefreshed?: (dataset: string, revision: number) => void
}

type TaskList = 'inserts' | 'refreshes'

/** Everything a user can do in the pane. Excel is given one task at a time; others wait. */
export class Pane {
  readonly #deps: PaneDeps
  readonly #listeners = new Set<() => void>()
  readonly #running = new Map<string, AbortController>()
  #queue: Promise<void> = Promise.resolve()
  #silentSignIn: Promise<boolean> | undefined
  #state = startState

  constructor(deps: PaneDeps) {
    this.#deps = deps
  }

  get state(): PaneState {
    return this.#state
  }

  /** Calls `listener` after every change; returns what ends that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Shows the lists when this device has a session, else the sign-in. */
  async start(): Promise<void> {
    if (!(await this.#deps.client.isSignedIn()) && !(await this.#signInSilently())) {
      this.#set({ screen: 'sign-in' })
      return
    }
    this.#set({ screen: 'ready' })
    await Promise.all([this.#loadUser(), this.loadDatasets(), this.loadTables()])
  }

  async signIn(code: string): Promise<void> {
    this.#set({ isSigningIn: true, signInNotice: undefined })
    try {
      const { user } = await this.#deps.client.redeem(code, this.#deps.device)
      this.#set({ screen: 'ready', user })
    } catch (error) {
      this.#set({ signInNotice: explain(error) })
      return
    } finally {
      this.#set({ isSigningIn: false })
    }
    await Promise.all([this.loadDatasets(), this.loadTables()])
  }

  async signOut(): Promise<void> {
    for (const controller of this.#running.values()) controller.abort(cancelReason())
    await this.#deps.client.signOut()
    this.#set({ ...startState, screen: 'sign-in' })
  }

  /** Shows another part of the pane. */
  open(route: Route): void {
    this.#set({ route })
  }

  async loadDatasets(): Promise<void> {
    this.#set({ datasets: { ...this.#state.datasets, state: 'loading' } })
    try {
      const items = await this.#withSession(() => this.#deps.client.datasets())
      this.#set({ datasets: { state: 'ready', items } })
    } catch (error) {
      this.#set({ datasets: { ...this.#state.datasets, state: 'failed', notice: explain(error) } })
      this.#leaveWhenSignedOut(error)
    }
  }

  /** Reads the links again: tables come and go without the pane, too. */
  async loadTables(): Promise<void> {
    try {
      const [links, tables] = await Promise.all([readLinks(this.#deps.workbook), this.#deps.workbook.listTables()])
      const names = new Map(tables.map(({ id, name }) => [id, name]))
      const items = links.map((link) => ({ link, name: names.get(link.tableId) ?? link.tableName }))
      this.#set({ tables: { state: 'ready', items } })
    } catch (error) {
      this.#set({ tables: { ...this.#state.tables, state: 'failed', notice: explain(error) } })
    }
  }

  /** Writes a dataset as a new table. Does nothing while the same one is being inserted. */
  insert(dataset: string): Promise<void> {
    return this.#run('inserts', dataset, async (deps, options) => {
      const inserted = await insertDataset(deps, dataset, options)
      this.#deps.onRefreshed?.(dataset, inserted.link.revision)
      return describeInsert(inserted)
    })
  }

  /** Refreshes a linked table. Does nothing while it is being refreshed. */
  refresh(tableId: string): Promise<void> {
    const table = this.#state.tables.items.find(({ link }) => link.tableId === tableId)
    if (!table) return Promise.resolve()
    return this.#run('refreshes', tableId, async (deps, options) => {
      // Another task, or another pane, may have changed the link meanwhile.
      const refreshed = await refreshTable(deps, await this.#findLink(table.link), options)
      this.#deps.onRefreshed?.(refreshed.link.dataset, refreshed.link.revision)
      return describeRefresh(refreshed)
    })
  }

  async refreshAll(): Promise<void> {
    await Promise.all(this.#state.tables.items.map(({ link }) => this.refresh(link.tableId)))
  }

  cancel(list: TaskList, key: string): void {
    this.#running.get(`${list}:${key}`)?.abort(cancelReason())
  }

  async forget(tableId: string): Promise<void> {
    await this.#attempt(tableId, () => removeLink(this.#deps.workbook, tableId))
    await this.loadTables()
  }

  async show(tableId: string): Promise<void> {
    await this.#attempt(tableId, () => this.#deps.workbook.showTable(tableId))
  }

  async #findLink(known: Link): Promise<Link> {
    const links = await readLinks(this.#deps.workbook)
    return links.find(({ tableId }) => tableId === known.tableId) ?? known
  }

  async #attempt(tableId: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#setTask('refreshes', tableId, { state: 'ended', notice: explain(error) })
    }
  }

  async #loadUser(): Promise<void> {
    try {
      const { user } = await this.#withSession(() => this.#deps.client.me())
      this.#set({ user })
    } catch (error) {
      // The dataset list says what is wrong; only a session that has ended matters here.
      this.#leaveWhenSignedOut(error)
    }
  }

  #run(
    list: TaskList,
    key: string,
    work: (deps: TableDeps, options: { signal: AbortSignal; onProgress: (p: Progress) => void }) => Promise<Notice>,
  ): Promise<void> {
    const id = `${list}:${key}`
    if (this.#running.has(id)) return Promise.resolve()
    const controller = new AbortController()
    const { signal } = controller
    this.#running.set(id, controller)
    this.#setTask(list, key, { state: 'waiting' })
    const task = this.#queue.then(async () => {
      const onProgress = (progress: Progress): void => this.#setTask(list, key, { state: 'running', progress })
      try {
        signal.throwIfAborted()
        const notice = await this.#withSession(async () => {
          const { displayName } = this.#state.user ?? (await this.#deps.client.me(signal)).user
          return work({ ...this.#deps, userName: displayName }, { signal, onProgress })
        })
        this.#setTask(list, key, { state: 'ended', notice })
      } catch (error) {
        await this.#endBadly({ list, key, error, isCancelled: signal.aborted })
      } finally {
        this.#running.delete(id)
      }
      // An insert may have been a dataset's first pull.
      await Promise.all([
        this.loadTables(),
        list === 'inserts' && this.#state.screen === 'ready' && this.loadDatasets(),
      ])
    })
    this.#queue = task
    return task
  }

  async #endBadly(end: { list: TaskList; key: string; error: unknown; isCancelled: boolean }): Promise<void> {
    const { list, key, error, isCancelled } = end
    if (isCancelled) {
      await this.loadTables()
      const table = this.#state.tables.items.find(({ link }) => link.tableId === key)
      const text = table?.link.isUnfinished ? texts.refreshing.cancelledMidway : texts.refreshing.cancelled
      this.#setTask(list, key, { state: 'ended', notice: { intent: 'info', text } })
      return
    }
    this.#setTask(list, key, { state: 'ended', notice: explain(error) })
    this.#leaveWhenSignedOut(error)
  }

  /** Does the work again with a new session when the old one has ended and a new one needs no user. */
  async #withSession<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      if (!isSignedOut(error) || !(await this.#signInSilently())) throw error
      return work()
    }
  }

  /** Several requests find out at once that the session has ended; one sign-in serves them all. */
  #signInSilently(): Promise<boolean> {
    this.#silentSignIn ??= this.#deps
      .signInSilently()
      // Why it failed does not matter: the user can sign in by hand.
      .catch(() => false)
      .finally(() => {
        this.#silentSignIn = undefined
      })
    return this.#silentSignIn
  }

  #leaveWhenSignedOut(error: unknown): void {
    if (isSignedOut(error)) this.#set({ screen: 'sign-in', user: undefined, signInNotice: explain(error) })
  }

  #setTask(list: TaskList, key: string, task: Task): void {
    this.#set({ [list]: new Map(this.#state[list]).set(key, task) })
  }

  #set(change: Partial<PaneState>): void {
    this.#state = { ...this.#state, ...change }
    for (const listener of this.#listeners) listener()
  }
}

function cancelReason(): Error {
  return new DOMException('Cancelled by the user.', 'AbortError')
}
