import { scheduler } from 'node:timers/promises'
import { openEncryptedDatabase, type DataKey, type EncryptedDatabase } from '../crypto/encrypted-file.ts'
import type { RawCell } from '../dataset/flatten.ts'
import { makeScratch } from './scratch.ts'

const batchRows = 500
/** Rows are only ever added at the end, and read from the front. */
const cacheKiB = 2_000

/** Raw rows on disk, encrypted, while their columns' types are not yet known. One JSON text a row is the quickest to write. */
export class StagedRows {
  readonly #database: EncryptedDatabase
  readonly #insert: { run(text: string): unknown }

  private constructor(database: EncryptedDatabase) {
    this.#database = database
    this.#insert = database.prepare('INSERT INTO staged (cells) VALUES (?)')
  }

  /** An empty stage in a new file at `path`. */
  static open(path: string, dataKey: DataKey): StagedRows {
    const database = openEncryptedDatabase(path, dataKey)
    makeScratch(database, cacheKiB)
    database.exec('CREATE TABLE staged (id INTEGER PRIMARY KEY, cells TEXT NOT NULL); BEGIN')
    return new StagedRows(database)
  }

  add(cells: readonly RawCell[]): void {
    this.#insert.run(JSON.stringify(cells))
  }

  /** Every row in the order of `add`, in batches; other work gets its turn between them. */
  async *batches(): AsyncGenerator<RawCell[][]> {
    const select = this.#database
      .prepare<[number, number], string>('SELECT cells FROM staged WHERE id > ? ORDER BY id LIMIT ?')
      .pluck()
    for (let after = 0; ; after += batchRows) {
      const texts = select.all(after, batchRows)
      // `add` is the only writer of these texts.
      yield texts.map((text) => JSON.parse(text) as RawCell[])
      if (texts.length < batchRows) return
      await scheduler.yield()
    }
  }

  close(): void {
    this.#database.close()
  }
}
