import { LRUCache } from 'lru-cache'
import { openEncryptedDatabase, type DataKey, type EncryptedDatabase } from '../crypto/encrypted-file.ts'
import type { Cell } from '../dataset/column.ts'
import { changedAfterSql, isIndexed, type SnapshotMeta } from './snapshot-file.ts'
import { readMeta } from './snapshot-meta.ts'

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

/** A condition on rows in SQL, over the columns `c0`, `c1` and so on; its values are bound, in the order of its `?`. */
export interface SqlCondition {
  readonly sql: string
  readonly parameters: readonly (string | number | bigint)[]
}

/** What to compute for every row of the whole table. */
export interface ScanRequest {
  /** Columns or conditions, in SQL. */
  readonly expressions: readonly SqlCondition[]
  /** Rows for which it is true; undefined for all. */
  readonly condition: SqlCondition | undefined
}

/** Which rows of the whole table, and in which order. */
export interface RowChoice {
  /** Rows for which it is true; undefined for all. */
  readonly condition: SqlCondition | undefined
  /** Terms of SQL's ORDER BY; the table's own order decides between equal rows. */
  readonly order: readonly string[]
  /** Only the first so many; undefined for all. */
  readonly most: number | undefined
}

/** Numbers of rows that changed, in the table's order. */
export interface ChosenChanges {
  readonly matching: Uint32Array
  /** Those for which the condition is not true, whether or not it ever was. */
  readonly others: Uint32Array
}

/** A function for conditions. It is never called with null: the result is null then. */
export interface SqlFunction {
  readonly length: 1 | 2
  readonly run: (left: Cell, right: Cell) => Cell
}

/** How much differs from an earlier revision. */
export interface ChangeCounts {
  readonly rows: number
  readonly deleted: number
}

type Statement = ReturnType<typeof prepareSlice>

/** Readers choose columns in few ways at a time; a reader that meets more starts over. */
const mostStatements = 64
/** Remembered choices of rows take at most so much: that of a million rows has 4 MB. */
const mostChosenBytes = 32 * 1024 * 1024

/**
 * Opens the snapshot file at `path` for reading; conditions may call `functions`. Synchronous, for a worker thread; throws when the file
 * is missing, was tampered with or needs another key.
 */
