import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { ChangingSource, ShiftedClock } from './changing-source.ts'
import { pages, PullHouse } from './pull-house.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const houses: PullHouse[] = []

afterEach(async () => {
  await Promise.all(houses.splice(0).map((house) => house.close()))
})

async function openHouse(incremental: object, changes: object = {}) {
  const house = await PullHouse.open()
  houses.push(house)
  const clock = new ShiftedClock()
  await house.apply(['people'], { incremental, deletedWhen: { column: 'Gone', equals: true }, ...changes })
  return { house, clock }
}

/** One pull by a worker of its own, so that none is at work when the clock is moved. */
async function pull(house: PullHouse, clock: ShiftedClock, end: 'pull completed' | 'pull failed' = 'pull completed') {
  const ended = house.pull(end)
  const worker = await house.startWorker({ clock })
  const { id } = (await ended) ?? {}
  await worker.stop()
  const pull = await house.stores.pulls.find(id ?? '')
  const cells = (await house.currentTable()) ?? []
  const table = new Map(cells.map(([key, value]) => [Number(key), value]))
  return { ended: pull, table, isFull: pull?.changesSinceMs === undefined }
}

const id = fc.integer({ min: 1, max: 6 })
/** Long against what a pull takes, so that nothing appears while one runs but what the test wants to. */
const lagMs = fc.constantFrom(0, minuteMs, 3 * minuteMs)
const change = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('put' as const), id, lagMs }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('mark' as const), id, lagMs }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), id }) },
)
const step = fc.oneof(
  { weight: 4, arbitrary: change },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('pull' as const), midway: fc.option(change, { nil: undefined }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), forMs: fc.integer({ min: 0, max: 3 * hourMs }) }),
  },
)

function apply(source: ChangingSource, what: typeof change extends fc.Arbitrary<infer T> ? T : never): void {
  if (what.do === 'remove') source.remove(what.id)
  else source.put(what.id, { lagMs: what.lagMs, isGone: what.do === 'mark' })
}

