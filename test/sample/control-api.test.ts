import { request } from 'undici'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Sample, startSample } from '../../sample/sample.ts'
import { askToken, control, fetchToken, get, readTruth, search, searchAll, send, sumOf } from './sample-client.ts'

const TODAY = '2026-05-04'
const ALL = 'from-date=2023-01-01'
const CANDIDATES = '/api/v1.0/candidates/search'

let sample: Sample
let token: string

beforeEach(async () => {
  sample = await startSample({ today: TODAY, candidates: 900, unlimited: true })
  token = await fetchToken(sample)
})

afterEach(() => sample.stop())

describe('tick', () => {
  test('changes exactly the records it names and dates them today', async () => {
    const before = new Map((await searchAll(sample, token, ALL)).map((row) => [row['CandidateRef'], row]))
    const result = await sample.tick({ updated: 30, added: 5, deleted: 4 })
    expect([result.updated.length, result.added.length, result.deleted.length]).toEqual([30, 5, 4])
    const after = new Map((await searchAll(sample, token, ALL)).map((row) => [row['CandidateRef'], row]))
    expect(after.size).toBe(901)
    const changed = [...after].filter(([ref, row]) => JSON.stringify(row) !== JSON.stringify(before.get(ref)))
    expect(changed.map(([ref]) => ref).toSorted()).toEqual([...result.updated, ...result.added].toSorted())
    expect([...before.keys()].filter((ref) => !after.has(ref)).toSorted()).toEqual(result.deleted.toSorted())
    for (const [ref, row] of changed) {
      expect(String(row['Updated'])).toContain(TODAY)
      expect(row['Salary']).not.toEqual(before.get(ref)?.['Salary'] ?? 'absent')
    }
    const updatedToday = await searchAll(sample, token, `use-updated-dates=true&from-date=${TODAY}`)
    expect(updatedToday.map((row) => row['CandidateRef']).toSorted()).toEqual(changed.map(([ref]) => ref).toSorted())
    expect(await readTruth(sample, 'set=candidates')).toMatchObject(sumOf([...after.values()]))
  })

  test('takes its numbers from the body or the query, and has defaults', async () => {
    const lengths = async (name: string, body: unknown): Promise<number[]> => {
      const reply = (await control(sample, name, body)).body as Record<'updated' | 'added' | 'deleted', string[]>
      return [reply.updated.length, reply.added.length, reply.deleted.length]
    }
    expect(await lengths('tick', {})).toEqual([50, 20, 10])
    expect(await lengths('tick', { updated: 1, added: 2, deleted: 3 })).toEqual([1, 2, 3])
    expect(await lengths('tick?updated=4&added=0&deleted=0', {})).toEqual([4, 0, 0])
    expect((await control(sample, 'tick', { update: 1 })).status).toBe(400)
  })

  test('does the same after the same start', async () => {
    const twin = await startSample({ today: TODAY, candidates: 900 })
    expect(await twin.tick()).toEqual(await sample.tick())
    expect(await twin.tick({ updated: 3 })).toEqual(await sample.tick({ updated: 3 }))
    await twin.stop()
  })
})

describe('records', () => {
  test('sums selected fields alone, as a flattened table has them', async () => {
    const rows = await searchAll(sample, token, ALL)
    const table = rows.map((row) => {
      const address = row['Address'] as { Town: string } | null
      return [row['CandidateRef'], address?.Town ?? null]
    })
    expect(await readTruth(sample, 'set=candidates&fields=CandidateRef,Address.Town')).toMatchObject(sumOf(table))
  })

  test('refuses a set that does not exist', async () => {
    expect((await control(sample, 'records?set=people')).status).toBe(404)
  })
})

describe('stats', () => {
  test('counts calls until they are reset', async () => {
    await search(sample, token, '')
    await send(sample.url + CANDIDATES)
    const expected = { tokenCalls: 1, tokensIssued: 1, calls: { candidates: 2 }, unauthorized: 1, rateLimited: 0 }
    expect((await control(sample, 'stats')).body).toEqual(expected)
    expect(sample.counts()).toEqual(expected)
    await control(sample, 'reset-stats', {})
    expect(sample.counts()).toMatchObject({ tokenCalls: 0, calls: {} })
  })
})

