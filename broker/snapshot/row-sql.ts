// How rows are written and compared in SQL. Two rows are the same when all of their cells are: no digest stands for them.

/** Which statement to make. */
export interface RowSqlOptions {
  /** How each cell `c0`, `c1` and so on is bound: `?`, or an expression around it. */
  readonly values: readonly string[]
  /** By what a row is the same as one of `previous.rows`, whose revision it then keeps: `none` where they cannot be compared. */
  readonly sameBy: 'none' | 'key' | 'cells'
  /** What becomes of a row whose key is there already. */
  readonly onSameKey: 'keep' | 'replace' | 'replace different'
}

/** Inserts one row into `main.rows`. Binds `_row`, `_key`, the revision of a row that is new or differs, and then the cells. */
export function insertRowSql({ values, sameBy, onSameKey }: RowSqlOptions): string {
  const names = values.map((_, index) => `c${index}`)
  const targets = ['_row', '_key', '_rev', ...names].join(', ')
  const sources = ['?', '?', '?', ...values]
  const row =
    sameBy === 'none'
      ? `VALUES (${sources.join(', ')})`
      : `SELECT _row, _key, coalesce((
          SELECT old._rev FROM previous.rows AS old WHERE old._key = new._key
          ${sameBy === 'cells' ? `AND ${sameCellsSql(names, 'old.', 'new.')}` : ''}), _rev), ${names.join(', ')}
        FROM (SELECT ${sources.map((value, index) => `${value} AS ${['_row', '_key', '_rev', ...names][index] ?? ''}`).join(', ')}) AS new
        WHERE true`
  return `INSERT INTO main.rows (${targets}) ${row} ON CONFLICT (_key) DO ${conflictSql(names, onSameKey)}`
}

function conflictSql(names: readonly string[], onSameKey: RowSqlOptions['onSameKey']): string {
  if (onSameKey === 'keep') return 'NOTHING'
  const updates = ['_rev', ...names].map((name) => `${name} = excluded.${name}`).join(', ')
  const condition = onSameKey === 'replace' ? '' : ` WHERE NOT ${sameCellsSql(names, 'rows.', 'excluded.')}`
  return `UPDATE SET ${updates}${condition}`
}

/**
 * Inserts so many rows at once behind the last one, of a revision; those whose key is there already, or comes twice, are left out. Binds
 * `_key` and then the cells, of row after row: what need not be bound is a good part of the cost.
 */
export function insertRowsSql(
  values: readonly string[],
  { count, revision }: { count: number; revision: number },
): string {
  const names = values.map((_, index) => `c${index}`)
  const row = `(NULL, ?, ${revision}, ${values.join(', ')})`
  return `INSERT INTO main.rows (${['_row', '_key', '_rev', ...names].join(', ')})
    VALUES ${new Array(count).fill(row).join(', ')} ON CONFLICT (_key) DO NOTHING`
}

/** Whether two rows hold the same; null is the same as null. Names may be prefixed by their table; an empty list is the same. */
export function sameCellsSql(names: readonly string[], left: string, right: string): string {
  // As a tree of few levels: SQLite allows a thousand, and a table may have as many columns.
  if (names.length <= 1) return names.map((name) => `${left}${name} IS ${right}${name}`)[0] ?? 'true'
  const middle = names.length >> 1
  const halves = [names.slice(0, middle), names.slice(middle)].map((half) => sameCellsSql(half, left, right))
  return `(${halves.join(' AND ')})`
}
