// Changes since an earlier revision of chosen rows, through a whole broker: they must lead from what a reader had to what the choice finds now.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RowsBody } from '../../../broker/http/contract.ts'
import { rows as rowsSchema } from '../../../broker/http/schemas.ts'
import { people, useBroker, type BrokerInTest } from './broker-in-test.ts'
import type { TestDevice } from './test-device.ts'

const context = useBroker()
const path = '/api/v1/datasets/people/rows'

type Choice = Readonly<Record<string, string | number>>
type Table = ReadonlyMap<string, readonly unknown[]>

async function ask(device: TestDevice, choice: Choice) {
  const query = new URLSearchParams(Object.entries(choice).map(([name, value]): [string, string] => [name, `${value}`]))
  return device.get(`${path}?${query.toString()}`)
}

async function readAll(device: TestDevice, choice: Choice): Promise<RowsBody[]> {
  const pages: RowsBody[] = []
  for (let next: Choice | undefined = choice; next;) {
    const answer = await ask(device, next)
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
    const page = rowsSchema.parse(answer.body)
    pages.push(page)
    next = page.next === null ? undefined : { cursor: page.next }
  }
  return pages
}

const tableOf = (pages: readonly RowsBody[]): Table =>
  new Map(pages.flatMap(({ keys, rows }) => keys.map((key, index) => [key, rows[index]!] as const)))
const deletedOf = (pages: readonly RowsBody[]) => pages.flatMap(({ deleted }) => deleted)
const sorted = (table: Table) => [...table].toSorted(([a], [b]) => (a < b ? -1 : 1))

/** The snapshot file of a revision is gone, as it is an hour after the next one appeared. */
async function forget(broker: BrokerInTest, revision: number): Promise<void> {
  const record = (await broker.stores.snapshots.find('people', revision))!
  await broker.stores.snapshots.remove('people', revision)
  await rm(join(broker.directory, record.file))
}

const row = (Id: number, Team: string, Pay = 1) => ({ Id, Team, Pay })

describe('changes under a filter', () => {
  const before = [row(1, 'a'), row(2, 'a'), row(3, 'b'), row(4, 'b'), row(5, 'a'), row(6, 'b'), row(8, 'b')]
  const after = [row(1, 'a'), row(2, 'b'), row(3, 'a'), row(4, 'b', 2), row(7, 'a'), row(6, 'b')]

  test.each([
    { isKept: true, deleted: ['2', '5'] },
    // Which of the changed rows matched before is not known any more.
    { isKept: false, deleted: ['5', '8', '2', '4'] },
  ])('bring what matches now as rows, and what left as deleted (old revision kept: $isKept)', async (given) => {
    await context.broker.pull(before)
    await context.broker.pull(after)
    if (!given.isKept) await forget(context.broker, 1)
    const device = await context.broker.signedIn()
    for (const limit of [1, 2, 3, 100]) {
      const pages = await readAll(device, { since: 1, filter: "Team eq 'a'", limit, columns: 'Team' })
      expect(pages.every((page) => page.keys.length + page.deleted.length <= limit)).toBe(true)
      const totals = { totalRows: 2, totalDeleted: given.deleted.length }
      expect(pages[0]).toMatchObject({ since: 1, revision: 2, tableRows: 6, ...totals })
      expect(deletedOf(pages)).toEqual(given.deleted)
      expect(pages.flatMap(({ rows }) => rows)).toEqual([
        [3, 'a'],
        [7, 'a'],
      ])
    }
  })

  test('of a whole table have no key that the reader never had, as long as the old revision is kept', async () => {
    await context.broker.pull([row(1, 'a'), row(2, 'a')])
    await context.broker.pull([row(1, 'a'), row(2, 'a'), row(3, 'a')])
    await context.broker.pull([row(1, 'a'), row(4, 'b')])
    const device = await context.broker.signedIn()
    const pages = await readAll(device, { since: 1, limit: 1 })
    expect(deletedOf(pages)).toEqual(['2'])
    expect([...tableOf(pages).keys()]).toEqual(['4'])
    expect(pages[0]).toMatchObject({ totalRows: 1, totalDeleted: 1 })
    await forget(context.broker, 1)
    expect(deletedOf(await readAll(device, { since: 1, limit: 1 }))).toEqual(['2', '3'])
  })
})

