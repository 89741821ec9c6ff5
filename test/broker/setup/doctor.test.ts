import { describe, expect, onTestFinished, test } from 'vitest'
import type * as z from 'zod'
import type { StoredColumn } from '../../../broker/dataset/column.ts'
import { datasetDefinition } from '../../../broker/dataset/definition.ts'
import { sourceDefinition } from '../../../broker/dataset/source-definition.ts'
import { BrokerError } from '../../../broker/errors/broker-error.ts'
import { Secret } from '../../../broker/kernel/secret.ts'
import { systemRandom } from '../../../broker/kernel/system.ts'
import { examineSource, type Diagnosis } from '../../../broker/setup/doctor.ts'
import { SourceProbe } from '../../../broker/setup/source-probe.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { deadlineMs, sealedForTest, thisMachineOnly } from '../source/support/reading.ts'
import { sendJson, Upstream, type Respond } from '../source/support/upstream.ts'

type DatasetInput = Partial<z.input<typeof datasetDefinition>>

const rows = Array.from({ length: 30 }, (_, index) => ({ id: index, name: 'Confidential Person', age: index }))
const secret = 'the very secret secret'
const accessToken = 'the-access-token-of-the-source'

const grant: Respond = (_seen, response) => {
  sendJson(response, { access_token: accessToken, token_type: 'Bearer', expires_in: 600 })
}

/** A list with a next link, of ten records a page. */
const pages: Respond = (seen, response) => {
  const start = Number(seen.url.searchParams.get('start') ?? 0)
  const next = start + 10 < rows.length ? { next: `/items?start=${start + 10}` } : {}
  sendJson(response, { items: rows.slice(start, start + 10), ...next })
}

interface Illness {
  readonly token?: Respond
  readonly api?: Respond
  readonly dataset?: DatasetInput
  readonly columns?: readonly StoredColumn[]
  readonly auth?: object
  readonly secrets?: () => Promise<never>
}

async function examine({
  token = grant,
  api = pages,
  dataset,
  columns = [],
  auth,
  secrets,
}: Illness = {}): Promise<Diagnosis> {
  const upstream = await Upstream.start((seen, response, request) =>
    (seen.url.pathname === '/token' ? token : api)(seen, response, request),
  )
  const source = sourceDefinition.parse({
    baseUrl: upstream.origin,
    auth: auth ?? { method: 'client_secret_post', tokenUrl: `${upstream.origin}/token`, clientId: 'c', scope: 'read' },
    timeoutSeconds: deadlineMs / 1000,
  })
  const clock = new ManualClock()
  const deps = { addresses: thisMachineOnly, clock, random: systemRandom }
  const known = secrets ?? (() => Promise.resolve([sealedForTest(new Secret(secret))]))
  const probe = new SourceProbe({ ...deps, source, name: 'crm', secrets: known })
  onTestFinished(async () => {
    await probe.stop()
    await upstream.stop()
  })
  const definition = datasetDefinition.parse({
    ...{ source: 'crm', request: { path: '/items' }, paging: { type: 'next-link', next: '/next' } },
    ...{ records: '/items', key: ['id'], ...dataset },
  })
  const patient = { name: 'crm', source, datasets: [{ name: 'people', definition, columns }] }
  const work = examineSource(patient, { ...deps, probe, signal: AbortSignal.timeout(30_000) })
  const { result } = await clock.drive(work, deadlineMs)
  // Whatever is wrong: one paragraph, and nothing of the secret, the token or the records in it.
  expect(result.text).not.toMatch(/Confidential|very secret|the-access-token|\n/)
  return result
}

describe('a source that is well', () => {
  test('is told so, from the connection to the key', async () => {
    const { isHealthy, text } = await examine()
    expect(isHealthy).toBe(true)
    expect(text).toMatch(
      /^crm is well\. 127\.0\.0\.1:\d+ takes connections, without TLS\. The token endpoint gives a token\. people: The API answers with 10 records at \/items\. A second page follows\. The key \(id\) names every record\.$/,
    )
  })

  test('with a plain key needs no token endpoint', async () => {
    expect(await examine({ auth: { method: 'static' } })).toMatchObject({ isHealthy: true })
  })

  test('learns that the life of its tokens is not stated', async () => {
    const token: Respond = (_seen, response) => sendJson(response, { access_token: accessToken, token_type: 'Bearer' })
    const { isHealthy, text } = await examine({ token })
    expect(isHealthy).toBe(true)
    expect(text).toMatch(/of its life is missing.*token\.lifetimeSeconds/)
  })
})

describe('a first page without any content', () => {
  const nothing: Respond = (_seen, response) => void response.writeHead(204).end()

  test('is as wrong as it is for a pull', async () => {
    const { isHealthy, text } = await examine({ api: nothing })
    expect(isHealthy).toBe(false)
    expect(text).toContain('without any content (204)')
    expect(text).toContain('noContent: empty')
  })

  test('is no mistake where the definition says that it means no records', async () => {
    const { isHealthy, text } = await examine({
      api: nothing,
      dataset: { request: { path: '/items', noContent: 'empty' } },
    })
    expect(text).toContain('people: The API answers; there are no records at /items just now.')
    expect(isHealthy).toBe(true)
  })
})

