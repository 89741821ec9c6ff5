// The add-in's tables end to end without a browser: the real Excel library on a simulated workbook, and the real client against a
// small HTTP broker that keeps revisions of one dataset.
import type { PullBody } from '../../broker/http/contract.ts'
import { BrokerClient } from '../../client/broker-client.ts'
import { createMemoryStorage } from '../../client/session-storage.ts'
import { createExcelWorkbook } from '../../addin/excel.ts'
import type { TableDeps } from '../../addin/insert.ts'
import type { Progress, TaskOptions } from '../../addin/read-dataset.ts'
import { startExcelInNode, type NodeExcel } from '../../excel-host/node.ts'
import { credential, problem, sendJson, startTinyBroker, type TinyBroker } from '../client/tiny-broker.ts'
import type { TinyDataset } from './tiny-dataset.ts'

export { TinyDataset, type SourceRow } from './tiny-dataset.ts'

export interface TableFixture {
  readonly excel: NodeExcel
  readonly broker: TinyBroker
  readonly dataset: TinyDataset
  readonly deps: TableDeps
  readonly options: TaskOptions
  readonly progress: readonly Progress[]
  stop(): Promise<void>
}

const summary = (dataset: TinyDataset) => ({
  name: 'people',
  title: 'People & places',
  description: 'Everybody we know, and where they are',
  revision: dataset.revision === 0 ? null : dataset.revision,
  rows: dataset.revision === 0 ? null : dataset.rows.length,
  pulledAt: '2026-05-01T10:00:00Z',
  nextPullAt: null,
  columns: dataset.columns,
})

/** Makes the broker serve the dataset to a user called Ana. */
export function serveDataset(broker: TinyBroker, dataset: TinyDataset): void {
  const root = '/api/v1/datasets/people'
  const pull: PullBody = {
    id: 'p',
    dataset: 'people',
    state: 'running',
    createdAt: '2026-05-01T10:00:00Z',
    startedAt: null,
    endedAt: null,
    rows: 3,
    pages: 1,
    tokenCalls: 1,
    revision: null,
    rowsChanged: 0,
    rowsDeleted: 0,
    duplicates: 0,
    warnings: [],
    problem: null,
  }
  broker.on('POST /api/v1/sessions', (_request, response) =>
    sendJson(response, 201, { credential, session: {}, user: { name: 'ana', displayName: 'Ana' } }),
  )
  broker.on('GET /api/v1/me', (_request, response) =>
    sendJson(response, 200, { user: { name: 'ana', displayName: 'Ana' }, session: {} }),
  )
  broker.on('DELETE /api/v1/sessions/current', (_request, response) => response.writeHead(204).end())
  broker.on('GET /api/v1/datasets', (_request, response) => sendJson(response, 200, { datasets: [summary(dataset)] }))
  broker.on(`GET ${root}`, (_request, response) =>
    sendJson(response, 200, { ...summary(dataset), key: dataset.key, freshnessSeconds: 0, activePull: null }),
  )
  broker.on(`POST ${root}/pulls`, (_request, response) => sendJson(response, 202, pull))
  broker.on('GET /api/v1/pulls/p/events', (_request, response) => {
    const code = dataset.pullProblem
    const end =
      code === undefined
        ? { ...pull, state: 'completed', revision: dataset.revision }
        : { ...pull, state: 'failed', problem: problem(502, code, true) }
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.end(`data: ${JSON.stringify(pull)}\n\ndata: ${JSON.stringify(end)}\n\n`)
  })
  broker.on(`GET ${root}/rows`, (request, response) => {
    const page = dataset.answer(new URLSearchParams(request.query))
    if (typeof page === 'string') sendJson(response, page === 'revision-unknown' ? 410 : 400, problem(410, page))
    else sendJson(response, 200, page)
  })
}

/** Starts Excel, signs in, and leaves the first cell selected. */
export async function startTables(dataset: TinyDataset): Promise<TableFixture> {
  const [excel, broker] = await Promise.all([startExcelInNode(), startTinyBroker()])
  Object.assign(globalThis, { Excel: excel.Excel, OfficeExtension: excel.OfficeExtension })
  serveDataset(broker, dataset)
  const clock = { nowMs: () => Date.parse('2026-05-02T08:00:00Z'), wait: () => new Promise<void>(() => undefined) }
  const client = new BrokerClient({ brokerUrl: broker.url, storage: createMemoryStorage(), clock, fetch })
  await client.redeem('ABCD', 'Node')
  const progress: Progress[] = []
  const workbook = createExcelWorkbook()
  return {
    excel,
    broker,
    dataset,
    deps: { client, workbook, brokerUrl: broker.url, userName: 'Ana', nowMs: () => clock.nowMs() },
    options: { signal: new AbortController().signal, onProgress: (each) => progress.push(each) },
    progress,
    stop: () => broker.stop(),
  }
}

/** Runs something as the user would do it by hand. */
export function asUser<Result>(
  { excel }: TableFixture,
  work: (sheet: Excel.Worksheet, context: Excel.RequestContext) => Promise<Result>,
): Promise<Result> {
  return excel.Excel.run((context) => work(context.workbook.worksheets.getItem('Sheet1'), context))
}

/** The values of a block of the first sheet. */
export function readValues(fixture: TableFixture, address: string): Promise<unknown[][]> {
  return asUser(fixture, async (sheet, context) => {
    const range = sheet.getRange(address).load('values')
    await context.sync()
    return range.values as unknown[][]
  })
}

/** The header and the body of the only table. */
export function readTable(fixture: TableFixture): Promise<unknown[][]> {
  return asUser(fixture, async (_sheet, context) => {
    const range = context.workbook.tables.getItemAt(0).getRange().load('values')
    await context.sync()
    return range.values as unknown[][]
  })
}

export function writeValues(fixture: TableFixture, address: string, values: unknown[][]): Promise<void> {
  return asUser(fixture, async (sheet, context) => {
    sheet.getRange(address).values = values
    await context.sync()
  })
}

/** Waits until nothing is on its way to Excel: registrations for events go there by themselves. */
export async function settle({ excel }: TableFixture): Promise<void> {
  for (let quiet = 0, last = -1; quiet < 20; quiet += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    if (excel.counters.batches !== last) quiet = 0
    last = excel.counters.batches
  }
}