describe('changes of the first rows', () => {
  test('say who entered, changed and left, in the order asked', async () => {
    await context.broker.pull([row(1, 'a', 10), row(2, 'a', 9), row(3, 'b', 8), row(4, 'b', 7), row(5, 'a', 6)])
    await context.broker.pull([row(1, 'a', 10), row(2, 'a', 5), row(3, 'x', 8), row(4, 'b', 7), row(6, 'c', 11)])
    const device = await context.broker.signedIn()
    for (const limit of [1, 2, 100]) {
      const pages = await readAll(device, { since: 1, orderby: 'Pay desc', top: 3, limit })
      expect(deletedOf(pages)).toEqual(['2'])
      expect([...tableOf(pages).keys()]).toEqual(['6', '3'])
      expect(pages[0]).toMatchObject({ totalRows: 2, totalDeleted: 1, tableRows: 5 })
    }
    // One leaves, and one that has not changed takes its place.
    await context.broker.pull([row(1, 'a', 10), row(2, 'a', 5), row(3, 'x', 8), row(4, 'b', 7)])
    const pages = await readAll(device, { since: 2, orderby: 'Pay desc', top: 3 })
    expect(deletedOf(pages)).toEqual(['6'])
    expect([...tableOf(pages).keys()]).toEqual(['4'])
  })

  test('are nothing when nothing has changed, and cannot be told once the old revision is gone', async () => {
    await context.broker.pull(people(30))
    const device = await context.broker.signedIn()
    const choice = { orderby: 'Name desc', top: 10, filter: 'IsActive' }
    expect((await readAll(device, { ...choice, since: 1 }))[0]).toMatchObject({ totalRows: 0, totalDeleted: 0 })
    await context.broker.pull(people(31))
    expect((await readAll(device, { ...choice, since: 1 }))[0]).toMatchObject({ totalRows: 1, totalDeleted: 1 })
    await forget(context.broker, 1)
    expect((await ask(device, { ...choice, since: 1 })).body).toMatchObject({ code: 'revision-unknown' })
    expect((await readAll(device, { orderby: 'Name desc', since: 1 }))[0]).toMatchObject({ totalRows: 1 })
  })

  test('expire when the old revision goes while they are read', async () => {
    await context.broker.pull(people(30))
    await context.broker.pull(people(60, '!'))
    const device = await context.broker.signedIn()
    const first = await ask(device, { since: 1, top: 20, limit: 5 })
    expect(first.status).toBe(200)
    await forget(context.broker, 1)
    const second = await ask(device, { cursor: String(first.body['next']) })
    expect(second.body).toMatchObject({ code: 'cursor-expired' })
  })

  test('cannot be told when the columns that are asked for were not there', async () => {
    const { broker } = context
    await broker.redefine({ onNewColumn: 'add' })
    await broker.pull([{ Id: 1 }, { Id: 2 }])
    await broker.pull([1, 2].map((Id) => ({ Id, Pay: Id })))
    const device = await broker.signedIn()
    const answer = await ask(device, { since: 1, orderby: 'Pay', top: 1 })
    expect(answer.body).toMatchObject({ code: 'revision-unknown' })
  })
})

