import { describe, expect, test } from 'vitest'
import { startReading, type DatasetInput } from './support/reading.ts'
import { sendJson, Upstream, type Respond } from './support/upstream.ts'

const items = Array.from({ length: 25 }, (_, id) => ({ id }))
const slice = (page: number, size: number): object[] => items.slice(page * size, (page + 1) * size)
const number = (url: URL, name: string): number => Number(url.searchParams.get(name) ?? Number.NaN)

/** Pages of `size` from 1 on, with a total. */
const numbered: Respond = (seen, response) => {
  const page = number(seen.url, 'page')
  sendJson(response, { page, at: Math.random(), total: items.length, items: slice(page - 1, number(seen.url, 'size')) })
}

const byNumber = (paging: object = {}): DatasetInput => ({
  records: '/items',
  paging: { type: 'page-number', parameter: 'page', sizeParameter: 'size', size: 10, ...paging },
})

describe('page-number', () => {
  test.each([
    { name: 'empty-page asks until a page is empty', paging: {}, calls: 4 },
    { name: 'short-page stops at the first short one', paging: { end: 'short-page' }, calls: 3 },
    { name: 'a total saves the last call', paging: { total: '/total' }, calls: 3 },
    { name: 'short-page after a full last page', paging: { end: 'short-page', size: 5 }, calls: 6 },
  ])('$name', async ({ paging, calls }) => {
    const reading = await startReading(numbered)
    expect(await reading.read(byNumber(paging))).toEqual(items)
    expect(reading.upstream.to('/items')).toHaveLength(calls)
  })

  test.each(['page-number', 'keyset'])(
    'short-page reads on where a %s source gives less than it is asked for',
    async (type) => {
      const most = 7
      const reading = await startReading((seen, response) => {
        const after =
          type === 'keyset'
            ? Number(seen.url.searchParams.get('after') ?? -1) + 1
            : (number(seen.url, 'page') - 1) * most
        sendJson(response, { items: items.slice(after, after + most) })
      })
      const paging = {
        type,
        parameter: type === 'keyset' ? 'after' : 'page',
        end: 'short-page',
        ...(type === 'keyset' && { field: '/id' }),
      }
      const sized = { ...paging, sizeParameter: 'size', size: 10 }
      expect(await reading.read({ records: '/items', paging: sized } as DatasetInput)).toEqual(items)
    },
  )

  test.each([
    { name: 'a record that went', total: 24 },
    { name: 'a record that came', total: 26 },
  ])('$name while the pages were read is source-changed', async ({ total }) => {
    const reading = await startReading((seen, response) => {
      const page = number(seen.url, 'page')
      sendJson(response, { total: page < 3 ? items.length : total, items: slice(page - 1, 10) })
    })
    expect(await reading.fail(byNumber({ total: '/total' }))).toMatchObject({ code: 'source-changed', retryable: true })
  })

  test.each([204, 404])('%i after the first page ends the pages', async (status) => {
    const reading = await startReading((seen, response, request) => {
      if (number(seen.url, 'page') <= 3) return numbered(seen, response, request)
      response.writeHead(status).end()
    })
    expect(await reading.read(byNumber())).toEqual(items)
  })

  test('204 for the first page fails, unless the definition says that it means no records', async () => {
    const reading = await startReading((_seen, response) => void response.writeHead(204).end())
    const refused = { code: 'source-malformed', message: expect.stringContaining('noContent: empty') as string }
    expect(await reading.fail(byNumber())).toMatchObject(refused)
    expect(await reading.fail({ paging: { type: 'next-link', next: '/next' } })).toMatchObject(refused)
    const request = { path: '/items', noContent: 'empty' } as const
    expect(await reading.read({ ...byNumber(), request })).toEqual([])
    expect(await reading.read({ request, paging: { type: 'next-link', next: '/next' } })).toEqual([])
  })

  test.each(['', ' \n'])('200 with the body %j for the first page fails', async (body) => {
    const reading = await startReading((_seen, response) => void response.end(body))
    expect(await reading.fail(byNumber())).toMatchObject({ code: 'source-truncated' })
  })

  test('404 for the first page fails', async () => {
    const reading = await startReading((_seen, response) => void response.writeHead(404).end())
    expect(await reading.fail(byNumber())).toMatchObject({ code: 'source-rejected' })
  })

  test.each([
    { name: 'fewer records than the total', total: 26, code: 'source-truncated' },
    { name: 'more records than the total', total: 24, code: 'source-truncated' },
    { name: 'no total', total: undefined, code: 'source-malformed' },
    { name: 'a total that is no number', total: 'many', code: 'source-malformed' },
  ])('$name is $code', async ({ total, code }) => {
    const reading = await startReading((seen, response) =>
      sendJson(response, { total, items: slice(number(seen.url, 'page') - 1, 10) }),
    )
    expect(await reading.fail(byNumber({ total: '/total' }))).toMatchObject({ code })
  })

  test('a source that ignores the page parameter is source-loop', async () => {
    const reading = await startReading((_seen, response) => sendJson(response, { at: Math.random(), items }))
    expect(await reading.fail(byNumber())).toMatchObject({ code: 'source-loop' })
    expect(reading.upstream.to('/items')).toHaveLength(2)
  })

  test('starts at the first number, with query, headers and base path of the definition', async () => {
    const reading = await startReading((_seen, response) => sendJson(response, []))
    const dataset: DatasetInput = {
      request: {
        path: '/v 1/items',
        query: { $filter: "a eq 'b c'" },
        headers: { 'X-Tenant': 't', Authorization: 'no' },
      },
      paging: { type: 'page-number', parameter: 'page', first: 0 },
    }
    expect(await reading.read(dataset)).toEqual([])
    const [seen] = reading.upstream.to('/v%201/items')
    expect(seen?.url.search).toBe('?%24filter=a%20eq%20%27b%20c%27&page=0')
    expect(seen?.headers).toMatchObject({
      'x-tenant': 't',
      authorization: 'Bearer token-1',
      accept: 'application/json',
    })
  })
})

