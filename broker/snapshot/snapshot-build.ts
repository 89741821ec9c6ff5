import { scheduler } from 'node:timers/promises'
import { openEncryptedDatabase, type DataKey, type EncryptedDatabase } from '../crypto/encrypted-file.ts'
import type { Cell, Column, ColumnType } from '../dataset/column.ts'
import { makeScratch } from './scratch.ts'
import { createTables, digestRow, writeMeta, type SnapshotMeta } from './snapshot-file.ts'

export interface BuildOptions {
  /** Where to write: a new file that is nobody else's. */
  readonly path: string
  readonly dataKey: DataKey
  readonly dataset: string
  readonly revision: number
  readonly key: readonly string[]
  /** In table order; a type is undefined while no value has told it. */
  readonly columns: readonly { readonly name: string; readonly type: ColumnType | undefined }[]
  readonly rowSalt: string
  /** The snapshot to compare with. */
  readonly previous: { readonly path: string; readonly meta: SnapshotMeta } | undefined
}

/** What a finished build holds, compared with the previous snapshot. */
export interface BuildCounts {
  readonly rows: number
  readonly changed: number
  readonly deleted: number
  /** Rows that gave way to a later one of the same key. */
  readonly duplicates: number
  /** Nothing differs from the previous snapshot: the file need not be kept. */
  readonly isUnchanged: boolean
}

const chunkRows = 20_000
/** Above it the oldest are forgotten; who is that far behind reads the whole table again. */
const mostTombstones = 100_000

/**
 * Writes one snapshot, row by row, comparing each with the previous snapshot on the way: nothing is kept in memory.
 * The first row of a key keeps its place, the last one its cells.
 */
export class SnapshotBuild {
  readonly #options: BuildOptions
  readonly #database: EncryptedDatabase
  readonly #upsert: { run(values: unknown[]): { changes: number; lastInsertRowid: number | bigint } }
  readonly #hasKey: { get(key: string): unknown }
  /** Whether row digests of the previous snapshot can be compared with these. */
  readonly #isComparable: boolean
  #rows = 0
  #duplicates = 0

  private constructor(options: BuildOptions, database: EncryptedDatabase) {
    this.#options = options
    this.#database = database
    const { previous } = options
    this.#isComparable = previous !== undefined && sameTable(previous.meta, options.key, withTypes(options.columns))
    this.#upsert = database.prepare(upsertSql(options, this.#isComparable))
    this.#hasKey = database.prepare('SELECT 1 FROM main.rows WHERE _key = ?')
  }

  /** An empty build in a new file. */
  static open(options: BuildOptions): SnapshotBuild {
    const database = openEncryptedDatabase(options.path, options.dataKey)
    try {
      makeScratch(database)
      createTables(
        database,
        options.columns.map(({ type }) => type),
      )
      // Without a KEY clause the attached file is opened with the same key as this one.
      if (options.previous) database.prepare('ATTACH DATABASE ? AS previous').run(options.previous.path)
      database.exec('BEGIN')
      return new SnapshotBuild(options, database)
    } catch (error) {
      database.close()
      throw error
    }
  }

