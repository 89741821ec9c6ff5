import { rm, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { DataKey } from '../crypto/encrypted-file.ts'
import type { ColumnType, StoredColumn } from '../dataset/column.ts'
import type { JsonRecord } from '../dataset/flatten.ts'
import type { Clock } from '../kernel/clock.ts'
import { hasCode } from '../kernel/error-code.ts'
import { makeId } from '../kernel/id.ts'
import type { Log } from '../kernel/log.ts'
import type { Random } from '../kernel/random.ts'
import { createFolder } from '../kernel/shared-folder.ts'
import { ChangedRows } from './changed-rows.ts'
import { planFound, planStored, settleTypes, toStoredColumns, type PlannedColumn } from './column-plan.ts'
import {
  adaptColumns,
  noChanges,
  refuseMissingColumns,
  refuseNewColumns,
  refuseObjects,
  type ColumnChanges,
} from './column-drift.ts'
import { DeletionMark } from './deletion-mark.ts'
import { describeFindings } from './pull-warnings.ts'
import { RecordRows } from './record-rows.ts'
import { readPrevious } from './snapshot-meta.ts'
import { publishFile, temporaryEndings } from './snapshot-place.ts'
import type { SnapshotRequest } from './snapshot-request.ts'
import { takeTurns, type PreviousSnapshot } from './table-build.ts'
import type { MadeTable } from './table-maker.ts'
import { WholeTable } from './whole-table.ts'

export interface SnapshotWriterDeps {
  /** The snapshot directory: one folder a dataset. */
  readonly directory: string
  readonly dataKey: DataKey
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

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
 * Writes one snapshot out of records, holding few of them.
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
  readonly #deletionMark: DeletionMark | undefined
  #planned: readonly PlannedColumn[]
  #table: WholeTable | ChangedRows | undefined
  #changes: ColumnChanges = noChanges

  constructor(deps: SnapshotWriterDeps, request: SnapshotRequest) {
    this.#deps = deps
    this.#request = request
    this.#isFirst = request.columns.length === 0
    this.#planned = planStored(request.columns, request.definition.columns)
    this.#rows = new RecordRows(request)
    const { deletedWhen } = request.definition
    this.#deletionMark = deletedWhen && new DeletionMark(deletedWhen, this.#rows.flattener)
    // Two processes may work on the same pull for a moment, when a lease runs out: neither may touch the other's file.
    const attempt = `${request.pullId}-${makeId(deps.random)}`
    this.file = `${request.dataset}/${request.current.revision + 1}-${attempt}.db`
  }

  /**
   * Makes ready to write.
   *
   * @throws {FullPullNeeded} when there is nothing that a part could be merged into
   */
  async start(): Promise<void> {
    await createFolder(dirname(this.#path))
    const previous = this.#openPrevious()
    this.#table = this.#request.isPartial ? this.#startChanges(previous) : this.#startWhole(previous)
  }

  /**
   * Adds records in the source's order. What is wrong with one may be told by a later call, or by `finish`.
   *
   * @throws {BrokerError} `key-invalid`, `column-mismatch`, `source-malformed`, `source-too-large`
   * @throws {FullPullNeeded} when a part holds the first value of a column
   */
  async add(records: readonly JsonRecord[], signal: AbortSignal): Promise<void> {
    let inBatch = 0
    for (const record of records) {
      for (const row of this.#rows.expand(record)) {
        const isFull = this.#addRecord(row)
        if (++inBatch < batchRecords && !isFull) continue
        inBatch = 0
        await this.#takeTurns(isFull, signal)
      }
    }
    refuseNewColumns(this.#rows.flattener, this.#request.definition)
    refuseObjects(this.#rows.flattener, this.#planned)
    await this.#takeTurns(false, signal)
  }

  /** Tells the cleaning of leftovers that this attempt is alive; to be called every few minutes, however slow the source is. */
  async touch(): Promise<void> {
    const nowSeconds = this.#deps.clock.nowMs() / 1_000
    for (const path of [this.#stagePath, this.#buildPath])
      await utimes(path, nowSeconds, nowSeconds).catch((error: unknown) => {
        // Not made yet, or not needed.
        if (!hasCode(error, 'ENOENT')) throw error
      })
  }

  /**
   * Ends the snapshot: types are settled, the file is synced and has its name. Nothing is kept when no row, key or column differs from the
   * current revision; another order of the rows is no difference.
   *
   * @throws {BrokerError} `column-mismatch`, `key-invalid`
   */
  async finish(signal: AbortSignal): Promise<SnapshotResult> {
    refuseMissingColumns(this.#rows.missing, this.#request.definition)
    const made = await this.#finishTable(signal)
    await this.#closeTable()
    if (made.isUnchanged) await this.discard()
    else {
      await rm(this.#stagePath, { force: true })
      await publishFile(this.#buildPath, this.#path)
    }
    return this.#describe(made)
  }

  /** Leaves nothing behind, not even what `finish` made. */
  async discard(): Promise<void> {
    await this.#closeTable()
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

  #addRecord(record: JsonRecord): boolean {
    const raw = this.#rows.read(record)
    const isDeleted = this.#deletionMark?.isOn(raw) === true
    if (this.#table instanceof WholeTable) return this.#table.add(raw, isDeleted)
    this.#table?.add(raw, this.#rows.count, isDeleted)
    return false
  }

  async #takeTurns(isFull: boolean, signal: AbortSignal): Promise<void> {
    if (this.#table instanceof ChangedRows) await this.#table.settle()
    else if (isFull) await this.#table?.flush(signal)
    await takeTurns(signal)
  }

  async #finishTable(signal: AbortSignal): Promise<MadeTable> {
    const createdAtMs = this.#deps.clock.nowMs()
    if (this.#table instanceof ChangedRows) return this.#table.finish(createdAtMs)
    if (!this.#table) throw new Error('The snapshot was not started.')
    await this.#table.flush(signal)
    const { columns, changes } = this.#plan(await this.#table.seenKinds(signal))
    this.#planned = columns
    this.#changes = changes
    return this.#table.finish(columns, createdAtMs, signal)
  }

  /** The columns that values of these kinds make of those that are known. */
  #plan(seen: readonly number[]): ReturnType<typeof adaptColumns> {
    const { flattener } = this.#rows
    const { definition, columns: stored } = this.#request
    if (this.#isFirst) return { columns: planFound(flattener, seen, definition.columns), changes: noChanges }
    const planned = planStored(stored, definition.columns)
    const { columns, changes } = adaptColumns(planned, { flattener, seen }, definition)
    return { columns: settleTypes(columns, seen, flattener), changes }
  }

  #startChanges(previous: PreviousSnapshot | undefined): ChangedRows {
    return new ChangedRows({
      request: this.#request,
      columns: this.#planned,
      knownCells: this.#rows.knownColumns,
      previous,
      path: this.#buildPath,
      dataKey: this.#deps.dataKey,
    })
  }

  #startWhole(previous: PreviousSnapshot | undefined): WholeTable {
    const { dataset, definition, current, updatedColumn } = this.#request
    const { flattener } = this.#rows
    return new WholeTable({
      build: {
        path: this.#buildPath,
        dataset,
        revision: current.revision + 1,
        key: definition.key,
        rowSalt: previous?.meta.rowSalt ?? Buffer.from(this.#deps.random.bytes(16)).toString('base64url'),
        previous,
        duplicates: definition.duplicates,
      },
      declared: declaredTypes(definition.columns),
      isOpen: this.#isFirst || definition.onNewColumn === 'add',
      mayRetype: this.#isFirst || definition.onTypeChange !== 'fail',
      stage: { path: this.#stagePath, key: this.#deps.random.bytes(32) },
      updatedColumn,
      dataKey: this.#deps.dataKey,
      plan: (seen) => this.#plan(seen).columns,
      names: () => flattener.columns,
    })
  }

  async #closeTable(): Promise<void> {
    await this.#table?.close()
    this.#table = undefined
  }

  #describe(made: MadeTable): SnapshotResult {
    const { revision } = this.#request.current
    return {
      revision: made.isUnchanged ? revision : revision + 1,
      file: made.isUnchanged ? undefined : this.file,
      columns: toStoredColumns(this.#planned),
      rows: made.rows,
      rowsChanged: made.changed,
      rowsDeleted: made.deleted,
      duplicates: made.duplicates,
      latestChangeMs: made.latestChangeMs,
      warnings: this.#rows.count === 0 ? [] : this.#describeFindings(made),
    }
  }

  #describeFindings({ latestChangeMs }: MadeTable): string[] {
    const { definition, columns, isPartial, updatedColumn } = this.#request
    const silentUpdatedColumn = latestChangeMs === undefined ? updatedColumn : undefined
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

function declaredTypes(columns: SnapshotRequest['definition']['columns']): Record<string, ColumnType> {
  const typed = Object.entries(columns).flatMap(([name, { type }]) =>
    type === undefined ? [] : [[name, type] as const],
  )
  return Object.fromEntries(typed)
}
