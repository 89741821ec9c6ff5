// What a refresh costs in Excel: bytes both ways, waits for an answer, cells written. The add-in's own code on the real Excel library.
import { parseArgs } from 'node:util'
import { BrokerClient } from '../../client/broker-client.ts'
import { createMemoryStorage } from '../../client/session-storage.ts'
import { toSheetValue } from '../../addin/cells.ts'
import { createExcelWorkbook } from '../../addin/excel.ts'
import { insertDataset, type TableDeps } from '../../addin/insert.ts'
import { refreshTable } from '../../addin/refresh.ts'
import { plainSettings } from '../../addin/table-choice.ts'
import { TableSession } from '../../addin/table-session.ts'
import { MAX_PAYLOAD_BYTES } from '../../excel-host/engine/host.ts'
import { startExcelInNode, type NodeExcel } from '../../excel-host/node.ts'
import { refillNaively } from './naive-addin.ts'
import { RefreshDataset } from './refresh-dataset.ts'

interface Cost {
  readonly bytes: number
  readonly syncs: number
  readonly cellWrites: number
  /** To the broker. */
  readonly requests: number
  readonly seconds: number
}

interface Figures {
  readonly rows: number
  readonly firstFill: Cost
  readonly unchanged: Cost
  readonly changed100: Cost
  readonly inserted1Percent: Cost
  readonly naive: Cost
  readonly fewest: { readonly bytes: number; readonly syncs: number }
}

/** The size that the last line is about. */
const judgedRows = 100_000

/** Bytes, syncs and cell writes of refreshes, beside an add-in that writes everything again. */
export async function runRefreshBenchmark(options: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...options],
    options: { rows: { type: 'string', default: '10000,100000,500000' } },
  })
  const all: Figures[] = []
  for (const rows of values.rows.split(',').map(Number)) {
    const figures = await measure(rows)
    all.push(figures)
    print(figures)
  }
  console.log(
    'The fewest possible for a first fill: the JSON of the cells; one look whether the place is free, as many requests as that JSON needs at ' +
      '5 MB each, and one that keeps the link. Nothing is counted but what goes to Excel and back.',
  )
  const judged = all.find(({ rows }) => rows === judgedRows) ?? all.at(-1)
  if (judged) console.log(JSON.stringify(summarize(judged)))
}

async function measure(rows: number): Promise<Figures> {
  const dataset = new RefreshDataset(rows)
  const naiveExcel = await startExcelInNode()
  await refillNaively(naiveExcel, dataset)
  const naive = await costOf(naiveExcel, dataset, () => refillNaively(naiveExcel, dataset))
  const excel = await startExcelInNode()
  const deps = await start(excel, dataset)
  let link = (await insertDataset(deps, 'jobs', plainSettings, quiet())).link
  const refresh = async (): Promise<void> => {
    ;({ link } = await refreshTable(deps, link, quiet()))
  }
  // The first fill is measured on a workbook of its own, so that the code is warm as it is for the others.
  const freshExcel = await startExcelInNode()
  const freshDeps = await start(freshExcel, dataset)
  const firstFill = await costOf(freshExcel, dataset, () => insertDataset(freshDeps, 'jobs', plainSettings, quiet()))
  await start(excel, dataset, deps)
  const unchanged = await costOf(excel, dataset, refresh)
  dataset.change(100)
  const changed100 = await costOf(excel, dataset, refresh)
  dataset.insert(Math.round(rows / 100))
  const inserted1Percent = await costOf(excel, dataset, refresh)
  return {
    rows,
    firstFill,
    unchanged,
    changed100,
    inserted1Percent,
    naive,
    fewest: findFewest(new RefreshDataset(rows)),
  }
}

/** A signed-in client and a workbook that is watched, as when the pane is open. */
async function start(excel: NodeExcel, dataset: RefreshDataset, known?: TableDeps): Promise<TableDeps> {
  Object.assign(globalThis, { Excel: excel.Excel, OfficeExtension: excel.OfficeExtension })
  if (known) return known
  const clock = { nowMs: () => Date.parse('2026-05-02T08:00:00Z'), wait: () => new Promise<void>(() => undefined) }
  const client = new BrokerClient({
    brokerUrl: 'https://broker.example',
    storage: createMemoryStorage(),
    clock,
    fetch: dataset.fetch,
  })
  await client.redeem('CODE', 'Bench')
  const workbook = createExcelWorkbook()
  TableSession.of(workbook)
  await settle(excel)
  return { client, workbook, brokerUrl: 'https://broker.example', userName: 'Ana', nowMs: () => clock.nowMs() }
}

async function costOf(excel: NodeExcel, dataset: RefreshDataset, work: () => Promise<unknown>): Promise<Cost> {
  const before = excel.counters
  const { requests } = dataset
  const startMs = performance.now()
  await work()
  const seconds = (performance.now() - startMs) / 1_000
  await settle(excel)
  const after = excel.counters
  return {
    bytes: after.bytesIn + after.bytesOut - before.bytesIn - before.bytesOut,
    syncs: after.batches - before.batches,
    cellWrites: after.cellWrites - before.cellWrites,
    requests: dataset.requests - requests,
    seconds,
  }
}

/** Until nothing is on its way to Excel any more. */
async function settle(excel: NodeExcel): Promise<void> {
  for (let quietTurns = 0, last = -1; quietTurns < 20; quietTurns += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    if (excel.counters.batches !== last) quietTurns = 0
    last = excel.counters.batches
  }
}

function findFewest({ rows, columns }: RefreshDataset): Figures['fewest'] {
  let bytes = Buffer.byteLength(JSON.stringify(columns.map(({ name }) => name)))
  for (const row of rows) {
    const cells = row.map((cell, index) => toSheetValue(cell, columns[index]?.type ?? 'text'))
    bytes += Buffer.byteLength(JSON.stringify(cells)) + 1
  }
  return { bytes, syncs: Math.ceil(bytes / MAX_PAYLOAD_BYTES) + 2 }
}

function print({ rows, naive, fewest, ...costs }: Figures): void {
  const lines = { naive, ...costs }
  console.log(
    `${rows.toLocaleString('en')} rows x 10 columns; fewest possible: ${fewest.bytes} bytes, ${fewest.syncs} syncs`,
  )
  console.table(
    Object.fromEntries(
      Object.entries(lines).map(([name, { bytes, syncs, cellWrites, requests, seconds }]) => [
        name,
        {
          bytes: bytes,
          'of naive': `${((100 * bytes) / naive.bytes).toFixed(2)} %`,
          syncs,
          'cell writes': cellWrites,
          requests: requests,
          's here': Number(seconds.toFixed(2)),
        },
      ]),
    ),
  )
}

function summarize({ unchanged, changed100, inserted1Percent, firstFill, naive, fewest }: Figures) {
  const ratio = (one: number, other: number): number => Number((one / other).toFixed(4))
  return {
    unchanged: { requests: unchanged.requests, writes: unchanged.cellWrites },
    changed100: { bytesRatio: ratio(changed100.bytes, naive.bytes), cellWrites: changed100.cellWrites },
    inserted1Percent: { bytesRatio: ratio(inserted1Percent.bytes, naive.bytes) },
    firstFill: {
      bytesRatio: ratio(firstFill.bytes, fewest.bytes),
      syncRatio: ratio(firstFill.syncs, fewest.syncs),
    },
  }
}

function quiet() {
  return { signal: new AbortController().signal, onProgress: () => undefined }
}
