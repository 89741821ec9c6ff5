// The main job as a user's Excel does it, without the browser: sign in, pull, read all pages, and refresh after a change.
import { setTimeout as wait } from 'node:timers/promises'
import type { RowsBody } from '../broker/http/contract.ts'
import { BrokerClient } from '../client/broker-client.ts'
import { createMemoryStorage } from '../client/session-storage.ts'
import { RecordChecksum } from '../sample/checksum.ts'
import { inviteUser, setUp, type DemoParts } from './set-up.ts'

const dataset = 'candidates'
/** Columns whose cells are what the source sent, character for character: what the table is compared by. */
const comparedColumns = ['CandidateRef', 'Name.First', 'Name.Last', 'Email', 'JobTitle', 'Notes']

/** What the run printed last says. */
export interface Summary {
  /** Rows of the table after the first pull. */
  readonly rows: number
  /** Pages read from the broker for them. */
  readonly pages: number
  /** Requests that the source's token endpoint got in the whole run. */
  readonly tokenCalls: number
  readonly revision: number
  /** What the refresh after the source's change transferred, and the requests for rows it took. */
  readonly refresh: { readonly changed: number; readonly deleted: number; readonly requests: number }
  readonly seconds: number
}

/** The rows a reader holds, by key. */
type Table = Map<string, RowsBody['rows'][number]>

/** Runs the main job once; rejects when any step fails or the table is not the source's, row for row. */
export async function runOnce(parts: DemoParts): Promise<Summary> {
  const startedMs = performance.now()
  const { sample, broker } = parts
  await setUp(parts)
  const brokerUrl = await broker.start({})
  let requests = 0
  const client = new BrokerClient({
    brokerUrl,
    storage: createMemoryStorage(),
    clock: { nowMs: () => Date.now(), wait: (delayMs, signal) => wait(delayMs, undefined, signal ? { signal } : {}) },
    fetch: (input, init) => {
      if (requestUrl(input).pathname.endsWith('/rows')) requests++
      return fetch(input, init)
    },
  })
  const { user } = await client.redeem(await inviteUser(broker), 'Demo')
  console.log(`Signed in as ${user.displayName}.`)

  const table: Table = new Map()
  await pull(client)
  const first = await read(client, table)
  await compare(table, sample.url)
  console.log(`Read ${table.size} rows in ${first.pages} pages; they are the source's, row for row.`)

  const rows = table.size
  const tick = await sample.tick()
  console.log(`At the source ${tick.updated.length} changed, ${tick.added.length} came, ${tick.deleted.length} went.`)
  requests = 0
  await pull(client)
  const refresh = await read(client, table, first.revision)
  await compare(table, sample.url)
  console.log(
    `The refresh brought ${refresh.changed} changed rows and ${refresh.deleted} deletions; the table is right again.`,
  )
  return {
    rows,
    pages: first.pages,
    tokenCalls: sample.counts().tokenCalls,
    revision: refresh.revision,
    refresh: { changed: refresh.changed, deleted: refresh.deleted, requests },
    seconds: Math.round((performance.now() - startedMs) / 100) / 10,
  }
}

async function pull(client: BrokerClient): Promise<void> {
  const asked = await client.requestPull(dataset)
  for await (const { state, rows, problem } of client.followPull(asked.id)) {
    if (process.stderr.isTTY) process.stderr.write(`\rPulling: ${rows} rows `)
    if (state === 'failed' || state === 'cancelled') throw new Error(`The pull ${state}: ${problem?.detail ?? ''}`)
  }
  if (process.stderr.isTTY) process.stderr.write('\n')
}

async function read(
  client: BrokerClient,
  table: Table,
  since?: number,
): Promise<{ pages: number; revision: number; changed: number; deleted: number }> {
  const read = { pages: 0, revision: 0, changed: 0, deleted: 0 }
  for await (const { body } of client.readRows(dataset, since === undefined ? {} : { since })) {
    for (const key of body.deleted) table.delete(key)
    body.keys.forEach((key, index) => table.set(key, pick(body, index)))
    read.pages++
    read.revision = body.revision
    read.changed += body.rows.length
    read.deleted += body.deleted.length
  }
  return read
}

function pick(body: RowsBody, index: number): RowsBody['rows'][number] {
  const places = comparedColumns.map((name) => body.columns.findIndex((column) => column.name === name))
  return places.map((place) => body.rows[index]?.[place] ?? null)
}

/** Compares with the sample's own count and checksum, which know nothing of the broker. */
async function compare(table: Table, sampleUrl: string): Promise<void> {
  const url = new URL('/_sample/records', sampleUrl)
  url.search = new URLSearchParams({ set: dataset, fields: comparedColumns.join(',') }).toString()
  const truth: unknown = await (await fetch(url)).json()
  const checksum = new RecordChecksum()
  for (const row of table.values()) checksum.add(JSON.stringify(row))
  if (typeof truth !== 'object' || truth === null || !('count' in truth) || !('checksum' in truth))
    throw new Error('The sample did not say what it holds.')
  if (truth.count !== checksum.count || truth.checksum !== checksum.hex())
    throw new Error(`The table (${checksum.count} rows) is not the source's (${String(truth.count)} records).`)
}

function requestUrl(input: string | URL | Request): URL {
  return new URL(input instanceof Request ? input.url : input)
}
