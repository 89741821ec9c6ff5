import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseDocument } from 'yaml'
import { parseDefinitionFile } from '../../../broker/dataset/definition-file.ts'
import type { DefinitionFile } from '../../../broker/dataset/definition.ts'
import { BrokerError } from '../../../broker/errors/broker-error.ts'
import { silentLog } from '../../../broker/kernel/log.ts'
import { Secret } from '../../../broker/kernel/secret.ts'
import { systemRandom } from '../../../broker/kernel/system.ts'
import { fillPreset } from '../../../broker/preset/fill-preset.ts'
import { findPreset } from '../../../broker/preset/preset.ts'
import { completeFile, readPartialFile } from '../../../broker/setup/partial-file.ts'
import { SourceProbe } from '../../../broker/setup/source-probe.ts'
import { trySource } from '../../../broker/setup/try-source.ts'
import type { JsonObject } from '../../../broker/source/json.ts'
import { createSourceReader } from '../../../broker/source/source-reader.ts'
import { startSample } from '../../../sample/sample.ts'
import { startVendor } from '../../presets/start-vendor.ts'
import { client } from '../../presets/vendor-forms.ts'
import { vendors } from '../../presets/vendors.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { deadlineMs, problemOf, sealedForTest, thisMachineOnly } from '../source/support/reading.ts'
import { sendJson, Upstream, type Respond } from '../source/support/upstream.ts'

const nothingKnown = { sources: new Set<string>(), datasets: new Map(), users: new Set<string>() }
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const keyText = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

interface Trial {
  readonly text: string
  readonly secret: string
  readonly path?: string
  readonly clock?: ManualClock
}

/** What `source try` prints for a file; time moves on whenever it waits. */
async function complete({ text, secret, path, clock = new ManualClock() }: Trial): Promise<string> {
  const file = readPartialFile(text, { dataset: undefined, path, known: new Map() })
  const probe = new SourceProbe({
    source: { ...file.source, timeoutSeconds: deadlineMs / 1000 },
    name: file.sourceName,
    secrets: () => Promise.resolve([sealedForTest(new Secret(secret))]),
    addresses: thisMachineOnly,
    clock,
    random: systemRandom,
  })
  onTestFinished(() => probe.stop())
  const work = trySource(file, { probe, clock, signal: AbortSignal.timeout(60_000), tell: () => undefined })
  return (await clock.drive(work, deadlineMs)).result
}

/** Everything that the completed file's dataset holds, read as a pull reads it. */
async function readAll(
  file: DefinitionFile,
  { secret, clock = new ManualClock() }: Omit<Trial, 'text'>,
): Promise<JsonObject[]> {
  const [dataset] = Object.values(file.datasets)
  const [[name, source]] = Object.entries(file.sources) as [[string, DefinitionFile['sources'][string]]]
  const reader = createSourceReader({
    source: { ...source, timeoutSeconds: deadlineMs / 1000 },
    name,
    secrets: () => Promise.resolve([sealedForTest(new Secret(secret))]),
    addresses: thisMachineOnly,
    clock,
    random: systemRandom,
    log: silentLog,
  })
  onTestFinished(() => reader.stop())
  const records: JsonObject[] = []
  const work = async (): Promise<void> => {
    for await (const page of reader.read(dataset!, AbortSignal.timeout(60_000))) records.push(...page.records)
  }
  await clock.drive(work(), deadlineMs)
  return records
}

describe('against the sample source, what it proposes reads everything', () => {
  test.each([
    { path: '/api/v1.0/candidates/search', set: 'candidates', key: 'CandidateRef' },
    { path: '/api/v1.1/placements/search', set: 'placements', key: 'PlacementRef' },
    { path: '/public/cities', set: 'cities', key: 'cityId' },
    { path: '/public/movies', set: 'movies', key: 'MovieId' },
  ] as const)('$path', async ({ path, set, key }) => {
    const clock = new ManualClock()
    const sample = await startSample({ now: () => clock.nowMs(), candidates: 3_000 })
    onTestFinished(() => sample.stop())
    const secret = sample.basicClient.clientSecret
    const text = JSON.stringify({
      sources: {
        agency: {
          baseUrl: sample.url,
          auth: {
            method: 'client_secret_basic',
            tokenUrl: sample.tokenUrl,
            clientId: sample.basicClient.clientId,
            scope: sample.scopes.join(' '),
          },
        },
      },
    })
    const file = parseDefinitionFile(await complete({ text, secret, path, clock }), nothingKnown)
    expect(sample.counts()).toMatchObject({ rateLimited: 0, unauthorized: 0 })
    const [dataset] = Object.values(file.datasets)
    expect(dataset?.key).toEqual([key])
    const records = await readAll(file, { secret, clock })
    const truth = (await (await fetch(`${sample.url}/_sample/records?set=${set}`)).json()) as { count: number }
    expect(new Set(records.map((record) => record[key])).size).toBe(truth.count)
    expect(records).toHaveLength(truth.count)
  })
})

