// Getting a dataset from the broker: wait for a fresh snapshot, then read all of it, or all that changed, before Excel is touched.
import type { ColumnBody, PullBody, RowsBody } from '../broker/http/contract.ts'
import type { BrokerClient } from '../client/broker-client.ts'
import type { RowsChoice } from '../client/choice.ts'
import { ClientError } from '../client/client-error.ts'
import { toSheetValue } from './cells.ts'
import { needComparison } from './comparison-needed.ts'
import type { OwnCells } from './delta-plan.ts'
import { TableError } from './table-error.ts'
import { mostSheetRows } from './workbook.ts'

/** How far a task has come. `total` is undefined while nobody can know. */
export interface Progress {
  readonly phase: 'waiting' | 'pulling' | 'reading' | 'writing'
  readonly done: number
  readonly total: number | undefined
}

export interface TaskOptions {
  readonly signal: AbortSignal
  readonly onProgress: (progress: Progress) => void
}

/** Rows of one revision: all of them, or those that changed since another. Cells are in the order of `columns`, as Excel keeps them. */
export interface ReadRows {
  readonly revision: number
  readonly columns: readonly ColumnBody[]
  readonly key: readonly string[]
  readonly tableRows: number
  readonly names: readonly string[]
  readonly rows: readonly OwnCells[]
  readonly deleted: readonly string[]
}

/**
 * Waits until the dataset is as fresh as it has to be. Ending the wait also withdraws from the pull.
 *
 * @throws {ClientError} with the pull's problem when it failed
 */
export async function awaitFreshSnapshot(
  client: BrokerClient,
  dataset: string,
  options: TaskOptions,
): Promise<PullBody> {
  options.onProgress({ phase: 'waiting', done: 0, total: undefined })
  let pull = await client.requestPull(dataset, options.signal)
  if (!isActive(pull)) return expectCompleted(pull)
  try {
    for await (pull of client.followPull(pull.id, options.signal)) {
      const phase = pull.state === 'queued' ? 'waiting' : 'pulling'
      options.onProgress({ phase, done: pull.rows, total: undefined })
    }
  } catch (error) {
    // Whoever gives up must not keep the broker working for nobody.
    if (options.signal.aborted) client.withdraw(pull.id).catch(() => undefined)
    throw error
  }
  return expectCompleted(pull)
}

/** What to read of a dataset. */
export interface ReadRequest extends RowsChoice {
  readonly dataset: string
  /** Only what changed after this revision. */
  readonly since?: number
}

/**
 * Reads every page; starts again once when the broker removed the revision in the middle of it.
 *
 * @throws {TableError} `too-many-rows` after the first page when a sheet has not so many rows
 */
export async function readDataset(client: BrokerClient, request: ReadRequest, options: TaskOptions): Promise<ReadRows> {
  try {
    return await readPages(client, request, options)
  } catch (error) {
    if (!(error instanceof ClientError) || error.code !== 'cursor-expired') throw error
    return readPages(client, request, options)
  }
}

/**
 * The same for what the broker may not know any more.
 *
 * @throws {ComparisonNeeded} when it cannot tell
 */
export async function readOrCompare(
  client: BrokerClient,
  request: ReadRequest,
  options: TaskOptions,
): Promise<ReadRows> {
  try {
    return await readDataset(client, request, options)
  } catch (error) {
    if (!(error instanceof ClientError) || !readAgainCodes.has(error.code)) throw error
    return needComparison()
  }
}

/** With these the broker says that it cannot tell. */
const readAgainCodes = new Set(['revision-unknown', 'request-invalid'])

async function readPages(
  client: BrokerClient,
  { dataset, ...choice }: ReadRequest,
  { signal, onProgress }: TaskOptions,
): Promise<ReadRows> {
  const names: string[] = []
  const rows: OwnCells[] = []
  const deleted: string[] = []
  let first: RowsBody | undefined
  for await (const { body, rowsRead } of client.readRows(dataset, { ...choice, signal })) {
    first ??= body
    if (body.totalRows >= mostSheetRows) throw new TableError('too-many-rows', String(body.totalRows))
    const { columns } = first
    for (const name of body.keys) names.push(name)
    for (const name of body.deleted) deleted.push(name)
    for (const row of body.rows) rows.push(columns.map(({ type }, index) => toSheetValue(row[index] ?? null, type)))
    onProgress({ phase: 'reading', done: rowsRead, total: body.totalRows })
  }
  if (!first) throw new ClientError('protocol', 'The broker sent no page.')
  const { revision, columns, key, tableRows } = first
  return { revision, columns, key, tableRows, names, rows, deleted }
}

function isActive({ state }: PullBody): boolean {
  return state === 'queued' || state === 'running' || state === 'cancelling'
}

function expectCompleted(pull: PullBody): PullBody {
  if (pull.state === 'completed') return pull
  const problem = pull.problem ?? {
    type: '/problems/pull-cancelled',
    title: 'The pull was cancelled',
    status: 409,
    detail: 'The pull was cancelled before it was complete.',
    code: 'pull-cancelled',
    retryable: false,
  }
  throw new ClientError('problem', problem.detail, { problem })
}
