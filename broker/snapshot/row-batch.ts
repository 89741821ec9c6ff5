import { deserialize, serialize } from 'node:v8'
import type { RawCell } from '../dataset/flatten.ts'

/** Some rows of a pull in the source's order. */
export interface RowBatch {
  readonly rows: readonly (readonly RawCell[])[]
  /** The number of the first one among the pull's records. */
  readonly first: number
  /** Which of them are deleted, by their place in `rows`. */
  readonly deleted: readonly number[]
  /** The names of the columns that no batch before had. */
  readonly newColumns: readonly string[]
}

/** The cells of one column. Texts are laid end to end: few large values pass between threads many times quicker than many small ones. */
type PackedColumn =
  | { readonly text: string; readonly lengths: Uint32Array }
  | { readonly numbers: Float64Array }
  | { readonly values: readonly RawCell[] }

type PackedBatch = Omit<RowBatch, 'rows'> & { readonly count: number; readonly columns: readonly PackedColumn[] }

/** The length of no text at all; longer than any text can be. */
const none = 0xffffffff

/** A batch as bytes of its own, which can be handed to another thread without a copy, and kept as they are. */
export function packBatch({ rows, ...rest }: RowBatch): Uint8Array<ArrayBuffer> {
  // Records may bring new columns, so later rows can be longer.
  const width = rows.reduce((most, { length }) => Math.max(most, length), 0)
  const columns = Array.from({ length: width }, (_, source) => packColumn(rows, source))
  return serialize({ ...rest, count: rows.length, columns } satisfies PackedBatch)
}

/** What `packBatch` made. Rows are as long as the longest. */
export function unpackBatch(bytes: Uint8Array): RowBatch {
  const { count, columns, ...rest } = deserialize(bytes) as PackedBatch
  const lists = columns.map(unpackColumn)
  const rows = new Array<RawCell[]>(count)
  for (let index = 0; index < count; index++) {
    const row = new Array<RawCell>(lists.length)
    for (let source = 0; source < lists.length; source++) row[source] = lists[source]?.[index] ?? null
    rows[index] = row
  }
  return { ...rest, rows }
}

function packColumn(rows: RowBatch['rows'], source: number): PackedColumn {
  const values = new Array<RawCell>(rows.length)
  const lengths = new Uint32Array(rows.length)
  let numbers = 0
  let isText = true
  for (let index = 0; index < rows.length; index++) {
    const value = rows[index]?.[source] ?? null
    values[index] = value
    if (typeof value === 'string') lengths[index] = value.length
    else if (value === null) lengths[index] = none
    else isText = false
    if (typeof value === 'number') numbers += 1
  }
  // Joined, null is the empty text.
  if (isText) return { text: values.join(''), lengths }
  return numbers === values.length ? { numbers: new Float64Array(values as number[]) } : { values }
}

function unpackColumn(column: PackedColumn): ArrayLike<RawCell> {
  if (!('text' in column)) return 'numbers' in column ? column.numbers : column.values
  const { text, lengths } = column
  const values = new Array<RawCell>(lengths.length)
  let start = 0
  for (let index = 0; index < lengths.length; index++) {
    const length = lengths[index] ?? none
    values[index] = length === none ? null : text.slice(start, start + length)
    if (length !== none) start += length
  }
  return values
}
