import type { DataKey } from '../crypto/encrypted-file.ts'
import type { ColumnType } from '../dataset/column.ts'
import type { RawCell } from '../dataset/flatten.ts'
import { noteKinds } from '../dataset/infer.ts'
import type { PlannedColumn } from './column-plan.ts'
import { takeTurns } from './table-build.ts'
import type { RowBatch } from './row-batch.ts'
import { TableMaker, type MadeTable, type TableOrder } from './table-maker.ts'
import { TableThread } from './table-thread.ts'

export interface WholeTableOptions {
  readonly build: TableOrder['build']
  readonly declared: Readonly<Record<string, ColumnType>>
  readonly isOpen: boolean
  readonly mayRetype: boolean
  readonly stage: NonNullable<TableOrder['stage']>
  readonly updatedColumn: string | undefined
  readonly dataKey: DataKey
  /** The columns that values of these kinds make, by source. */
  readonly plan: (seen: readonly number[]) => readonly PlannedColumn[]
  /** The names of all raw cells so far. */
  readonly names: () => readonly string[]
}

/** A batch is full at either of these, characters of text for the sake of large records. */
const batchRows = 500
const batchCharacters = 500_000
/** Up to either of these the first rows stay in memory: they tell the types, and most tables end before. */
const sampleRows = 2_000
const sampleCharacters = 2_000_000

/**
 * Takes the rows of a whole pull, in the source's order. The table is made when the first rows have told the types of its columns: of a
 * small pull here and now, of a larger one on a thread of its own.
 */
export class WholeTable {
  readonly #options: WholeTableOptions
  readonly #kinds: number[] = []
  #sample: RowBatch[] | undefined = []
  #sampled = { rows: 0, characters: 0 }
  #rows: (readonly RawCell[])[] = []
  #deleted: number[] = []
  #characters = 0
  #first = 1
  #knownNames = 0
  #maker: TableMaker | TableThread | undefined

  constructor(options: WholeTableOptions) {
    this.#options = options
  }

  /** Takes a row; whether `flush` is due. */
  add(raw: readonly RawCell[], isDeleted: boolean): boolean {
    if (isDeleted) this.#deleted.push(this.#rows.length)
    this.#rows.push(raw)
    for (const cell of raw) if (typeof cell === 'string') this.#characters += cell.length
    return this.#rows.length >= batchRows || this.#characters >= batchCharacters
  }

  /**
   * Hands the rows since the last time on; resolves when there is room for more.
   *
   * @throws {BrokerError} `column-mismatch`, `key-invalid`
   */
  async flush(signal: AbortSignal): Promise<void> {
    if (this.#rows.length === 0) return
    const size = { rows: this.#rows.length, characters: this.#characters }
    const batch = this.#takeBatch()
    if (this.#maker instanceof TableThread) {
      await this.#maker.add(batch, signal)
      return
    }
    for (const row of batch.rows) noteKinds(this.#kinds, row)
    this.#sample?.push(batch)
    this.#sampled = {
      rows: this.#sampled.rows + size.rows,
      characters: this.#sampled.characters + size.characters,
    }
    if (this.#sampled.rows >= sampleRows || this.#sampled.characters >= sampleCharacters) await this.#openThread(signal)
  }

  /** The kinds of value that each source has held, as far as they decide about types. */
  async seenKinds(signal: AbortSignal): Promise<readonly number[]> {
    return this.#maker instanceof TableThread ? this.#maker.seenKinds(signal) : this.#kinds
  }

  /**
   * Ends the file, with the columns that `plan` made of all kinds seen.
   *
   * @throws {BrokerError} `column-mismatch`, `key-invalid`
   */
  async finish(columns: readonly PlannedColumn[], createdAtMs: number, signal: AbortSignal): Promise<MadeTable> {
    if (this.#maker instanceof TableThread) return this.#maker.finish(columns, createdAtMs, signal)
    const { build, declared, updatedColumn, dataKey } = this.#options
    const order = { build, columns, declared, isOpen: false, mayRetype: false, stage: undefined, updatedColumn }
    const maker = new TableMaker(order, dataKey)
    this.#maker = maker
    for (const batch of this.#sample ?? []) {
      maker.add(batch)
      await takeTurns(signal)
    }
    return maker.finish(columns, createdAtMs, signal)
  }

  /** Closes the files, finished or not. */
  async close(): Promise<void> {
    await this.#maker?.close()
  }

  async #openThread(signal: AbortSignal): Promise<void> {
    const { build, declared, isOpen, mayRetype, stage, updatedColumn, dataKey, plan } = this.#options
    const columns = plan(this.#kinds)
    const isSure = !isOpen && !mayRetype && columns.every(({ type }) => type !== undefined)
    const order = {
      build,
      columns,
      declared,
      isOpen,
      mayRetype,
      updatedColumn,
      stage: isSure ? undefined : stage,
    }
    const thread = new TableThread(order, dataKey)
    this.#maker = thread
    const sample = this.#sample ?? []
    this.#sample = undefined
    for (const batch of sample) await thread.add(batch, signal)
  }

  #takeBatch(): RowBatch {
    const names = this.#options.names()
    const newColumns = names.slice(this.#knownNames)
    this.#knownNames = names.length
    const batch = { rows: this.#rows, first: this.#first, deleted: this.#deleted, newColumns }
    this.#first += this.#rows.length
    this.#rows = []
    this.#deleted = []
    this.#characters = 0
    return batch
  }
}