describe('the token', () => {
  const refuse =
    (error: string, status = 400): Respond =>
    (_seen, response) =>
      sendJson(response, { error, error_description: `${secret} was sent` }, { status })

  test.each([
    {
      name: 'a wrong client',
      token: refuse('invalid_client', 401),
      says: /invalid_client.*npx sheetbroker secret set crm/,
    },
    {
      name: 'a wrong scope',
      token: refuse('invalid_scope'),
      says: /A scope in the definition is misspelt.*auth\.scope/,
    },
    {
      name: 'a grant that is not offered',
      token: refuse('unsupported_grant_type'),
      says: /does not offer the client-credentials grant/,
    },
    {
      name: 'a page for people',
      token: (_seen, response) => {
        response.writeHead(200, { 'content-type': 'text/html' })
        response.end('<html>Sign in</html>')
      },
      says: /empty or unreadable.*Is auth\.tokenUrl the token endpoint itself/,
    },
    {
      name: 'a redirect',
      token: (_seen, response) => sendJson(response, {}, { status: 302, headers: { location: '/login' } }),
      says: /redirect \(302\).*auth\.tokenUrl/,
    },
    {
      name: 'a limit',
      token: (_seen, response) => sendJson(response, {}, { status: 429, headers: { 'retry-after': '60' } }),
      says: /no more requests for now \(429\).*what else uses this client/,
    },
    {
      name: 'an answer without a token',
      token: (_seen, response) => sendJson(response, { token: 'elsewhere' }),
      says: /no usable access_token.*auth\.token/,
    },
  ])('$name', async ({ token, says }) => {
    const { isHealthy, text } = await examine({ token })
    expect(isHealthy).toBe(false)
    expect(text).toMatch(says)
  })

  test('a secret that is missing', async () => {
    const secrets = (): Promise<never> =>
      Promise.reject(new BrokerError('secret-missing', 'Set the client secret first.'))
    expect(await examine({ secrets })).toMatchObject({
      isHealthy: false,
      text: expect.stringContaining('Set the client') as string,
    })
  })
})

describe('the call', () => {
  const answer =
    (status: number, headers: Record<string, string> = {}): Respond =>
    (_seen, response) =>
      sendJson(response, { message: `Bearer ${accessToken} is not welcome` }, { status, headers })

  test.each([
    { status: 401, says: /refuses the token although it is fresh \(401\).*auth\.scope.*audience/ },
    { status: 403, says: /does not allow this request \(403\).*permission or scope/ },
    { status: 404, says: /nothing at this address \(404\).*baseUrl and request\.path/ },
    { status: 400, says: /does not understand the request \(400\).*request\.query and paging/ },
    { status: 500, says: /The API failed \(500\).*Try again later/ },
    { status: 302, says: /redirect.*not followed/ },
  ])('$status', async ({ status, says }) => {
    const { isHealthy, text } = await examine({ api: answer(status) })
    expect(isHealthy).toBe(false)
    expect(text).toMatch(says)
  })

  test('429 is told with its time and not waited out', async () => {
    const { text } = await examine({ api: answer(429, { 'retry-after': '3600' }) })
    expect(text).toMatch(/429, again in 3600\).*limits is set too high/)
  })

  test('a page for people, as a pull says it', async () => {
    const page: Respond = (_seen, response) => {
      response.writeHead(200, { 'content-type': 'text/html' })
      response.end('<html>Sign in</html>')
    }
    expect((await examine({ api: page })).text).toMatch(/declared as text\/html/)
  })

  test('HTML', async () => {
    expect((await examine({ api: (_seen, response) => sendJson(response, '<html>') })).text).toMatch(/is not JSON/)
  })
})

describe('the table', () => {
  test.each<Illness & { name: string; says: RegExp }>([
    {
      name: 'records elsewhere',
      dataset: { records: '/rows' },
      says: /There is a list of 10 at \/items: write records: \/items/,
    },
    {
      name: 'paging that is left out',
      dataset: { paging: { type: 'none' } },
      says: /paging \(none\) ends after the first page, but \/next holds the next page's address/,
    },
    {
      name: 'a next link that is called otherwise',
      dataset: { paging: { type: 'next-link' } },
      says: /paging \(next-link\) ends after the first page, but \/next holds/,
    },
    {
      name: 'a cursor where there is a link',
      dataset: { paging: { type: 'cursor', parameter: 'c', next: '/cursor' } },
      says: /paging \(cursor\) ends after the first page/,
    },
    {
      name: 'a page parameter that the source ignores',
      dataset: { paging: { type: 'page-number', parameter: 'pgae' } },
      says: /same page of records twice.*Look at paging/,
    },
    { name: 'a key that is not there', dataset: { key: ['ID'] }, says: /nothing in ID, which is the key/ },
    {
      name: 'a key that is not unique',
      dataset: { key: ['name'] },
      says: /Only 1 of 10 records differ in the key \(name\)/,
    },
    {
      name: 'values that no longer fit',
      columns: [
        { name: 'age', type: 'date', isFixed: true },
        { name: 'id', type: 'integer', isFixed: true },
      ],
      says: /age is date and now holds a whole number\. Give the column a type/,
    },
  ])('$name', async ({ says, ...illness }) => {
    const { isHealthy, text } = await examine(illness)
    expect(isHealthy).toBe(false)
    expect(text).toMatch(says)
  })

  test('a next link on the last page is no illness where the source says that it is the last', async () => {
    const api: Respond = (_seen, response) =>
      sendJson(response, { items: rows, meta: { has_more: false }, links: { next: '/items?start=30' } })
    const paging = { type: 'next-link', next: '/links/next', hasMore: '/meta/has_more' } as const
    expect(await examine({ api, dataset: { paging } })).toMatchObject({ isHealthy: true })
  })

  test('an empty list is no illness', async () => {
    const { isHealthy, text } = await examine({ api: (_seen, response) => sendJson(response, { items: [] }) })
    expect(isHealthy).toBe(true)
    expect(text).toContain('no records at /items just now')
  })
})
