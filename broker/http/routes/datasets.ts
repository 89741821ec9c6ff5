import { join } from 'node:path'
import * as z from 'zod'
import type { CursorSeal } from '../../crypto/cursor-seal.ts'
import { parseFormats } from '../../dataset/column-format.ts'
import { BrokerError } from '../../errors/broker-error.ts'
import type { PagePool } from '../../feed/page-pool.ts'
import type { Access, ReadableDataset } from '../../identity/access.ts'
import type { Clock } from '../../kernel/clock.ts'
import { openCursor, sealCursor } from '../../query/cursor.ts'
import type { PageRequest } from '../../query/page-request.ts'
import { parseRowsQuery } from '../../query/rows-query.ts'
import type { SnapshotRecord } from '../../store/records.ts'
import type { Stores } from '../../store/stores.ts'
import { toDatasetBody, toDatasetSummary, toInstant } from '../bodies.ts'
import type { DatasetsBody } from '../contract.ts'
import { sendJson, type Route, type SessionCall } from '../route.ts'
import { isKnown, makeTag, sendKnown, sendRows } from '../rows-answer.ts'
import { dataset, datasets, rows } from '../schemas.ts'

interface DatasetRouteDeps {
  readonly access: Access
  readonly stores: Pick<Stores, 'pulls' | 'snapshots'>
  readonly pagePool: PagePool
  readonly cursorSeal: CursorSeal
  /** The folder that snapshot files are named in. */
  readonly snapshotDirectory: string
  readonly clock: Clock
}

const rowsParameters = {
  limit: {
    description: 'The most rows and deleted keys on a page. A page of 2 MiB ends earlier.',
    schema: z.number().int().min(1).max(10_000).default(1_000),
  },
  since: {
    description: 'Only what changed after this revision.',
    schema: z.number().int().min(1),
  },
  columns: { description: 'Names of columns, with commas between; the key’s always come.', schema: z.string() },
  filter: {
    description: 'Only rows for which this is true, in OData’s language for `$filter`.',
    schema: z.string(),
  },
  orderby: {
    description: 'Names of columns, each with `asc` or `desc` after it, with commas between.',
    schema: z.string(),
  },
  top: { description: 'Only the first so many rows.', schema: z.number().int().min(1) },
  sincenow: {
    description: 'With `since` and a filter that has `now()`: what `now` was in the answer that the changes build on.',
    schema: z.iso.datetime(),
  },
  cursor: { description: '`next` of the page before. Stands alone.', schema: z.string() },
}

/** What one may read, and reading it. */
export function datasetRoutes(deps: DatasetRouteDeps): Route[] {
  const { access, stores } = deps
  return [
    {
      method: 'get',
      path: '/api/v1/datasets',
      permission: 'session',
      summary: 'The datasets that one may read, by name',
      answers: { 200: { description: 'All of them.', schema: datasets } },
      handle: async ({ caller, response }) => {
        const readable = await access.listReadable(caller.user.id)
        const body: DatasetsBody = { datasets: readable.map((each) => toDatasetSummary(each, deps.clock.nowMs())) }
        sendJson(response, 200, body)
      },
    },
    {
      method: 'get',
      path: '/api/v1/datasets/:name',
      permission: 'session',
      summary: 'One dataset: its columns, its key, the pull under way',
      answers: { 200: { description: 'The dataset.', schema: dataset } },
      problems: ['dataset-unknown'],
      handle: async ({ caller, params, response }) => {
        const readable = await access.authorise(caller.user.id, params['name'] ?? '')
        const activePull = await stores.pulls.findActive(readable.dataset.name)
        sendJson(response, 200, toDatasetBody(readable, activePull, deps.clock.nowMs()))
      },
    },
    {
      method: 'get',
      path: '/api/v1/datasets/:name/rows',
      permission: 'session',
      summary: 'One page of one revision: the whole table, or what changed since an earlier revision',
      query: rowsParameters,
      answers: {
        200: { description: 'The page.', schema: rows },
        304: { description: 'The client’s copy of the page (If-None-Match) is still right.' },
      },
      problems: ['dataset-unknown', 'dataset-empty', 'cursor-invalid', 'cursor-expired', 'revision-unknown'],
      handle: (call) => answerRows(call, deps),
    },
  ]
}

