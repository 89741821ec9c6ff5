import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PullBody, RowsBody } from '../../broker/http/contract.ts'
import { BrokerClient } from '../../client/broker-client.ts'
import { quoteName, quoteText } from '../../client/choice.ts'
import type { ClientClock } from '../../client/clock.ts'
import { createMemoryStorage } from '../../client/session-storage.ts'
import { credential, problem, sendJson, startTinyBroker, type TinyBroker } from './tiny-broker.ts'

/** Waits of a retry end at once and are written down; the time limit of a request never comes. */
class TestClock implements ClientClock {
  readonly waits: number[] = []
  skewMs = 0
  timeOut: (() => void) | undefined
  endSilence: (() => void) | undefined

  nowMs(): number {
    return Date.now() + this.skewMs
  }

  wait(delayMs: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    if (delayMs >= 60_000) {
      return new Promise((resolve, reject) => {
        this.timeOut = resolve
        signal?.addEventListener('abort', () => reject(signal.reason as Error))
      })
    }
    if (delayMs === 20_000) {
      return new Promise((resolve, reject) => {
        this.endSilence = resolve
        signal?.addEventListener('abort', () => reject(signal.reason as Error))
      })
    }
    this.waits.push(delayMs)
    return Promise.resolve()
  }
}

let broker: TinyBroker
let clock: TestClock
let client: BrokerClient

beforeEach(async () => {
  broker = await startTinyBroker()
  clock = new TestClock()
  client = new BrokerClient({ brokerUrl: `${broker.url}/`, storage: createMemoryStorage(), clock, fetch })
  broker.on('POST /api/v1/sessions', (_request, response) =>
    sendJson(response, 201, { credential, session: { id: 's' }, user: { name: 'ana', displayName: 'Ana' } }),
  )
})

afterEach(() => broker.stop())

const signIn = () => client.redeem('ABCD-EFGH-JKMN-PQRS', 'Excel on the web')

const page = (change: Partial<RowsBody>): RowsBody => ({
  dataset: 'jobs',
  revision: 4,
  pulledAt: '2026-05-01T10:00:00Z',
  complete: true,
  since: null,
  columns: [{ name: 'Id', type: 'integer' }],
  key: ['Id'],
  totalRows: 3,
  totalDeleted: 0,
  tableRows: 3,
  keys: [],
  rows: [],
  deleted: [],
  next: null,
  ...change,
})

const pull = (change: Partial<PullBody>): PullBody => ({
  id: 'p1',
  dataset: 'jobs',
  state: 'running',
  createdAt: '2026-05-01T10:00:00Z',
  startedAt: null,
  endedAt: null,
  rows: 0,
  pages: 0,
  tokenCalls: 1,
  revision: null,
  rowsChanged: 0,
  rowsDeleted: 0,
  duplicates: 0,
  warnings: [],
  problem: null,
  ...change,
})

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

function sendEvents(response: ServerResponse, events: readonly PullBody[]): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' })
  response.write(': hello\n\n')
  for (const event of events) response.write(`data: ${JSON.stringify(event)}\n\n`)
}

describe('proofs', () => {
  test('learns the nonce from the first answer, and then keeps one key and sends one request each', async () => {
    await signIn()
    broker.on('GET /api/v1/me', (_request, response) => sendJson(response, 200, { user: {}, session: {} }))
    await client.me()
    await client.me()
    expect(broker.refusals).toEqual(['nonce'])
    expect(new Set(broker.seen.map((request) => request.thumbprint)).size).toBe(1)
    expect(broker.seen[0]!.body).toEqual({ invitation: 'ABCD-EFGH-JKMN-PQRS', device: 'Excel on the web' })
  })

  test('follows a nonce that changes', async () => {
    await signIn()
    broker.on('GET /api/v1/datasets', (_request, response) => sendJson(response, 200, { datasets: [] }))
    broker.requireNonce('second-nonce')
    expect(await client.datasets()).toEqual([])
    expect(broker.refusals).toEqual(['nonce', 'nonce'])
  })

  test('gives up on a broker that asks for a new nonce every time', async () => {
    broker.neverSatisfied = true
    await expect(signIn()).rejects.toMatchObject({ code: 'proof-nonce' })
    expect(broker.refusals).toHaveLength(4)
  })

  test("takes the broker's time when the device's clock is wrong", async () => {
    clock.skewMs = -3 * 3_600_000
    await signIn()
    expect(Math.abs(Number(broker.seen[0]!.claims['iat']) * 1000 - Date.now())).toBeLessThan(5_000)
  })

  test('proves the path without its query', async () => {
    await signIn()
    broker.on('GET /api/v1/datasets/jobs/rows', (_request, response) => sendJson(response, 200, page({ totalRows: 0 })))
    await collect(client.readRows('jobs', { since: 3 }))
    expect(broker.seen.at(-1)).toMatchObject({
      query: '?since=3',
      claims: { htu: `${broker.url}/api/v1/datasets/jobs/rows` },
    })
  })
})

