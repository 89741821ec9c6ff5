// What the pane knows, as data: the screens show it, the pane replaces it.
import type { DatasetSummary, UserBody } from '../broker/http/contract.ts'
import type { CopiedTable } from './copied-tables.ts'
import type { Link } from './links.ts'
import type { Notice } from './notice.ts'
import type { Progress } from './read-dataset.ts'
import type { HistoryEntry } from './refreshing/history.ts'
import type { Hold } from './refreshing/hold.ts'
import { noPreferences, type Preferences } from './refreshing/preferences.ts'
import type { Provider } from './sign-in.ts'

/** A list that comes from elsewhere. */
export interface Loaded<Item> {
  readonly state: 'loading' | 'ready' | 'failed'
  readonly items: readonly Item[]
  readonly notice?: Notice | undefined
}

/** An insert or a refresh: waits for its turn, runs, is held until something passes, or has ended with a notice. */
export interface Task {
  readonly state: 'waiting' | 'running' | 'held' | 'ended'
  readonly progress?: Progress | undefined
  readonly hold?: Hold | undefined
  readonly notice?: Notice | undefined
  /** Once it has ended. */
  readonly outcome?: 'done' | 'failed' | 'cancelled'
}

/** A refresh of several tables, under way or the last one. */
export interface RefreshRun {
  readonly tableIds: readonly string[]
  readonly isActive: boolean
}

export interface LinkedTable {
  readonly link: Link
  /** The table's name now. */
  readonly name: string
  /** Whether a filter of Excel hides rows of it. */
  readonly isFiltered: boolean
}

/** What the pane shows of itself, once the user is signed in. */
export type Route =
  | { readonly name: 'home' }
  /** Columns and rows: of a new table when there is no `tableId`, else of the linked one. `part` is what the user came for. */
  | { readonly name: 'choosing'; readonly dataset: string; readonly tableId?: string; readonly part?: 'rows' }
  /** When tables are refreshed by themselves: all, or one. */
  | { readonly name: 'automatic'; readonly tableId?: string }
  | { readonly name: 'history' }

export interface PaneState {
  readonly screen: 'starting' | 'no-excel' | 'sign-in' | 'ready'
  readonly route: Route
  readonly user: UserBody | undefined
  readonly isSigningIn: boolean
  readonly signInNotice: Notice | undefined
  /** The identity providers to sign in with, the best first. */
  readonly providers: readonly Provider[]
  /** The next invitation code links the identity that was just shown. */
  readonly isLinking: boolean
  /** This device keeps no session: the next pane will ask again. */
  readonly asksAgain: boolean
  readonly datasets: Loaded<DatasetSummary>
  readonly tables: Loaded<LinkedTable>
  /** Tables without a link that look like copies of linked ones. */
  readonly copies: readonly CopiedTable[]
  /** The table that was inserted or changed last, which stands first. */
  readonly newest: string | undefined
  /** By dataset name for inserts, by table id for refreshes. */
  readonly inserts: ReadonlyMap<string, Task>
  readonly refreshes: ReadonlyMap<string, Task>
  readonly run: RefreshRun | undefined
  /** When a table was last found to be up to date, by table id; later than its last refresh. */
  readonly checks: ReadonlyMap<string, number>
  /** The table that the pane was opened for. */
  readonly pointedAt: string | undefined
  /** The broker cannot be reached. */
  readonly isOffline: boolean
  /** Excel has been silent for some seconds, as it is while a cell is being edited. */
  readonly isExcelSilent: boolean
  readonly preferences: Preferences
  /** Whether to ask about refreshing when the workbook is opened. */
  readonly asksOnOpen: boolean
  readonly history: readonly HistoryEntry[]
}

/** The state before anything is known. */
export const startState: PaneState = {
  screen: 'starting',
  route: { name: 'home' },
  user: undefined,
  isSigningIn: false,
  signInNotice: undefined,
  providers: [],
  isLinking: false,
  asksAgain: false,
  datasets: { state: 'loading', items: [] },
  tables: { state: 'loading', items: [] },
  copies: [],
  newest: undefined,
  inserts: new Map(),
  refreshes: new Map(),
  run: undefined,
  checks: new Map(),
  pointedAt: undefined,
  isOffline: false,
  isExcelSilent: false,
  preferences: noPreferences,
  asksOnOpen: false,
  history: [],
}
