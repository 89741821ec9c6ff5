import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { RowsBody } from '../../../broker/http/contract.ts'
import { dataset, datasets, rows as rowsSchema } from '../../../broker/http/schemas.ts'
import { people, useBroker } from './broker-in-test.ts'
import type { TestDevice } from './test-device.ts'

const context = useBroker()
const path = '/api/v1/datasets/people/rows'

async function readPage(device: TestDevice, query: string): Promise<RowsBody> {
  const answer = await device.get(`${path}${query}`)
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
  return rowsSchema.parse(answer.body)
}

async function readAll(device: TestDevice, query: string): Promise<RowsBody[]> {
  const pages = [await readPage(device, query)]
  for (let next = pages[0]!.next; next !== null; next = pages.at(-1)!.next)
    pages.push(await readPage(device, `?cursor=${next}`))
  return pages
}

async function codeOf(device: TestDevice, address: string): Promise<[number, unknown]> {
  const answer = await device.get(address)
  return [answer.status, answer.body['code']]
}

describe('datasets', () => {
  test('are listed when granted, with what they hold', async () => {
    const device = await context.broker.signedIn()
    await context.broker.pull(people(3))
    const answer = await device.get('/api/v1/datasets')
    expect(datasets.parse(answer.body).datasets.map(({ name, revision, rows }) => [name, revision, rows])).toEqual([
      ['fresh', null, null],
      ['hashed', null, null],
      ['people', 1, 3],
    ])
  })

  test('say when a schedule will pull them next, except in quiet hours', async () => {
    const { body } = await (await context.broker.signedIn()).get('/api/v1/datasets')
    const [fresh, hashed, plain] = datasets.parse(body).datasets
    const nowMs = context.broker.clock.nowMs()
    const nextMs = Date.parse(fresh!.nextPullAt!)
    expect(fresh!.nextPullAt).toMatch(/T06:00:00/)
    expect(nextMs).toBeGreaterThan(nowMs)
    expect(nextMs - nowMs).toBeLessThanOrEqual(86_400_000)
    expect([hashed!.nextPullAt, plain!.nextPullAt]).toEqual([null, null])
  })

  test('show the columns that the reader may see, also in the list', async () => {
    await context.broker.pull(people(3))
    const ben = await context.broker.signedIn('ben')
    const body = dataset.parse((await ben.get('/api/v1/datasets/people')).body)
    expect(body.columns).toEqual([
      { name: 'Id', type: 'integer' },
      { name: 'Name', type: 'text' },
    ])
    const listed = datasets.parse((await ben.get('/api/v1/datasets')).body).datasets
    expect(listed.map(({ columns }) => columns)).toContainEqual(body.columns)
    expect([body.title, body.key, body.activePull]).toEqual(['People', ['Id'], null])
  })

  test('say how numbers are to be shown, as soon as the definition does', async () => {
    await context.broker.pull(people(3))
    const device = await context.broker.signedIn()
    const before = await device.get(path)
    await context.broker.redefine({
      title: 'People',
      columns: { Pay: { format: 'money', currency: 'EUR' }, Id: { format: 'percent' }, Name: { format: 'money' } },
    })
    const columns = [
      { name: 'Id', type: 'integer', format: 'percent' },
      // What was found to be text is shown as text.
      { name: 'Name', type: 'text' },
      { name: 'IsActive', type: 'boolean' },
      { name: 'Pay', type: 'decimal', format: 'money', currency: 'EUR' },
      { name: 'Born', type: 'date' },
    ]
    const body = dataset.parse((await device.get('/api/v1/datasets/people')).body)
    expect([body.revision, body.columns]).toEqual([1, columns])
    const known = { headers: { 'if-none-match': String(before.headers['etag']) } }
    const after = await device.get(path, known)
    expect([after.status, rowsSchema.parse(after.body).columns]).toEqual([200, columns])
    expect((await readPage(device, '?columns=Pay')).columns).toEqual([columns[0], columns[3]])
  })

  test.each(['secret', 'nothing', 'PEOPLE', 'people%00', '__proto__'])(
    'called %s cannot be told from one that does not exist',
    async (name) => {
      const device = await context.broker.signedIn()
      const address = `/api/v1/datasets/${name}`
      expect(await codeOf(device, `${address}/rows`)).toEqual([404, 'dataset-unknown'])
      expect(await codeOf(device, address)).toEqual([404, 'dataset-unknown'])
    },
  )

  test('are gone with the grant, at the next request', async () => {
    await context.broker.pull(people(30))
    const device = await context.broker.signedIn()
    const first = await readPage(device, '?limit=10')
    await context.broker.stores.users.revoke(await context.broker.userId('anna'), 'people')
    expect(await codeOf(device, `${path}?cursor=${first.next!}`)).toEqual([404, 'dataset-unknown'])
  })
})

