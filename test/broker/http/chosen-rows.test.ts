// Columns, filters, orders and limits of the rows API, through a whole broker.
import { describe, expect, test } from 'vitest'
import type { JsonRecord } from '../../../broker/dataset/flatten.ts'
import type { RowsBody } from '../../../broker/http/contract.ts'
import { rows as rowsSchema } from '../../../broker/http/schemas.ts'
import { BrokerClient, type ReadRowsOptions } from '../../../client/broker-client.ts'
import { quoteName, quoteText } from '../../../client/choice.ts'
import { createMemoryStorage } from '../../../client/session-storage.ts'
import { people, useBroker } from './broker-in-test.ts'
import type { TestDevice } from './test-device.ts'

const context = useBroker()
const path = '/api/v1/datasets/people/rows'

type Choice = Readonly<Record<string, string | number>>

const queryOf = (choice: Choice): string =>
  `?${new URLSearchParams(Object.entries(choice).map(([name, value]): [string, string] => [name, String(value)])).toString()}`

async function readPage(device: TestDevice, query: string): Promise<RowsBody> {
  const answer = await device.get(`${path}${query}`)
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
  return rowsSchema.parse(answer.body)
}

async function readAll(device: TestDevice, choice: Choice): Promise<RowsBody[]> {
  const pages = [await readPage(device, queryOf(choice))]
  for (let next = pages[0]!.next; next !== null; next = pages.at(-1)!.next)
    pages.push(await readPage(device, `?cursor=${next}`))
  return pages
}

const keysOf = (pages: readonly RowsBody[]): string[] => pages.flatMap(({ keys }) => keys)

async function refusal(device: TestDevice, choice: Choice): Promise<{ code: unknown; at: unknown; text: string }> {
  const answer = await device.get(`${path}${queryOf(choice)}`)
  const [first] = (answer.body['errors'] ?? []) as { at: string; message: string }[]
  return { code: answer.body['code'], at: first?.at, text: String(answer.body['detail']) }
}

describe('columns', () => {
  test('come in the order asked, and the key in any case', async () => {
    await context.broker.pull(people(2))
    const device = await context.broker.signedIn()
    const page = await readPage(device, queryOf({ columns: 'Pay, "IsActive"' }))
    expect(page.columns.map(({ name }) => name)).toEqual(['Id', 'Pay', 'IsActive'])
    expect(page.rows).toEqual([
      [1, 0.5, true],
      [2, 1.5, false],
    ])
    const other = await readPage(device, queryOf({ columns: 'Name,Id' }))
    expect(other.rows[0]).toEqual(['Zoë 1', 1])
  })

  test('may have any name', async () => {
    const names = { 'First, last': 'a', 'x"y': 'b', 'A desc': 'c', Ort: { Straße: 'd' } }
    await context.broker.pull([{ Id: 1, ...names }, { Id: 2 }])
    const device = await context.broker.signedIn()
    const columns = '"First, last","x""y",A desc,Ort/Straße'
    const [page] = await readAll(device, {
      columns,
      filter: `"First, last" eq 'a' and "x""y" eq 'b' and "A desc" eq 'c' and Ort.Straße eq 'd'`,
      orderby: '"A desc" asc,Ort.Straße desc',
    })
    expect(page!.rows).toEqual([[1, 'a', 'b', 'c', 'd']])
    expect(page!.columns.map(({ name }) => name)).toEqual(['Id', 'First, last', 'x"y', 'A desc', 'Ort.Straße'])
  })
})

