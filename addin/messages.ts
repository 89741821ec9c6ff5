// Everything the pane says, in one place.
import { ClientError } from '../client/client-error.ts'
import type { Inserted } from './insert.ts'
import type { Progress } from './read-dataset.ts'
import type { Refreshed } from './refresh.ts'
import { TableError, type TableErrorKind } from './table-error.ts'
import { WorkbookError, type WorkbookErrorKind } from './workbook-error.ts'

/** The one action that helps. */
export type NoticeAction = 'retry' | 'sign-in' | 'forget'

/** Something the user is to know. */
export interface Notice {
  readonly intent: 'success' | 'info' | 'warning' | 'error'
  readonly text: string
  readonly action?: NoticeAction
}

const locale = 'en'
const plural = new Intl.PluralRules(locale)
const number = new Intl.NumberFormat(locale)
const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
const exact = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })

export const texts = {
  product: 'Sheetbroker',
  starting: 'Connecting to Excel…',
  stillStarting: 'Excel has not answered yet. Close this pane and open it again from the ribbon.',
  noExcel: 'This page is an Excel add-in. Open it in Excel: Home, Sheetbroker.',
  signInTitle: 'Sign in',
  signInHelp: 'Type the invitation code that you got from your administrator. You do this once on each device.',
  codeLabel: 'Invitation code',
  codeIncomplete: 'A code has 16 letters and digits, in four groups of four.',
  signIn: 'Sign in',
  signingIn: 'Signing in…',
  signOut: 'Sign out',
  signedInAs: (name: string) => `Signed in as ${name}`,
  tables: 'Tables in this workbook',
  noTables: 'No table here is linked yet. Select a cell and insert a dataset from the list below.',
  datasets: 'Datasets',
  noDatasets: 'You may not read any dataset yet. Ask your administrator for access.',
  loading: 'Loading…',
  refresh: 'Refresh',
  refreshAll: 'Refresh all',
  refreshTable: (table: string) => `Refresh ${table}`,
  insert: 'Insert',
  insertDataset: (title: string) => `Insert ${title} as a table`,
  show: (table: string) => `Show ${table}`,
  cancel: 'Cancel',
  cancelTask: (name: string) => `Cancel ${name}`,
  retry: 'Try again',
  forget: 'Forget this link',
  incomplete: 'Incomplete',
  incompleteHelp: 'The last refresh did not finish, so some rows may be old. Refresh to make the table whole.',
  notPulled: 'not pulled yet',
  cancelled: 'Cancelled. The table is as it was.',
  cancelledMidway: 'Cancelled midway. Refresh to make the table whole.',
  waiting: 'Waiting for its turn…',
} as const

/** `1 row`, `12,000 rows`. */
export function countRows(count: number): string {
  return `${number.format(count)} ${plural.select(count) === 'one' ? 'row' : 'rows'}`
}

/** `5 minutes ago`, `yesterday`; a date and time when it is more than a week. */
export function describeAge(instant: string, nowMs: number): string {
  const thenMs = Date.parse(instant)
  if (Number.isNaN(thenMs)) return ''
  const seconds = Math.min(0, Math.round((thenMs - nowMs) / 1000))
  if (seconds > -45) return 'just now'
  if (seconds > -3_600) return relative.format(Math.round(seconds / 60), 'minute')
  if (seconds > -86_400) return relative.format(Math.round(seconds / 3_600), 'hour')
  if (seconds > -7 * 86_400) return relative.format(Math.round(seconds / 86_400), 'day')
  return exact.format(thenMs)
}

/** What a task is doing. */
export function describeProgress({ phase, done, total }: Progress): string {
  if (phase === 'waiting') return 'Asking for fresh data…'
  if (phase === 'pulling') return `The source is being read: ${countRows(done)} so far`
  const verb = phase === 'reading' ? 'Loading' : 'Writing'
  if (total === undefined) return `${verb}…`
  return `${verb} row ${number.format(done)} of ${number.format(total)}`
}

/** The same for those who listen: short, and without numbers that change at every row. */
export function announceProgress({ phase, total }: Progress, percent: number): string {
  const share = total === undefined ? '' : `, ${percent} percent`
  return `${announcements[phase]}${share}`
}

const announcements: Readonly<Record<Progress['phase'], string>> = {
  waiting: 'Waiting for the broker',
  pulling: 'Reading the source',
  reading: 'Loading rows',
  writing: 'Writing rows',
}

/** What a refresh did. */
export function describeRefresh(refreshed: Refreshed): Notice {
  const { changed, deleted, added, removedColumns, orphanedColumns } = refreshed
  const parts = [
    [changed, 'updated'],
    [added, 'added'],
    [deleted, 'removed'],
  ] as const
  const done = parts.filter(([count]) => count > 0).map(([count, verb]) => `${countRows(count)} ${verb}`)
  const sentences = [done.length === 0 ? 'Nothing has changed.' : `${done.join(', ')}.`]
  if (removedColumns.length > 0) {
    sentences.push(`Not refreshed, because removed from the table: ${removedColumns.join(', ')}.`)
  }
  if (orphanedColumns.length > 0) {
    sentences.push(`No longer in the dataset, left as they were: ${orphanedColumns.join(', ')}.`)
  }
  const isPlain = removedColumns.length + orphanedColumns.length === 0
  return { intent: isPlain ? 'success' : 'warning', text: sentences.join(' ') }
}

