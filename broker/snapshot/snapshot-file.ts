// The layout of a snapshot file, shared by those who write and who read one.
import { hash } from 'node:crypto'
import type { EncryptedDatabase } from '../crypto/encrypted-file.ts'
import type { Cell, Column, ColumnType } from '../dataset/column.ts'

/** What a snapshot says of itself. */
export interface SnapshotMeta {
  readonly dataset: string
  readonly revision: number
  readonly columns: readonly Column[]
  /** The columns that name a row; empty when the dataset has no key. */
  readonly key: readonly string[]
  readonly rows: number
  /** The oldest revision from which this snapshot knows every change. */
  readonly deltasSince: number
  readonly createdAtMs: number
  /**
   * Random text that every row digest starts with, handed on from snapshot to snapshot. Without a key the digest is the row's name, which
   * readers see: the salt keeps them from testing guesses about columns that they may not read.
   */
  readonly rowSalt: string
  /**
   * Rows that a later revision changed are in the index of changes. Those up to it are not: nobody can ask for them as changes, and the
   * first snapshot of a million rows is written without a million entries. Undefined in files of the first layout, where all rows are.
   */
  readonly indexedAfter?: number | undefined
}

/** `_row` is dense from 1; `_rev` is the revision that last changed the row; cells are c0, c1, ... as `columns` in meta. */
export function createTables(
  database: EncryptedDatabase,
  types: readonly (ColumnType | undefined)[],
  indexedAfter: number,
): void {
  const cells = types.map((type, index) => `, ${cellColumn(index, type)}`).join('')
  database.exec(`
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE rows (
      _row INTEGER PRIMARY KEY, _key TEXT NOT NULL UNIQUE, _rev INTEGER NOT NULL${cells}
    );
    CREATE INDEX rows_by_rev ON rows (_rev, _row) WHERE _rev > ${indexedAfter};
    CREATE TABLE tombstones (_key TEXT PRIMARY KEY, _rev INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX tombstones_by_rev ON tombstones (_rev, _key);
  `)
}

/** A column of cells as CREATE TABLE and ALTER TABLE have it. */
export function cellColumn(index: number, type: ColumnType | undefined): string {
  return `c${index} ${type ? affinities[type] : ''}`
}

/** Rows that changed in a later revision than `since`, which is bound; so that SQLite can take the index of changes, where it has them. */
export function changedAfterSql(meta: SnapshotMeta, since: number): string {
  return isIndexed(meta, since) ? `_rev > ${meta.indexedAfter ?? 0} AND _rev > ?` : '_rev > ?'
}

/** Whether the index of changes has all rows that changed after `since`. */
export function isIndexed({ indexedAfter = 0 }: SnapshotMeta, since: number): boolean {
  return since >= indexedAfter
}

/** Makes whole numbers compact on disk; a cell of another kind than its column's is never bound. */
const affinities: Readonly<Record<ColumnType, string>> = {
  text: 'TEXT',
  integer: 'INTEGER',
  decimal: 'REAL',
  boolean: 'INTEGER',
  date: 'TEXT',
  datetime: 'TEXT',
  time: 'TEXT',
  duration: 'TEXT',
}

/** Writes `meta` into a snapshot that has none yet. */
export function writeMeta(database: EncryptedDatabase, meta: SnapshotMeta): void {
  const insert = database.prepare('INSERT INTO meta VALUES (?, ?)')
  for (const [name, value] of Object.entries(meta)) if (value !== undefined) insert.run(name, JSON.stringify(value))
}

/** The name of a row without a key: 128 bits that only equal rows of datasets with the same salt share. */
export function digestRow(rowSalt: string, cells: readonly Cell[]): string {
  return hash('sha256', rowSalt + JSON.stringify(cells), 'buffer')
    .subarray(0, 16)
    .toString('base64url')
}

/** How a row is named by the cells of its key columns. */
export function keyText(keyCells: readonly Cell[]): string {
  return keyCells.length === 1 ? String(keyCells[0]) : JSON.stringify(keyCells)
}
