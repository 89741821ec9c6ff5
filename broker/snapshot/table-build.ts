// What the two ways to make a snapshot have in common: SnapshotBuild writes a table anew, SnapshotMerge changes a copy.
import { scheduler } from 'node:timers/promises'
import type { EncryptedDatabase } from '../crypto/encrypted-file.ts'
import type { Column } from '../dataset/column.ts'
import { quote } from '../dataset/flatten.ts'
import { BrokerError } from '../errors/broker-error.ts'
import type { SnapshotMeta } from './snapshot-file.ts'

/** What a finished build holds, compared with the previous snapshot. */
export interface BuildCounts {
  readonly rows: number
  readonly changed: number
  readonly deleted: number
  /** Rows that gave way to another one of the same key, or were such. */
  readonly duplicates: number
  /** Nothing differs from the previous snapshot: the file need not be kept. */
  readonly isUnchanged: boolean
}

/** A snapshot to compare with. */
export interface PreviousSnapshot {
  readonly path: string
  readonly meta: SnapshotMeta
}

/** Which of two records of one pull with the same key is the row. */
export type DuplicateRule = 'last' | 'first' | 'fail'

/** Above it the oldest are forgotten; who is that far behind reads the whole table again. */
const mostTombstones = 100_000

/** Keeps the newest tombstones, whole revisions of them; returns the oldest revision that can still be caught up from. */
export function forgetTombstones(database: EncryptedDatabase, deltasSince: number): number {
  const newestForgotten = database
    .prepare<[number], number>('SELECT _rev FROM main.tombstones ORDER BY _rev DESC LIMIT 1 OFFSET ?')
    .pluck()
    .get(mostTombstones)
  if (newestForgotten === undefined) return deltasSince
  database.prepare('DELETE FROM main.tombstones WHERE _rev <= ?').run(newestForgotten)
  return Math.max(deltasSince, newestForgotten)
}

/** How many rows changed in `revision`, which the index of changes has. */
export function countChanged(database: EncryptedDatabase, revision: number, indexedAfter: number): number {
  const sql = `SELECT count(*) FROM main.rows WHERE _rev > ${indexedAfter} AND _rev = ?`
  return database.prepare<[number], number>(sql).pluck().get(revision) ?? 0
}

/** The number of a table's last row; 0 when it has none. */
export function lastRowOf(database: EncryptedDatabase, schema: 'main' | 'previous'): number {
  return database.prepare<[], number | null>(`SELECT max(_row) FROM ${schema}.rows`).pluck().get() ?? 0
}

/** Whether rows of both are named by the same columns. */
export function sameKey(meta: SnapshotMeta, key: readonly string[]): boolean {
  return JSON.stringify(meta.key) === JSON.stringify(key)
}

/** Whether rows of both can be compared. */
export function sameTable(meta: SnapshotMeta, key: readonly string[], columns: readonly Column[]): boolean {
  const list = (items: readonly Column[]): string => JSON.stringify(items.map(({ name, type }) => [name, type]))
  return sameKey(meta, key) && list(meta.columns) === list(columns)
}

/** What to throw at a second record of a key where the definition allows none. */
export function duplicateProblem(key: string): BrokerError {
  return new BrokerError(
    'key-invalid',
    `Two records have the key ${quote(key)}, and the definition file says \`duplicates: fail\`. Name a key that tells ` +
      'records apart, or write `duplicates: last`, and apply it.',
  )
}

/** Lets other work have its turn. */
export async function takeTurns(signal: AbortSignal): Promise<void> {
  await scheduler.yield()
  signal.throwIfAborted()
}