describe('readRows', () => {
  test('follows cursors to the last page and counts', async () => {
    await signIn()
    broker.on('GET /api/v1/datasets/jobs/rows', (request, response) =>
      sendJson(
        response,
        200,
        request.query === '?cursor=c%3D1'
          ? page({ rows: [[3]], keys: ['3'] })
          : page({ rows: [[1], [2]], keys: ['1', '2'], next: 'c=1' }),
      ),
    )
    const pages = await collect(client.readRows('jobs'))
    expect(pages.map((each) => each.rowsRead)).toEqual([2, 3])
  })

  test('asks for columns, rows and an order in one go, whatever the names', async () => {
    await signIn()
    broker.on('GET /api/v1/datasets/jobs/rows', (_request, response) => sendJson(response, 200, page({ totalRows: 0 })))
    const filter = `${quoteName('a "b"')} eq ${quoteText("O'Neil + 1")}`
    const orderBy = [{ column: 'x,y', isDescending: true }, { column: 'Id' }]
    await collect(client.readRows('jobs', { columns: ['Id', 'x,y'], filter, orderBy, top: 5 }))
    expect([...new URLSearchParams(broker.seen.at(-1)!.query)]).toEqual([
      ['columns', '"Id","x,y"'],
      ['filter', `"a ""b""" eq 'O''Neil + 1'`],
      ['orderby', '"x,y" desc,"Id"'],
      ['top', '5'],
    ])
  })

  test.each([
    { name: 'fewer rows than announced', next: page({ rows: [], keys: [] }) },
    { name: 'a page of another revision', next: page({ rows: [[3]], keys: ['3'], revision: 5 }) },
    { name: 'rows without keys', next: page({ rows: [[3]], keys: [] }) },
  ])('refuses $name', async ({ next }) => {
    await signIn()
    broker.on('GET /api/v1/datasets/jobs/rows', (request, response) =>
      sendJson(response, 200, request.query === '' ? page({ rows: [[1], [2]], keys: ['1', '2'], next: 'c' }) : next),
    )
    await expect(collect(client.readRows('jobs'))).rejects.toMatchObject({ code: 'protocol' })
  })

  test('refuses pages that never end', async () => {
    await signIn()
    broker.on('GET /api/v1/datasets/jobs/rows', (_request, response) => sendJson(response, 200, page({ next: 'c' })))
    await expect(collect(client.readRows('jobs'))).rejects.toMatchObject({ code: 'protocol' })
  })
})

describe('failures', () => {
  test('waits as long as a busy broker asks, and succeeds', async () => {
    await signIn()
    let calls = 0
    broker.on('GET /api/v1/datasets', (_request, response) => {
      calls += 1
      if (calls < 3) sendJson(response, 429, problem(429, 'rate-limited', true), { 'Retry-After': '7' })
      else sendJson(response, 200, { datasets: [] })
    })
    expect(await client.datasets()).toEqual([])
    expect(clock.waits).toEqual([7_000, 7_000])
  })

  test.each([
    { name: 'after four tries', retryAfter: '1', waits: [1_000, 1_000, 1_000] },
    { name: 'at once when asked to wait for an hour', retryAfter: '3600', waits: [] },
  ])('gives up on a busy broker $name', async ({ retryAfter, waits }) => {
    await signIn()
    broker.on('GET /api/v1/datasets', (_request, response) =>
      sendJson(response, 503, problem(503, 'store-unavailable', true), { 'Retry-After': retryAfter }),
    )
    await expect(client.datasets()).rejects.toMatchObject({
      code: 'store-unavailable',
      isRetryable: true,
      retryAfterMs: Number(retryAfter) * 1000,
    })
    expect(clock.waits).toEqual(waits)
  })

  test('tries a GET again when the connection breaks', async () => {
    await signIn()
    let calls = 0
    broker.on('GET /api/v1/datasets', (_request, response) => {
      calls += 1
      if (calls === 1) response.destroy()
      else sendJson(response, 200, { datasets: [] })
    })
    expect(await client.datasets()).toEqual([])
  })

  test('says offline when nobody answers', async () => {
    await signIn()
    await broker.stop()
    await expect(client.me()).rejects.toMatchObject({ kind: 'offline' })
    await expect(client.requestPull('jobs')).rejects.toMatchObject({ kind: 'offline' })
  })

  test('says timeout when the answer does not come', async () => {
    await signIn()
    broker.on('GET /api/v1/me', () => clock.timeOut?.())
    await expect(client.me()).rejects.toMatchObject({ kind: 'timeout' })
  })

  test('ends with the reason of the caller who gives up', async () => {
    await signIn()
    const controller = new AbortController()
    broker.on('GET /api/v1/me', () => controller.abort(new Error('enough')))
    await expect(client.me(controller.signal)).rejects.toThrow('enough')
  })

  test("does not take a proxy's page for an answer", async () => {
    await signIn()
    broker.on('GET /api/v1/me', (_request, response) => response.end('<html>Welcome to the hotel</html>'))
    await expect(client.me()).rejects.toMatchObject({ kind: 'protocol' })
  })

  test('asks to sign in without calling anybody when there is no session', async () => {
    await expect(client.datasets()).rejects.toMatchObject({ code: 'session-required' })
    expect(broker.seen).toEqual([])
  })
})

