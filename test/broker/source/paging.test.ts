// The union of paging: each way of asking, in each part of a request, with each way of ending.
import { describe, expect, test } from 'vitest'
import type { RequestPlace } from '../../../broker/dataset/request-definition.ts'
import { findAt, type JsonObject } from '../../../broker/source/json.ts'
import { parseDataset, startReading, type DatasetInput, type Reading } from './support/reading.ts'
import { sendJson, type Respond, type Seen } from './support/upstream.ts'

const items = Array.from({ length: 25 }, (_, at) => ({ id: `item-${String(at).padStart(3, '0')}` }))
const size = 10

/** What a request carries at a place. */
function carried({ url, headers, body }: Seen, place: RequestPlace): unknown {
  if (typeof place === 'string') return url.searchParams.get(place) ?? undefined
  if ('header' in place) return headers[place.header.toLowerCase()]
  return findAt(JSON.parse(body) as JsonObject, place.body)
}

const places: { name: string; place: RequestPlace; request: NonNullable<DatasetInput['request']> }[] = [
  { name: 'query', place: 'at', request: { path: '/items', query: { q: 'x' } } },
  { name: 'header', place: { header: 'X-At' }, request: { path: '/items', headers: { 'x-tenant': 't' } } },
  {
    name: 'POST body',
    place: { body: '/variables/at' },
    request: { path: '/items', method: 'POST', body: { query: '{ items }', variables: { at: null, tenant: 't' } } },
  },
  { name: 'POST query', place: 'at', request: { path: '/items', method: 'POST', body: { filter: {} } } },
]

interface Way {
  readonly name: string
  readonly paging: object
  /** Whether the page's place is asked for with the first page as well. */
  readonly first: string | undefined
  readonly startOf: (at: string | undefined) => number
  /** Of the record behind the page's last one. */
  readonly nextOf: (start: number) => unknown
}

const ways: Way[] = [
  {
    name: 'page-number',
    paging: { type: 'page-number', sizeParameter: 'size', size },
    first: '1',
    startOf: (at) => (Number(at) - 1) * size,
    nextOf: () => undefined,
  },
  {
    name: 'offset',
    paging: { type: 'offset', sizeParameter: 'size', size },
    first: '0',
    startOf: Number,
    nextOf: () => undefined,
  },
  {
    name: 'cursor',
    paging: { type: 'cursor', next: '/page/next' },
    first: undefined,
    startOf: (at) => (at === undefined ? 0 : Number(Buffer.from(at, 'base64'))),
    nextOf: (start) => (start < items.length ? Buffer.from(String(start)).toString('base64') : null),
  },
  {
    name: 'keyset',
    paging: { type: 'keyset', field: '/id' },
    first: undefined,
    startOf: (at) => (at === undefined ? 0 : items.findIndex(({ id }) => id === at) + 1),
    nextOf: () => undefined,
  },
]

/** A vendor that pages in this way and says everything about its pages. */
const vendor =
  (way: Way, place: RequestPlace, { extra = 0 } = {}): Respond =>
  (seen, response) => {
    const at = carried(seen, place)
    const start = way.startOf(typeof at === 'string' || typeof at === 'number' ? String(at) : undefined)
    const page = items.slice(start, start + size)
    const end = start + page.length
    sendJson(
      response,
      {
        data: page,
        page: {
          next: way.nextOf(end + extra),
          total: items.length,
          pages: Math.ceil(items.length / size),
          hasMore: end < items.length,
        },
      },
      { headers: { 'x-total-count': String(items.length) } },
    )
  }

const callsOf = (reading: Reading): number => reading.upstream.to('/items').length

