import { constants, copyFile } from 'node:fs/promises'
import { openEncryptedDatabase, type DataKey, type EncryptedDatabase } from '../crypto/encrypted-file.ts'
import type { Cell, Column } from '../dataset/column.ts'
import { makeScratch, tableCacheKiB } from './scratch.ts'
import { insertRowSql, sameCellsSql } from './row-sql.ts'
import { writeMeta } from './snapshot-file.ts'
import {
  countChanged,
  duplicateProblem,
  forgetTombstones,
  lastRowOf,
  type BuildCounts,
  type DuplicateRule,
  type PreviousSnapshot,
} from './table-build.ts'

export interface MergeOptions {
  /** Where to write: an empty file that is nobody else's. */
  readonly path: string
  readonly dataKey: DataKey
  readonly revision: number
  readonly previous: PreviousSnapshot
  readonly duplicates: DuplicateRule
}

/** A row as it is to be, or the key of one that is to go. */
interface Change {
  readonly key: string
  readonly cells: readonly Cell[] | undefined
}

/**
 * Makes a snapshot of the previous one and of the rows that have changed since, by key; the table has one, and the same columns. The copy
 * is made at the first row that differs: most incremental pulls find none.
 */
export class SnapshotMerge {
  readonly #options: MergeOptions
  readonly #original: EncryptedDatabase
  /** Whether there is a row of a key, and whether it has these cells. */
  readonly #hasRow: { get(key: string): unknown }
  readonly #hasSame: { get(values: unknown[]): unknown }
  readonly #seen = new Set<string>()
  #changes: Change[] = []
  #copy: Copy | undefined
  #duplicates = 0