async function answerRows(call: SessionCall, deps: DatasetRouteDeps): Promise<void> {
  const { request, response, caller, params, query, signal } = call
  const readable = await deps.access.authorise(caller.user.id, params['name'] ?? '')
  const { name, pulledAtMs, definition } = readable.dataset
  const formats = parseFormats(definition)
  const reader = { userId: caller.user.id, dataset: name, columns: readable.columns }
  const { page, snapshot, earlier } = await findPage(readable, query, { deps, userId: caller.user.id })
  // Everything that the page is made from; the cursors in it are bound to the user.
  const columns = reader.columns === undefined ? ['all'] : ['some', ...reader.columns]
  const position = page.from ? [page.from.afterKey, page.from.afterLeft, page.from.afterRow] : ['first', 0, 0]
  const { choice, comparison } = page
  const chosen = [choice.columns, choice.filter, choice.orderBy, choice.top, choice.nowMs].map((part) => part ?? null)
  const tag = makeTag([
    ...[reader.userId, name, page.revision, pulledAtMs, page.since, page.limit],
    ...position,
    ...chosen,
    ...(comparison ? ['compared', comparison.nowMs ?? null] : ['remembered']),
    ...columns,
    ...['formats', JSON.stringify(formats)],
  ])
  if (isKnown(request, tag)) {
    sendKnown(response, tag)
    return
  }
  const encoded = await deps.pagePool.read(
    {
      path: join(deps.snapshotDirectory, snapshot.file),
      earlierPath: earlier && join(deps.snapshotDirectory, earlier.file),
      request: page,
      columns: readable.columns,
      formats,
      dataset: name,
      pulledAt: toInstant(pulledAtMs),
    },
    signal,
  )
  const next = encoded.next ? sealCursor(deps.cursorSeal, reader, { ...page, from: encoded.next }) : null
  const bytes = Buffer.concat([encoded.bytes, Buffer.from(`${JSON.stringify(next)}}`, 'utf8')])
  await sendRows(request, response, { tag, bytes })
}

interface FoundPage {
  readonly page: PageRequest
  readonly snapshot: SnapshotRecord
  /** The snapshot to compare with. */
  readonly earlier: SnapshotRecord | undefined
}

/** Which page of which snapshot a request names. */
async function findPage(
  { dataset: { name }, columns }: ReadableDataset,
  parameters: ReadonlyMap<string, string>,
  { deps, userId }: { deps: DatasetRouteDeps; userId: string },
): Promise<FoundPage> {
  const { snapshots } = deps.stores
  const query = parseRowsQuery(parameters, deps.clock.nowMs())
  if (query.cursor !== undefined) {
    const page = openCursor(deps.cursorSeal, { userId, dataset: name, columns }, query.cursor)
    const snapshot = await snapshots.find(name, page.revision)
    const isCompared = page.comparison !== undefined && page.since !== null
    const earlier = isCompared ? await snapshots.find(name, page.since) : undefined
    if (!snapshot || (isCompared && !earlier))
      throw new BrokerError('cursor-expired', 'Read again from the start, without a cursor.')
    return { page, snapshot, earlier }
  }
  const snapshot = await snapshots.findCurrent(name)
  if (!snapshot) throw new BrokerError('dataset-empty', 'Request a pull and wait for it.')
  const { since, sinceNowMs, limit, choice } = query
  if (since !== null && since > snapshot.revision)
    throw new BrokerError('revision-unknown', 'There is no such revision yet. Read the whole table: leave out `since`.')
  const earlier = since === null ? undefined : await snapshots.find(name, since)
  const comparison = earlier && { nowMs: sinceNowMs }
  return {
    page: { revision: snapshot.revision, since, comparison, choice, limit, from: undefined },
    snapshot,
    earlier,
  }
}
