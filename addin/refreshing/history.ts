// The last refreshes of this workbook, kept in the workbook: who opens it sees what happened to its tables. No row content, no
// messages of others: names and numbers only.
import type { Workbook } from '../workbook.ts'
import { asRecord, readNote, writeNote } from './note.ts'

export const historyNamespace = 'urn:sheetbroker:history:1'

/** What set a refresh off: a user's click, the opening of the workbook, its interval, or a cell that a filter follows. */
export type Trigger = 'user' | 'open' | 'interval' | 'cell'

export interface HistoryEntry {
  /** When it ended; RFC 3339. */
  readonly at: string
  readonly tableId: string
  readonly table: string
  readonly person: string
  readonly trigger: Trigger
  readonly outcome: 'done' | 'failed' | 'cancelled'
  readonly changed: number
  readonly added: number
  readonly removed: number
  readonly durationMs: number
  /** What went wrong, such as `client:offline`; empty when nothing did. */
  readonly failure: string
}

const mostEntries = 50
const longestText = 120
const triggers: ReadonlySet<unknown> = new Set<Trigger>(['user', 'open', 'interval', 'cell'])
const outcomes: ReadonlySet<unknown> = new Set<HistoryEntry['outcome']>(['done', 'failed', 'cancelled'])

/** Whether the refresh found nothing to do. */
export function isIdle({ outcome, changed, added, removed }: HistoryEntry): boolean {
  return outcome === 'done' && changed + added + removed === 0
}

/**
 * The history with one more entry, newest first. Refreshes by interval that say the same as the one before of the table, "nothing to
 * do" or an error, replace it, so that a night of them does not push out what matters.
 */
export function addEntry(history: readonly HistoryEntry[], entry: HistoryEntry): readonly HistoryEntry[] {
  const last = history.find(({ tableId }) => tableId === entry.tableId)
  const others = last && saysTheSame(last, entry) ? history.filter((each) => each !== last) : history
  return [shorten(entry), ...others].slice(0, mostEntries)
}

function saysTheSame(former: HistoryEntry, entry: HistoryEntry): boolean {
  if (former.trigger !== 'interval' || entry.trigger !== 'interval') return false
  if (former.outcome !== entry.outcome || former.failure !== entry.failure) return false
  return entry.outcome !== 'done' || (isIdle(former) && isIdle(entry))
}

/** The workbook's history, newest first; entries that cannot be read are left out. */
export async function readHistory(workbook: Workbook): Promise<readonly HistoryEntry[]> {
  const { entries } = asRecord(await readNote(workbook, historyNamespace))
  return Array.isArray(entries) ? entries.flatMap(parseEntry).slice(0, mostEntries) : []
}

export async function writeHistory(workbook: Workbook, entries: readonly HistoryEntry[]): Promise<void> {
  await writeNote(workbook, historyNamespace, { entries })
}

function shorten(entry: HistoryEntry): HistoryEntry {
  const { table, person, failure } = entry
  return {
    ...entry,
    table: table.slice(0, longestText),
    person: person.slice(0, longestText),
    failure: failure.slice(0, longestText),
  }
}

function parseEntry(value: unknown): HistoryEntry[] {
  const record = asRecord(value)
  const text = (name: string): string => (typeof record[name] === 'string' ? record[name].slice(0, longestText) : '')
  const count = (name: string): number => Math.max(0, Number(record[name]) || 0)
  const { trigger, outcome } = record
  if (Number.isNaN(Date.parse(text('at'))) || !isTrigger(trigger) || !isOutcome(outcome)) return []
  return [
    {
      at: text('at'),
      tableId: text('tableId'),
      table: text('table'),
      person: text('person'),
      trigger,
      outcome,
      changed: count('changed'),
      added: count('added'),
      removed: count('removed'),
      durationMs: count('durationMs'),
      failure: text('failure'),
    },
  ]
}

function isTrigger(value: unknown): value is Trigger {
  return triggers.has(value)
}

function isOutcome(value: unknown): value is HistoryEntry['outcome'] {
  return outcomes.has(value)
}