describe('rows', () => {
  test('come typed, with keys, columns and totals', async () => {
    await context.broker.pull(people(2))
    const page = await readPage(await context.broker.signedIn(), '')
    expect(page).toMatchObject({
      dataset: 'people',
      revision: 1,
      complete: true,
      since: null,
      key: ['Id'],
      ...{ totalRows: 2, totalDeleted: 0, tableRows: 2, deleted: [], next: null },
    })
    expect(page.keys).toEqual(['1', '2'])
    expect(page.rows).toEqual([
      [1, 'Zoë 1', true, 0.5, '1990-02-28'],
      [2, 'Zoë 2', false, 1.5, '1990-02-28'],
    ])
  })

  test.each([1, 7, 100, 101, 10_000])('come complete and once in pages of %i', async (limit) => {
    await context.broker.pull(people(101))
    const pages = await readAll(await context.broker.signedIn(), `?limit=${limit}`)
    expect(pages.map(({ rows }) => rows.length <= limit)).not.toContain(false)
    expect(pages).toHaveLength(Math.ceil(101 / limit))
    expect(pages.flatMap(({ keys }) => keys)).toEqual(Array.from({ length: 101 }, (_, index) => `${index + 1}`))
  })

  test('come in pages that end by size too', async () => {
    const big = people(40).map((record) => ({ ...record, Text: 'ö'.repeat(100_000) }))
    await context.broker.pull(big)
    const device = await context.broker.signedIn()
    const pages = await readAll(device, '?limit=10000')
    expect(pages.length).toBeGreaterThan(2)
    expect(pages.flatMap(({ keys }) => keys)).toHaveLength(40)
  })

  test('are an empty page of an empty table', async () => {
    await context.broker.pull([])
    const page = await readPage(await context.broker.signedIn(), '')
    expect(page).toMatchObject({ totalRows: 0, tableRows: 0, rows: [], keys: [], next: null })
  })

  test('stay of one revision while newer ones appear', async () => {
    await context.broker.pull(people(20))
    const device = await context.broker.signedIn()
    const first = await readPage(device, '?limit=10')
    await context.broker.pull(people(20, ' new'))
    const second = await readPage(device, `?cursor=${first.next!}`)
    expect([second.revision, second.next, second.rows[0]?.[1]]).toEqual([1, null, 'Zoë 11'])
  })

  test('have only the columns of the grant', async () => {
    await context.broker.pull(people(2))
    const page = await readPage(await context.broker.signedIn('ben'), '')
    expect(page.columns.map(({ name }) => name)).toEqual(['Id', 'Name'])
    expect(page.rows).toEqual([
      [1, 'Zoë 1'],
      [2, 'Zoë 2'],
    ])
  })

  test('are refused when the grant leaves out the key', async () => {
    await context.broker.pull(people(2))
    expect(await codeOf(await context.broker.signedIn('carl'), path)).toEqual([404, 'dataset-unknown'])
  })

  test('are not there before the first pull', async () => {
    expect(await codeOf(await context.broker.signedIn(), path)).toEqual([409, 'dataset-empty'])
  })

  test.each([
    { query: 'limit=0', at: 'limit' },
    { query: 'limit=10001', at: 'limit' },
    { query: 'limit=1e3', at: 'limit' },
    { query: 'limit=', at: 'limit' },
    { query: 'limit=-1', at: 'limit' },
    { query: 'limit=1&limit=2', at: 'limit' },
    { query: 'since=0', at: 'since' },
    { query: 'since=1.5', at: 'since' },
    { query: 'since=99999999999999999', at: 'since' },
    { query: 'Limit=5', at: 'Limit' },
    { query: 'limit[]=5', at: 'limit[]' },
    { query: '__proto__=5', at: '__proto__' },
    { query: 'cursor=x&limit=5', at: 'limit' },
    { query: 'cursor=x&since=5', at: 'since' },
  ])('refuse ?$query and name the parameter', async ({ query, at }) => {
    const answer = await (await context.broker.signedIn()).get(`${path}?${query}`)
    expect([answer.status, answer.body['code']]).toEqual([400, 'request-invalid'])
    expect(answer.body['errors']).toEqual([expect.objectContaining({ at })])
  })
})

