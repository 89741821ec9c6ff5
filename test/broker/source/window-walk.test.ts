import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { windowDefinition } from '../../../broker/dataset/paging-definition.ts'
import { BrokerError } from '../../../broker/errors/broker-error.ts'
import type { JsonObject } from '../../../broker/source/json.ts'
import { problemOf, startReading, type DatasetInput } from './support/reading.ts'
import { sendJson, type Respond } from './support/upstream.ts'

const startMs = Date.UTC(2025, 0, 1)
const dayMs = 86_400_000

interface Row {
  readonly id: number
  readonly atMs: number
}

/** How a vendor's search behaves. */
interface Vendor {
  readonly rows: readonly Row[]
  readonly cap: number
  readonly capOf: 'search' | 'call'
  readonly pageSize: number
  readonly paging: 'page-number' | 'link-header'
  readonly order: 'time' | 'id'
  readonly toIs: 'inclusive' | 'exclusive'
  /** To what a vendor that takes instants cuts a record's time before it compares. */
  readonly precisionMs: number
}

const search =
  (vendor: Vendor): Respond =>
  (seen, response) => {
    const get = (name: string): string => seen.url.searchParams.get(name) ?? ''
    const cut = (ms: number): number => Math.floor(ms / vendor.precisionMs) * vendor.precisionMs
    const [fromMs, toMs] = [Date.parse(get('from')), Date.parse(get('to'))]
    const found = vendor.rows
      .filter(({ atMs }) => cut(atMs) >= fromMs && (vendor.toIs === 'inclusive' ? cut(atMs) <= toMs : cut(atMs) < toMs))
      .sort((a, b) => (vendor.order === 'time' ? a.atMs - b.atMs : 0) || a.id - b.id)
    const given = vendor.capOf === 'search' ? found.slice(0, vendor.cap) : found
    const offset = (Number(get('page') || 1) - 1) * vendor.pageSize
    const next = new URL(seen.url)
    next.searchParams.set('page', String(Number(get('page') || 1) + 1))
    const headers = offset + vendor.pageSize < given.length ? { link: `<${next.href}>; rel=next` } : {}
    const page = given.slice(offset, offset + vendor.pageSize)
    sendJson(
      response,
      page.map(({ id, atMs }) => ({ id, created: { at: new Date(atMs).toISOString() } })),
      { headers: vendor.paging === 'link-header' ? headers : {} },
    )
  }

function datasetFor(vendor: Vendor, days: number, format: 'date' | 'datetime'): DatasetInput {
  const { pageSize: size, cap, toIs } = vendor
  return {
    paging:
      vendor.paging === 'link-header'
        ? { type: 'link-header' }
        : { type: 'page-number', parameter: 'page', sizeParameter: 'size', size },
    window: { from: 'from', to: 'to', format, toIs, cap, start: '2025-01-01', end: dayText(days - 1) },
  }
}

const dayText = (day: number): string => new Date(startMs + day * dayMs).toISOString().slice(0, 10)
const ids = (records: readonly JsonObject[]): unknown[] =>
  records.map((record) => record['id']).sort((a, b) => Number(a) - Number(b))

const vendorShape = {
  cap: fc.integer({ min: 1, max: 40 }),
  capOf: fc.constantFrom('search' as const, 'call' as const),
  pageSize: fc.integer({ min: 1, max: 30 }),
  paging: fc.constantFrom('page-number' as const, 'link-header' as const),
  order: fc.constantFrom('time' as const, 'id' as const),
  toIs: fc.constantFrom('inclusive' as const, 'exclusive' as const),
}

