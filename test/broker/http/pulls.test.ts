import { request, type Dispatcher } from 'undici'
import { describe, expect, test } from 'vitest'
import type { PullBody } from '../../../broker/http/contract.ts'
import { dataset, pull as pullSchema } from '../../../broker/http/schemas.ts'
import { people, useBroker } from './broker-in-test.ts'
import type { TestDevice } from './test-device.ts'

const context = useBroker()
const pullsPath = '/api/v1/datasets/people/pulls'

/** Asks for a pull of `people`; egress has just been heard of. */
async function requestPull(device: TestDevice): Promise<PullBody> {
  await context.broker.beat()
  const answer = await device.call('POST', pullsPath)
  expect(answer.status).toBe(202)
  return pullSchema.parse(answer.body)
}

/** Egress takes the oldest pull in line. */
async function claim(): Promise<string> {
  const { stores, clock } = context.broker
  return (await stores.pulls.claim('egress', clock.nowMs(), clock.nowMs() + 60_000))!.id
}

/** Moves time on to the next look at the pull, once that is being waited for; heartbeats wait for 15 s. */
async function nextLook(): Promise<void> {
  await context.broker.clock.untilWaiting(15_000)
  await context.broker.clock.advance(250)
}

/** An open event stream, event by event. */
class Events {
  readonly answer: Dispatcher.ResponseData
  readonly #chunks: AsyncIterator<Buffer>
  #text = ''

  constructor(answer: Dispatcher.ResponseData) {
    this.answer = answer
    this.#chunks = answer.body[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  }

  static async open(device: TestDevice, id: string): Promise<Events> {
    const path = `/api/v1/pulls/${id}/events`
    await device.get('/api/v1/me')
    const proof = await device.prove('GET', path)
    const answer = await request(device.url + path, {
      headers: { authorization: `DPoP ${device.credential!}`, dpop: proof },
    })
    return new Events(answer)
  }

  /** The next block of the stream; undefined at its end. */
  async next(): Promise<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n\n')
      if (end >= 0) {
        const block = this.#text.slice(0, end)
        this.#text = this.#text.slice(end + 2)
        return block
      }
      const chunk = await this.#chunks.next()
      if (chunk.done) return undefined
      this.#text += chunk.value.toString()
    }
  }

  async nextPull(): Promise<PullBody> {
    const block = (await this.next()) ?? ''
    expect(block).toMatch(/^event: pull\ndata: /)
    return pullSchema.parse(JSON.parse(block.slice(block.indexOf('{'))))
  }
}

describe('POST /pulls', () => {
  test('puts a pull in line, wakes egress, and joins the one under way', async () => {
    const { broker } = context
    const [anna, ben] = [await broker.signedIn('anna'), await broker.signedIn('ben')]
    const pull = await requestPull(anna)
    expect([pull.state, broker.pullsRequested]).toEqual(['queued', 1])
    expect((await requestPull(ben)).id).toBe(pull.id)
    const location = (await anna.call('POST', pullsPath)).headers['location']
    expect(pullSchema.parse((await anna.get(String(location))).body)).toEqual(pull)
    expect(dataset.parse((await ben.get('/api/v1/datasets/people')).body).activePull).toEqual(pull)
  })

  test('says when no egress process is running', async () => {
    const { broker } = context
    const device = await broker.signedIn()
    const code = async () => (await device.call('POST', pullsPath)).body['code']
    // One that starts together with the broker may not have said so yet; the pull waits for it.
    await broker.clock.advance(15_000)
    expect(await code()).toBeUndefined()
    await broker.clock.advance(1)
    expect(await code()).toBe('egress-missing')
    await broker.beat()
    await broker.clock.advance(15_000)
    expect(await code()).toBeUndefined()
    await broker.clock.advance(1)
    const answer = await device.call('POST', pullsPath)
    expect([answer.status, answer.body['code'], answer.body['retryable']]).toEqual([503, 'egress-missing', true])
  })

  test('answers with the last pull while the snapshot is fresh', async () => {
    const { broker } = context
    const done = await broker.pull(people(3), 'fresh')
    const device = await broker.signedIn()
    const path = '/api/v1/datasets/fresh/pulls'
    await broker.clock.advance(59_999)
    const fresh = await device.call('POST', path)
    expect([fresh.status, pullSchema.parse(fresh.body).id]).toEqual([200, done.id])
    await broker.clock.advance(1)
    await broker.beat()
    const stale = await device.call('POST', path)
    expect([stale.status, stale.body['id'] === done.id]).toEqual([202, false])
  })

  test('takes no pull of a dataset that one may not read', async () => {
    const answer = await (await context.broker.signedIn()).call('POST', '/api/v1/datasets/secret/pulls')
    expect([answer.status, answer.body['code']]).toEqual([404, 'dataset-unknown'])
  })
})