describe('since', () => {
  test('transfers what changed, deletions first, in pages of any size', async () => {
    await context.broker.pull(people(50))
    const changed = people(50).map((record) => (Number(record['Id']) % 5 === 0 ? { ...record, Name: 'new' } : record))
    await context.broker.pull([...changed.slice(10), { ...people(1)[0]!, Id: 99 }])
    const device = await context.broker.signedIn()
    for (const limit of [1, 3, 10, 11, 1_000]) {
      const pages = await readAll(device, `?since=1&limit=${limit}`)
      expect(pages.every((page) => page.keys.length + page.deleted.length <= limit)).toBe(true)
      expect(pages[0]).toMatchObject({ since: 1, revision: 2, totalRows: 9, totalDeleted: 10, tableRows: 41 })
      const deleted = pages.flatMap((page) => page.deleted)
      expect(deleted.map(Number).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
      expect(pages.flatMap(({ keys }) => keys)).toEqual(['15', '20', '25', '30', '35', '40', '45', '50', '99'])
      const firstWithRows = pages.findIndex(({ keys }) => keys.length > 0)
      expect(pages.slice(firstWithRows + 1).every((page) => page.deleted.length === 0)).toBe(true)
    }
  })

  test('is an empty page when nothing changed', async () => {
    await context.broker.pull(people(5))
    const page = await readPage(await context.broker.signedIn(), '?since=1')
    expect(page).toMatchObject({ since: 1, revision: 1, totalRows: 0, totalDeleted: 0, tableRows: 5, next: null })
  })

  test('a revision that does not exist is not known', async () => {
    await context.broker.pull(people(5))
    expect(await codeOf(await context.broker.signedIn(), `${path}?since=2`)).toEqual([410, 'revision-unknown'])
  })

  test('a revision before the key changed is not known', async () => {
    const { broker } = context
    await broker.pull(people(5))
    const definition = (await broker.stores.definitions.findDataset('people'))!.definition
    const other = JSON.stringify({ ...(JSON.parse(definition) as object), key: ['Name'] })
    const people2 = { name: 'people', source: 'crm', definition: other }
    await broker.stores.definitions.apply({ sources: [], datasets: [people2], users: [], grants: [] }, String)
    await broker.pull(people(5))
    expect(await codeOf(await broker.signedIn(), `${path}?since=1`)).toEqual([410, 'revision-unknown'])
  })
})

describe('a cursor', () => {
  test('opens for its reader, dataset and columns alone', async () => {
    const { broker } = context
    await broker.pull(people(30))
    await broker.pull(people(30), 'fresh')
    const [anna, ben] = [await broker.signedIn('anna'), await broker.signedIn('ben')]
    const next = (await readPage(anna, '?limit=10')).next!
    const invalid = [400, 'cursor-invalid']
    expect(await codeOf(ben, `${path}?cursor=${next}`)).toEqual(invalid)
    expect(await codeOf(anna, `/api/v1/datasets/fresh/rows?cursor=${next}`)).toEqual(invalid)
    await broker.stores.users.grant({ userId: await broker.userId('anna'), dataset: 'people', columns: ['Id'] })
    expect(await codeOf(anna, `${path}?cursor=${next}`)).toEqual(invalid)
  })

  test('opens on the user’s other device', async () => {
    await context.broker.pull(people(30))
    const [one, other] = [await context.broker.signedIn(), await context.broker.signedIn()]
    expect((await readPage(other, `?cursor=${(await readPage(one, '?limit=10')).next!}`)).keys[0]).toBe('11')
  })

  test('is refused after any change', async () => {
    await context.broker.pull(people(30))
    const device = await context.broker.signedIn()
    const next = (await readPage(device, '?limit=10')).next!
    for (let place = 0; place < next.length; place += 7) {
      const letter = next.charAt(place) === 'A' ? 'B' : 'A'
      const changed = next.slice(0, place) + letter + next.slice(place + 1)
      expect(await codeOf(device, `${path}?cursor=${changed}`)).toEqual([400, 'cursor-invalid'])
    }
    for (const other of ['', 'x', `${next}A`, next.slice(1), 'x'.repeat(5_000)])
      expect(await codeOf(device, `${path}?cursor=${other}`)).toEqual([400, 'cursor-invalid'])
  })

  test('says when its snapshot is no longer kept', async () => {
    const { broker } = context
    await broker.pull(people(30))
    const device = await broker.signedIn()
    const next = (await readPage(device, '?limit=10')).next!
    await broker.pull(people(30, ' new'))
    await broker.stores.snapshots.remove('people', 1)
    expect(await codeOf(device, `${path}?cursor=${next}`)).toEqual([410, 'cursor-expired'])
  })
})

describe('the entity tag', () => {
  test('is strong, and spares the client what it has', async () => {
    const { broker } = context
    await broker.pull(people(30))
    const device = await broker.signedIn()
    const first = await device.get(`${path}?limit=10`)
    const tag = String(first.headers['etag'])
    expect(tag).toMatch(/^"[\w-]+"$/)
    expect(first.headers['cache-control']).toBe('private, no-cache')
    const known = await device.get(`${path}?limit=10`, { headers: { 'if-none-match': `"other", W/${tag}` } })
    expect([known.status, known.bytes.length, known.headers['etag']]).toEqual([304, 0, tag])
  })

  test('differs with everything that the page depends on', async () => {
    const { broker } = context
    await broker.pull(people(30))
    const [anna, ben] = [await broker.signedIn('anna'), await broker.signedIn('ben')]
    const next = (await readPage(anna, '?limit=10')).next!
    const tagOf = async (device: TestDevice, query: string) => (await device.get(path + query)).headers['etag']
    const tags = [
      await tagOf(anna, ''),
      await tagOf(anna, '?limit=10'),
      await tagOf(anna, '?since=1'),
      await tagOf(anna, `?cursor=${next}`),
      await tagOf(ben, ''),
    ]
    await broker.clock.advance(1_000)
    await broker.pull(people(30, ' new'))
    tags.push(await tagOf(anna, ''))
    expect(new Set(tags).size).toBe(tags.length)
  })

  test.each([
    { accept: 'gzip, deflate', coding: 'gzip', open: gunzipSync },
    { accept: 'gzip, deflate, br', coding: 'br', open: brotliDecompressSync },
  ])('is kept apart by coding: $coding', async ({ accept, coding, open }) => {
    await context.broker.pull(people(300))
    const device = await context.broker.signedIn()
    const plain = await device.get(path)
    const packed = await device.get(path, { headers: { 'accept-encoding': accept } })
    expect(packed.headers['content-encoding']).toBe(coding)
    expect(JSON.parse(open(packed.bytes).toString())).toEqual(plain.body)
    expect(packed.headers['etag']).not.toBe(plain.headers['etag'])
    expect(packed.headers['vary']).toContain('Accept-Encoding')
    const tag = String(packed.headers['etag'])
    const known = await device.get(path, { headers: { 'accept-encoding': accept, 'if-none-match': tag } })
    expect(known.status).toBe(304)
  })
})

describe('limits', () => {
  test('end a download at its next page when the session ends', async () => {
    await context.broker.pull(people(30))
    const device = await context.broker.signedIn()
    const first = await readPage(device, '?limit=10')
    await device.call('DELETE', '/api/v1/sessions/current')
    expect(await codeOf(device, `${path}?cursor=${first.next!}`)).toEqual([401, 'session-expired'])
  })
})