describe('days', () => {
  test('exactly the records, or window-over-cap exactly when a day reaches the cap', async () => {
    const time = fc.nat(dayMs - 1)
    const day = fc.oneof(
      { weight: 4, arbitrary: fc.array(time, { maxLength: 6 }) },
      { weight: 1, arbitrary: fc.array(time, { maxLength: 45, size: 'max' }) },
    )
    let vendor: Vendor | undefined
    const reading = await startReading((seen, response, request) => vendor && search(vendor)(seen, response, request))
    await fc.assert(
      fc.asyncProperty(fc.record(vendorShape), fc.array(day, { minLength: 1, maxLength: 60 }), async (shape, days) => {
        const rows = days.flatMap((times, at) => times.map((ms) => startMs + at * dayMs + ms))
        // Ids run against time, so that the other order is not by time as well.
        vendor = { ...shape, rows: rows.map((atMs, at) => ({ id: rows.length - at, atMs })), precisionMs: dayMs }
        const outcome = await reading.read(datasetFor(vendor, days.length, 'date')).then(ids, codeOf)
        const isOver = shape.capOf === 'search' && days.some((times) => times.length >= shape.cap)
        // A day of exactly the cap may be cut off, as long as nothing has shown that paging goes past it.
        const mayBeOver = shape.capOf === 'call' && days.some((times) => times.length === shape.cap)
        if (mayBeOver && outcome === 'window-over-cap') return
        expect(outcome).toEqual(isOver ? 'window-over-cap' : ids(vendor.rows.map(({ id }) => ({ id }))))
      }),
      { numRuns: 300 },
    )
  }, 120_000)

  test('names the day that is over the cap and what to do', async () => {
    const rows = Array.from({ length: 30 }, (_, id) => ({ id, atMs: startMs + (id < 12 ? 3 : id) * dayMs }))
    const vendor: Vendor = {
      rows,
      cap: 12,
      capOf: 'search',
      pageSize: 5,
      paging: 'link-header',
      order: 'time',
      toIs: 'inclusive',
      precisionMs: dayMs,
    }
    const reading = await startReading(search(vendor))
    const problem = await reading.fail(datasetFor(vendor, 31, 'date'))
    expect(problem.code).toBe('window-over-cap')
    expect(problem.message).toMatch(/^2025-01-04 .* 12 records .*request\.query.*window\.cap/)
  })

  test('a vendor that ignores the dates fails', async () => {
    const reading = await startReading((_seen, response) =>
      sendJson(
        response,
        Array.from({ length: 50 }, (_, id) => ({ id })),
      ),
    )
    const dataset: DatasetInput = {
      paging: { type: 'none' },
      window: { from: 'from', to: 'to', start: '2025-01-01', cap: 100 },
    }
    expect(await problemOf(reading.read(dataset))).toMatchObject({ code: 'source-loop' })
  })

  test('without a cap asks once, up to tomorrow in UTC', async () => {
    const reading = await startReading((_seen, response) => sendJson(response, [{ id: 1 }]))
    await reading.read({ paging: { type: 'none' }, window: { from: 'from', to: 'to', start: '2025-01-01' } })
    expect(reading.upstream.to('/items').map((seen) => seen.url.search)).toEqual(['?from=2025-01-01&to=2026-02-01'])
  })

  test('an end before the start is a mistake in the definition', async () => {
    const reading = await startReading((_seen, response) => sendJson(response, []))
    const window = { from: 'from', to: 'to', start: '2025-01-02', end: '2025-01-01' }
    expect(await reading.fail({ paging: { type: 'none' }, window })).toMatchObject({ code: 'definition-invalid' })
  })

  test('the last day with a date ends a window only where no later one is asked for', () => {
    const window = { from: 'from', to: 'to', start: '9999-12-30', end: '9999-12-31' }
    const parse = (how: object) => windowDefinition.safeParse({ ...window, ...how })
    expect(parse({}).success).toBe(true)
    for (const how of [{ toIs: 'exclusive' }, { format: 'datetime' }, { format: 'datetime', toIs: 'exclusive' }]) {
      expect(parse(how).error?.issues).toMatchObject([{ path: ['end'] }])
      expect(parse({ ...how, end: '9999-12-30' }).success).toBe(true)
    }
  })
})

describe('instants', () => {
  test('no row is lost or doubled at an edge, however finely the vendor keeps time', async () => {
    let vendor: Vendor | undefined
    const reading = await startReading((seen, response, request) => vendor && search(vendor)(seen, response, request))
    // Many records at few instants, edges of any slice among them.
    const time = fc.oneof(
      fc.nat(16).map((eighth) => (eighth * dayMs) / 8),
      fc.nat(2 * dayMs),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.record({ ...vendorShape, cap: fc.integer({ min: 8, max: 40 }), pageSize: fc.integer({ min: 3, max: 30 }) }),
        fc.array(time, { maxLength: 60 }),
        fc.constantFrom(1, 1_000, dayMs),
        async (shape, times, precisionMs) => {
          // Every record has a twin that is alike in all, which must not be taken for a doubled row.
          const rows = times.flatMap((ms, id) => [
            { id, atMs: startMs + ms },
            { id, atMs: startMs + ms },
          ])
          vendor = { ...shape, precisionMs, rows }
          const inside = rows.filter(({ atMs }) => atMs < startMs + 2 * dayMs)
          const outcome = await reading.read(datasetFor(vendor, 2, 'datetime')).then(ids, codeOf)
          if (outcome === 'window-over-cap') {
            expect(mostTogether(inside, precisionMs)).toBeGreaterThanOrEqual(shape.cap)
          } else expect(outcome).toEqual(ids(inside.map(({ id }) => ({ id }))))
        },
      ),
      { numRuns: 300 },
    )
  }, 120_000)
})

function codeOf(error: unknown): string {
  if (error instanceof BrokerError) return error.code
  throw error
}

/** The most records that two neighbouring seconds share, as a vendor of this precision sees it. */
function mostTogether(rows: readonly Row[], precisionMs: number): number {
  const unitMs = Math.max(1_000, precisionMs)
  const counts = new Map<number, number>()
  for (const { atMs } of rows) {
    const unit = Math.floor(atMs / unitMs)
    counts.set(unit, (counts.get(unit) ?? 0) + 1)
  }
  return Math.max(0, ...[...counts].map(([unit, count]) => count + (counts.get(unit + 1) ?? 0)))
}