/** What an insert did. */
export function describeInsert({ link, newSheet }: Inserted): Notice {
  const where =
    newSheet === undefined ? '' : ` The selected place was not empty, so it is on the new sheet “${newSheet}”.`
  return { intent: 'success', text: `${countRows(link.rows)} inserted as ${link.tableName}.${where}` }
}

/** An error in plain words, with what helps. */
export function explain(error: unknown): Notice {
  if (error instanceof TableError) return explainTable(error)
  if (error instanceof WorkbookError) return { intent: 'error', text: workbookTexts[error.kind], action: 'retry' }
  if (error instanceof ClientError) return explainClient(error)
  return { intent: 'error', text: 'Something unexpected went wrong in the add-in. Try again.', action: 'retry' }
}

/** Whether the error means that the user has to sign in again. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ClientError && signedOutCodes.has(error.code)
}

const signedOutCodes = new Set(['session-required', 'session-expired', 'proof-required', 'user-inactive'])

const tableTexts: Readonly<Record<TableErrorKind, (subject: string) => string>> = {
  'table-gone': (table) => `The table ${table} is no longer in this workbook. Undo its deletion, or forget the link.`,
  'key-missing': (column) =>
    `The column ${column} was removed, but it tells the rows apart. Undo that, or insert the dataset again.`,
  'columns-missing': (title) => `There is no column of ${title} to fill.`,
  'too-many-rows': (rows) =>
    `${countRows(Number(rows))} do not fit here: a sheet has 1,048,576 rows. Ask your administrator for a smaller dataset.`,
  'too-many-columns': (columns) => `${columns} columns do not fit: a sheet has 16,384.`,
  'no-room': (table) =>
    `There is no room for ${table}: another table or merged cells beside or below it cannot move. Move them, then try again.`,
  'kept-changing': (table) => `${table} was changed while it was being refreshed. Try again when nobody edits it.`,
  'other-broker': (url) => `This table comes from ${url}. Open it with the add-in of that address.`,
}

function explainTable({ kind, subject }: TableError): Notice {
  const text = tableTexts[kind](subject)
  if (kind === 'table-gone') return { intent: 'warning', text, action: 'forget' }
  const canRetry = kind === 'no-room' || kind === 'kept-changing' || kind === 'key-missing'
  return canRetry ? { intent: 'error', text, action: 'retry' } : { intent: 'error', text }
}

const workbookTexts: Readonly<Record<WorkbookErrorKind, string>> = {
  'cell-edit': 'A cell is being edited. Press Enter or Esc in the sheet, then try again.',
  'too-large': 'Excel cannot take so much at once, even in small pieces. Try again, or choose fewer columns.',
  protected:
    'The sheet or workbook is protected or read-only. Remove the protection (Review, Unprotect), then try again.',
  gone: 'The table or sheet is no longer there. Undo its deletion, then try again.',
  'in-the-way': 'Another table or merged cells are in the way. Move them, then try again.',
  busy: 'Excel is busy or has lost its connection. Wait a moment, then try again.',
  other: 'Excel refused the change. Undo recent changes to the table, then try again.',
}

const clientTexts: Readonly<Record<string, string>> = {
  offline: 'The broker cannot be reached. Check your connection, then try again.',
  timeout: 'The broker did not answer in time. Try again.',
  'invitation-invalid': 'This code is not valid. Check it letter by letter; a code works once and only for some days.',
  'session-held': 'Your session is on hold for security. Ask your administrator.',
  'dataset-unknown': 'You may no longer read this dataset, or it is gone. Ask your administrator.',
  'dataset-empty': 'This dataset has not been pulled yet. Try again in a moment.',
  'pull-cancelled': 'The pull was cancelled. Try again.',
  'rate-limited': 'Too many requests at once. Wait a minute, then try again.',
}

const signedOutNotice: Notice = {
  intent: 'warning',
  text: 'Your session has ended. Sign in with a new invitation code.',
  action: 'sign-in',
}

function explainClient(error: ClientError): Notice {
  if (isSignedOut(error)) return signedOutNotice
  const text = clientTexts[error.code] ?? error.message
  const canRetry = error.isRetryable || error.code === 'pull-cancelled'
  const notice: Notice = { intent: 'error', text: withRequest(text, error) }
  return canRetry ? { ...notice, action: 'retry' } : notice
}

/** The request's id lets an administrator find what happened. */
function withRequest(text: string, { problem, code }: ClientError): string {
  return problem?.requestId !== undefined && clientTexts[code] === undefined
    ? `${text} (Reference: ${problem.requestId})`
    : text
}
