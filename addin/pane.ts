// The pane's state and what can be done in it. Screens show the state; nothing here knows of elements.
import type { BrokerClient } from '../client/broker-client.ts'
import type { ClientClock } from '../client/clock.ts'
import { ChosenTables } from './choosing/chosen-tables.ts'
import type { ChoosingDeps } from './choosing/choosing.ts'
import { insertDataset } from './insert.ts'
import { readLinks, type Link } from './links.ts'
import { describeInsert, explain, isSignedOut } from './messages.ts'
import { startState, type PaneState, type Route } from './pane-state.ts'
import { PaneSignIn } from './pane-sign-in.ts'
import { PaneStore } from './pane-store.ts'
import { Automatic, type Startup } from './refreshing/automatic.ts'
import { guardWorkbook } from './refreshing/guarded-workbook.ts'
import { HistoryKeeper } from './refreshing/history-keeper.ts'
import { isUnreachable } from './refreshing/hold.ts'
import { Reachability, type Network } from './refreshing/reachability.ts'
import { Refreshing, type RefreshRequest } from './refreshing/refreshing.ts'
import { TableList } from './refreshing/table-list.ts'
import { Tasks, type TaskList } from './refreshing/tasks.ts'
import type { SignIn } from './sign-in.ts'
import { plainSettings } from './table-choice.ts'
import type { Workbook } from './workbook.ts'

export interface PaneDeps {
  readonly client: BrokerClient
  readonly workbook: Workbook
  readonly brokerUrl: string
  readonly device: string
  readonly clock: ClientClock
  readonly random: () => number
  readonly network: Network
  readonly startup: Startup
  /** Whether Excel is out of sight, so that nobody sees what is refreshed. */
  readonly isOutOfSight: () => boolean
  /** Opens the pane where it is closed. */
  readonly showPane: () => Promise<void>
  readonly signIn: Pick<SignIn, 'silently' | 'providers' | 'withProvider' | 'withInvitation' | 'isLinking'>
  /** A table now holds this revision of the dataset. */
  readonly onRefreshed?: (dataset: string, revision: number) => void
  /** Brings fresh data into cells with functions, but of these datasets, which come with their tables. Never rejects. */
  readonly refreshFigures?: (linked: ReadonlySet<string>) => Promise<void>
}

/** Everything a user can do in the pane. Excel is given one task at a time; others wait. */
export class Pane {
  readonly automatic: Automatic
  /** Tables of chosen parts of datasets. */
  readonly chosen: ChosenTables
  /** What the choosing screen works with. */
  readonly choosing: ChoosingDeps
  readonly #deps: PaneDeps
  readonly #workbook: Workbook
  readonly #store = new PaneStore()
  readonly #reachability: Reachability
  readonly #tasks: Tasks
  readonly #list: TableList
  readonly #refreshing: Refreshing
  readonly #history: HistoryKeeper
  readonly #signIn: PaneSignIn
  #hasBegun = false

