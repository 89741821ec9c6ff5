import { SealedPieces } from '../crypto/sealed-pieces.ts'
import { unpackBatch, type RowBatch } from './row-batch.ts'

/** Raw rows on disk, encrypted, while it is not sure what columns they make. */
export class StagedBatches {
  readonly #pieces: SealedPieces

  /** An empty stage in a new file at `path`; `key` has 32 bytes, is for this file alone and is kept nowhere. */
  constructor(path: string, key: Uint8Array) {
    this.#pieces = SealedPieces.create(path, key)
  }

  /** Adds a batch, packed. */
  add(packed: Uint8Array): void {
    this.#pieces.add(packed)
  }

  /** Every batch in the order of `add`. */
  *batches(): Generator<RowBatch> {
    for (const packed of this.#pieces.read()) yield unpackBatch(packed)
  }

  close(): void {
    this.#pieces.close()
  }
}