describe.each(ways)('$name', (way) => {
  test.each(places)('in $name', async ({ place, request }) => {
    const reading = await startReading(vendor(way, place))
    const paging = { ...way.paging, parameter: place } as DatasetInput['paging']
    expect(await reading.read({ request, records: '/data', paging })).toEqual(items)
    const calls = reading.upstream.to('/items')
    expect(calls[0] && carried(calls[0], place)).toEqual(
      way.first === undefined ? (typeof place === 'object' && 'body' in place ? null : undefined) : expect.anything(),
    )
    for (const { method, headers, body } of calls) {
      expect(method).toBe(request.method ?? 'GET')
      if (request.headers) expect(headers['x-tenant']).toBe('t')
      if (typeof place === 'object' && 'body' in place) {
        expect(JSON.parse(body)).toMatchObject({ query: '{ items }', variables: { tenant: 't' } })
        expect(headers['content-type']).toBe('application/json')
      }
    }
  })

  const ends = [
    { name: 'has-more flag', stated: { hasMore: '/page/hasMore' }, calls: 3, in: ways },
    { name: 'total', stated: { total: '/page/total' }, calls: 3, in: ways },
    { name: 'total in a header', stated: { total: { header: 'X-Total-Count' } }, calls: 3, in: ways },
    { name: 'total pages', stated: { totalPages: '/page/pages' }, calls: 3, in: ways.slice(0, 2) },
  ]
  test.each(ends.filter((end) => end.in.includes(way)))('ends by $name', async ({ stated, calls }) => {
    const reading = await startReading(vendor(way, 'at'))
    const paging = { ...way.paging, parameter: 'at', ...stated } as unknown as DatasetInput['paging']
    expect(await reading.read({ records: '/data', paging })).toEqual(items)
    expect(callsOf(reading)).toBe(calls)
  })

  test('fewer records than the total is source-truncated', async () => {
    const reading = await startReading((seen, response, request) => {
      const end = response.end.bind(response)
      response.end = ((text: string) => end(text.replace('"total":25', '"total":26'))) as typeof response.end
      return vendor(way, 'at')(seen, response, request)
    })
    const paging = { ...way.paging, parameter: 'at', total: '/page/total' } as DatasetInput['paging']
    expect(await reading.fail({ records: '/data', paging })).toMatchObject({ code: 'source-truncated' })
  })

  test('a page that ignores what it is asked for is source-loop', async () => {
    const ignoring: Respond = (_seen, response) => sendJson(response, { data: items, page: { next: 'c' } })
    const reading = await startReading(ignoring)
    const paging = { ...way.paging, parameter: 'at' } as DatasetInput['paging']
    expect(await reading.fail({ records: '/data', paging })).toMatchObject({ code: 'source-loop' })
    expect(callsOf(reading)).toBeLessThanOrEqual(3)
  })
})

describe('has-more', () => {
  const byOffset = { type: 'offset', parameter: 'at', hasMore: '/more' } as const

  test.each([true, 'true', 'True', 1, '1'])('%j goes on', async (flag) => {
    const reading = await startReading((seen, response) => {
      const at = Number(seen.url.searchParams.get('at'))
      sendJson(response, { data: items.slice(at, at + size), more: at + size < items.length ? flag : false })
    })
    expect(await reading.read({ records: '/data', paging: byOffset })).toEqual(items)
  })

  test.each([undefined, null, 'yes', 2, {}])('%j is source-malformed', async (flag) => {
    const reading = await startReading((_seen, response) => sendJson(response, { data: items, more: flag }))
    expect(await reading.fail({ records: '/data', paging: byOffset })).toMatchObject({ code: 'source-malformed' })
  })

  test('more, but nothing to go on with, is source-truncated', async () => {
    const reading = await startReading((seen, response) =>
      sendJson(response, { data: seen.url.searchParams.get('at') === '0' ? items : [], more: true }),
    )
    expect(await reading.fail({ records: '/data', paging: byOffset })).toMatchObject({ code: 'source-truncated' })
    const byCursor = { type: 'cursor', parameter: 'at', next: '/next', hasMore: '/more' } as const
    expect(await reading.fail({ records: '/data', paging: byCursor })).toMatchObject({ code: 'source-truncated' })
    const single = { type: 'none', hasMore: '/more' } as const
    expect(await reading.fail({ records: '/data', paging: single })).toMatchObject({ code: 'source-truncated' })
  })

  test('goes on past pages without records', async () => {
    const reading = await startReading((seen, response) => {
      const page = Number(seen.url.searchParams.get('at'))
      sendJson(response, { data: page % 2 ? items.slice(page * 2, page * 2 + 4) : [], more: page < 8 })
    })
    const paging = { type: 'page-number', parameter: 'at', hasMore: '/more' } as const
    expect(await reading.read({ records: '/data', paging })).toHaveLength(16)
  })
})