describe('against simulated vendors, of which only the request is known', () => {
  const fit = new Set(
    'microsoft-graph business-central dataverse salesforce servicenow atlassian-jira shopify zendesk zoom auth0 okta google-workspace greenhouse stripe'.split(
      ' ',
    ),
  )

  test.each(vendors.filter(({ preset }) => fit.has(preset)))(
    '$preset: what it proposes reads everything',
    async (vendor) => {
      const upstream = await startVendor(vendor)
      const preset = findPreset(vendor.preset)
      const values = {
        ...(preset.placeholders.some(({ name }) => name === 'clientId') && { clientId: client.id }),
        ...vendor.set,
      }
      const whole = parseDefinitionFile(fillPreset(preset, new Map(Object.entries(values))), nothingKnown)
      const { source: sourceName, request, paging } = whole.datasets[vendor.dataset]!
      const { auth, ...source } = whole.sources[sourceName]!
      const local = (url: string): string => upstream.origin + new URL(url).pathname
      const size =
        'size' in paging && typeof paging.sizeParameter === 'string'
          ? { [paging.sizeParameter]: String(paging.size) }
          : {}
      const text = JSON.stringify({
        sources: {
          vendor: {
            ...source,
            baseUrl: local(source.baseUrl),
            auth: auth.method === 'static' ? auth : { ...auth, tokenUrl: local(auth.tokenUrl) },
          },
        },
        datasets: { list: { request: { ...request, query: { ...request.query, ...size } } } },
      })
      const secret = vendor.isKey ? keyText : client.secret
      const file = parseDefinitionFile(await complete({ text, secret }), nothingKnown)
      expect(file.datasets['list']).toMatchObject({
        key: whole.datasets[vendor.dataset]!.key,
        paging: { type: paging.type },
      })
      const records = await readAll(file, { secret })
      expect(records).toHaveLength(vendor.count)
    },
  )
})

