import { openEncryptedDatabase, type DataKey, type EncryptedDatabase } from '../crypto/encrypted-file.ts'
import type { Cell, Column, ColumnType } from '../dataset/column.ts'
import { makeScratch, tableCacheKiB } from './scratch.ts'
import { insertRowsSql, insertRowSql } from './row-sql.ts'
import { cellColumn, createTables, digestRow, writeMeta } from './snapshot-file.ts'
import {
  countChanged,
  duplicateProblem,
  forgetTombstones,
  lastRowOf,
  sameKey,
  sameTable,
  takeTurns,
  type BuildCounts,
  type DuplicateRule,
  type PreviousSnapshot,
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

/** Each page is encrypted for itself, and read and written as a whole: fewer cost less, in whatever order keys come. */
const pageBytes = 16_384
const chunkRows = 20_000
/** So many rows at once cost less than one by one; more gain nothing. */
const rowsAtOnce = 8

/** Takes values one by one: out of a list the driver reads each at several times the cost. */
type Insert = { run(...values: unknown[]): { changes: number; lastInsertRowid: number | bigint } }

interface BuildColumn {
  readonly type: ColumnType | undefined
  /** SQLite was not told the type when it made the column. */
  readonly isLate: boolean
}

/**
 * Writes one snapshot, row by row, comparing each with the previous snapshot on the way: nothing is kept in memory.
 * The first row of a key keeps its place, whichever has the cells. Columns may be added while rows come; a row has as many cells as there
 * are columns at the time, and nothing in later ones.
 */
export class SnapshotBuild {
  readonly #options: BuildOptions
  readonly #database: EncryptedDatabase
  readonly #columns: BuildColumn[]
  /** Undefined after a change of the columns. */
  #insert: Insert | undefined
  #insertMany: Insert | undefined
  /** Rows that are still to be inserted. */
  #pending: { readonly name: string; readonly cells: readonly Cell[] }[] = []
  /** What is bound, one array for all rows. */
  readonly #values: unknown[] = []
  readonly #findRow: { get(key: string): number | undefined }
  readonly #remove: { run(key: string): { changes: number } }
  /** Whether rows of the previous snapshot can be compared with these. */
  readonly #isComparable: boolean
  readonly #indexedAfter: number
  /** Keys whose first record is a deleted one, where no later one may take its place. */
  readonly #gone = new Set<string>()
  #rows = 0
  /** Rows have gaps where one was taken out again. */
  #lastRow = 0
  #duplicates = 0

  private constructor(options: BuildOptions, database: EncryptedDatabase) {
    this.#options = options
    this.#database = database
    const { previous } = options
    this.#isComparable = previous !== undefined && sameTable(previous.meta, options.key, withTypes(options.columns))
    this.#columns = options.columns.map(({ type }) => ({ type, isLate: type === undefined }))
    this.#indexedAfter = findIndexedAfter(options)
    this.#findRow = database.prepare<[string], number>('SELECT _row FROM main.rows WHERE _key = ?').pluck()
    this.#remove = database.prepare('DELETE FROM main.rows WHERE _key = ?')
  }

  /** An empty build in a new file. */
  static open(options: BuildOptions): SnapshotBuild {
    const database = openEncryptedDatabase(options.path, options.dataKey)
    try {
      database.pragma(`page_size = ${pageBytes}`)
      makeScratch(database, tableCacheKiB)
      createTables(
        database,
        options.columns.map(({ type }) => type),
        findIndexedAfter(options),
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

  /** Adds a row, or does with the row of the same key what the rule for duplicates says. Without a key the row's content names it. */
  add(key: string | undefined, cells: readonly Cell[]): void {
    if (key !== undefined && this.#gone.has(key)) {
      this.#noteDuplicate(key)
      return
    }
    this.#pending.push({ name: key ?? digestRow(this.#options.rowSalt, cells), cells })
    if (this.#pending.length === rowsAtOnce) this.#flush()
  }

  /** Adds a column behind the others, in which the rows so far have nothing. */
  addColumn(type: ColumnType | undefined): void {
    this.#flush()
    this.#database.exec(`ALTER TABLE main.rows ADD COLUMN ${cellColumn(this.#columns.length, type)}`)
    this.#columns.push({ type, isLate: type === undefined })
    this.#forgetStatements()
  }

  /** Tells the type of a column that was made without one. */
  settleColumn(place: number, type: ColumnType): void {
    this.#flush()
    this.#columns[place] = { type, isLate: true }
    this.#forgetStatements()
  }

  /**
   * Puts the columns into their final order: `places` says where each has been so far. Those that are not among them stay in the file,
   * under names that nobody reads. To be called after the last row.
   */
  arrange(places: readonly number[]): void {
    this.#flush()
    if (places.length === this.#columns.length && places.every((place, index) => place === index)) return
    const rename = (from: string, to: string): void =>
      void this.#database.exec(`ALTER TABLE main.rows RENAME COLUMN ${from} TO ${to}`)
    const moved = [...this.#columns.keys()].filter((place) => places[place] !== place)
    for (const place of moved) rename(`c${place}`, `moved${place}`)
    for (const [index, place] of places.entries()) if (place !== index) rename(`moved${place}`, `c${index}`)
    this.#forgetStatements()
  }

  /** Takes out the row of this key, if there is one, unless the rule for duplicates says otherwise. */
  remove(key: string): void {
    this.#flush()
    if (this.#options.duplicates === 'last') this.#rows -= this.#remove.run(key).changes
    else if (this.#gone.has(key) || this.#findRow.get(key) !== undefined) this.#noteDuplicate(key)
    else this.#gone.add(key)
  }

  /**
   * Ends the file: what is deleted, what is remembered as deleted, and what the snapshot says of itself. `columns` are the final ones;
   * they differ from the first ones where types were not known.
   */
  async finish(columns: readonly Column[], createdAtMs: number, signal: AbortSignal): Promise<BuildCounts> {
    this.#flush()
    const { dataset, revision, key, rowSalt, previous } = this.#options
    const isSameTable = previous !== undefined && sameTable(previous.meta, key, columns)
    if (this.#isComparable && !isSameTable) await this.#markAllChanged(signal)
    const isSameKey = previous !== undefined && sameKey(previous.meta, key)
    const deleted = isSameKey ? await this.#addTombstones(signal) : 0
    const indexedAfter = this.#indexedAfter
    const changed = revision > indexedAfter ? countChanged(this.#database, revision, indexedAfter) : this.#rows
    const deltasSince = forgetTombstones(this.#database, isSameKey ? previous.meta.deltasSince : revision)
    const isUnchanged = isSameTable && changed === 0 && deleted === 0
    const counts = { rows: this.#rows, changed, deleted, duplicates: this.#duplicates, isUnchanged }
    if (isUnchanged) return counts
    const meta = { dataset, revision, columns, key, rows: this.#rows, deltasSince, createdAtMs, rowSalt, indexedAfter }
    writeMeta(this.#database, meta)
    this.#database.exec('COMMIT')
    return counts
  }

  /** Closes the file, finished or not. */
  close(): void {
    this.#database.close()
  }

  #flush(): void {
    const pending = this.#pending
    this.#pending = []
    // Without a key equal rows are rows of their own, which must keep their order.
    if (pending.length < rowsAtOnce || this.#isComparable || this.#options.key.length === 0) {
      for (const { name, cells } of pending) this.#addOne(name, cells)
      return
    }
    const { revision } = this.#options
    this.#insertMany ??= this.#database.prepare(
      insertRowsSql(this.#columns.map(bindSql), { count: rowsAtOnce, revision }),
    )
    const values = this.#values
    values.length = 0
    for (const { name, cells } of pending) {
      values.push(name)
      for (let index = 0; index < cells.length; index++) values.push(cells[index])
    }
    const { changes, lastInsertRowid } = this.#insertMany.run(...values)
    if (changes > 0) this.#lastRow = Number(lastInsertRowid)
    this.#rows += changes
    if (changes === rowsAtOnce) return
    // Those that were inserted have numbers one after the other.
    let next = this.#lastRow - changes + 1
    for (const { name, cells } of pending) {
      if (this.#findRow.get(name) === next) next += 1
      else this.#addOne(name, cells)
    }
  }

  #addOne(name: string, cells: readonly Cell[]): void {
    if (this.#put(name, cells)) return
    if (this.#options.key.length === 0) this.#put(`${name}#${this.#nextCopy(name)}`, cells)
    else this.#noteDuplicate(name)
  }

  #noteDuplicate(name: string): void {
    this.#duplicates += 1
    if (this.#options.duplicates === 'fail') throw duplicateProblem(name)
  }

  #forgetStatements(): void {
    this.#insert = undefined
    this.#insertMany = undefined
  }

  /** True when the row was added, false when one of the same key was there. */
  #put(key: string, cells: readonly Cell[]): boolean {
    this.#insert ??= this.#database.prepare(this.#insertSql())
    const row = this.#lastRow + 1
    const result = this.#insert.run(row, key, this.#options.revision, ...cells)
    if (result.changes === 0 || result.lastInsertRowid !== row) return false
    this.#lastRow = row
    this.#rows += 1
    return true
  }

  #insertSql(): string {
    const { key, duplicates, columns } = this.#options
    // A row keeps the revision that last changed it. With another column all will count as changed.
    const isComparable = this.#isComparable && this.#columns.length === columns.length
    return insertRowSql({
      values: this.#columns.map(bindSql),
      // Without a key the content is the name.
      sameBy: isComparable ? (key.length > 0 ? 'cells' : 'key') : 'none',
      onSameKey: key.length > 0 && duplicates === 'last' ? 'replace' : 'keep',
    })
  }

  /** The lowest free number of equal rows: they are numbered without gaps, so it is found by doubling and halving. */
  #nextCopy(name: string): number {
    const isTaken = (copy: number): boolean => this.#findRow.get(`${name}#${copy}`) !== undefined
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

/** All changes since the oldest revision that readers can catch up from are in the index. */
function findIndexedAfter({ previous, key, revision }: BuildOptions): number {
  return previous !== undefined && sameKey(previous.meta, key) ? previous.meta.deltasSince : revision
}

/** Numbers of this platform are doubles; a column that knows its type makes whole ones of them by itself. */
function bindSql({ type, isLate }: BuildColumn): string {
  return isLate && (type === 'integer' || type === 'boolean') ? 'CAST(? AS INTEGER)' : '?'
}

function withTypes(columns: BuildOptions['columns']): Column[] {
  return columns.map(({ name, type }) => ({ name, type: type ?? 'text' }))
}
