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

/** A batch as bytes of its own (JSON), which can be handed to another thread without a copy, and kept as they are. */
export function packBatch(batch: RowBatch): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(batch))
}

/** What `packBatch` made. */
export function unpackBatch(bytes: Uint8Array): RowBatch {
  const { buffer, byteOffset, byteLength } = bytes
  return JSON.parse(Buffer.from(buffer, byteOffset, byteLength).toString('utf8')) as RowBatch
}