describe.each([
  {
    type: 'link-header',
    link: (target: string) => ({ headers: { link: `<${target}>; rel="next"` }, next: undefined }),
  },
  { type: 'next-link', link: (target: string) => ({ headers: {}, next: target }) },
] as const)('$type', ({ type, link }) => {
  const dataset: DatasetInput = { request: { path: '/items', query: { q: 'x' } }, records: '/items', paging: { type } }
  const serve =
    (targetOf: (page: number, origin: string) => string | undefined): Respond =>
    (seen, response) => {
      const page = number(seen.url, 'p') || 0
      const target = targetOf(page, seen.url.origin)
      const { headers, next } = target === undefined ? { headers: {}, next: undefined } : link(target)
      sendJson(response, { items: slice(page, 10), '@odata.nextLink': next }, { headers })
    }

  test.each([
    { name: 'absolute', target: (page: number, origin: string) => `${origin}/items?p=${page}&f=a%2Cb#x` },
    { name: 'path-relative', target: (page: number) => `/items?p=${page}&f=a%2Cb` },
    { name: 'query-relative', target: (page: number) => `?p=${page}&f=a%2Cb` },
  ])('follows $name links as they are', async ({ target }) => {
    const reading = await startReading(serve((page, origin) => (page < 2 ? target(page + 1, origin) : undefined)))
    expect(await reading.read(dataset)).toEqual(items)
    expect(reading.upstream.to('/items').map((seen) => seen.url.search)).toEqual([
      '?q=x',
      '?p=1&f=a%2Cb',
      '?p=2&f=a%2Cb',
    ])
  })

  test('refuses a next link to another origin and sends nothing there', async () => {
    const other = await Upstream.start((_seen, response) => sendJson(response, { items: [] }))
    const reading = await startReading(serve(() => `${other.origin}/items?p=1`))
    expect(await reading.fail(dataset)).toMatchObject({ code: 'source-malformed' })
    expect(other.requests).toEqual([])
    await other.stop()
  })

  test.each(['https://127.0.0.1:1/', '//evil.example/items', 'file:///etc/passwd', 'http://[', 'javascript:0'])(
    'refuses %s',
    async (target) => {
      const reading = await startReading(serve(() => target))
      expect(await reading.fail(dataset)).toMatchObject({ code: 'source-malformed' })
    },
  )

  test('a repeated link is source-loop', async () => {
    const reading = await startReading(serve((page) => `?p=${(page + 1) % 3}`))
    expect(await reading.fail(dataset)).toMatchObject({ code: 'source-loop' })
    expect(reading.upstream.to('/items').length).toBeLessThanOrEqual(4)
  })

  test('new links to no records end as source-loop', async () => {
    const reading = await startReading(serve((page) => `?p=${page + 50}`))
    expect(await reading.fail(dataset)).toMatchObject({ code: 'source-loop' })
  })

  test('goes on past a page without records', async () => {
    const reading = await startReading((seen, response) => {
      const page = number(seen.url, 'p') || 0
      const { headers, next } = page < 4 ? link(`?p=${page + 1}`) : { headers: {}, next: undefined }
      sendJson(response, { items: page % 2 ? [] : slice(page / 2, 10), '@odata.nextLink': next }, { headers })
    })
    expect(await reading.read(dataset)).toEqual(items)
  })
})

describe('records', () => {
  const single: DatasetInput = { records: '/data/items', paging: { type: 'none' } }

  test.each([
    { body: { data: {} }, says: 'nothing at /data/items' },
    { body: { data: { items: {} } }, says: 'an object at /data/items' },
    { body: { data: { items: null } }, says: 'null at /data/items' },
    { body: { data: { items: 'x' } }, says: 'a text at /data/items' },
    { body: { data: { items: [{ a: 1 }, [2]] } }, says: 'holds a list' },
    { body: { data: { items: [null] } }, says: 'holds null' },
  ])('$says is source-malformed', async ({ body, says }) => {
    const reading = await startReading((_seen, response) => sendJson(response, body))
    const problem = await reading.fail(single)
    expect(problem.code).toBe('source-malformed')
    expect(problem.message).toContain(says)
  })

  test('long numbers arrive digit by digit', async () => {
    const reading = await startReading((_seen, response) =>
      sendJson(response, '{"data":{"items":[{"id":12345678901234567890}]}}'),
    )
    expect(await reading.read(single)).toEqual([{ id: '12345678901234567890' }])
  })
})