describe('cursor', () => {
  test('from a header into a header', async () => {
    const reading = await startReading((seen, response) => {
      const at = Number(seen.headers['x-continuation'] ?? 0)
      const headers = at + size < items.length ? { 'x-next': String(at + size) } : {}
      sendJson(response, items.slice(at, at + size), { headers })
    })
    const paging = { type: 'cursor', next: { header: 'X-Next' }, parameter: { header: 'X-Continuation' } } as const
    expect(await reading.read({ paging })).toEqual(items)
  })

  test.each([null, false, ''])('%j is none, and no link either', async (next) => {
    const reading = await startReading((_seen, response) => sendJson(response, { data: items, next }))
    for (const paging of [
      { type: 'cursor', parameter: 'at', next: '/next' },
      { type: 'next-link', next: '/next' },
    ] as const)
      expect(await reading.read({ records: '/data', paging })).toEqual(items)
  })

  test('a number stays a number in a body', async () => {
    const reading = await startReading((seen, response) => {
      const { after } = JSON.parse(seen.body) as { after?: number }
      sendJson(response, {
        data: items.slice(after ?? 0).slice(0, size),
        next: after === 20 ? null : (after ?? 0) + 10,
      })
    })
    await reading.read({
      request: { path: '/items', method: 'POST', body: {} },
      records: '/data',
      paging: { type: 'cursor', next: '/next', parameter: { body: '/after' } },
    })
    expect(reading.upstream.to('/items').map(({ body }) => body)).toEqual(['{}', '{"after":10}', '{"after":20}'])
  })

  test.each([
    { end: 'no-next', calls: 0, code: 'source-loop' },
    { end: 'empty-page', calls: 4, code: undefined },
    { end: 'short-page', calls: 3, code: undefined },
  ] as const)('a cursor with the last page too, $end', async ({ end, calls, code }) => {
    const reading = await startReading((seen, response) => {
      const at = Number(seen.url.searchParams.get('at') ?? 0)
      const data = items.slice(at, at + size)
      sendJson(response, { data, next: at + Math.max(1, data.length) })
    })
    const paging = { type: 'cursor', parameter: 'at', next: '/next', end, sizeParameter: 'n', size } as const
    if (code) expect(await reading.fail({ records: '/data', paging })).toMatchObject({ code })
    else {
      expect(await reading.read({ records: '/data', paging })).toEqual(items)
      expect(callsOf(reading)).toBe(calls)
    }
  })

  test('a repeated cursor is source-loop, whatever the records are', async () => {
    let count = 0
    const reading = await startReading((_seen, response) => {
      count += 1
      sendJson(response, { data: [{ id: count }], next: count % 2 ? 'a' : 'b' })
    })
    const paging = { type: 'cursor', parameter: 'at', next: '/next' } as const
    expect(await reading.fail({ records: '/data', paging })).toMatchObject({ code: 'source-loop' })
    expect(count).toBe(3)
  })
})

describe('keyset', () => {
  const paging = { type: 'keyset', parameter: 'after', field: '/id' } as const

  test.each([
    { name: 'no value', data: [{ name: 'x' }] },
    { name: 'null', data: [{ id: null }] },
    { name: 'a value that two records share', data: [{ id: 7 }, { id: 7 }] },
  ])('$name at the end of a page is source-malformed', async ({ data }) => {
    const reading = await startReading((_seen, response) => sendJson(response, data))
    expect(await reading.fail({ paging })).toMatchObject({ code: 'source-malformed' })
  })

  test('ids beyond a double are sent on digit by digit', async () => {
    const reading = await startReading((seen, response) =>
      sendJson(response, seen.url.searchParams.has('after') ? '[]' : '[{"id":12345678901234567890}]'),
    )
    await reading.read({ paging })
    expect(reading.upstream.to('/items')[1]?.url.search).toBe('?after=12345678901234567890')
  })
})