  private constructor(options: MergeOptions, original: EncryptedDatabase) {
    this.#options = options
    this.#original = original
    const names = cellNames(options)
    this.#hasRow = original.prepare('SELECT 1 FROM rows WHERE _key = ?')
    this.#hasSame = original.prepare(`
      SELECT 1 FROM (SELECT ${['_key', ...names].map((name) => `? AS ${name}`).join(', ')}) AS new
      JOIN rows AS old ON old._key = new._key WHERE ${sameCellsSql(names, 'old.', 'new.')}`)
  }

  /** A merge that changes nothing so far. */
  static open(options: MergeOptions): SnapshotMerge {
    return new SnapshotMerge(options, openEncryptedDatabase(options.previous.path, options.dataKey, { readonly: true }))
  }

  /** Adds a row, or does with the row of the same key what the rule for duplicates says. */
  add(key: string | undefined, cells: readonly Cell[]): void {
    if (key === undefined) throw new TypeError('Rows without a key cannot be merged.')
    if (!this.#isOverruled(key)) this.#changes.push({ key, cells })
  }

  /** Takes out the row of this key, if there is one, unless the rule for duplicates says otherwise. */
  remove(key: string): void {
    if (this.#options.duplicates === 'last' || !this.#isOverruled(key)) this.#changes.push({ key, cells: undefined })
  }

  /** To be awaited after every batch of rows. */
  async settle(): Promise<void> {
    const changes = this.#changes
    this.#changes = []
    if (!this.#copy && !changes.some((change) => this.#differs(change))) return
    this.#copy ??= await Copy.make(this.#options)
    for (const change of changes) {
      if (change.cells) this.#copy.put(change.key, change.cells)
      else this.#copy.remove(change.key)
    }
  }

  /** Ends the file, unless nothing has changed: then there is none. */
  async finish(columns: readonly Column[], createdAtMs: number): Promise<BuildCounts> {
    await this.settle()
    const duplicates = this.#duplicates
    if (this.#copy) return { ...this.#copy.finish(columns, createdAtMs), duplicates }
    return { rows: this.#options.previous.meta.rows, changed: 0, deleted: 0, duplicates, isUnchanged: true }
  }

  /** Closes the files, finished or not. */
  close(): void {
    this.#original.close()
    this.#copy?.close()
  }

  /** Whether an earlier record of the same key counts; from here on there is one. */
  #isOverruled(key: string): boolean {
    const { duplicates } = this.#options
    if (this.#seen.has(key)) {
      this.#duplicates += 1
      if (duplicates === 'fail') throw duplicateProblem(key)
      return duplicates === 'first'
    }
    this.#seen.add(key)
    return false
  }

  #differs({ key, cells }: Change): boolean {
    if (!cells) return this.#hasRow.get(key) !== undefined
    return this.#hasSame.get([key, ...cells]) === undefined
  }
}

/** A copy of the previous snapshot that takes changes. */
class Copy {
  readonly #options: MergeOptions
  readonly #database: EncryptedDatabase
  readonly #upsert: { run(values: unknown[]): { changes: number; lastInsertRowid: number | bigint } }
  readonly #delete: { run(key: string): unknown }
  readonly #remember: { run(revision: number, key: string): unknown }
  #lastRow: number

  private constructor(options: MergeOptions, database: EncryptedDatabase) {
    this.#options = options
    this.#database = database
    const values = options.previous.meta.columns.map(() => '?')
    // A row that is again as it was keeps the revision that it had.
    const sql = insertRowSql({ values, sameBy: 'cells', onSameKey: 'replace different' })
    this.#upsert = database.prepare(sql)
    this.#delete = database.prepare('DELETE FROM main.rows WHERE _key = ?')
    // Readers know of a row only what an earlier snapshot had.
    this.#remember = database.prepare(`
      INSERT INTO main.tombstones SELECT _key, ? FROM previous.rows WHERE _key = ?
      ON CONFLICT (_key) DO UPDATE SET _rev = excluded._rev`)
    this.#lastRow = lastRowOf(database, 'main')
  }

  static async make(options: MergeOptions): Promise<Copy> {
    // File systems that can share blocks between files do so.
    await copyFile(options.previous.path, options.path, constants.COPYFILE_FICLONE)
    const database = openEncryptedDatabase(options.path, options.dataKey)
    try {
      makeScratch(database, tableCacheKiB)
      database.prepare('ATTACH DATABASE ? AS previous').run(options.previous.path)
      database.exec('BEGIN')
      return new Copy(options, database)
    } catch (error) {
      database.close()
      throw error
    }
  }

  put(key: string, cells: readonly Cell[]): void {
    const row = this.#lastRow + 1
    const result = this.#upsert.run([row, key, this.#options.revision, ...cells])
    if (result.changes > 0 && result.lastInsertRowid === row) this.#lastRow = row
  }

  remove(key: string): void {
    this.#delete.run(key)
    this.#remember.run(this.#options.revision, key)
  }

  finish(columns: readonly Column[], createdAtMs: number): Omit<BuildCounts, 'duplicates'> {
    const database = this.#database
    const { revision, previous } = this.#options
    database.exec(`
      DELETE FROM main.tombstones AS gone WHERE EXISTS (SELECT 1 FROM main.rows AS back WHERE back._key = gone._key)`)
    const rows = database.prepare<[], number>('SELECT count(*) FROM main.rows').pluck().get() ?? 0
    const changed = countChanged(database, revision, previous.meta.indexedAfter ?? 0)
    const deleted = countOfTombstones(database, revision)
    const isUnchanged = changed === 0 && deleted === 0
    if (!isUnchanged) {
      const deltasSince = forgetTombstones(database, previous.meta.deltasSince)
      database.exec('DELETE FROM main.meta')
      writeMeta(database, { ...previous.meta, revision, columns, rows, deltasSince, createdAtMs })
      database.exec('COMMIT')
    }
    return { rows, changed, deleted, isUnchanged }
  }

  close(): void {
    this.#database.close()
  }
}

function countOfTombstones(database: EncryptedDatabase, revision: number): number {
  const count = database.prepare<[number], number>('SELECT count(*) FROM main.tombstones WHERE _rev = ?').pluck()
  return count.get(revision) ?? 0
}

function cellNames({ previous }: MergeOptions): string[] {
  return previous.meta.columns.map((_, index) => `c${index}`)
}
