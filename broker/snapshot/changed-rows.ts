import type { DataKey } from '../crypto/encrypted-file.ts'
import type { RawCell } from '../dataset/flatten.ts'
import { mayChangeColumns } from './column-drift.ts'
import { RowShaper, toColumns, type PlannedColumn } from './column-plan.ts'
import { LatestChange } from './latest-change.ts'
import { SnapshotMerge } from './snapshot-merge.ts'
import { reserve } from './snapshot-place.ts'
import type { SnapshotRequest } from './snapshot-request.ts'
import { sameTable, type PreviousSnapshot } from './table-build.ts'
import type { MadeTable } from './table-maker.ts'

/** What changed does not fit the current snapshot as it stands: everything must be read. */
export class FullPullNeeded extends Error {}

export interface ChangedRowsOptions {
  readonly request: SnapshotRequest
  readonly columns: readonly PlannedColumn[]
  /** How many raw cells are of known columns. */
  readonly knownCells: number
  readonly previous: PreviousSnapshot | undefined
  readonly path: string
  readonly dataKey: DataKey
}

/** Takes the rows of a pull that reads only what has changed, and puts them into a copy of the current snapshot. */
export class ChangedRows {
  readonly #options: ChangedRowsOptions
  readonly #shaper: RowShaper
  readonly #latestChange: LatestChange
  readonly #merge: SnapshotMerge
  readonly #untold: readonly number[]

  /** @throws {FullPullNeeded} when the current snapshot cannot be built upon */
  constructor(options: ChangedRowsOptions) {
    const { request, columns, path, dataKey } = options
    const { key, duplicates } = request.definition
    this.#options = options
    this.#shaper = new RowShaper(columns, key)
    this.#latestChange = new LatestChange(request.updatedColumn)
    this.#latestChange.follow(columns)
    this.#untold = columns.filter(({ type }) => type === undefined).map(({ source }) => source)
    const previous = usablePrevious(options)
    reserve(path)
    this.#merge = SnapshotMerge.open({ path, dataKey, revision: request.current.revision + 1, previous, duplicates })
  }

  /**
   * @throws {BrokerError} `column-mismatch`, `key-invalid`
   * @throws {FullPullNeeded} when the row has the first value of a column
   */
  add(raw: readonly RawCell[], recordNumber: number, isDeleted: boolean): void {
    if (this.#untold.some((source) => raw[source] !== null)) throw new FullPullNeeded('A column holds its first value.')
    const { key, cells } = this.#shape(raw, recordNumber)
    this.#latestChange.note(cells)
    if (!isDeleted) this.#merge.add(key, cells)
    else if (key !== undefined) this.#merge.remove(key)
  }

  /** To be awaited after every batch of rows. */
  settle(): Promise<void> {
    return this.#merge.settle()
  }

  /** Ends the file. */
  async finish(createdAtMs: number): Promise<MadeTable> {
    const counts = await this.#merge.finish(toColumns(this.#options.columns), createdAtMs)
    this.close()
    return { ...counts, latestChangeMs: this.#latestChange.latestMs }
  }

  /** Closes the file, finished or not. */
  close(): void {
    this.#merge.close()
  }

  #shape(raw: readonly RawCell[], recordNumber: number): ReturnType<RowShaper['shape']> {
    const { request, knownCells } = this.#options
    if (!mayChangeColumns(request.definition)) return this.#shaper.shape(raw, recordNumber)
    for (let index = knownCells; index < raw.length; index++)
      if (raw[index] !== null) throw new FullPullNeeded('There is a new column.')
    try {
      return this.#shaper.shape(raw, recordNumber)
    } catch (cause) {
      if (request.definition.onTypeChange === 'fail') throw cause
      throw new FullPullNeeded('A value does not fit its column.', { cause })
    }
  }
}

function usablePrevious({ request, columns, previous }: ChangedRowsOptions): PreviousSnapshot {
  // A file of the first layout takes no rows as they are now written.
  const isLikeOurs = previous?.meta.indexedAfter !== undefined
  if (
    request.columns.length === 0 ||
    !isLikeOurs ||
    !sameTable(previous.meta, request.definition.key, toColumns(columns))
  )
    throw new FullPullNeeded('The current snapshot cannot be built upon.')
  return previous
}
