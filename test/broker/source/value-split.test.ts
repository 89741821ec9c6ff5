import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BrokerError } from '../../../broker/errors/broker-error.ts'
import { startReading, type DatasetInput } from './support/reading.ts'
import { sendJson, type Respond } from './support/upstream.ts'

interface Row {
  readonly id: number
  readonly day: number
  readonly status: string | null
}

const cap = 10
const pageSize = 4
const dayText = (day: number): string => `2025-01-${String(day + 1).padStart(2, '0')}`

/** A vendor that gives at most `cap` rows for one search of days and, where asked, of one status. */
const vendor =
  (rows: () => readonly Row[], { knowsStatus = true, statesTotal = true } = {}): Respond =>
  (seen, response) => {
    const get = (name: string): string | null => seen.url.searchParams.get(name)
    const found = rows().filter(
      ({ day, status }) =>
        dayText(day) >= (get('from') ?? '') &&
        dayText(day) <= (get('to') ?? '') &&
        (!knowsStatus || get('status') === null || get('status') === status),
    )
    const start = (Number(get('page')) - 1) * pageSize
    const data = found.slice(0, cap).slice(start, start + pageSize)
    sendJson(response, { data, ...(statesTotal ? { total: found.length } : {}) })
  }

function datasetOf(values: readonly string[], settings: Partial<DatasetInput> = {}, total = true): DatasetInput {
  return {
    records: '/data',
    paging: {
      type: 'page-number',
      parameter: 'page',
      sizeParameter: 'size',
      size: pageSize,
      ...(total ? { total: '/total' } : {}),
    },
    window: {
      from: 'from',
      to: 'to',
      start: '2025-01-01',
      end: '2025-01-06',
      cap,
      split: { parameter: 'status', values: [...values] },
    },
    ...settings,
  }
}

const many = (count: number, day: number, status: string | null, from = 0): Row[] =>
  Array.from({ length: count }, (_, at) => ({ id: from + at, day, status }))

describe('a day over the cap', () => {
  test('is read value by value, the other days are not', async () => {
    const rows = [...many(9, 2, 'open'), ...many(8, 2, 'shut', 100), ...many(3, 4, 'open', 200)]
    const reading = await startReading(vendor(() => rows))
    expect(await reading.read(datasetOf(['open', 'shut', 'lost']))).toEqual(rows)
    const split = reading.upstream.to('/items').filter(({ url }) => url.searchParams.has('status'))
    expect(new Set(split.map(({ url }) => url.searchParams.get('from')))).toEqual(new Set(['2025-01-03']))
  })

  test.each([
    {
      name: 'a value that reaches the cap itself',
      rows: [...many(10, 2, 'open'), ...many(2, 2, 'shut', 50)],
      says: 'status = open',
    },
    {
      name: 'records of no listed value among those the source gives',
      rows: [...many(5, 2, 'open'), ...many(3, 2, 'lost', 50), ...many(6, 2, 'shut', 90)],
      says: 'no value gives 3 of the records',
    },
    {
      name: 'records without a value behind those the source gives, by its total',
      rows: [...many(6, 2, 'open'), ...many(6, 2, 'shut', 50), ...many(1, 2, null, 90)],
      says: '12 records where the source says that there are 13',
    },
  ])('$name is window-over-cap', async ({ rows, says }) => {
    const reading = await startReading(vendor(() => rows))
    const problem = await reading.fail(datasetOf(['open', 'shut']))
    expect(problem.code).toBe('window-over-cap')
    expect(problem.message).toContain(says)
    expect(problem.message).toContain('2025-01-03')
  })

  test('a source that ignores the parameter is window-over-cap', async () => {
    const rows = many(30, 2, 'open')
    const reading = await startReading(vendor(() => rows, { knowsStatus: false }))
    expect((await reading.fail(datasetOf(['open', 'shut']))).message).toContain('Does it know that parameter?')
  })

  test('values that overlap fail without a key, and are left to the key with one', async () => {
    const rows = [...many(6, 2, 'open'), ...many(6, 2, 'shut', 50)]
    const respond: Respond = (seen, response, request) => {
      if (seen.url.searchParams.get('status') === 'any') seen.url.searchParams.set('status', 'open')
      return vendor(() => rows)(seen, response, request)
    }
    const reading = await startReading(respond)
    const values = ['open', 'shut', 'any']
    expect(await reading.fail(datasetOf(values))).toMatchObject({ code: 'source-malformed' })
    expect(await reading.read(datasetOf(values, { key: ['id'] }))).toHaveLength(18)
  })

  test('with a key, a record that changes while it is read counts as the same', async () => {
    let version = 0
    const rows = (): (Row & { version: number })[] => {
      version += 1
      return [...many(6, 2, 'open'), ...many(6, 2, 'shut', 50)].map((row) => ({ ...row, version }))
    }
    const reading = await startReading(vendor(rows))
    expect(await reading.read(datasetOf(['open', 'shut'], { key: ['id'] }))).toHaveLength(12)
    expect(await reading.fail(datasetOf(['open', 'shut']))).toMatchObject({ code: 'window-over-cap' })
  })
})

test('exactly the records, or window-over-cap exactly when a value of a day reaches the cap or is not listed', async () => {
  let rows: Row[] = []
  const reading = await startReading(vendor(() => rows))
  const counts = fc.record({
    open: fc.nat(12),
    shut: fc.nat(8),
    won: fc.nat(8),
    lost: fc.oneof(fc.constant(0), fc.nat(2)),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(counts, { minLength: 1, maxLength: 6 }), async (days) => {
      rows = days
        .flatMap((statuses, day) => Object.entries(statuses).flatMap(([status, count]) => many(count, day, status)))
        .map((row, id) => ({ ...row, id }))
      const isOver = days.some(
        ({ open, shut, won, lost }) => open + shut + won + lost >= cap && (open >= cap || lost > 0),
      )
      const outcome = await reading.read(datasetOf(['open', 'shut', 'won'])).then(
        (records) => records.map(({ id }) => id).sort((a, b) => Number(a) - Number(b)),
        (error: unknown) => (error instanceof BrokerError ? error.code : error),
      )
      expect(outcome).toEqual(isOver ? 'window-over-cap' : rows.map(({ id }) => id))
    }),
    { numRuns: 150 },
  )
}, 60_000)
