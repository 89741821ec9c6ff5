// What the pane says of tasks and errors; the words themselves are in texts/.
import { ClientError } from '../client/client-error.ts'
import type { Inserted } from './insert.ts'
import { texts, wording } from './language.ts'
import type { Link } from './links.ts'
import type { Notice, NoticeAction } from './notice.ts'
import type { Progress } from './read-dataset.ts'
import type { Refreshed } from './refresh.ts'
import { isUnreachable, type Hold } from './refreshing/hold.ts'
import type { Overall } from './refreshing/overall.ts'
import { TableError, type TableErrorKind } from './table-error.ts'
import type { Texts } from './texts/en.ts'
import type { TableAccess } from './workbook.ts'
import { WorkbookError, type WorkbookErrorKind } from './workbook-error.ts'

/** `5 minutes ago`, `yesterday`; a date and time when it is more than a week. */
export function describeAge(instant: string, nowMs: number): string {
  const thenMs = Date.parse(instant)
  return Number.isNaN(thenMs) ? '' : wording.age(thenMs, nowMs, texts.pane.justNow)
}

/** What a task is doing. */
export function describeProgress({ phase, done, total }: Progress): string {
  const say = texts.refreshing
  if (phase === 'waiting') return say.askingForData
  if (phase === 'pulling') return say.pulling(done)
  const isReading = phase === 'reading'
  if (total === undefined) return isReading ? say.readingAll : say.writingAll
  const numbers = [wording.number(done), wording.number(total)] as const
  return isReading ? say.reading(...numbers) : say.writing(...numbers)
}

/** The same for those who listen: short, and without numbers that change at every row. */
export function announceProgress({ phase, total }: Progress, percent: number): string {
  const task = texts.refreshing.announce[phase]
  return total === undefined ? task : texts.refreshing.percent(task, percent)
}

/** What a refresh did. `former` is the link before it, to tell which columns have changed. */
export function describeRefresh(refreshed: Refreshed, former: Link): Notice {
  const { removedColumns, orphanedColumns, link } = refreshed
  const say = texts.refreshing
  const types = new Map(former.columns.map(({ name, type }) => [name, type]))
  const added = link.columns.filter(({ name }) => !types.has(name) && !removedColumns.includes(name))
  const retyped = link.columns.filter(({ name, type }) => types.has(name) && types.get(name) !== type)
  const sentences = [describeRows({ ...refreshed, removed: refreshed.deleted })]
  const list = (columns: readonly { readonly name: string }[]): string => wording.list(columns.map(({ name }) => name))
  if (added.length > 0) sentences.push(say.addedColumns(list(added)))
  if (retyped.length > 0) sentences.push(say.retypedColumns(list(retyped)))
  if (removedColumns.length > 0) sentences.push(say.removedColumns(wording.list(removedColumns)))
  if (orphanedColumns.length > 0) sentences.push(say.orphanedColumns(wording.list(orphanedColumns)))
  return { intent: sentences.length === 1 ? 'success' : 'warning', text: sentences.join(' ') }
}

/** `12 rows updated, 1 row added.` */
export function describeRows(rows: {
  readonly changed: number
  readonly added: number
  readonly removed: number
}): string {
  const { changed, added, removed } = rows
  const say = texts.refreshing
  const done = [
    ...(changed > 0 ? [say.updated(changed)] : []),
    ...(added > 0 ? [say.added(added)] : []),
    ...(removed > 0 ? [say.removed(removed)] : []),
  ]
  return done.length === 0 ? say.nothingChanged : `${wording.list(done)}.`
}

/** Why a task does not go on right now, and that it will. */
export function describeHold(hold: Hold, nowMs: number): string {
  const say = texts.refreshing.held
  if (hold.kind === 'cell-edit') return say.cellEdit
  if (hold.kind === 'reachable') return say.reachable
  const seconds = Math.max(1, Math.ceil((hold.untilMs - nowMs) / 1000))
  return hold.kind === 'limited'
    ? say.limited(seconds)
    : `${texts.errors.workbook.busy.split('.')[0]}. ${say.busy(seconds)}`
}

/** How a refresh of several tables ended: `4 refreshed, 1 needs you`. */
export function describeOutcome({ refreshed, failed, cancelled }: Overall): Notice {
  const say = texts.refreshing.outcome
  const parts = [
    ...(refreshed > 0 || failed + cancelled === 0 ? [say.refreshed(refreshed)] : []),
    ...(failed > 0 ? [say.needYou(failed)] : []),
    ...(cancelled > 0 ? [say.cancelled(cancelled)] : []),
  ]
  return { intent: failed > 0 ? 'warning' : 'success', text: wording.list(parts) }
}

/** What a change of a table's choice did. */
export function describeChange(changed: Refreshed): Notice {
  // Columns that came are no news: the user has just chosen them.
  const { intent, text } = describeRefresh(changed, changed.link)
  return { intent, text: `${texts.choosing.changed(changed.link.tableName)} ${text}` }
}

/** What an insert did. */
export function describeInsert({ link, newSheet }: Inserted): Notice {
  const sentences = [texts.choosing.inserted(link.rows, link.tableName)]
  if (newSheet !== undefined) sentences.push(texts.choosing.onNewSheet(newSheet))
  return { intent: 'success', text: sentences.join(' ') }
}