describe('changes under a filter with now()', () => {
  test('have what time alone brought and took', async () => {
    const { broker } = context
    const start = broker.clock.nowMs()
    const at = (second: number) => new Date(start + 1_000 * second).toISOString()
    await broker.pull([5, 15, 25, 35].map((second) => ({ Id: second, At: at(second) })))
    const device = await broker.signedIn()
    const filter = "At ge now() and At lt now() add duration'PT20S'"
    const [first] = await readAll(device, { filter })
    expect([first!.keys, first!.now]).toEqual([['5', '15'], new Date(broker.clock.nowMs()).toISOString()])
    await broker.clock.advance(10_000)
    const sincenow = first!.now!
    const [second] = await readAll(device, { filter, since: 1, sincenow })
    expect(second).toMatchObject({ keys: ['25'], deleted: ['5'], totalRows: 1, totalDeleted: 1 })
    expect(second!.now).toBe(new Date(broker.clock.nowMs()).toISOString())
    await broker.clock.advance(1_000)
    await broker.pull([15, 25, 26].map((id) => ({ Id: id, At: at(id === 25 ? 24 : id) })))
    const [third] = await readAll(device, { filter, since: 1, sincenow: second!.now! })
    expect(third).toMatchObject({ revision: 2, keys: ['25', '26'], deleted: [] })
  })

  test.each<{ choice: Choice; code: string; at: string | undefined }>([
    { choice: { filter: 'now() gt 2020-01-01' }, code: 'revision-unknown', at: undefined },
    { choice: { filter: 'now() gt 2020-01-01', sincenow: 'then' }, code: 'request-invalid', at: 'sincenow' },
    { choice: { filter: 'Id gt 1', sincenow: '2020-01-01T00:00:00Z' }, code: 'request-invalid', at: 'sincenow' },
  ])('need to know when they count from: $choice', async ({ choice, code, at }) => {
    await context.broker.pull(people(2))
    const answer = await ask(await context.broker.signedIn(), { since: 1, ...choice })
    const [first] = (answer.body['errors'] ?? []) as { at: string }[]
    expect([answer.body['code'], first?.at]).toEqual([code, at])
  })
})

const record = fc.record({
  Id: fc.integer({ min: 1, max: 30 }),
  Team: fc.option(fc.constantFrom('a', 'b')),
  Pay: fc.nat(3),
  At: fc.nat(60).map((second) => new Date(Date.UTC(2026, 0, 31, 0, 0, second)).toISOString()),
})
const table = fc.uniqueArray(record, { selector: ({ Id }) => Id, maxLength: 25 })

const choices: readonly Choice[] = [
  {},
  { filter: "Team ne 'b' and Pay lt 2" },
  { orderby: 'Pay desc,Team' },
  { top: 7 },
  { orderby: 'Team,Pay desc', top: 5 },
  { orderby: 'Pay', top: 1, filter: "Team eq 'a'" },
  { filter: 'At lt now()' },
  { filter: "At lt now() and At gt now() sub duration'PT20S'", orderby: 'At desc', top: 6 },
]

test.each(choices)(
  'changes lead from any result to the one of now, exactly: %o',
  { timeout: 60_000 },
  async (choice) => {
    const { broker } = context
    const device = await broker.signedIn()
    broker.clock.setWallClock(Date.UTC(2026, 0, 31, 0, 0, 10))
    const anchor = { Id: 99, Team: 'b', Pay: 9, At: '2026-01-31T00:02:00.000Z' }
    const known: { revision: number; now: string | undefined; table: Table }[] = []
    let limit = 0
    for (const records of fc.sample(table, { numRuns: 12, seed: 3 })) {
      await broker.pull([...records, anchor])
      const whole = await readAll(device, { ...choice, limit: 4 })
      const now = tableOf(whole)
      for (const earlier of known) {
        limit = (limit % 6) + 1
        const pages = await readAll(device, {
          ...choice,
          since: earlier.revision,
          ...(earlier.now !== undefined && { sincenow: earlier.now }),
          limit,
        })
        const sent = tableOf(pages)
        expect(deletedOf(pages).toSorted()).toEqual([...earlier.table.keys()].filter((key) => !now.has(key)).toSorted())
        expect([...sent.keys()].filter((key) => !now.has(key))).toEqual([])
        const mine = new Map([...earlier.table, ...sent])
        for (const key of deletedOf(pages)) mine.delete(key)
        expect(sorted(mine)).toEqual(sorted(now))
        expect(pages[0]).toMatchObject({ totalRows: sent.size, totalDeleted: deletedOf(pages).length })
      }
      known.push({ revision: whole[0]!.revision, now: whole[0]!.now, table: now })
      await broker.clock.advance(3_000)
    }
    expect(known.at(-1)!.revision).toBeGreaterThan(5)
  },
)