describe('POST', () => {
  test('GraphQL: cursor and page size in variables, errors told beside data', async () => {
    let isBroken = false
    const reading = await startReading((seen, response) => {
      const { variables } = JSON.parse(seen.body) as { variables: { after?: string | null; first: number } }
      const start = variables.after === null ? 0 : Number(variables.after)
      const nodes = items.slice(start, start + variables.first)
      const end = start + nodes.length
      sendJson(response, {
        data: { items: { nodes, pageInfo: { endCursor: String(end), hasNextPage: end < items.length } } },
        ...(isBroken && start > 0 ? { errors: [{ message: 'Field "x" timed out' }] } : {}),
      })
    })
    const dataset: DatasetInput = {
      request: {
        path: '/items',
        method: 'POST',
        body: { query: 'query($after: String) { … }', variables: { after: null } },
        errors: '/errors',
      },
      records: '/data/items/nodes',
      paging: {
        type: 'cursor',
        parameter: { body: '/variables/after' },
        next: '/data/items/pageInfo/endCursor',
        hasMore: '/data/items/pageInfo/hasNextPage',
        sizeParameter: { body: '/variables/first' },
        size,
      },
    }
    expect(await reading.read(dataset)).toEqual(items)
    isBroken = true
    const problem = await reading.fail(dataset)
    expect(problem).toMatchObject({ code: 'source-rejected' })
    expect(problem.message).toContain('Field "x" timed out')
  })

  test.each([[], {}, null, false, '', 0])('%j where errors are told is none', async (errors) => {
    const reading = await startReading((_seen, response) => sendJson(response, { data: items, errors }))
    const request = { path: '/items', errors: '/errors' }
    expect(await reading.read({ request, records: '/data', paging: { type: 'none' } })).toEqual(items)
  })

  test('a next link is followed with the same method, headers and body', async () => {
    const reading = await startReading((seen, response) => {
      const isFirst = !seen.url.searchParams.has('p')
      sendJson(response, { data: isFirst ? items.slice(0, 10) : items.slice(10), next: isFirst ? '?p=2' : null })
    })
    const request = { path: '/items', method: 'POST' as const, body: { filter: 'a' }, headers: { 'X-Tenant': 't' } }
    expect(await reading.read({ request, records: '/data', paging: { type: 'next-link', next: '/next' } })).toEqual(
      items,
    )
    expect(
      reading.upstream.to('/items').map(({ method, body, headers }) => [method, body, headers['x-tenant']]),
    ).toEqual([
      ['POST', '{"filter":"a"}', 't'],
      ['POST', '{"filter":"a"}', 't'],
    ])
  })

  test('window edges and page numbers go into the body, lists included', async () => {
    const reading = await startReading((_seen, response) => sendJson(response, []))
    await reading.read({
      request: {
        path: '/items',
        method: 'POST',
        body: { filters: [{ op: 'ge' }, { op: 'lt' }], page: { __proto__x: 1 } },
      },
      paging: { type: 'page-number', parameter: { body: '/page/number' } },
      window: {
        from: { body: '/filters/0/value' },
        to: { body: '/filters/1/value' },
        start: '2025-01-01',
        end: '2025-01-02',
      },
    })
    expect(JSON.parse(reading.upstream.to('/items')[0]?.body ?? '')).toEqual({
      filters: [
        { op: 'ge', value: '2025-01-01' },
        { op: 'lt', value: '2025-01-02' },
      ],
      page: { __proto__x: 1, number: 1 },
    })
  })

  test('is sent again after a failure that may pass: it is a read', async () => {
    let calls = 0
    const reading = await startReading((_seen, response) => {
      calls += 1
      sendJson(response, items, { status: calls === 1 ? 502 : 200 })
    })
    const request = { path: '/items', method: 'POST' as const, body: {} }
    expect(await reading.read({ request, paging: { type: 'none' } })).toEqual(items)
  })
})

