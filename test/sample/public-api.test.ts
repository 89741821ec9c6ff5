import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Sample, startSample } from '../../sample/sample.ts'
import { fetchToken, get, readTruth, type Row, sumOf } from './sample-client.ts'

let sample: Sample
let token: string

beforeAll(async () => {
  sample = await startSample({ candidates: 10, unlimited: true })
  token = await fetchToken(sample)
})

afterAll(() => sample.stop())

const rowsSchema = z.array(z.record(z.string(), z.unknown()))
const moviesSchema = z.looseObject({ value: rowsSchema, '@odata.nextLink': z.url().optional() })

async function readCities(path: string): Promise<Row[]> {
  const rows: Row[] = []
  let next: string | undefined = path
  while (next !== undefined) {
    const { body, headers } = await get(sample, token, next)
    rows.push(...rowsSchema.parse(body))
    next = /<([^>]+)>; rel="next"/.exec(String(headers['link']))?.[1]
    expect(next ?? sample.url).toSatisfy((link: string) => link.startsWith(sample.url))
  }
  return rows
}

test('pages all cities by Link headers', { timeout: 60_000 }, async () => {
  const rows = await readCities('/public/cities?limit=1000')
  expect(rows).toHaveLength(135_233)
  expect(await readTruth(sample, 'set=cities')).toMatchObject(sumOf(rows))
})

test('keeps the filter in the next link', async () => {
  const rows = await readCities('/public/cities?limit=300&country=PL')
  expect(rows.length).toBeGreaterThan(300)
  expect(new Set(rows.map((row) => row['country']))).toEqual(new Set(['PL']))
})

test('pages all movies by absolute next links, in pages of the preferred size', async () => {
  const rows: Row[] = []
  let next: string | undefined = '/public/movies'
  let pages = 0
  while (next !== undefined) {
    const reply = await get(sample, token, next, { prefer: 'odata.maxpagesize=500' })
    const page = moviesSchema.parse(reply.body)
    rows.push(...page.value)
    next = page['@odata.nextLink']
    pages += 1
  }
  expect(pages).toBe(7)
  expect(rows).toHaveLength(3_201)
  expect(await readTruth(sample, 'set=movies')).toMatchObject(sumOf(rows))
})

test('counts the movies when asked', async () => {
  const { body } = await get(sample, token, '/public/movies?$count=true')
  expect(body).toMatchObject({ '@odata.count': 3_201 })
})

test.each([
  '/public/cities?limit=1001',
  '/public/cities?cursor=2',
  '/public/movies?$skiptoken=x',
  '/public/movies?$top=1',
])('refuses %s', async (path) => {
  expect((await get(sample, token, path)).status).toBe(400)
})
