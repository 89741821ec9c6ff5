import { datasetDefinition, type DatasetDefinition } from '../dataset/definition.ts'
import { parseStoredColumns } from '../dataset/stored-columns.ts'
import { BrokerError } from '../errors/broker-error.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import type { Random } from '../kernel/random.ts'
import { FullPullNeeded } from '../snapshot/changed-rows.ts'
import { SnapshotWriter, type SnapshotResult, type SnapshotWriterDeps } from '../snapshot/snapshot-writer.ts'
import type { SourcePage, SourceReader } from '../source/source-reader.ts'
import type { DatasetRecord, PullRecord } from '../store/records.ts'
import type { CompletedReading, Stores } from '../store/stores.ts'
import type { PullLease } from './pull-lease.ts'
import { readAhead } from './read-ahead.ts'
import { narrowToChanges, planReading, pointAfter } from './reading-plan.ts'

export interface PullDeps {
  readonly stores: Pick<Stores, 'definitions' | 'pulls' | 'snapshots'>
  readonly snapshotDirectory: string
  readonly dataKey: SnapshotWriterDeps['dataKey']
  /** The one reader of a source in this process: its tokens and call budgets outlive a pull. */
  readonly sourceReaderFor: (source: string) => SourceReader | Promise<SourceReader>
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

const touchEveryMs = 60_000
/** Below the size at which pages weigh on the memory. */
const lightPageBytes = 2_097_152
/** Of a source that changes while it is read; then the pull fails rather than publish what may lack a record. */
const mostReadings = 3

/**
 * Runs one claimed pull to its end: completed, failed, cancelled, or given back. Never rejects for what goes wrong with the pull; what
 * goes wrong with the database is left to the lease, which runs out.
 */
export async function runPull(deps: PullDeps, pull: PullRecord, lease: PullLease): Promise<void> {
  lease.start()
  try {
    await readAndComplete(deps, pull, lease)
  } catch (error) {
    // However the work put it, an ended lease is why it ended.
    await endEarly(deps, lease, error).catch((cause: unknown) =>
      deps.log.error('end of a pull not written', { pull: pull.id, cause }),
    )
  } finally {
    await lease.stop()
  }
}

/** What a pull works with, and from which moment on it reads changes; undefined when it reads everything. */
interface Reading {
  readonly pull: PullRecord
  readonly dataset: DatasetRecord
  readonly definition: DatasetDefinition
  readonly sinceMs: number | undefined
}

async function readAndComplete(deps: PullDeps, pull: PullRecord, lease: PullLease): Promise<void> {
  const dataset = await getDataset(deps, pull.dataset)
  const definition = datasetDefinition.parse(JSON.parse(dataset.definition))
  const sinceMs = planReading(definition, dataset, deps.clock.nowMs())
  let reading: Reading = { pull, dataset, definition, sinceMs }
  for (let attempt = 1; ; attempt += 1) {
    try {
      await readOnce(deps, reading, lease)
      return
    } catch (error) {
      if (error instanceof FullPullNeeded && reading.sinceMs !== undefined) reading = { ...reading, sinceMs: undefined }
      else if (!isChangedMeanwhile(error) || attempt === mostReadings) throw error
      deps.log.info('the source is read again', { pull: pull.id, cause: error })
    }
  }
}

function isChangedMeanwhile(error: unknown): boolean {
  return error instanceof BrokerError && error.code === 'source-changed'
}

async function readOnce(deps: PullDeps, reading: Reading, lease: PullLease): Promise<void> {
  const { pull, dataset, definition, sinceMs } = reading
  const current = await deps.stores.snapshots.findCurrent(pull.dataset)
  const writer = new SnapshotWriter(
    { ...deps, directory: deps.snapshotDirectory },
    {
      dataset: pull.dataset,
      source: definition.source,
      pullId: pull.id,
      definition,
      columns: parseStoredColumns(dataset.columns),
      current: { revision: dataset.revision, file: current?.file },
      isPartial: sinceMs !== undefined,
      updatedColumn: definition.incremental?.updatedColumn,
    },
  )
  let isFinished = false
  try {
    await writer.start()
    // Before the first request: what changes from here on may be missing in what the source answers.
    const startedAtMs = deps.clock.nowMs()
    const narrowed = sinceMs === undefined ? definition : narrowToChanges(definition, sinceMs)
    const warnings = await readAll(deps, narrowed, { writer, lease })
    const result = await writer.finish(lease.signal)
    isFinished = true
    lease.signal.throwIfAborted()
    const readFromMs = pointAfter({ startedAtMs, latestChangeMs: result.latestChangeMs }, definition.incremental, {
      isFull: sinceMs === undefined,
      readFromMs: dataset.readFromMs,
    })
    await complete(deps, lease, {
      ...result,
      warnings: [...warnings, ...result.warnings, ...describeDuplicates(result.duplicates, definition)],
      reading: { startedAtMs, changesSinceMs: sinceMs, readFromMs },
    })
  } catch (error) {
    if (!isFinished || !(await isPublished(deps, pull.dataset, writer.file))) await writer.discard()
    throw error
  }
}

/** Records that share a key are one row of the table: right where a record moved between pages, wrong where the key is not unique. */
function describeDuplicates(count: number, { key, duplicates }: DatasetDefinition): readonly string[] {
  if (count === 0 || key.length === 0) return []
  const records = count === 1 ? '1 record' : `${count} records`
  return [
    `${records} had the key (${key.join(', ')}) of another one; the ${duplicates} of each is in the table. If rows are missing, the key is not unique.`,
  ]
}

/** Whether another page like this one may be held beside it. A page of a window is as large as its slice, which nobody knows. */
function isLight({ bytes }: SourcePage): boolean {
  return bytes !== undefined && bytes <= lightPageBytes
}

/** Resolves with what the source's reader warns of. */
async function readAll(
  deps: PullDeps,
  definition: DatasetDefinition,
  { writer, lease }: { readonly writer: SnapshotWriter; readonly lease: PullLease },
): Promise<readonly string[]> {
  const reader = await deps.sourceReaderFor(definition.source)
  const tokenCallsBefore = reader.tokenCalls - lease.progress.tokenCalls
  let touchedAtMs = deps.clock.monotonicMs()
  lease.note({ ...lease.progress, rows: 0, pages: 0 })
  const countTokenCalls = (): number => reader.tokenCalls - tokenCallsBefore
  try {
    const read = (signal: AbortSignal): ReturnType<SourceReader['read']> =>
      reader.read(definition, signal, { isUrgent: () => lease.isUrgent })
    for await (const { records } of readAhead(read, isLight, lease.signal)) {
      await writer.add(records, lease.signal)
      const { rows, pages } = lease.progress
      lease.note({ rows: rows + records.length, pages: pages + 1, tokenCalls: countTokenCalls() })
      if (deps.clock.monotonicMs() - touchedAtMs < touchEveryMs) continue
      touchedAtMs = deps.clock.monotonicMs()
      await writer.touch()
    }
  } finally {
    lease.note({ ...lease.progress, tokenCalls: countTokenCalls() })
  }
  lease.signal.throwIfAborted()
  return reader.warnings
}

type CompletedRead = SnapshotResult & { readonly reading: CompletedReading }

async function complete(deps: PullDeps, lease: PullLease, result: CompletedRead): Promise<void> {
  const { revision, file, rowsChanged, rowsDeleted, duplicates, warnings, reading } = result
  const { pullId, owner } = lease
  const isOurs = await deps.stores.pulls.complete(
    pullId,
    owner,
    {
      ...lease.progress,
      revision,
      columns: JSON.stringify(result.columns),
      snapshot: file === undefined ? undefined : { file, rows: result.rows },
      rowsChanged,
      rowsDeleted,
      duplicates,
      warnings,
      reading,
    },
    deps.clock.nowMs(),
  )
  if (!isOurs) {
    // Cancelled, taken over, or of a definition that has changed: asking once more tells.
    await lease.renew()
    lease.end('lost')
    lease.signal.throwIfAborted()
  }
  const isFull = reading.changesSinceMs === undefined
  deps.log.info('pull completed', { pull: pullId, revision, rows: result.rows, rowsChanged, rowsDeleted, isFull })
}

/** Whether a transaction whose answer got lost has made `file` a snapshot after all. When nobody can tell, it stays for the cleaning. */
async function isPublished(deps: PullDeps, dataset: string, file: string): Promise<boolean> {
  try {
    return (await deps.stores.snapshots.findCurrent(dataset))?.file === file
  } catch {
    return true
  }
}

async function endEarly(deps: PullDeps, lease: PullLease, error: unknown): Promise<void> {
  const { stores, clock, log } = deps
  // No report may be on its way when the end is written, and its answer counts.
  await lease.stop()
  const { pullId, owner, ending } = lease
  if (ending === 'lost') {
    log.warn('pull given up', { pull: pullId })
  } else if (ending === 'stopped') {
    await lease.release()
  } else if (ending === 'cancelled') {
    await stores.pulls.endCancelled(pullId, owner, clock.nowMs())
    log.info('pull cancelled', { pull: pullId })
  } else {
    await stores.pulls.fail(pullId, owner, describeProblem(deps, pullId, error), clock.nowMs())
  }
}

function describeProblem({ log }: PullDeps, pullId: string, error: unknown): Pick<BrokerError, 'code' | 'message'> {
  if (error instanceof BrokerError) {
    // Not the message: it may name a record.
    log.warn('pull failed', { pull: pullId, code: error.code, cause: error.cause })
    return { code: error.code, message: error.message }
  }
  log.error('pull failed', { pull: pullId, code: 'internal', cause: error })
  return { code: 'internal', message: 'Something went wrong in the broker; its log says what.' }
}

async function getDataset(deps: PullDeps, name: string): Promise<DatasetRecord> {
  const dataset = await deps.stores.definitions.findDataset(name)
  if (!dataset) throw new BrokerError('dataset-unknown', `There is no dataset ${name}.`)
  return dataset
}