describe('parallel', () => {
  const rows = Array.from({ length: 95 }, (_, id) => ({ id }))

  /** Answers in the wrong order: a page waits until the one behind it is asked for. */
  function startUnordered(options: { short?: number; stated?: number; given?: number } = {}) {
    const given = options.given ?? size
    const state = { open: 0, most: 0 }
    const waiting: (() => void)[] = []
    const respond: Respond = (seen, response) => {
      const at = Number(seen.url.searchParams.get('at'))
      state.open += 1
      state.most = Math.max(state.most, state.open)
      const data = rows.slice(at, at + (at === options.short ? 3 : given))
      const body = { data, total: options.stated ?? rows.length, pages: Math.ceil(rows.length / given) }
      const answer = (): void => {
        state.open -= 1
        sendJson(response, body)
      }
      // The first of two goes last; whoever is alone goes when nobody else comes.
      const before = waiting.pop()
      if (before) {
        answer()
        before()
      } else if (at === 0) answer()
      else {
        waiting.push(answer)
        setImmediate(() => setImmediate(() => waiting.pop()?.()))
      }
    }
    return { state, respond }
  }

  const paging = { type: 'offset', parameter: 'at', sizeParameter: 'n', size, total: '/total', parallel: 4 } as const

  test.each([
    { name: 'full pages', options: {}, calls: 10 },
    { name: 'fewer records a page than asked for', options: { given: 5 }, calls: 19 },
  ])('$name: every record once and in order, four at once', async ({ options, calls }) => {
    const { state, respond } = startUnordered(options)
    const reading = await startReading(respond)
    expect(await reading.read({ records: '/data', paging })).toEqual(rows)
    expect(callsOf(reading)).toBe(calls)
    expect(state.most).toBeGreaterThan(1)
    expect(state.most).toBeLessThanOrEqual(4)
  })

  test('a short page in the middle changes the offsets, and no record is lost', async () => {
    const { respond } = startUnordered({ short: 30 })
    const reading = await startReading(respond)
    expect(await reading.read({ records: '/data', paging })).toEqual(rows)
  })

  test('page numbers, by total pages', async () => {
    const reading = await startReading((seen, response) => {
      const start = (Number(seen.url.searchParams.get('p')) - 1) * size
      sendJson(response, { data: rows.slice(start, start + size), pages: 10 })
    })
    const byNumber = { type: 'page-number', parameter: 'p', totalPages: '/pages', parallel: 8 } as const
    expect(await reading.read({ records: '/data', paging: byNumber })).toEqual(rows)
    expect(callsOf(reading)).toBe(10)
  })

  test('fewer records than the total is source-truncated', async () => {
    const { respond } = startUnordered({ stated: 96 })
    const reading = await startReading(respond)
    expect(await reading.fail({ records: '/data', paging })).toMatchObject({ code: 'source-truncated' })
  })

  test('stays within the budget', async () => {
    const { respond } = startUnordered()
    const reading = await startReading(respond, { source: { limits: { perSecond: 2 } } })
    expect(await reading.read({ records: '/data', paging })).toEqual(rows)
    expect(reading.clock.monotonicMs()).toBeGreaterThanOrEqual(4_000)
  })

  test('whoever stops reading ends the calls under way', async () => {
    let closed = 0
    const reading = await startReading((seen, response) => {
      if (seen.url.searchParams.get('at') === '0') sendJson(response, { data: rows.slice(0, size), total: 95 })
      else response.on('close', () => (closed += 1))
    })
    const pages = reading.reader.read(parseDataset({ records: '/data', paging }), new AbortController().signal)
    await pages.next()
    await expect.poll(() => callsOf(reading)).toBe(5)
    await pages.return(undefined)
    await expect.poll(() => closed).toBe(4)
  })
})

describe('limits of a pull', () => {
  test('more pages than maxPages is source-too-large', async () => {
    let page = 0
    const reading = await startReading((_seen, response) => {
      page += 1
      sendJson(response, { data: [{ id: page }], next: `?p=${page}` })
    })
    const dataset: DatasetInput = { records: '/data', paging: { type: 'next-link', next: '/next' }, maxPages: 12 }
    expect(await reading.fail(dataset)).toMatchObject({ code: 'source-too-large' })
    expect(callsOf(reading)).toBe(13)
  })

  test.each([
    { maxRows: 25, code: undefined },
    { maxRows: 24, code: 'source-too-large' },
  ])('25 records with maxRows: $maxRows', async ({ maxRows, code }) => {
    const reading = await startReading((seen, response) => {
      const at = Number(seen.url.searchParams.get('at'))
      sendJson(response, items.slice(at, at + size))
    })
    const dataset: DatasetInput = { paging: { type: 'offset', parameter: 'at' }, maxRows }
    if (code) expect(await reading.fail(dataset)).toMatchObject({ code })
    else expect(await reading.read(dataset)).toEqual(items)
  })

  test('maxRows counts over all slices of a window', async () => {
    let day = 0
    const reading = await startReading((_seen, response) => {
      day += 1
      sendJson(response, [{ id: day }, { id: -day }])
    })
    const window = { from: 'from', to: 'to', start: '2025-01-01', end: '2025-03-01', cap: 3 }
    const dataset: DatasetInput = { paging: { type: 'none' }, window, maxRows: 9 }
    expect(await reading.fail(dataset)).toMatchObject({ code: 'source-too-large' })
    expect(day).toBe(5)
  })
})