describe('faults of the API', () => {
  test.each([
    { kind: 'unauthorized', status: 401, header: 'www-authenticate' },
    { kind: 'rate-limited', status: 429, header: 'retry-after' },
    { kind: 'server-error', status: 503, header: 'content-type' },
  ] as const)('$kind spoils as many calls as asked, at that endpoint, after those to skip', async (fault) => {
    await control(sample, 'faults', { kind: fault.kind, endpoint: 'candidates', times: 2, skip: 1 })
    const statuses: number[] = []
    expect((await get(sample, token, '/api/v1.0/jobs/search')).status).toBe(200)
    for (let call = 0; call < 4; call += 1) {
      const reply = await get(sample, token, CANDIDATES)
      statuses.push(reply.status)
      expect(reply.status === 200 || reply.headers[fault.header] !== undefined).toBe(true)
    }
    expect(statuses).toEqual([200, fault.status, fault.status, 200])
    expect((await control(sample, 'faults')).body).toEqual([])
  })

  test('cut-body promises more than it sends and drops the connection', async () => {
    sample.misbehave({ kind: 'cut-body' })
    const { statusCode, headers, body } = await request(`${sample.url}${CANDIDATES}?${ALL}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(statusCode).toBe(200)
    let received = 0
    await expect(async () => {
      for await (const chunk of body) {
        received += (chunk as Buffer).length
      }
    }).rejects.toThrow()
    expect(received).toBeGreaterThan(0)
    expect(received).toBeLessThan(Number(headers['content-length']))
  })

  test('slow answers right, but late', async () => {
    sample.misbehave({ kind: 'slow', delayMs: 60_000 })
    const late = request(sample.url + CANDIDATES, { headersTimeout: 100 })
    await expect(late).rejects.toMatchObject({ code: 'UND_ERR_HEADERS_TIMEOUT' })
    sample.misbehave({ kind: 'slow', delayMs: 1 })
    expect((await get(sample, token, CANDIDATES)).status).toBe(200)
  })

  test('not-json answers 200 with a page that is no JSON', async () => {
    sample.misbehave({ kind: 'not-json' })
    await expect(get(sample, token, CANDIDATES)).rejects.toThrow(SyntaxError)
  })

  test('repeated-page gives the page before again, and waits for a page that has one', async () => {
    sample.misbehave({ kind: 'repeated-page' })
    const first = await search(sample, token, `${ALL}&Page=1`)
    expect(await search(sample, token, `${ALL}&Page=2`)).toEqual(first)
    expect(await search(sample, token, `${ALL}&Page=2`)).not.toEqual(first)
  })

  test('repeated-page sends a follower of links in a circle', async () => {
    const nextOf = (link: unknown): string => /<([^>]+)>; rel="next"/.exec(String(link))?.[1] ?? ''
    const first = await get(sample, token, '/public/cities?limit=5')
    sample.misbehave({ kind: 'repeated-page', endpoint: 'cities' })
    const second = await get(sample, token, nextOf(first.headers['link']))
    expect(second.body).toEqual(first.body)
    expect(nextOf(second.headers['link'])).toBe(nextOf(first.headers['link']))
  })

  test('foreign-next leads to another origin', async () => {
    sample.misbehave({ kind: 'foreign-next', times: 2 })
    const cities = await get(sample, token, '/public/cities')
    expect(cities.headers['link']).toMatch(/^<http:\/\/elsewhere\.example\/.*rel="next"/)
    const movies = await get(sample, token, '/public/movies')
    expect(movies.body).toMatchObject({
      '@odata.nextLink': expect.stringMatching(/^http:\/\/elsewhere\.example\//) as string,
    })
  })

  test('refuses a fault that could never happen, and forgets faults when told', async () => {
    expect((await control(sample, 'faults', { kind: 'unheard-of' })).status).toBe(400)
    expect((await control(sample, 'faults', { kind: 'slow', endpoint: 'candidate' })).status).toBe(400)
    sample.misbehave({ kind: 'server-error' })
    await send(`${sample.url}/_sample/faults`, { method: 'DELETE' })
    expect((await get(sample, token, CANDIDATES)).status).toBe(200)
  })
})

describe('faults of the token endpoint', () => {
  test.each([
    { kind: 'token-error', status: 503 },
    { kind: 'token-rate-limited', status: 429 },
    { kind: 'token-refused', status: 401 },
  ] as const)('$kind answers $status once', async ({ kind, status }) => {
    sample.misbehave({ kind })
    expect((await askToken(sample)).status).toBe(status)
    expect((await askToken(sample)).status).toBe(200)
  })

  test('token-no-expiry leaves out how long the token lives', async () => {
    sample.misbehave({ kind: 'token-no-expiry' })
    const { body } = await askToken(sample)
    expect(body).toHaveProperty('access_token')
    expect(body).not.toHaveProperty('expires_in')
  })

  test('token-slow answers right, but late', async () => {
    sample.misbehave({ kind: 'token-slow', delayMs: 60_000 })
    const late = request(sample.tokenUrl, { method: 'POST', headersTimeout: 100 })
    await expect(late).rejects.toMatchObject({ code: 'UND_ERR_HEADERS_TIMEOUT' })
    sample.misbehave({ kind: 'token-slow', delayMs: 1 })
    expect((await askToken(sample)).status).toBe(200)
  })
})