describe('a filter', () => {
  test.each([1, 7, 10_000])('finds all of its rows and no other, in pages of %i', async (limit) => {
    await context.broker.pull(people(60))
    const pages = await readAll(await context.broker.signedIn(), { filter: 'IsActive and Pay gt 30', limit })
    const expected = people(60).filter((record) => record['IsActive'] && Number(record['Pay']) > 30)
    expect(keysOf(pages)).toEqual(expected.map(({ Id }) => `${Number(Id)}`))
    expect(pages).toHaveLength(Math.ceil(expected.length / limit))
    expect(pages[0]).toMatchObject({ totalRows: expected.length, totalDeleted: 0, tableRows: 60, deleted: [] })
  })

  test('that finds nothing is an empty page', async () => {
    await context.broker.pull(people(5))
    const page = await readPage(await context.broker.signedIn(), queryOf({ filter: "Name eq 'nobody'" }))
    expect(page).toMatchObject({ totalRows: 0, tableRows: 5, rows: [], next: null })
  })

  test('may have 8,000 bytes in any script, on every page', async () => {
    await context.broker.pull(people(5))
    const device = await context.broker.signedIn()
    const first = await readPage(device, queryOf({ filter: `Name ne '${'名'.repeat(2_660)}'`, limit: 3 }))
    const second = await readPage(device, `?cursor=${first.next!}`)
    expect([...first.keys, ...second.keys]).toEqual(['1', '2', '3', '4', '5'])
  })

  test('takes a plus that the address made a space', async () => {
    const at = (Id: number, At: string) => ({ Id, At })
    await context.broker.pull([at(1, '2021-02-03T03:05:06Z'), at(2, '2021-02-03T04:05:06Z')])
    const page = await readPage(await context.broker.signedIn(), '?filter=At%20ge%202021-02-03T05:05:06+01:00')
    expect(page.keys).toEqual(['2'])
  })

  test('keeps its now() on every page', async () => {
    const { broker } = context
    const now = new Date(broker.clock.nowMs())
    await broker.pull(
      people(20).map((record, index) => ({ ...record, At: new Date(now.getTime() + index).toISOString() })),
    )
    const device = await broker.signedIn()
    const first = await readPage(device, queryOf({ filter: 'At ge now()', limit: 5 }))
    await broker.clock.advance(10_000)
    const second = await readPage(device, `?cursor=${first.next!}`)
    expect(first.totalRows).toBeGreaterThan(10)
    expect(second.totalRows).toBe(first.totalRows)
    expect((await readPage(device, queryOf({ filter: 'At ge now()' }))).totalRows).toBe(0)
  })

  test.each<{ choice: Choice; at: string; says: string }>([
    { choice: { filter: 'Name eq' }, at: 'filter:8', says: 'the filter ends' },
    { choice: { filter: '' }, at: 'filter:1', says: 'empty' },
    { choice: { filter: 'Nmae eq null' }, at: 'filter:1', says: 'Did you mean Name?' },
    { choice: { filter: "Pay gt '5'" }, at: 'filter:5', says: 'one kind' },
    { choice: { filter: '('.repeat(1_000) }, at: 'filter:101', says: 'levels' },
    { choice: { filter: `Name eq '${'x'.repeat(8_200)}'` }, at: 'filter:8193', says: '8192 characters' },
    {
      choice: { filter: `Name eq '${'x'.repeat(5_000)}'`, columns: 'x'.repeat(5_000) },
      at: 'filter',
      says: '8192 bytes',
    },
    { choice: { columns: 'Name,Nothing' }, at: 'columns:6', says: 'no column Nothing' },
    { choice: { columns: 'Name,,Id' }, at: 'columns:6', says: 'missing' },
    { choice: { columns: 'Name, Name' }, at: 'columns:7', says: 'already' },
    { choice: { columns: 'Na"me' }, at: 'columns:1', says: 'double quotes' },
    { choice: { orderby: 'Name down' }, at: 'orderby:1', says: 'no column Name down' },
    { choice: { orderby: '' }, at: 'orderby:1', says: 'missing' },
    { choice: { top: 0 }, at: 'top', says: 'whole number' },
    { choice: { cursor: 'x', filter: 'IsActive' }, at: 'filter', says: 'stands alone' },
  ])('and the rest are refused by place: $at $says', async ({ choice, at, says }) => {
    await context.broker.pull(people(2))
    const refused = await refusal(await context.broker.signedIn(), choice)
    expect(refused).toMatchObject({ code: 'request-invalid', at })
    expect(refused.text).toContain(says)
  })

  test.each<{ choice: Choice; at: string }>([
    { choice: { filter: 'Pay gt 0' }, at: 'filter:1' },
    { choice: { columns: 'Id,Pay' }, at: 'columns:4' },
    { choice: { orderby: 'Pay' }, at: 'orderby:1' },
  ])('knows no column that its reader may not see: $at', async ({ choice, at }) => {
    await context.broker.pull(people(2))
    const refused = await refusal(await context.broker.signedIn('ben'), choice)
    expect(refused).toMatchObject({ code: 'request-invalid', at })
    expect(refused.text).not.toContain('Did you mean')
  })
})