/** An error in plain words, with what helps. */
export function explain(error: unknown): Notice {
  if (error instanceof TableError) return explainTable(error)
  if (error instanceof WorkbookError)
    return { intent: 'error', text: texts.errors.workbook[error.kind], action: 'retry' }
  if (error instanceof ClientError) return explainClient(error)
  return { intent: 'error', text: texts.errors.unexpected, action: 'retry' }
}

/** The same of a linked table: its choice can be changed, and where nobody may give the dataset back, the table can do without it. */
export function explainRefresh(error: unknown): Notice {
  const notice = explain(error)
  const code = error instanceof ClientError ? error.code : undefined
  if (code === 'request-invalid') return { ...notice, action: 'choose' }
  return code === 'dataset-unknown' ? { ...notice, otherActions: ['unlink'] } : notice
}

/** What keeps a table from being changed, where Excel can tell more than that it is so. */
export function explainAccess(access: TableAccess, sheet: string): Notice | undefined {
  const say = texts.errors.access
  if (access.isWorkbookReadOnly) return { intent: 'error', text: say.readOnly, action: 'retry' }
  if (access.isSheetProtected) return { intent: 'error', text: say.sheetProtected(sheet), action: 'retry' }
  return undefined
}

/** Whether the error means that the user has to sign in again. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ClientError && signedOutCodes.has(error.code)
}

const signedOutCodes: ReadonlySet<string> = new Set(['session-required', 'session-expired', 'proof-required'])

/** What helps against each; those that are left out need somebody else. */
const tableActions: Readonly<Partial<Record<TableErrorKind, NoticeAction>>> = {
  'table-gone': 'forget',
  'key-missing': 'retry',
  'columns-missing': 'choose',
  'other-broker': 'unlink',
  'too-many-rows': 'choose',
  'too-many-columns': 'choose',
  'no-room': 'retry',
  'kept-changing': 'retry',
  'filter-cell-gone': 'choose',
  'filter-value': 'retry',
  'filter-column-gone': 'choose',
}

function explainTable({ kind, subject, details }: TableError): Notice {
  const text = texts.errors.table[kind](subject, details)
  const intent = kind === 'table-gone' || kind === 'growth-blocked' ? 'warning' : 'error'
  if (kind === 'growth-blocked') {
    // New columns go beside the table: there nothing can be moved out of the way by itself.
    if (details.obstacle?.isBeside) return { intent, text, action: 'retry' }
    return { intent, text, action: 'grow-insert', otherActions: ['grow-move', 'leave'] }
  }
  const action = tableActions[kind]
  return action ? { intent, text, action } : { intent, text }
}

function explainClient(error: ClientError): Notice {
  if (isSignedOut(error)) return { intent: 'warning', text: texts.signIn.sessionEnded, action: 'sign-in' }
  // Also where somebody else must help: afterwards it is what the user does.
  return { intent: 'error', text: describeClientError(error), action: 'retry' }
}

const restarting: ReadonlySet<string> = new Set(['pull-abandoned', 'egress-missing', 'store-unavailable'])

/** Our words; where an administrator must help, also the broker's, with the request's id by which they find what happened. */
function describeClientError(error: ClientError): string {
  const { code, message, problem } = error
  const say = texts.errors.client
  const known: Readonly<Record<string, string>> = say
  const own = Object.hasOwn(known, code) ? known[code] : undefined
  if (restarting.has(code) || isUnreachable(error)) return code === 'offline' ? say.offline : say.restarting
  if (own !== undefined) return own
  const detail = problem?.requestId === undefined ? message : texts.errors.reference(message, problem.requestId)
  if (code === 'request-invalid') return texts.errors.withDetail(say.choice, detail)
  if (findFailure(error) !== 'source') return texts.errors.withDetail(say.other, detail)
  return texts.errors.withDetail(error.isRetryable ? say.source : say['source-setup'], detail)
}

/** What kind of thing went wrong, for the history. */
export type Failure = keyof Texts['refreshing']['history']['failures']

const tableFailures: Readonly<Partial<Record<TableErrorKind, Failure>>> = {
  'too-many-rows': 'room',
  'too-many-columns': 'room',
  'no-room': 'room',
  'growth-blocked': 'room',
  'filter-cell-gone': 'filter',
  'filter-value': 'filter',
  'filter-column-gone': 'filter',
}
const workbookFailures: Readonly<Partial<Record<WorkbookErrorKind, Failure>>> = {
  'cell-edit': 'editing',
  protected: 'protected',
  gone: 'table',
  'in-the-way': 'room',
}
const clientFailures: Readonly<Record<string, Failure>> = {
  'session-held': 'session',
  'user-inactive': 'access',
  'dataset-unknown': 'access',
  'rate-limited': 'network',
  offline: 'network',
  timeout: 'network',
  protocol: 'network',
  'store-unavailable': 'network',
  internal: 'network',
}

/** The kind of an error; never anything of its message. */
export function findFailure(error: unknown): Failure {
  if (error instanceof TableError) return tableFailures[error.kind] ?? 'table'
  if (error instanceof WorkbookError) return workbookFailures[error.kind] ?? 'excel'
  if (!(error instanceof ClientError)) return 'unexpected'
  if (isSignedOut(error)) return 'session'
  if (Object.hasOwn(clientFailures, error.code)) return clientFailures[error.code] ?? 'network'
  return sourceCode.test(error.code) ? 'source' : 'unexpected'
}

/** What the broker says of sources, their secrets, pulls and columns. */
const sourceCode = /^(?:source|secret|pull|dataset|egress|window|column|key)-/
