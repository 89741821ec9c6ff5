import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Sample, startSample } from '../../sample/sample.ts'
import { fetchToken, get, readTruth, type Row, search, searchAll, sumOf } from './sample-client.ts'

const TODAY = '2026-05-04'
const CROWDED = '2026-04-01'

let sample: Sample
let token: string

beforeAll(async () => {
  sample = await startSample({ today: TODAY, unlimited: true, crowdedDay: { date: CROWDED, records: 1_050 } })
  token = await fetchToken(sample)
})

afterAll(() => sample.stop())

function dateOf(row: Row, field: 'Created' | 'Updated'): string {
  return String(row[field]).slice(0, 10)
}

function daysBefore(date: string, days: number): string {
  return new Date(Date.parse(date) - days * 86_400_000).toISOString().slice(0, 10)
}

describe('search', () => {
  test('gives the last 7 days without dates, in the order of creation', async () => {
    const rows = await searchAll(sample, token, '')
    expect(rows).toEqual(await searchAll(sample, token, `from-date=2026-04-27&to-date=${TODAY}`))
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.map((row) => row['CandidateRef'])).toEqual(rows.map((row) => row['CandidateRef']).toSorted())
  })

  test('goes by the date of the last update when asked', async () => {
    const rows = await searchAll(sample, token, 'use-updated-dates=true&from-date=2026-03-02&to-date=2026-03-03')
    expect(rows.length).toBeGreaterThan(0)
    expect(new Set(rows.map((row) => dateOf(row, 'Updated')))).toEqual(new Set(['2026-03-02', '2026-03-03']))
    expect(rows.some((row) => dateOf(row, 'Created') < '2026-03-02')).toBe(true)
  })

  test('never gives more than 1,000 records, however it is paged', async () => {
    expect(await searchAll(sample, token, 'from-date=2023-01-01')).toHaveLength(1_000)
    expect(await searchAll(sample, token, `from-date=${CROWDED}&to-date=${CROWDED}`)).toHaveLength(1_000)
    expect(await search(sample, token, 'from-date=2023-01-01&Page-Size=150&Page=7')).toHaveLength(100)
    expect(await search(sample, token, 'from-date=2023-01-01&Page-Size=150&Page=8')).toEqual([])
  })

  test('gives every record once over windows of days, as counted by the truth', { timeout: 60_000 }, async () => {
    const plain = await startSample({ today: TODAY, unlimited: true })
    const plainToken = await fetchToken(plain)
    const rows: Row[] = []
    for (let daysAgo = 1_100; daysAgo >= 0; daysAgo -= 1) {
      const day = daysBefore(TODAY, daysAgo)
      const dayRows = await searchAll(plain, plainToken, `from-date=${day}&to-date=${day}`)
      expect(dayRows.every((row) => dateOf(row, 'Created') === day)).toBe(true)
      rows.push(...dayRows)
    }
    expect(rows).toHaveLength(12_000)
    expect(sumOf(rows)).toEqual(sumOf(await readLines(plain)))
    expect(await readTruth(plain, 'set=candidates')).toMatchObject(sumOf(rows))
    await plain.stop()
  })

  test('leads past 1,000 by paging when the cap is per call', async () => {
    const open = await startSample({ today: TODAY, candidates: 3_000, unlimited: true, capPerCall: true })
    const rows = await searchAll(open, await fetchToken(open), 'from-date=2023-01-01')
    expect(await readTruth(open, 'set=candidates')).toMatchObject(sumOf(rows))
    expect(rows).toHaveLength(3_000)
    await open.stop()
  })

  test.each(['jobs', 'placements', 'companies'])('serves all %s of a quarter with rising references', async (set) => {
    const rows = await searchAll(sample, token, 'from-date=2025-01-01&to-date=2025-03-31', set)
    expect(rows.length).toBeGreaterThan(0)
    const key = { jobs: 'JobRef', placements: 'PlacementRef', companies: 'CompanyRef' }[set] ?? ''
    expect(new Set(rows.map((row) => row[key])).size).toBe(rows.length)
  })

  test('filters by part of a text, in any case, before it pages', async () => {
    const all = await searchAll(sample, token, 'from-date=2026-01-01&to-date=2026-02-01')
    const wanted = all.filter((row) => JSON.stringify(row['JobTitle']).includes('Engineer'))
    expect(wanted.length).toBeGreaterThan(0)
    expect(await searchAll(sample, token, 'from-date=2026-01-01&to-date=2026-02-01&job-title=engineer')).toEqual(wanted)
    const [first] = wanted
    expect(
      await searchAll(sample, token, `from-date=2023-01-01&candidate-ref=${String(first?.['CandidateRef'])}`),
    ).toEqual([first])
  })

  test.each([
    'page=1',
    'Page=0',
    'Page=x',
    'Page-Size=201',
    'Page=1&Page=2',
    'fromdate=2026-01-01',
    'from-date=2026-02-30',
    'from-date=01/02/2026',
    'from-date=2026-02-02&to-date=2026-02-01',
    'use-updated-dates=yes',
  ])('refuses %s', async (query) => {
    const reply = await get(sample, token, `/api/v1.0/candidates/search?${query}`)
    expect(reply).toMatchObject({ status: 400, body: { Message: expect.any(String) as string } })
  })

  test('contains the values that tables break on', async () => {
    const rows = await readLines(sample)
    const starts = ['=', '+', '-', '@']
    expect(
      starts.filter((start) => !rows.some(({ Notes }) => typeof Notes === 'string' && Notes.startsWith(start))),
    ).toEqual([])
    expect(rows.some((row) => row['Notes'] === '')).toBe(true)
    expect(rows.some((row) => row['Notes'] === null)).toBe(true)
    expect(rows.some((row) => row['Address'] === null)).toBe(true)
    expect(rows.every((row) => /^0\d{6}$/.test(String(row['CandidateRef'])))).toBe(true)
    expect(rows.some((row) => /[à-ÿ]/.test(JSON.stringify(row['Name'])))).toBe(true)
    expect(rows.some((row) => /"Amount":\d+\.\d\d,/.test(JSON.stringify(row['Salary'])))).toBe(true)
  })
})

describe('limits', () => {
  test('answers 429 with Retry-After to the eleventh call of a second, per endpoint', async () => {
    let nowMs = Date.parse('2026-05-04T09:00:00Z')
    const limited = await startSample({ candidates: 100, now: () => nowMs })
    const limitedToken = await fetchToken(limited)
    const call = (set: string): Promise<number> =>
      get(limited, limitedToken, `/api/v1.0/${set}/search`).then((reply) => reply.status)
    for (let calls = 1; calls <= 10; calls += 1) {
      expect(await call('candidates')).toBe(200)
    }
    const refused = await get(limited, limitedToken, '/api/v1.0/candidates/search')
    expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '1' } })
    expect(await call('jobs')).toBe(200)
    nowMs += 1_000
    expect(await call('candidates')).toBe(200)
    expect(limited.counts()).toMatchObject({ calls: { candidates: 12, jobs: 1 }, rateLimited: 1 })
    await limited.stop()
  })
})

async function readLines(from: Sample): Promise<Row[]> {
  const reply = await fetch(`${from.url}/_sample/records?set=candidates&as=ndjson`)
  return (await reply.text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
}