  /** Adds a row, or replaces the cells of the row with the same key. Without a key the row's content names it. */
  add(key: string | undefined, cells: readonly Cell[]): void {
    const digest = digestRow(this.#options.rowSalt, cells)
    const row = this.#rows + 1
    if (key !== undefined) {
      if (this.#put(row, key, digest, cells)) this.#rows = row
      else this.#duplicates += 1
      return
    }
    const name = digest.toString('base64url')
    if (!this.#put(row, name, digest, cells)) this.#put(row, `${name}#${this.#nextCopy(name)}`, digest, cells)
    this.#rows = row
  }

  /**
   * Ends the file: what is deleted, what is remembered as deleted, and what the snapshot says of itself. `columns` are the final ones;
   * they differ from the options' where types were not known.
   */
  async finish(columns: readonly Column[], createdAtMs: number, signal: AbortSignal): Promise<BuildCounts> {
    const { dataset, revision, key, rowSalt, previous } = this.#options
    const isSameTable = previous !== undefined && sameTable(previous.meta, key, columns)
    if (this.#isComparable && !isSameTable) await this.#markAllChanged(signal)
    const isSameKey = previous !== undefined && sameKey(previous.meta, key)
    const deleted = previous && isSameKey ? await this.#addTombstones(previous.meta.rows, signal) : 0
    const changed = this.#count('SELECT count(*) FROM main.rows WHERE _rev = ?', revision)
    const deltasSince = this.#forgetTombstones(previous && isSameKey ? previous.meta.deltasSince : revision)
    const isUnchanged = isSameTable && changed === 0 && deleted === 0
    const counts = { rows: this.#rows, changed, deleted, duplicates: this.#duplicates, isUnchanged }
    if (isUnchanged) return counts
    writeMeta(this.#database, { dataset, revision, columns, key, rows: this.#rows, deltasSince, createdAtMs, rowSalt })
    this.#database.exec('COMMIT')
    return counts
  }

  /** Closes the file, finished or not. */
  close(): void {
    this.#database.close()
  }

  /** True when the row was added, false when one of the same key was there. */
  #put(row: number, key: string, digest: Buffer, cells: readonly Cell[]): boolean {
    const known = this.#isComparable ? [key, digest] : []
    const result = this.#upsert.run([row, key, digest, ...known, this.#options.revision, ...cells])
    return result.changes > 0 && result.lastInsertRowid === row
  }

  /** The lowest free number of equal rows: they are numbered without gaps, so it is found by doubling and halving. */
  #nextCopy(name: string): number {
    const isTaken = (copy: number): boolean => this.#hasKey.get(`${name}#${copy}`) !== undefined
    let free = 2
    while (isTaken(free)) free *= 2
    let taken = free / 2
    while (free - taken > 1) {
      const middle = Math.floor((free + taken) / 2)
      if (isTaken(middle)) taken = middle
      else free = middle
    }
    return free
  }

  async #markAllChanged(signal: AbortSignal): Promise<void> {
    const update = this.#database.prepare('UPDATE main.rows SET _rev = ? WHERE _row > ? AND _row <= ?')
    for (let after = 0; after < this.#rows; after += chunkRows) {
      update.run(this.#options.revision, after, after + chunkRows)
      await takeTurns(signal)
    }
  }

  async #addTombstones(previousRows: number, signal: AbortSignal): Promise<number> {
    const { revision } = this.#options
    this.#database.exec(`
      INSERT INTO main.tombstones SELECT _key, _rev FROM previous.tombstones AS old
      WHERE NOT EXISTS (SELECT 1 FROM main.rows AS new WHERE new._key = old._key)`)
    const insert = this.#database.prepare(`
      INSERT INTO main.tombstones SELECT _key, ? FROM previous.rows AS old
      WHERE old._row > ? AND old._row <= ? AND NOT EXISTS (SELECT 1 FROM main.rows AS new WHERE new._key = old._key)`)
    let deleted = 0
    for (let after = 0; after < previousRows; after += chunkRows) {
      deleted += insert.run(revision, after, after + chunkRows).changes
      await takeTurns(signal)
    }
    return deleted
  }

  /** Keeps the newest tombstones, whole revisions of them; returns the oldest revision that can still be caught up from. */
  #forgetTombstones(deltasSince: number): number {
    const newestForgotten = this.#database
      .prepare<[number], number>('SELECT _rev FROM main.tombstones ORDER BY _rev DESC LIMIT 1 OFFSET ?')
      .pluck()
      .get(mostTombstones)
    if (newestForgotten === undefined) return deltasSince
    this.#database.prepare('DELETE FROM main.tombstones WHERE _rev <= ?').run(newestForgotten)
    return Math.max(deltasSince, newestForgotten)
  }

  #count(sql: string, value: number): number {
    return this.#database.prepare<[number], number>(sql).pluck().get(value) ?? 0
  }
}

function upsertSql(options: BuildOptions, isComparable: boolean): string {
  const names = options.columns.map((_, index) => `c${index}`)
  // An equal row keeps the revision that last changed it.
  const rev = isComparable ? 'coalesce((SELECT _rev FROM previous.rows WHERE _key = ? AND _hash = ?), ?)' : '?'
  const updates = ['_rev', '_hash', ...names].map((name) => `${name} = excluded.${name}`)
  return `
    INSERT INTO main.rows (${['_row', '_key', '_hash', '_rev', ...names].join(', ')})
    VALUES (?, ?, ?, ${[rev, ...names.map(() => '?')].join(', ')})
    ON CONFLICT (_key) DO ${options.key.length > 0 ? `UPDATE SET ${updates.join(', ')}` : 'NOTHING'}`
}

function withTypes(columns: BuildOptions['columns']): Column[] {
  return columns.map(({ name, type }) => ({ name, type: type ?? 'text' }))
}

function sameKey(meta: SnapshotMeta, key: readonly string[]): boolean {
  return JSON.stringify(meta.key) === JSON.stringify(key)
}

function sameTable(meta: SnapshotMeta, key: readonly string[], columns: readonly Column[]): boolean {
  const list = (items: readonly Column[]): string => JSON.stringify(items.map(({ name, type }) => [name, type]))
  return sameKey(meta, key) && list(meta.columns) === list(columns)
}

async function takeTurns(signal: AbortSignal): Promise<void> {
  await scheduler.yield()
  signal.throwIfAborted()
}
