import { openEncryptedDatabase, type DataKey, type EncryptedDatabase } from '../crypto/encrypted-file.ts'
import type { Cell } from '../dataset/column.ts'
import { readMeta, type SnapshotMeta } from './snapshot-file.ts'

/** Some rows of a snapshot: `cells[i]` belongs to `keys[i]`. */
export interface RowSlice {
  readonly keys: readonly string[]
  readonly cells: readonly (readonly Cell[])[]
  /** Where the next slice goes on: pass it as `after`. */
  readonly lastRow: number
}

export interface SliceRequest {
  /** Which columns, as indexes into the snapshot's, in the order wanted. */
  readonly columns: readonly number[]
  /** Rows after this one; 0 for the first slice. */
  readonly after: number
  readonly limit: number
}

/** How much differs from an earlier revision. */
export interface ChangeCounts {
  readonly rows: number
  readonly deleted: number
}

type Statement = ReturnType<typeof prepareSlice>

/** A column choice is a grant's: there are few; a reader that meets more starts over. */
const mostStatements = 64

/**
 * Opens the snapshot file at `path` for reading. Synchronous, for a worker thread; throws when the file is missing, was tampered with
 * or needs another key.
 */
export function openSnapshot(path: string, dataKey: DataKey): SnapshotReader {
  const database = openEncryptedDatabase(path, dataKey, { readonly: true })
  try {
    // The file never changes: take its lock once instead of for every query.
    database.pragma('locking_mode = EXCLUSIVE')
    return new SnapshotReader(database, readMeta(database))
  } catch (error) {
    database.close()
    throw error
  }
}

/** One open snapshot. Cells are as the file has them: booleans are 0 and 1. */
export class SnapshotReader {
  readonly meta: SnapshotMeta
  readonly #database: EncryptedDatabase
  readonly #statements = new Map<string, Statement>()
  #changes: { readonly since: number; readonly counts: ChangeCounts } | undefined

  constructor(database: EncryptedDatabase, meta: SnapshotMeta) {
    this.#database = database
    this.meta = meta
  }

  /** Rows of the whole table, in its order. */
  rows(request: SliceRequest): RowSlice {
    const statement = this.#statement('rows WHERE _row > ? ORDER BY _row LIMIT ?', request.columns)
    return toSlice(statement.all(request.after, request.limit), request.after)
  }

  /** Rows that changed after revision `since`, in the table's order. */
  changedRows(since: number, request: SliceRequest): RowSlice {
    const { after, limit } = request
    if (this.countChanges(since).rows * fewChanges > this.meta.rows) {
      const scan = this.#statement(
        'rows NOT INDEXED WHERE _row > ? AND _rev > ? ORDER BY _row LIMIT ?',
        request.columns,
      )
      return toSlice(scan.all(after, since, limit), after)
    }
    const search = this.#statement(
      'rows WHERE _row IN (SELECT _row FROM rows INDEXED BY rows_by_rev WHERE _rev > ? AND _row > ? ' +
        'ORDER BY _row LIMIT ?) ORDER BY _row',
      request.columns,
    )
    return toSlice(search.all(since, after, limit), after)
  }

  /** Keys of rows that were deleted after revision `since` and are not back, in their own order after the key `after`. */
  deletedKeys(since: number, after: string, limit: number): readonly string[] {
    return this.#database
      .prepare<[string, number, number], string>(
        'SELECT _key FROM tombstones WHERE _key > ? AND _rev > ? ORDER BY _key LIMIT ?',
      )
      .pluck()
      .all(after, since, limit)
  }

  /** How many rows changed, and how many keys are gone, after revision `since`. */
  countChanges(since: number): ChangeCounts {
    if (this.#changes?.since === since) return this.#changes.counts
    const count = (table: string): number =>
      this.#database.prepare<[number], number>(`SELECT count(*) FROM ${table} WHERE _rev > ?`).pluck().get(since) ?? 0
    const counts = { rows: count('rows'), deleted: count('tombstones') }
    this.#changes = { since, counts }
    return counts
  }

  close(): void {
    this.#database.close()
  }

  #statement(tail: string, columns: readonly number[]): Statement {
    const id = `${tail} ${columns.join()}`
    const known = this.#statements.get(id)
    if (known) return known
    for (const index of columns) {
      if (!Number.isInteger(index) || index < 0 || index >= this.meta.columns.length) {
        throw new RangeError(`The snapshot has no column ${index}.`)
      }
    }
    if (this.#statements.size >= mostStatements) this.#statements.clear()
    const statement = prepareSlice(this.#database, tail, columns)
    this.#statements.set(id, statement)
    return statement
  }
}

/** Fewer changes than one row in so many are found through the index; more by reading the table along. */
const fewChanges = 8

/** Key and row number come last, where they can be taken off without copying the cells. */
function prepareSlice(database: EncryptedDatabase, tail: string, columns: readonly number[]) {
  const names = [...columns.map((index) => `c${index}`), '_key', '_row']
  return database.prepare<number[], Cell[]>(`SELECT ${names.join(', ')} FROM ${tail}`).raw()
}

function toSlice(cells: Cell[][], after: number): RowSlice {
  let lastRow = after
  const keys = cells.map((row) => {
    lastRow = Number(row.pop())
    return String(row.pop())
  })
  return { keys, cells, lastRow }
}