  constructor(deps: PaneDeps) {
    this.#deps = deps
    const { client, clock, random, network, brokerUrl, startup, isOutOfSight } = deps
    const store = this.#store
    this.#workbook = guardWorkbook(deps.workbook, {
      clock,
      onStall: (isExcelSilent) => store.set({ isExcelSilent }),
    })
    const workbook = this.#workbook
    this.#reachability = new Reachability({
      clock,
      random,
      network,
      probe: (signal) => this.#probe(signal),
      onChange: (isReachable) => this.#onReachable(isReachable),
    })
    this.#signIn = new PaneSignIn({ store, client, signIn: deps.signIn, onSignedIn: () => this.#begin() })
    const withSession = <Result>(work: () => Promise<Result>): Promise<Result> => this.#withSession(work)
    this.#tasks = new Tasks({
      ...{ store, client, workbook, brokerUrl, clock, withSession },
      untilReachable: (signal) => this.#reachability.untilReachable(signal),
      onUnreachable: () => this.#reachability.reportLost(),
      onSignedOut: (error) => this.#leaveWhenSignedOut(error),
      loadTables: () => this.loadTables(),
    })
    this.#list = new TableList({ store, workbook, tasks: this.#tasks })
    this.choosing = { client, workbook, clock, withSession, onError: (error) => this.#leaveWhenSignedOut(error) }
    const findLink = (known: Link): Promise<Link> => this.#findLink(known)
    const onRefreshed = ({ link }: { readonly link: Link }): void => deps.onRefreshed?.(link.dataset, link.revision)
    this.chosen = new ChosenTables({ store, tasks: this.#tasks, findLink, onRefreshed })
    this.#history = new HistoryKeeper({ store, workbook, clock })
    this.#refreshing = new Refreshing({
      ...{ store, client, clock, withSession, workbook, findLink, onRefreshed },
      tasks: this.#tasks,
      onEntry: (entry) => {
        this.#history.add(entry)
        this.automatic.note(entry)
      },
    })
    this.automatic = new Automatic({
      ...{ store, workbook, clock, random, startup, isOutOfSight },
      refreshing: this.#refreshing,
      onError: (error) => store.set({ tables: { ...store.state.tables, notice: explain(error) } }),
      onNeedsUser: () => this.#showFailed(),
    })
  }

  get state(): PaneState {
    return this.#store.state
  }

  nowMs(): number {
    return this.#deps.clock.nowMs()
  }

  /** Calls `listener` after every change; returns what ends that. */
  subscribe(listener: () => void): () => void {
    return this.#store.subscribe(listener)
  }

  /** Shows the lists when this device has a session, else the sign-in. Does not wait for what is refreshed by itself. */
  async start(): Promise<void> {
    this.#reachability.start()
    if (!(await this.#deps.client.isSignedIn()) && !(await this.#signIn.silently())) {
      await this.#signIn.show()
      return
    }
    await this.#begin()
  }

  /** Ends everything that goes on by itself. */
  stop(): void {
    this.#reachability.stop()
    this.automatic.stop()
    this.#history.stop()
    this.#tasks.cancelAll()
  }

  /** Signs in with an invitation. */
  signIn(code: string): Promise<void> {
    return this.#signIn.withInvitation(code)
  }

  /** Signs in with an identity provider. */
  signInWith(issuer: string): Promise<void> {
    return this.#signIn.withProvider(issuer)
  }

  async signOut(): Promise<void> {
    this.#tasks.cancelAll()
    await this.#deps.client.signOut()
    const { preferences, history, tables } = this.state
    await this.#signIn.show({ ...startState, preferences, history, tables })
  }

  /** Shows another part of the pane. */
  open(route: Route): void {
    this.#store.set({ route })
  }

  async loadDatasets(): Promise<void> {
    this.#store.set({ datasets: { ...this.state.datasets, state: 'loading' } })
    try {
      const items = await this.#withSession(() => this.#deps.client.datasets())
      this.#reachability.reportFound()
      this.#store.set({ datasets: { state: 'ready', items } })
    } catch (error) {
      if (isUnreachable(error)) this.#reachability.reportLost()
      this.#store.set({ datasets: { ...this.state.datasets, state: 'failed', notice: explain(error) } })
      this.#leaveWhenSignedOut(error)
    }
  }

  /** Reads the links again: tables come and go without the pane, too. */
  loadTables(): Promise<void> {
    return this.#list.load()
  }

  /** Links a copy of a linked table to the same dataset, and refreshes it. */
  async linkCopy(tableId: string): Promise<void> {
    if (await this.#list.linkCopy(tableId)) await this.refresh(tableId)
  }

  /** Writes a dataset as a new table. Does nothing while the same one is being inserted. */
  async insert(dataset: string): Promise<void> {
    const outcome = await this.#tasks.run({
      list: 'inserts',
      key: dataset,
      work: (deps, options) => insertDataset(deps, dataset, plainSettings, options),
      describe: describeInsert,
    })
    if (outcome?.kind === 'done') this.#deps.onRefreshed?.(dataset, outcome.result.link.revision)
    // It may have been the dataset's first pull.
    if (outcome && this.state.screen === 'ready') await this.loadDatasets()
  }

  /** Refreshes a linked table. Does nothing while it is being refreshed. */
  refresh(tableId: string, request?: RefreshRequest): Promise<void> {
    return this.#refreshing.refresh(tableId, request)
  }

  /** Every table, and the cells with functions whose datasets no table is linked to. */
  async refreshAll(): Promise<void> {
    const linked = new Set(this.state.tables.items.map(({ link }) => link.dataset))
    await Promise.all([this.#refreshing.refreshAll(), this.#deps.refreshFigures?.(linked)])
  }

  /** Refreshes every table for the ribbon: the pane may be closed, and opens where the user is needed. */
  async refreshFromRibbon(): Promise<void> {
    if (this.state.screen !== 'ready') {
      await this.#deps.showPane()
      return
    }
    await this.loadTables()
    const held = this.#whenHeld()
    const all = this.refreshAll()
    // A button that waits for the end of an edit, or for the network, would look stuck.
    await Promise.race([all, held.promise])
    held.end()
    const tasks = [...this.state.refreshes.values()]
    if (tasks.some(({ state, outcome }) => state === 'held' || outcome === 'failed')) await this.#showFailed()
  }

  /** Takes away what is shown of a table's last refresh. */
  dismiss(tableId: string): void {
    this.#tasks.dismiss('refreshes', tableId)
  }

  cancel(list: TaskList, key: string): void {
    this.#tasks.cancel(list, key)
  }

  cancelRefreshes(): void {
    this.#tasks.cancelAll('refreshes')
  }

  /** Forgets the link of a table. */
  forget(tableId: string): Promise<void> {
    return this.#list.forget(tableId)
  }

  /** Makes a linked table a plain one: its data stays, and nothing refreshes it any more. */
  unlink(tableId: string): Promise<void> {
    return this.#list.unlink(tableId)
  }

  /** Shows a table in the sheet. */
  show(tableId: string): Promise<void> {
    return this.#list.show(tableId)
  }

  /**
   * Everything that needs a user and a workbook. The tables are shown as soon as they are known; what nobody sees at first comes after
   * them, and what goes on by itself begins with the first user.
   */
  async #begin(): Promise<void> {
    const datasets = this.loadDatasets()
    const user = this.#loadUser()
    await this.loadTables()
    // A session that ended meanwhile has led to the sign-in.
    if (this.state.signInNotice === undefined) this.#store.set({ screen: 'ready' })
    await Promise.all([datasets, user, this.#history.load(), this.automatic.load()])
    if (this.state.screen !== 'ready') return
    const waiting = [...this.state.refreshes].filter(([, { notice }]) => notice?.action === 'sign-in')
    if (waiting.length > 0)
      void this.#refreshing.refreshAll(
        {},
        waiting.map(([id]) => id),
      )
    if (this.#hasBegun) return
    this.#hasBegun = true
    void this.automatic.start()
  }

  async #findLink(known: Link): Promise<Link> {
    const links = await readLinks(this.#workbook)
    return links.find(({ tableId }) => tableId === known.tableId) ?? known
  }

  async #loadUser(): Promise<void> {
    try {
      const { user } = await this.#withSession(() => this.#deps.client.me())
      this.#store.set({ user })
    } catch (error) {
      // The dataset list says what is wrong; only a session that has ended matters here.
      this.#leaveWhenSignedOut(error)
    }
  }

  async #probe(signal: AbortSignal): Promise<boolean> {
    try {
      await this.#deps.client.me(signal)
      return true
    } catch (error) {
      // Whatever else it says, it is there.
      return !isUnreachable(error)
    }
  }

  #onReachable(isReachable: boolean): void {
    this.#store.set({ isOffline: !isReachable })
    const { screen, datasets, user } = this.state
    if (!isReachable || screen !== 'ready') return
    if (datasets.state === 'failed') void this.loadDatasets()
    if (!user) void this.#loadUser()
  }

  /** Resolves when a refresh is held. */
  #whenHeld(): { readonly promise: Promise<undefined>; readonly end: () => void } {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const end = this.#store.subscribe(() => {
      if ([...this.state.refreshes.values()].some(({ state }) => state === 'held')) resolve(undefined)
    })
    return { promise, end }
  }

  /** Opens the pane at the first table that needs the user. */
  async #showFailed(): Promise<void> {
    const needy = [...this.state.refreshes].find(([, { state, outcome }]) => state === 'held' || outcome === 'failed')
    this.#store.set({ route: { name: 'home' }, pointedAt: undefined })
    await this.#deps.showPane()
    this.#store.set({ pointedAt: needy?.[0] })
  }

  /** Does the work again with a new session when the old one has ended and a new one needs no user. */
  async #withSession<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      if (!isSignedOut(error) || !(await this.#signIn.silently())) throw error
      return work()
    }
  }

  #leaveWhenSignedOut(error: unknown): void {
    if (isSignedOut(error)) void this.#signIn.show({ user: undefined, signInNotice: explain(error) })
  }
}
