// What the pane says of tasks and errors; the words themselves are in texts/.
import { ClientError } from '../client/client-error.ts'
import type { Inserted } from './insert.ts'
import { texts, wording } from './language.ts'
import type { Progress } from './read-dataset.ts'
import type { Refreshed } from './refresh.ts'
import { TableError } from './table-error.ts'
import { WorkbookError } from './workbook-error.ts'

/** The one action that helps. */
export type NoticeAction = 'retry' | 'sign-in' | 'forget'

/** Something the user is to know. */
export interface Notice {
  readonly intent: 'success' | 'info' | 'warning' | 'error'
  readonly text: string
  readonly action?: NoticeAction
}

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

/** What a refresh did. */
export function describeRefresh(refreshed: Refreshed): Notice {
  const { changed, deleted, added, removedColumns, orphanedColumns } = refreshed
  const say = texts.refreshing
  const done = [
    ...(changed > 0 ? [say.updated(changed)] : []),
    ...(added > 0 ? [say.added(added)] : []),
    ...(deleted > 0 ? [say.removed(deleted)] : []),
  ]
  const sentences = [done.length === 0 ? say.nothingChanged : `${wording.list(done)}.`]
  if (removedColumns.length > 0) sentences.push(say.removedColumns(wording.list(removedColumns)))
  if (orphanedColumns.length > 0) sentences.push(say.orphanedColumns(wording.list(orphanedColumns)))
  const isPlain = removedColumns.length + orphanedColumns.length === 0
  return { intent: isPlain ? 'success' : 'warning', text: sentences.join(' ') }
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

/** Whether the error means that the user has to sign in again. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ClientError && signedOutCodes.has(error.code)
}

const signedOutCodes = new Set(['session-required', 'session-expired', 'proof-required', 'user-inactive'])

function explainTable({ kind, subject }: TableError): Notice {
  const text = texts.errors.table[kind](subject)
  if (kind === 'table-gone') return { intent: 'warning', text, action: 'forget' }
  const canRetry = kind === 'no-room' || kind === 'kept-changing' || kind === 'key-missing'
  return canRetry ? { intent: 'error', text, action: 'retry' } : { intent: 'error', text }
}

function explainClient(error: ClientError): Notice {
  if (isSignedOut(error)) return { intent: 'warning', text: texts.signIn.sessionEnded, action: 'sign-in' }
  const canRetry = error.isRetryable || error.code === 'pull-cancelled'
  const notice: Notice = { intent: 'error', text: describeClientError(error) }
  return canRetry ? { ...notice, action: 'retry' } : notice
}

/** Our words, or the broker's with the request's id, by which an administrator finds what happened. */
function describeClientError({ code, message, problem }: ClientError): string {
  const known: Readonly<Record<string, string>> = texts.errors.client
  const text = Object.hasOwn(known, code) ? known[code] : undefined
  if (text !== undefined) return text
  return problem?.requestId === undefined ? message : texts.errors.reference(message, problem.requestId)
}