describe('an order', () => {
  const mixed: JsonRecord[] = [
    { Id: 1, Team: 'b', Pay: 2, At: '2024-01-01T00:00:00Z' },
    { Id: 2, Team: null, Pay: 5, At: '2024-01-01T00:00:00.500Z' },
    { Id: 3, Team: 'a', Pay: 2, At: '2023-01-01T00:00:00Z' },
    { Id: 4, Team: 'B', Pay: null, At: null },
    { Id: 5, Team: 'b', Pay: 9, At: '2024-01-01T00:00:01Z' },
  ]

  test.each([
    { orderby: 'Team', ids: [2, 4, 3, 1, 5] },
    { orderby: 'Team desc,Pay desc', ids: [5, 1, 3, 4, 2] },
    { orderby: 'Pay,Id desc', ids: [4, 3, 1, 2, 5] },
    { orderby: 'At', ids: [4, 3, 1, 2, 5] },
    { orderby: 'At DESC', ids: [5, 2, 1, 3, 4] },
  ])('$orderby', async ({ orderby, ids }) => {
    await context.broker.pull(mixed)
    const device = await context.broker.signedIn()
    for (const limit of [1, 2, 100]) {
      const pages = await readAll(device, { orderby, limit })
      expect(keysOf(pages).map(Number)).toEqual(ids)
      expect(pages.map(({ keys }) => keys.length <= limit)).not.toContain(false)
    }
    const some = await readAll(device, { orderby, top: 3, limit: 2, filter: 'Id ne 3', columns: 'Team' })
    expect(keysOf(some).map(Number)).toEqual(ids.filter((id) => id !== 3).slice(0, 3))
    expect(some.map(({ totalRows }) => totalRows)).toEqual([3, 3])
  })

  test('top alone takes the first rows of the table', async () => {
    await context.broker.pull(people(50))
    const pages = await readAll(await context.broker.signedIn(), { top: 25, limit: 10 })
    expect(pages.map(({ keys }) => keys.length)).toEqual([10, 10, 5])
    expect(pages[0]).toMatchObject({ totalRows: 25, tableRows: 50 })
    expect(keysOf(pages).at(-1)).toBe('25')
  })
})

test('the client reads what it chose, page by page, and then what changed', async () => {
  const { broker } = context
  const row = (Id: number, City: string, Pay: number) => ({ Id, 'City, country': City, Pay })
  await broker.pull(Array.from({ length: 2_500 }, (_, index) => row(index, index % 2 ? "L'Aquila" : 'Rome', index % 7)))
  broker.clock.setWallClock(Date.now())
  // The only waits are time limits that never come.
  const clock = { nowMs: () => Date.now(), wait: () => new Promise<void>(() => undefined) }
  const client = new BrokerClient({ brokerUrl: broker.url, storage: createMemoryStorage(), clock, fetch })
  await client.redeem(await broker.invite(), 'A test')
  const filter = `${quoteName('City, country')} eq ${quoteText("L'Aquila")} and Pay ge 5`
  const columns = ['Pay', 'City, country']
  const read = async (options: ReadRowsOptions): Promise<RowsBody[]> => {
    const pages: RowsBody[] = []
    for await (const { body } of client.readRows('people', options)) pages.push(body)
    return pages
  }
  const orderBy = [{ column: 'Pay', isDescending: true }, { column: 'Id' }]
  const found = (await read({ columns, filter, orderBy, top: 300 })).flatMap(({ rows }) => rows)
  expect(found).toHaveLength(300)
  expect(found.slice(0, 2)).toEqual([
    [13, 6, "L'Aquila"],
    [27, 6, "L'Aquila"],
  ])
  await broker.pull([row(13, "L'Aquila", 1), row(27, "L'Aquila", 5), row(41, 'Rome', 6)])
  const changes = await read({ columns, filter, since: 1 })
  expect(changes.flatMap(({ rows }) => rows)).toEqual([[27, 5, "L'Aquila"]])
  const deleted = changes.flatMap((change) => change.deleted)
  // What the filter found before, but for the row that it finds still: 27.
  expect(deleted.slice(0, 3)).toEqual(['5', '13', '19'])
  expect(deleted).not.toContain('27')
  const first = await read({ columns, filter, orderBy, top: 3, since: 1 })
  expect(first.flatMap(({ rows }) => rows)).toEqual([[27, 5, "L'Aquila"]])
  expect(first.flatMap((change) => change.deleted)).toEqual(['13', '41'])
})

test('the entity tag is of the choice too', async () => {
  const { broker } = context
  await broker.pull(people(30))
  const device = await broker.signedIn()
  const tagOf = async (choice: Choice) => (await device.get(`${path}${queryOf(choice)}`)).headers['etag']
  const choices: Choice[] = [
    {},
    { columns: 'Id' },
    { columns: 'Name' },
    { filter: 'Id gt 5' },
    { filter: 'Id gt 6' },
    { orderby: 'Id' },
    { orderby: 'Name' },
    { top: 30 },
    { top: 31 },
  ]
  const tags = []
  for (const choice of choices) tags.push(await tagOf(choice))
  expect(new Set(tags).size).toBe(choices.length)
  expect(await tagOf({ filter: 'Id gt 5' })).toBe(tags[3])
  const known = await device.get(`${path}${queryOf({ filter: 'Id gt 5' })}`, {
    headers: { 'if-none-match': String(tags[3]) },
  })
  expect(known.status).toBe(304)
})