export function openSnapshot(
  path: string,
  dataKey: DataKey,
  functions: Readonly<Record<string, SqlFunction>> = {},
): SnapshotReader {
  const database = openEncryptedDatabase(path, dataKey, { readonly: true })
  try {
    for (const [name, { length, run }] of Object.entries(functions))
      database.function(name, { deterministic: true }, length === 1 ? skipNull(run) : skipNulls(run))
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
  /** The file never changes, so a choice of rows is made once for all of its pages. */
  readonly #chosen = new LRUCache<string, ChosenChanges>({
    maxSize: mostChosenBytes,
    sizeCalculation: ({ matching, others }, id) => matching.byteLength + others.byteLength + 2 * id.length,
  })
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
    if (!isIndexed(this.meta, since) || this.countChanges(since).rows * fewChanges > this.meta.rows) {
      const scan = this.#statement(
        'rows NOT INDEXED WHERE _row > ? AND _rev > ? ORDER BY _row LIMIT ?',
        request.columns,
      )
      return toSlice(scan.all(after, since, limit), after)
    }
    const search = this.#statement(
      'rows WHERE _row IN (SELECT _row FROM rows INDEXED BY rows_by_rev WHERE ' +
        `${changedAfterSql(this.meta, since)} AND _row > ? ` +
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
    const count = (from: string): number =>
      this.#database.prepare<[number], number>(`SELECT count(*) FROM ${from}`).pluck().get(since) ?? 0
    const counts = {
      rows: count(`rows WHERE ${changedAfterSql(this.meta, since)}`),
      deleted: count('tombstones WHERE _rev > ?'),
    }
    this.#changes = { since, counts }
    return counts
  }

  /** The numbers of the rows chosen, in the order chosen. */
  choose({ condition, order, most }: RowChoice): Uint32Array {
    const sql =
      `SELECT _row FROM rows ${condition ? `WHERE ${condition.sql}` : ''} ` +
      `ORDER BY ${[...order, '_row'].join(', ')} ${most === undefined ? '' : 'LIMIT ?'}`
    const parameters = [...(condition?.parameters ?? []), ...(most === undefined ? [] : [BigInt(most)])]
    return this.remember([sql, ...parameters], () => ({
      matching: Uint32Array.from(this.#database.prepare<unknown[], number>(sql).pluck().all(parameters)),
      others: new Uint32Array(),
    })).matching
  }

  /** The rows that changed after revision `since`, in the order chosen, by whether the condition is true for them now. */
  chooseChanges(since: number, { condition, order }: Pick<RowChoice, 'condition' | 'order'>): ChosenChanges {
    const isTrue = condition ? `(${condition.sql}) IS TRUE` : '1'
    const changed = changedAfterSql(this.meta, since)
    const sql = `SELECT ${isTrue}, _row FROM rows WHERE ${changed} ORDER BY ${[...order, '_row'].join(', ')}`
    const parameters = [...(condition?.parameters ?? []), since]
    return this.remember([sql, ...parameters], () => {
      const changes = this.#database.prepare<unknown[], [number, number]>(sql).raw().all(parameters)
      const pick = (isTrue: number) => Uint32Array.from(changes.flatMap(([is, row]) => (is === isTrue ? [row] : [])))
      return { matching: pick(1), others: pick(0) }
    })
  }

  /** The numbers of the rows with these keys, each in the place of its key; 0 where there is none. Takes some thousand keys at a time. */
  findRows(keys: readonly string[]): Uint32Array {
    const find = this.#database.prepare<[string], number>(
      'SELECT ifnull(_row, 0) FROM json_each(?) AS wanted LEFT JOIN rows ON _key = wanted.value ORDER BY wanted.key',
    )
    return Uint32Array.from(find.pluck().all(JSON.stringify(keys)))
  }

  /** Those of the rows with these numbers for which the condition is true, in the table's order. Takes some thousand at a time. */
  selectRows(numbers: Uint32Array, condition: SqlCondition): Uint32Array {
    const select = this.#database.prepare<unknown[], number>(
      `SELECT _row FROM rows WHERE _row IN (SELECT value FROM json_each(?)) AND (${condition.sql}) ORDER BY _row`,
    )
    return Uint32Array.from(select.pluck().all([JSON.stringify([...numbers]), ...condition.parameters]))
  }

  /** Calls `visit` with the values of the expressions and, last, the number of every row, in the table's order. */
  scan({ expressions, condition }: ScanRequest, visit: (values: readonly Cell[]) => void): void {
    const columns = [...expressions.map(({ sql }) => sql), '_row'].join(', ')
    const where = condition ? `WHERE ${condition.sql}` : ''
    const parameters = [...expressions, ...(condition ? [condition] : [])].flatMap((part) => part.parameters)
    const statement = this.#database.prepare<unknown[], Cell[]>(`SELECT ${columns} FROM rows ${where} ORDER BY _row`)
    for (const values of statement.raw().iterate(parameters)) visit(values)
  }

  /** The rows with these numbers, in this order. */
  rowsAt(numbers: Uint32Array, columns: readonly number[]): Pick<RowSlice, 'keys' | 'cells'> {
    const statement = this.#statement('rows WHERE _row = ?', columns)
    const { keys, cells } = toSlice(
      [...numbers].map((row) => statement.get(row) ?? missing(row)),
      0,
    )
    return { keys, cells }
  }

  /** What `make` found the last time it was asked for under this name, as long as there is room to keep it. */
  remember(name: readonly unknown[], make: () => ChosenChanges): ChosenChanges {
    const id = JSON.stringify(name.map((value) => (typeof value === 'bigint' ? `${value}n` : [value])))
    const known = this.#chosen.get(id)
    if (known) return known
    const chosen = make()
    this.#chosen.set(id, chosen)
    return chosen
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

function skipNull(run: SqlFunction['run']) {
  return (value: Cell): Cell => (value === null ? null : run(value, null))
}

function skipNulls(run: SqlFunction['run']) {
  return (left: Cell, right: Cell): Cell => (left === null || right === null ? null : run(left, right))
}

function missing(row: number): never {
  throw new RangeError(`The snapshot has no row ${row}.`)
}

function toSlice(cells: Cell[][], after: number): RowSlice {
  let lastRow = after
  const keys = cells.map((row) => {
    lastRow = Number(row.pop())
    return String(row.pop())
  })
  return { keys, cells, lastRow }
}
