// What the pane knows, as data: the screens show it, the pane replaces it.
import type { DatasetSummary, UserBody } from '../broker/http/contract.ts'
import type { Link } from './links.ts'
import type { Notice } from './messages.ts'
import type { Progress } from './read-dataset.ts'

/** A list that comes from elsewhere. */
export interface Loaded<Item> {
  readonly state: 'loading' | 'ready' | 'failed'
  readonly items: readonly Item[]
  readonly notice?: Notice | undefined
}

/** An insert or a refresh: under way while there is `progress` or it waits, else ended with a notice. */
export interface Task {
  readonly state: 'waiting' | 'running' | 'ended'
  readonly progress?: Progress | undefined
  readonly notice?: Notice | undefined
}

export interface LinkedTable {
  readonly link: Link
  /** The table's name now. */
  readonly name: string
}

/** What the pane shows of itself, once the user is signed in. */
export type Route =
  | { readonly name: 'home' }
  /** Columns and rows: of a new table when there is no `tableId`, else of the linked one. */
  | { readonly name: 'choosing'; readonly dataset: string; readonly tableId?: string }

export interface PaneState {
  readonly screen: 'starting' | 'no-excel' | 'sign-in' | 'ready'
  readonly route: Route
  readonly user: UserBody | undefined
  readonly isSigningIn: boolean
  readonly signInNotice: Notice | undefined
  readonly datasets: Loaded<DatasetSummary>
  readonly tables: Loaded<LinkedTable>
  /** By dataset name for inserts, by table id for refreshes. */
  readonly inserts: ReadonlyMap<string, Task>
  readonly refreshes: ReadonlyMap<string, Task>
}

/** The state before anything is known. */
export const startState: PaneState = {
  screen: 'starting',
  route: { name: 'home' },
  user: undefined,
  isSigningIn: false,
  signInNotice: undefined,
  datasets: { state: 'loading', items: [] },
  tables: { state: 'loading', items: [] },
  inserts: new Map(),
  refreshes: new Map(),
}