describe('followPull', () => {
  const ended = pull({ state: 'completed', rows: 3, revision: 5 })

  test('yields each event of the stream up to the end', async () => {
    await signIn()
    broker.on('GET /api/v1/pulls/p1/events', (_request, response) => sendEvents(response, [pull({ rows: 1 }), ended]))
    const states = await collect(client.followPull('p1'))
    expect(states.map(({ state, rows }) => [state, rows])).toEqual([
      ['running', 1],
      ['completed', 3],
    ])
  })

  test.each([
    { name: 'breaks', answer: (response: ServerResponse) => sendEvents(response, [pull({ rows: 1 })]) },
    { name: 'is not let through', answer: (response: ServerResponse) => response.writeHead(502).end('bad gateway') },
  ])('asks instead when the stream $name', async ({ answer }) => {
    await signIn()
    let polls = 0
    broker.on('GET /api/v1/pulls/p1/events', (_request, response) => {
      answer(response)
      if (!response.writableEnded) response.end()
    })
    broker.on('GET /api/v1/pulls/p1', (_request, response) => {
      polls += 1
      sendJson(response, 200, polls === 1 ? pull({ rows: 2 }) : ended)
    })
    expect((await collect(client.followPull('p1'))).at(-1)).toEqual(ended)
    expect(clock.waits).toEqual([1_000])
  })

  test('asks instead when the stream stays silent', async () => {
    await signIn()
    broker.on('GET /api/v1/pulls/p1/events', (_request, response) => sendEvents(response, [pull({ rows: 1 })]))
    broker.on('GET /api/v1/pulls/p1', (_request, response) => sendJson(response, 200, ended))
    const states = client.followPull('p1')
    await states.next()
    const next = states.next()
    clock.endSilence?.()
    expect((await next).value).toEqual(ended)
  })

  test('ends when the caller gives up while the stream is silent', async () => {
    await signIn()
    const controller = new AbortController()
    broker.on('GET /api/v1/pulls/p1/events', (_request, response) => sendEvents(response, [pull({})]))
    const states = client.followPull('p1', controller.signal)
    await states.next()
    const next = states.next()
    controller.abort(new Error('cancelled'))
    await expect(next).rejects.toThrow('cancelled')
  })

  test('passes on that there is no such pull', async () => {
    await signIn()
    broker.on('GET /api/v1/pulls/p1/events', (_request, response) =>
      sendJson(response, 404, problem(404, 'pull-unknown')),
    )
    await expect(collect(client.followPull('p1'))).rejects.toMatchObject({ code: 'pull-unknown' })
  })
})

describe('signOut', () => {
  test('ends the session at the broker and forgets it', async () => {
    await signIn()
    broker.on('DELETE /api/v1/sessions/current', (_request, response) => response.writeHead(204).end())
    await client.signOut()
    expect(broker.seen.at(-1)).toMatchObject({ method: 'DELETE' })
    expect(await client.isSignedIn()).toBe(false)
  })

  test('forgets the session without the network too', async () => {
    await signIn()
    await broker.stop()
    await client.signOut()
    expect(await client.isSignedIn()).toBe(false)
  })
})