describe('incremental pulls', () => {
  test.each([
    {
      name: 'by a moment, with clocks a little apart',
      incremental: { since: 'since' },
      changes: {},
      mostSkewMs: 5 * minuteMs,
    },
    {
      name: 'by the newest change, with clocks far apart',
      incremental: { since: 'since', updatedColumn: 'Updated' },
      changes: {},
      mostSkewMs: 5 * hourMs,
    },
    {
      name: 'by a window of days',
      incremental: { query: { updated: true }, updatedColumn: 'Updated' },
      changes: { window: { from: 'from', to: 'to', start: '2015-01-01' } },
      mostSkewMs: 5 * hourMs,
    },
  ])(
    '$name, miss no update, and full ones no deletion',
    async ({ incremental, changes, mostSkewMs }) => {
      const skew = fc.integer({ min: -mostSkewMs, max: mostSkewMs })
      const kinds = { full: 0, partial: 0 }
      await fc.assert(
        fc.asyncProperty(skew, fc.array(step, { minLength: 5, maxLength: 30 }), async (skewMs, steps) => {
          const { house, clock } = await openHouse({ ...incremental, full: { everyHours: 6 } }, changes)
          const source = new ChangingSource(clock, skewMs)
          house.script = source.script
          /** What was deleted without a trace since the last full pull: partial ones need not know of it. */
          const removed = new Set<number>()
          for (const what of [...steps, { do: 'pull' as const, midway: undefined }]) {
            if (what.do === 'wait') clock.shiftMs += what.forMs
            else if (what.do !== 'pull') {
              apply(source, what)
              if (what.do === 'remove') removed.add(what.id)
            } else {
              const before = source.visible()
              source.midway = () => {
                if (what.midway) apply(source, what.midway)
              }
              const { table, isFull } = await pull(house, clock)
              kinds[isFull ? 'full' : 'partial'] += 1
              if (isFull) removed.clear()
              if (what.midway?.do === 'remove') removed.add(what.midway.id)
              const after = source.visible()
              for (const each of new Set([...before.keys(), ...after.keys(), ...table.keys()])) {
                if (removed.has(each)) continue
                expect([before.get(each), after.get(each)]).toContain(table.get(each))
              }
            }
          }
          await house.close()
          houses.pop()
        }),
        { numRuns: 15, endOnFailure: true },
      )
      expect(kinds.full).toBeGreaterThan(10)
      expect(kinds.partial).toBeGreaterThan(10)
    },
    120_000,
  )

  test('ask only for what changed since the last one began, and say so', async () => {
    const { house, clock } = await openHouse({ since: 'since', overlapSeconds: 60 })
    const source = new ChangingSource(clock, 0)
    house.script = source.script
    source.put(1)
    const startedMs = clock.nowMs()
    expect(await pull(house, clock)).toMatchObject({ isFull: true, ended: { revision: 1 } })
    expect(source.lastSince).toBeUndefined()
    clock.shiftMs += hourMs
    const { ended } = await pull(house, clock)
    expect(ended).toMatchObject({ revision: 1, rowsChanged: 0 })
    const sinceMs = Date.parse(source.lastSince ?? '')
    expect(sinceMs).toBeGreaterThan(startedMs - 62_000)
    expect(sinceMs).toBeLessThanOrEqual(ended?.changesSinceMs ?? 0)
    expect(sinceMs).toBeLessThan(clock.nowMs() - hourMs)
  })

  test('move on only with a pull that completes', async () => {
    const { house, clock } = await openHouse({ since: 'since', overlapSeconds: 1 })
    const source = new ChangingSource(clock, 0)
    house.script = source.script
    source.put(1)
    await pull(house, clock)
    clock.shiftMs += hourMs
    source.put(1)
    house.script = async function* () {
      await Promise.resolve()
      throw new Error('cut')
    }
    expect((await pull(house, clock, 'pull failed')).ended?.state).toBe('failed')
    clock.shiftMs += hourMs
    house.script = source.script
    const { table, isFull } = await pull(house, clock)
    expect(isFull).toBe(false)
    expect(table).toEqual(source.visible())
  })

  test('a changed definition, of dataset or source, has everything read', async () => {
    const { house, clock } = await openHouse({ since: 'since' })
    const source = new ChangingSource(clock, 0)
    house.script = source.script
    source.put(1)
    await pull(house, clock)
    expect((await pull(house, clock)).isFull).toBe(false)
    await house.apply(['people'], { incremental: { since: 'since' }, request: { path: '/other' } })
    expect((await pull(house, clock)).isFull).toBe(true)
    expect((await pull(house, clock)).isFull).toBe(false)
    const sources = [{ name: 'api', definition: '{"baseUrl":"https://other.example.com"}' }]
    await house.stores.definitions.apply({ sources, datasets: [], users: [], grants: [] }, () => '')
    expect((await pull(house, clock)).isFull).toBe(true)
  })

  test('what does not fit the table as it stands has everything read, in the same pull', async () => {
    const { house, clock } = await openHouse({ since: 'since' })
    house.script = pages([
      { Id: 1, Note: null },
      { Id: 2, Note: null },
    ])
    await pull(house, clock)
    const readings: boolean[] = []
    house.script = async function* (_signal, dataset) {
      const isPartial = 'since' in dataset.request.query
      readings.push(isPartial)
      yield await Promise.resolve(
        isPartial
          ? [{ Id: 2, Note: 5 }]
          : [
              { Id: 1, Note: 4 },
              { Id: 2, Note: 5 },
            ],
      )
    }
    const { ended, isFull } = await pull(house, clock)
    expect(readings).toEqual([true, false])
    expect(isFull).toBe(true)
    expect(ended).toMatchObject({ rows: 2, pages: 1, tokenCalls: 2 })
    expect(await house.currentTable()).toEqual([
      [1, 4],
      [2, 5],
    ])
    expect((await house.listFiles()).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  test('a clock that was set back has everything read', async () => {
    const { house, clock } = await openHouse({ since: 'since' })
    const source = new ChangingSource(clock, 0)
    house.script = source.script
    source.put(1)
    await pull(house, clock)
    clock.shiftMs -= hourMs
    expect((await pull(house, clock)).isFull).toBe(true)
  })
})
