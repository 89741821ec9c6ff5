import { openEncryptedDatabase, type DataKey, type EncryptedDatabase } from '../crypto/encrypted-file.ts'
import type { Cell, Column, ColumnType } from '../dataset/column.ts'
import { makeScratch, tableCacheKiB } from './scratch.ts'
import { createTables, digestRow, writeMeta } from './snapshot-file.ts'
import {
  countOf,
  duplicateProblem,
  forgetTombstones,
  lastRowOf,
  sameKey,
  sameTable,
  takeTurns,
  type BuildCounts,
  type DuplicateRule,
  type PreviousSnapshot,
  type TableBuild,
} from './table-build.ts'

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
  readonly previous: PreviousSnapshot | undefined
  readonly duplicates: DuplicateRule
}

const chunkRows = 20_000

/**
 * Writes one snapshot, row by row, comparing each with the previous snapshot on the way: nothing is kept in memory.
 * The first row of a key keeps its place, whichever has the cells.
 */
export class SnapshotBuild implements TableBuild {
  readonly #options: BuildOptions
  readonly #database: EncryptedDatabase
  readonly #upsert: { run(values: unknown[]): { changes: number; lastInsertRowid: number | bigint } }
  readonly #hasKey: { get(key: string): unknown }
  readonly #remove: { run(key: string): { changes: number } }
  /** Whether row digests of the previous snapshot can be compared with these. */
  readonly #isComparable: boolean
  #rows = 0
  /** Rows have gaps where one was taken out again. */
  #lastRow = 0
  #duplicates = 0

  private constructor(options: BuildOptions, database: EncryptedDatabase) {
    this.#options = options
    this.#database = database
    const { previous } = options
    this.#isComparable = previous !== undefined && sameTable(previous.meta, options.key, withTypes(options.columns))
    this.#upsert = database.prepare(upsertSql(options, this.#isComparable))
    this.#hasKey = database.prepare('SELECT 1 FROM main.rows WHERE _key = ?')
    this.#remove = database.prepare('DELETE FROM main.rows WHERE _key = ?')
  }

  /** An empty build in a new file. */
  static open(options: BuildOptions): SnapshotBuild {
    const database = openEncryptedDatabase(options.path, options.dataKey)
    try {
      makeScratch(database, tableCacheKiB)
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

  /** Without a key the row's content names it. */
  add(key: string | undefined, cells: readonly Cell[]): void {
    const digest = digestRow(this.#options.rowSalt, cells)
    if (key !== undefined) {
      if (this.#put(key, digest, cells)) return
      this.#duplicates += 1
      if (this.#options.duplicates === 'fail') throw duplicateProblem(key)
      return
    }
    const name = digest.toString('base64url')
    if (!this.#put(name, digest, cells)) this.#put(`${name}#${this.#nextCopy(name)}`, digest, cells)
  }

  remove(key: string): void {
    this.#rows -= this.#remove.run(key).changes
  }

  settle(): Promise<void> {
    return Promise.resolve()
  }

  async finish(columns: readonly Column[], createdAtMs: number, signal: AbortSignal): Promise<BuildCounts> {
    const { dataset, revision, key, rowSalt, previous } = this.#options
    const isSameTable = previous !== undefined && sameTable(previous.meta, key, columns)
    if (this.#isComparable && !isSameTable) await this.#markAllChanged(signal)
    const isSameKey = previous !== undefined && sameKey(previous.meta, key)
    const deleted = isSameKey ? await this.#addTombstones(signal) : 0
    const changed = countOf(this.#database, 'rows', revision)
    const deltasSince = forgetTombstones(this.#database, isSameKey ? previous.meta.deltasSince : revision)
    const isUnchanged = isSameTable && changed === 0 && deleted === 0
    const counts = { rows: this.#rows, changed, deleted, duplicates: this.#duplicates, isUnchanged }
    if (isUnchanged) return counts
    writeMeta(this.#database, { dataset, revision, columns, key, rows: this.#rows, deltasSince, createdAtMs, rowSalt })
    this.#database.exec('COMMIT')
    return counts
  }

  close(): void {
    this.#database.close()
  }

  /** True when the row was added, false when one of the same key was there. */
  #put(key: string, digest: Buffer, cells: readonly Cell[]): boolean {
    const row = this.#lastRow + 1
    const known = this.#isComparable ? [key, digest] : []
    const result = this.#upsert.run([row, key, digest, ...known, this.#options.revision, ...cells])
    if (result.changes === 0 || result.lastInsertRowid !== row) return false
    this.#lastRow = row
    this.#rows += 1
    return true
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
    for (let after = 0; after < this.#lastRow; after += chunkRows) {
      update.run(this.#options.revision, after, after + chunkRows)
      await takeTurns(signal)
    }
  }

  async #addTombstones(signal: AbortSignal): Promise<number> {
    const { revision } = this.#options
    this.#database.exec(`
      INSERT INTO main.tombstones SELECT _key, _rev FROM previous.tombstones AS old
      WHERE NOT EXISTS (SELECT 1 FROM main.rows AS new WHERE new._key = old._key)`)
    const insert = this.#database.prepare(`
      INSERT INTO main.tombstones SELECT _key, ? FROM previous.rows AS old
      WHERE old._row > ? AND old._row <= ? AND NOT EXISTS (SELECT 1 FROM main.rows AS new WHERE new._key = old._key)`)
    const last = lastRowOf(this.#database, 'previous')
    let deleted = 0
    for (let after = 0; after < last; after += chunkRows) {
      deleted += insert.run(revision, after, after + chunkRows).changes
      await takeTurns(signal)
    }
    return deleted
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
    ON CONFLICT (_key) DO ${options.key.length > 0 && options.duplicates === 'last' ? `UPDATE SET ${updates.join(', ')}` : 'NOTHING'}`
}

function withTypes(columns: BuildOptions['columns']): Column[] {
  return columns.map(({ name, type }) => ({ name, type: type ?? 'text' }))
}
