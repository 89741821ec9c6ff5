import { mkdir, rm, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { DataKey } from '../crypto/encrypted-file.ts'
import type { StoredColumn } from '../dataset/column.ts'
import type { JsonRecord, RawCell } from '../dataset/flatten.ts'
import { noteKinds } from '../dataset/infer.ts'
import type { Clock } from '../kernel/clock.ts'
import { makeId } from '../kernel/id.ts'
import type { Log } from '../kernel/log.ts'
import type { Random } from '../kernel/random.ts'
import {
  planFound,
  planStored,
  RowShaper,
  settleTypes,
  toColumns,
  toStoredColumns,
  type PlannedColumn,
} from './column-plan.ts'
import {
  adaptColumns,
  mayChangeColumns,
  noChanges,
  refuseMissingColumns,
  refuseNewColumns,
  refuseObjects,
  type ColumnChanges,
} from './column-drift.ts'
import { DeletionMark } from './deletion-mark.ts'
import { LatestChange } from './latest-change.ts'
import { describeFindings } from './pull-warnings.ts'
import { RecordRows } from './record-rows.ts'
import { SnapshotBuild } from './snapshot-build.ts'
import { SnapshotMerge } from './snapshot-merge.ts'
import { publishFile, readPrevious, reserve, temporaryEndings } from './snapshot-place.ts'
import type { SnapshotRequest } from './snapshot-request.ts'
import { StagedRows } from './staged-rows.ts'
import { sameTable, takeTurns, type BuildCounts, type PreviousSnapshot, type TableBuild } from './table-build.ts'

export interface SnapshotWriterDeps {
  /** The snapshot directory: one folder a dataset. */
  readonly directory: string
  readonly dataKey: DataKey
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** What changed does not fit the current snapshot as it stands: everything must be read. */
export class FullPullNeeded extends Error {}

/** What was written. */
export interface SnapshotResult {
  /** The new revision, or the current one when nothing changed. */
  readonly revision: number
  /** Relative to the directory; undefined when nothing changed, so that no file was kept. */
  readonly file: string | undefined
  readonly columns: readonly StoredColumn[]
  readonly rows: number
  readonly rowsChanged: number
  readonly rowsDeleted: number
  readonly duplicates: number
  /** The newest change that a record said. */
  readonly latestChangeMs: number | undefined
  readonly warnings: readonly string[]
}

/** Other work gets its turn after so many records. */
const batchRecords = 500

/**
 * Writes one snapshot out of records, holding none of them. Records go straight into the file as long as every type is known;
 * from the first value on whose column has no type yet, they wait in a second file until all have been seen.
 *
 * Call `finish` or `discard`, and `discard` after `finish` when the snapshot is not wanted after all.
 */
export class SnapshotWriter {
  /** What the finished file is called, relative to the directory. */
  readonly file: string
  readonly #deps: SnapshotWriterDeps
  readonly #request: SnapshotRequest
  readonly #rows: RecordRows
  readonly #isFirst: boolean
  readonly #kinds: number[] = []
  #planned: readonly PlannedColumn[]
  readonly #unsettled: readonly number[]
  #shaper: RowShaper
  readonly #deletionMark: DeletionMark | undefined
  readonly #latestChange: LatestChange
  #build: TableBuild | undefined
  #staged: StagedRows | undefined
  #previous: PreviousSnapshot | undefined
  #changes: ColumnChanges = noChanges
  #firstStaged = 0

  constructor(deps: SnapshotWriterDeps, request: SnapshotRequest) {
    this.#deps = deps
    this.#request = request
    this.#isFirst = request.columns.length === 0
    this.#planned = planStored(request.columns, request.definition.columns)
    this.#unsettled = this.#planned.filter(({ type }) => type === undefined).map(({ source }) => source)
    this.#shaper = new RowShaper(this.#planned, request.definition.key)
    this.#latestChange = new LatestChange(request.updatedColumn)
    this.#latestChange.follow(this.#planned)
    this.#rows = new RecordRows(request)
    const { deletedWhen } = request.definition
    this.#deletionMark = deletedWhen && new DeletionMark(deletedWhen, this.#rows.flattener)
    // Two processes may work on the same pull for a moment, when a lease runs out: neither may touch the other's file.
    const attempt = `${request.pullId}-${makeId(deps.random)}`
    this.file = `${request.dataset}/${request.current.revision + 1}-${attempt}.db`
  }

  /**
   * Makes the files to write into.
   *
   * @throws {FullPullNeeded} when there is nothing that a part could be merged into
   */
  async start(): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 })
    this.#previous = this.#openPrevious()
    if (this.#request.isPartial) this.#startMerge()
    else if (this.#isFirst || mayChangeColumns(this.#request.definition)) this.#startStage()
    else this.#startBuild()
  }

  /**
   * Adds records in the source's order.
   *
   * @throws {BrokerError} `key-invalid`, `column-mismatch`, `source-malformed`, `source-too-large`
   * @throws {FullPullNeeded} when a part holds the first value of a column
   */
  async add(records: readonly JsonRecord[], signal: AbortSignal): Promise<void> {
    let inBatch = 0
    for (const record of records) {
      for (const row of this.#rows.expand(record)) {
        this.#addRecord(row)
        if (++inBatch < batchRecords) continue
        inBatch = 0
        await this.#takeTurns(signal)
      }
    }
    refuseNewColumns(this.#rows.flattener, this.#request.definition)
    refuseObjects(this.#rows.flattener, this.#planned)
    await this.#takeTurns(signal)
  }

  async #takeTurns(signal: AbortSignal): Promise<void> {
    await this.#build?.settle()
    await takeTurns(signal)
  }

  /** Tells the cleaning of leftovers that this attempt is alive; to be called every few minutes, however slow the source is. */
  async touch(): Promise<void> {
    const nowSeconds = this.#deps.clock.nowMs() / 1_000
    const touchFile = (path: string): Promise<void> => utimes(path, nowSeconds, nowSeconds)
    if (this.#staged) await touchFile(this.#stagePath)
    if (this.#build) await touchFile(this.#buildPath)
  }

  /**
   * Ends the snapshot: types are settled, the file is synced and has its name. Nothing is kept when no row, key or column differs from the
   * current revision; another order of the rows is no difference.
   *
   * @throws {BrokerError} `column-mismatch`
   */
  async finish(signal: AbortSignal): Promise<SnapshotResult> {
    refuseMissingColumns(this.#rows.missing, this.#request.definition)
    if (this.#staged) await this.#emptyStage(this.#staged, signal)
    const build = this.#build ?? this.#startBuild()
    const counts = await build.finish(toColumns(this.#planned), this.#deps.clock.nowMs(), signal)
    build.close()
    this.#build = undefined
    if (counts.isUnchanged) await this.discard()
    else await publishFile(this.#buildPath, this.#path)
    return this.#describe(counts)
  }

  /** Leaves nothing behind, not even what `finish` made. */
  async discard(): Promise<void> {
    this.#staged?.close()
    this.#staged = undefined
    this.#build?.close()
    this.#build = undefined
    for (const path of [this.#stagePath, this.#buildPath, this.#path]) await rm(path, { force: true })
  }

  get #path(): string {
    return join(this.#deps.directory, this.file)
  }

  get #buildPath(): string {
    return `${this.#path}${temporaryEndings.build}`
  }

  get #stagePath(): string {
    return `${this.#path}${temporaryEndings.stage}`
  }

  #addRecord(record: JsonRecord): void {
    const raw = this.#rows.read(record)
    if (!this.#staged) {
      const isTelling = this.#unsettled.some((source) => raw[source] !== null)
      if (!isTelling || this.#request.isPartial) {
        if (isTelling) throw new FullPullNeeded('A column holds its first value.')
        this.#addRow(raw, this.#rows.count)
        return
      }
      this.#startStage()
    }
    noteKinds(this.#kinds, raw)
    this.#staged?.add(raw)
  }

  #addRow(raw: readonly RawCell[], recordNumber: number): void {
    const { key, cells } = this.#shape(raw, recordNumber)
    this.#latestChange.note(cells)
    if (this.#deletionMark?.isOn(raw) !== true) this.#build?.add(key, cells)
    else if (key !== undefined) this.#build?.remove(key)
  }

  #shape(raw: readonly RawCell[], recordNumber: number): ReturnType<RowShaper['shape']> {
    const { isPartial, definition } = this.#request
    if (!isPartial || !mayChangeColumns(definition)) return this.#shaper.shape(raw, recordNumber)
    for (let index = this.#rows.knownColumns; index < raw.length; index++)
      if (raw[index] !== null) throw new FullPullNeeded('There is a new column.')
    try {
      return this.#shaper.shape(raw, recordNumber)
    } catch (cause) {
      if (definition.onTypeChange === 'fail') throw cause
      throw new FullPullNeeded('A value does not fit its column.', { cause })
    }
  }

  #startStage(): void {
    this.#firstStaged = this.#rows.count === 0 ? 1 : this.#rows.count
    reserve(this.#stagePath)
    this.#staged = StagedRows.open(this.#stagePath, this.#deps.dataKey)
  }

  #startMerge(): void {
    const { definition, current } = this.#request
    const previous = this.#previous
    // A file of the first layout takes no rows as they are now written.
    const isLikeOurs = previous?.meta.indexedAfter !== undefined
    if (this.#isFirst || !isLikeOurs || !sameTable(previous.meta, definition.key, toColumns(this.#planned)))
      throw new FullPullNeeded('The current snapshot cannot be built upon.')
    reserve(this.#buildPath)
    this.#build = SnapshotMerge.open({
      path: this.#buildPath,
      dataKey: this.#deps.dataKey,
      revision: current.revision + 1,
      previous,
      duplicates: definition.duplicates,
    })
  }

  #startBuild(): TableBuild {
    const { dataset, definition, current } = this.#request
    const previous = this.#previous
    reserve(this.#buildPath)
    this.#build = SnapshotBuild.open({
      path: this.#buildPath,
      dataKey: this.#deps.dataKey,
      dataset,
      revision: current.revision + 1,
      key: definition.key,
      columns: this.#planned,
      rowSalt: previous?.meta.rowSalt ?? Buffer.from(this.#deps.random.bytes(16)).toString('base64url'),
      previous,
      duplicates: definition.duplicates,
    })
    return this.#build
  }

  /** Settles the types and moves what was staged to where it belongs. */
  async #emptyStage(staged: StagedRows, signal: AbortSignal): Promise<void> {
    const { definition } = this.#request
    if (this.#isFirst) this.#planned = planFound(this.#rows.flattener, this.#kinds, definition.columns)
    else {
      const seen = { flattener: this.#rows.flattener, seen: this.#kinds }
      const { columns, changes } = adaptColumns(this.#planned, seen, definition)
      this.#planned = settleTypes(columns, this.#kinds, this.#rows.flattener)
      this.#changes = changes
    }
    this.#shaper = new RowShaper(this.#planned, definition.key)
    this.#latestChange.follow(this.#planned)
    if (!this.#build) this.#startBuild()
    let recordNumber = this.#firstStaged
    for await (const rows of staged.batches()) {
      signal.throwIfAborted()
      for (const raw of rows) this.#addRow(raw, recordNumber++)
    }
    staged.close()
    this.#staged = undefined
    await rm(this.#stagePath, { force: true })
  }

  #describe(counts: BuildCounts): SnapshotResult {
    const { revision } = this.#request.current
    return {
      revision: counts.isUnchanged ? revision : revision + 1,
      file: counts.isUnchanged ? undefined : this.file,
      columns: toStoredColumns(this.#planned),
      rows: counts.rows,
      rowsChanged: counts.changed,
      rowsDeleted: counts.deleted,
      duplicates: counts.duplicates,
      latestChangeMs: this.#latestChange.latestMs,
      warnings: this.#rows.count === 0 ? [] : this.#describeFindings(),
    }
  }

  #describeFindings(): string[] {
    const { definition, columns, isPartial, updatedColumn } = this.#request
    const isSilent = this.#latestChange.latestMs === undefined
    const silentUpdatedColumn = isSilent ? updatedColumn : undefined
    const findings = { flattener: this.#rows.flattener, changes: this.#changes, missing: this.#rows.missing }
    return describeFindings({ ...findings, definition, stored: columns, isPartial, silentUpdatedColumn })
  }

  /** The snapshot to compare with. One that cannot be read is as good as none: readers then read the whole new table. */
  #openPrevious(): PreviousSnapshot | undefined {
    const { dataset, current } = this.#request
    if (current.file === undefined) return undefined
    try {
      return readPrevious(join(this.#deps.directory, current.file), this.#deps.dataKey)
    } catch (cause) {
      this.#deps.log.error('current snapshot cannot be read', { dataset, revision: current.revision, cause })
      return undefined
    }
  }
}