describe('trySource', () => {
  const withToken = (api: Respond): Respond => {
    return (seen, response, request) => {
      if (seen.url.pathname !== '/token') return api(seen, response, request)
      sendJson(response, { access_token: 'the-token', token_type: 'Bearer', expires_in: 600 })
    }
  }

  async function tryApi(api: Respond, dataset: object = { request: { path: '/items' } }): Promise<string> {
    const upstream = await Upstream.start(withToken(api))
    onTestFinished(() => upstream.stop())
    const auth = { method: 'client_secret_post', tokenUrl: `${upstream.origin}/token`, clientId: 'c' }
    const text = `# keep me\n${JSON.stringify({ sources: { api: { baseUrl: upstream.origin, auth } }, datasets: { items: dataset } })}`
    return complete({ text, secret: 'the client secret' })
  }

  const items = Array.from({ length: 25 }, (_, index) => ({
    id: index,
    amount: `${index}.50`,
    label: 'SECRET CONTENT',
  }))

  test('prints neither the secret nor anything that the records hold', async () => {
    const text = await tryApi((_seen, response) => sendJson(response, { items }))
    expect(text).not.toMatch(/SECRET CONTENT|the client secret|the-token|24\.50/)
    expect(text).toContain('# keep me')
  })

  test('says that a round number of records with nothing behind them may be cut', async () => {
    const text = await tryApi((_seen, response) => sendJson(response, { items }))
    expect(text).toMatch(/25 is a round number[\s\S]*paging: \{ type: none \}/)
  })

  test('is not taken in by an API that ignores every parameter, nor by one that refuses them', async () => {
    const refusing = await tryApi((seen, response) =>
      seen.url.search === '' ? sendJson(response, { items }) : sendJson(response, {}, { status: 400 }),
    )
    expect(refusing).toContain('type: none')
  })

  test('finds pages that are counted from 0', async () => {
    const text = await tryApi((seen, response) => {
      const page = Number(seen.url.searchParams.get('page') ?? 0)
      sendJson(response, { page, content: items.slice(page * 10, page * 10 + 10), totalElements: 25 })
    })
    expect(text).toMatch(/paging:\s+\{ type: page-number, parameter: page, first: 0, total: \/totalElements \}/)
  })

  test('proposes a type for amounts that come as text, and none for codes', async () => {
    const rows = items.map(({ id, amount }) => ({ id, amount, postcode: `0${id}.1` }))
    const text = await tryApi((_seen, response) => sendJson(response, rows))
    expect(text).toMatch(/columns: \{ amount: \{ type: decimal \} \}/)
  })

  test('says what a pull would of a first page without any content', async () => {
    const api: Respond = (_seen, response) => void response.writeHead(204).end()
    await expect(tryApi(api)).rejects.toMatchObject({
      code: 'source-malformed',
      message: expect.stringContaining('noContent: empty') as string,
    })
    const request = { path: '/items', noContent: 'empty' }
    await expect(tryApi(api, { request })).rejects.toMatchObject({
      message: expect.stringContaining('Ask for something that has records') as string,
    })
  })

  test('keeps what the file says already', async () => {
    const text = await tryApi((_seen, response) => sendJson(response, { items }), {
      request: { path: '/items' },
      paging: { type: 'none' },
      key: ['label'],
    })
    const dataset = parseDefinitionFile(text, nothingKnown).datasets['items']
    expect(dataset).toMatchObject({ key: ['label'], records: '/items' })
  })

  test.each([
    {
      name: 'a refused client',
      answer: (): Respond => (_seen, response) => sendJson(response, { error: 'x' }, { status: 403 }),
      code: 'source-forbidden',
    },
    {
      name: 'a wrong path',
      answer: (): Respond => (_seen, response) => sendJson(response, {}, { status: 404 }),
      code: 'source-rejected',
    },
    {
      name: 'an answer without a list',
      answer: (): Respond => (_seen, response) => sendJson(response, { ok: true }),
      code: 'source-malformed',
    },
    {
      name: 'an empty list',
      answer: (): Respond => (_seen, response) => sendJson(response, { data: [] }),
      code: 'source-malformed',
    },
    {
      name: 'HTML',
      answer: (): Respond => (_seen, response) => sendJson(response, '<html>'),
      code: 'source-malformed',
    },
  ])('explains $name', async ({ answer, code }) => {
    expect(await problemOf(tryApi(answer()))).toMatchObject({ code })
  })
})

describe('readPartialFile', () => {
  const source = 'sources: { api: { baseUrl: https://a.example, auth: { method: static } } }\n'
  const read = (text: string, more: { dataset?: string; path?: string } = {}): string => {
    try {
      return readPartialFile(text, { dataset: undefined, path: undefined, known: new Map(), ...more }).datasetName
    } catch (error) {
      if (error instanceof BrokerError) return error.message
      throw error
    }
  }

  test.each([
    {
      name: 'names a new dataset after its path',
      text: source,
      more: { path: '/api/v1/customers/search' },
      says: 'customers',
    },
    { name: 'asks for a path', text: source, more: {}, says: '--path' },
    {
      name: 'asks which dataset',
      text: `${source}datasets: { a: {}, b: {} }`,
      more: {},
      says: '--dataset NAME, one of a, b',
    },
    {
      name: 'does not replace a dataset',
      text: `${source}datasets: { a: {} }`,
      more: { path: '/a' },
      says: 'a dataset a already',
    },
    {
      name: 'names a missing source',
      text: 'datasets: { a: { source: x, request: { path: /a } } }',
      more: {},
      says: 'no source x',
    },
    {
      name: 'names mistakes',
      text: `${source}datasets: { a: { request: { path: a } } }`,
      more: {},
      says: 'datasets.a.request.path',
    },
  ])('$name', ({ text, more, says }) => {
    expect(read(text, more)).toContain(says)
  })

  test('takes a path with its query, as browsers show it', () => {
    const path = '/v1/customers?active=true&q=a%20b'
    const file = readPartialFile(source, { dataset: undefined, path, known: new Map() })
    expect(file).toMatchObject({
      datasetName: 'customers',
      request: { path: '/v1/customers', query: { active: 'true', q: 'a b' } },
    })
    const printed = completeFile(file, { additions: [], query: undefined, remarks: [] })
    expect(parseDocument(printed).toJS()).toMatchObject({
      datasets: { customers: { request: { path: '/v1/customers', query: { active: 'true', q: 'a b' } } } },
    })
  })
})