describe('a pull', () => {
  test('is hidden from those who may not read its dataset, like one that does not exist', async () => {
    const { broker } = context
    const { id } = await broker.pull(people(1), 'hashed')
    const ben = await broker.signedIn('ben')
    for (const path of [`/api/v1/pulls/${id}`, '/api/v1/pulls/none', `/api/v1/pulls/${id}/events`]) {
      const answer = await ben.get(path)
      expect([answer.status, answer.body['code']]).toEqual([404, 'pull-unknown'])
    }
    expect((await ben.call('DELETE', `/api/v1/pulls/${id}`)).body['code']).toBe('pull-unknown')
  })

  test('goes on while somebody else waits for it, and is cancelled with the last one', async () => {
    const { broker } = context
    const [anna, ben] = [await broker.signedIn('anna'), await broker.signedIn('ben')]
    const { id } = await requestPull(anna)
    await requestPull(ben)
    const path = `/api/v1/pulls/${id}`
    for (let times = 0; times < 2; times++) {
      const answer = await anna.call('DELETE', path)
      expect([answer.status, pullSchema.parse(answer.body).state]).toEqual([200, 'queued'])
    }
    expect((await ben.call('DELETE', path)).body['state']).toBe('cancelled')
  })

  test('is not cancelled by somebody who never waited for it', async () => {
    const { broker } = context
    const { stores, clock } = broker
    const { id } = await stores.pulls.request({ id: 'cli', dataset: 'people', requestedBy: undefined }, clock.nowMs())
    const answer = await (await broker.signedIn()).call('DELETE', `/api/v1/pulls/${id}`)
    expect(answer.body['state']).toBe('queued')
  })

  test('that failed says why, as a problem', async () => {
    const { broker } = context
    const device = await broker.signedIn()
    const { id } = await requestPull(device)
    await claim()
    const problem = { code: 'source-credentials', message: 'The source answered 401.' } as const
    await broker.stores.pulls.fail(id, 'egress', problem, broker.clock.nowMs())
    const pull = pullSchema.parse((await device.get(`/api/v1/pulls/${id}`)).body)
    expect(pull.problem).toMatchObject({ type: '/problems/source-credentials', status: 502, detail: problem.message })
  })
})

describe('events', () => {
  test('tell each change once, and end with the pull', async () => {
    const { broker } = context
    const device = await broker.signedIn()
    const { id } = await requestPull(device)
    const events = await Events.open(device, id)
    expect(events.answer.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    expect((await events.nextPull()).state).toBe('queued')
    await nextLook()
    await claim()
    await nextLook()
    expect((await events.nextPull()).state).toBe('running')
    const progress = { rows: 700, pages: 7, tokenCalls: 1 }
    await broker.stores.pulls.report(id, 'egress', progress, broker.clock.nowMs() + 60_000)
    await nextLook()
    expect(await events.nextPull()).toMatchObject(progress)
    await broker.complete(id, people(3))
    await nextLook()
    expect(await events.nextPull()).toMatchObject({ state: 'completed', revision: 1, rowsChanged: 3 })
    expect(await events.next()).toBeUndefined()
    expect(broker.clock.waiting).toEqual([])
  })

  test('of a pull that has ended are one event', async () => {
    const { broker } = context
    const { id } = await broker.pull(people(1))
    const events = await Events.open(await broker.signedIn(), id)
    expect((await events.nextPull()).state).toBe('completed')
    expect(await events.next()).toBeUndefined()
  })

  test('cost one look at the database however many listen, and none when nobody does', async () => {
    const { broker } = context
    const [anna, ben] = [await broker.signedIn('anna'), await broker.signedIn('ben')]
    const { id } = await requestPull(anna)
    const streams = [await Events.open(anna, id), await Events.open(anna, id), await Events.open(ben, id)]
    for (const stream of streams) await stream.nextPull()
    expect(broker.clock.waiting.filter((delayMs) => delayMs === 250)).toHaveLength(1)
    const closed = broker.untilLogged('request', 3)
    for (const stream of streams) stream.answer.body.destroy()
    await closed
    expect(broker.clock.waiting).toEqual([])
  })

  test('have a comment every 15 s, and end when the reader may read no more', async () => {
    const { broker } = context
    const device = await broker.signedIn()
    const events = await Events.open(device, (await requestPull(device)).id)
    await events.nextPull()
    await broker.clock.advance(15_000)
    expect(await events.next()).toBe(': still here')
    await broker.stores.users.revoke(await broker.userId('anna'), 'people')
    await broker.clock.advance(15_000)
    expect(await events.next()).toBeUndefined()
  })

  test('tell of a cancel', async () => {
    const { broker } = context
    const device = await broker.signedIn()
    const { id } = await requestPull(device)
    await claim()
    const events = await Events.open(device, id)
    expect((await events.nextPull()).state).toBe('running')
    await device.call('DELETE', `/api/v1/pulls/${id}`)
    await nextLook()
    expect((await events.nextPull()).state).toBe('cancelling')
    await broker.stores.pulls.endCancelled(id, 'egress', broker.clock.nowMs())
    await nextLook()
    expect((await events.nextPull()).state).toBe('cancelled')
    expect(await events.next()).toBeUndefined()
  })

  test('are limited to 20 open streams a session', async () => {
    const { broker } = context
    const device = await broker.signedIn()
    const { id } = await requestPull(device)
    for (let count = 0; count < 20; count++) expect((await Events.open(device, id)).answer.statusCode).toBe(200)
    expect((await Events.open(device, id)).answer.statusCode).toBe(429)
  })
})
