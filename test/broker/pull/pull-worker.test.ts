import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { BrokerError } from '../../../broker/errors/broker-error.ts'
import { systemClock } from '../../../broker/kernel/system.ts'
import { cleanSnapshots } from '../../../broker/pull/clean-snapshots.ts'
import type { PullStore } from '../../../broker/store/stores.ts'
import { pages, PullHouse, stuckAfter } from './pull-house.ts'

let house: PullHouse

beforeEach(async () => {
  house = await PullHouse.open()
})

afterEach(async () => {
  await house.close()
})

/** The store's pulls with some methods done otherwise. */
function pullsWith(changes: Partial<PullStore>) {
  const { pulls } = house.stores
  const bound = new Proxy(pulls, {
    get(target, name) {
      const own = Reflect.get({ ...changes }, name) as unknown
      const value = own ?? (Reflect.get(target, name) as unknown)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
  return { ...house.stores, pulls: bound }
}

describe('a scheduled pull', () => {
  test('gives way to others until somebody waits for it, also while it runs', async () => {
    const stuck = Promise.withResolvers<undefined>()
    house.script = stuckAfter([{ Id: 1 }], () => {
      stuck.resolve(undefined)
    })
    await house.startWorker()
    const scheduled = { id: 's', dataset: 'people', requestedBy: undefined, isScheduled: true }
    await house.stores.pulls.request(scheduled, systemClock.nowMs())
    await stuck.promise
    expect(house.isUrgent()).toBe(false)
    await house.request()
    await vi.waitFor(
      () => {
        expect(house.isUrgent()).toBe(true)
      },
      { timeout: 10_000 },
    )
  })
})

describe('a pull that reads everything', () => {
  test('becomes the current revision, with its numbers', async () => {
    house.script = pages([{ Id: 1 }, { Id: 2 }], [{ Id: 3 }, { Id: 1 }])
    await house.startWorker()
    expect(await house.pull('pull completed')).toMatchObject({
      state: 'completed',
      revision: 1,
      rows: 4,
      pages: 2,
      tokenCalls: 1,
      rowsChanged: 3,
      duplicates: 1,
      warnings: [expect.stringContaining('If rows are missing, the key is not unique.')],
    })
    const dataset = await house.stores.definitions.findDataset('people')
    expect(dataset).toMatchObject({ revision: 1, rows: 3 })
    expect(JSON.parse(dataset?.columns ?? '')).toEqual([{ name: 'Id', type: 'integer', isFixed: true }])
    expect(await house.currentTable()).toEqual([[1], [2], [3]])
    expect(await house.listFiles()).toHaveLength(1)
  })

  test('confirms the current revision when nothing changed', async () => {
    house.script = pages([{ Id: 1 }])
    await house.startWorker()
    await house.pull('pull completed')
    const before = await house.stores.snapshots.findCurrent('people')
    expect(await house.pull('pull completed')).toMatchObject({ state: 'completed', revision: 1, rowsChanged: 0 })
    expect(await house.stores.snapshots.findCurrent('people')).toEqual(before)
    expect(await house.listFiles()).toHaveLength(1)
  })

  test('keeps the columns that the first one fixed', async () => {
    house.script = pages([{ Id: 1, Pay: 5 }])
    await house.startWorker()
    await house.pull('pull completed')
    house.script = pages([{ Id: 1, Pay: 'much' }])
    expect(await house.pull('pull failed')).toMatchObject({ state: 'failed', problem: { code: 'column-mismatch' } })
    expect(await house.currentTable()).toEqual([[1, 5]])
  })

  test('tells what its source warns of', async () => {
    house.script = pages([{ Id: 1 }])
    house.sourceWarnings = ['The token budget of vendor is nearly spent.']
    await house.startWorker()
    expect((await house.pull('pull completed'))?.warnings).toContain(house.sourceWarnings[0])
  })

  test.each([
    { changes: 2, log: 'pull completed', state: 'completed' },
    { changes: 3, log: 'pull failed', state: 'failed' },
  ])('is $state when the source changed under $changes readings', async ({ changes, log, state }) => {
    let reads = 0
    house.script = async function* () {
      reads += 1
      yield await Promise.resolve([{ Id: reads }])
      if (reads <= changes) throw new BrokerError('source-changed', 'It changed.')
    }
    await house.startWorker()
    expect(await house.pull(log)).toMatchObject({ state })
    expect(reads).toBe(3)
    if (state === 'completed') expect(await house.currentTable()).toEqual([[3]])
    else expect(await house.listFiles()).toEqual([])
  })

  test('starts again when the definition changes on the way', async () => {
    let reads = 0
    house.script = async function* (_signal, dataset) {
      reads += 1
      if (reads === 1) await house.apply(['people'], { columns: { Pay: { type: 'text' } } })
      yield [{ Id: 1, Pay: dataset.columns['Pay'] ? 'as text' : 5 }]
    }
    await house.startWorker()
    expect(await house.pull('pull completed')).toMatchObject({ state: 'completed', rows: 1, pages: 1, tokenCalls: 1 })
    expect(reads).toBe(2)
    expect(await house.currentTable()).toEqual([[1, 'as text']])
    expect(await house.listFiles()).toHaveLength(1)
  })

  test('is not read again when only the title changed', async () => {
    let reads = 0
    house.script = async function* () {
      reads += 1
      await house.apply(['people'], { title: 'People' })
      yield [{ Id: 1 }]
    }
    await house.startWorker()
    await house.pull('pull completed')
    expect(reads).toBe(1)
  })
})

describe('a pull that fails', () => {
  test('says what the source did wrong and changes nothing', async () => {
    house.script = pages([{ Id: 1 }])
    await house.startWorker()
    await house.pull('pull completed')
    house.script = async function* () {
      yield await Promise.resolve([{ Id: 2 }])
      throw new BrokerError('source-truncated', 'The answer was cut.')
    }
    expect(await house.pull('pull failed')).toMatchObject({
      state: 'failed',
      revision: undefined,
      problem: { code: 'source-truncated', message: 'The answer was cut.' },
    })
    expect(await house.currentTable()).toEqual([[1]])
    expect(await house.listFiles()).toHaveLength(1)
  })

  test('shows nothing of an unforeseen error, and logs it', async () => {
    house.script = async function* () {
      await Promise.resolve()
      throw new Error('password=hunter2')
    }
    await house.startWorker()
    const pull = await house.pull('pull failed')
    expect(pull?.problem?.code).toBe('internal')
    expect(pull?.problem?.message).not.toContain('hunter2')
    expect(house.log.lines.find(({ event }) => event === 'pull failed')?.fields).toMatchObject({
      cause: { message: 'password=hunter2' },
    })
    expect(await house.listFiles()).toEqual([])
  })

  test('leaves no file when the transaction fails, and keeps it when only its answer was lost', async () => {
    house.script = pages([{ Id: 1 }])
    const lost = new BrokerError('store-unavailable', 'The connection broke.')
    const broken = await house.startWorker({ stores: pullsWith({ complete: () => Promise.reject(lost) }) })
    expect(await house.pull('pull failed')).toMatchObject({ problem: { code: 'store-unavailable' } })
    expect(await house.listFiles()).toEqual([])
    await broken.stop()
    const { pulls } = house.stores
    const answerLost: PullStore['complete'] = async (...values) => {
      await pulls.complete(...values)
      throw lost
    }
    await house.startWorker({ stores: pullsWith({ complete: answerLost }) })
    expect(await house.pull('pull failed')).toMatchObject({ state: 'completed' })
    expect(await house.currentTable()).toEqual([[1]])
  })
})

describe('a pull that ends early', () => {
  const stuck = () => {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    house.script = stuckAfter([{ Id: 1 }], () => resolve(undefined))
    return promise
  }

  test('is cancelled within a second and leaves nothing', async () => {
    const isStuck = stuck()
    await house.startWorker()
    const cancelled = house.log.next('pull cancelled')
    const id = await house.request()
    await isStuck
    const startedAtMs = systemClock.monotonicMs()
    await house.stores.pulls.cancel(id, systemClock.nowMs())
    await cancelled
    expect(systemClock.monotonicMs() - startedAtMs).toBeLessThan(1_500)
    expect(await house.stores.pulls.find(id)).toMatchObject({ state: 'cancelled', rows: 1, pages: 1 })
    expect(await house.listFiles()).toEqual([])
  })

  test('is given up when another process has taken it', async () => {
    const isStuck = stuck()
    await house.startWorker()
    const givenUp = house.log.next('pull given up')
    const id = await house.request()
    await isStuck
    const laterMs = systemClock.nowMs() + 10_000
    expect(await house.stores.pulls.claim('another', laterMs, laterMs + 60_000)).toMatchObject({ id })
    await givenUp
    expect(await house.stores.pulls.find(id)).toMatchObject({ state: 'running', owner: 'another' })
    expect(await house.listFiles()).toEqual([])
  })

  test('goes on after everything stood still, when nobody took it meanwhile', async () => {
    const gate = Promise.withResolvers<undefined>()
    const started = Promise.withResolvers<undefined>()
    house.script = async function* () {
      started.resolve(undefined)
      await gate.promise
      yield [{ Id: 1 }]
    }
    const { pulls } = house.stores
    let aheadMs = 0
    let isStill = false
    let claims = 0
    const away = new BrokerError('store-unavailable', 'Away.')
    const claim: PullStore['claim'] = async (...values) => {
      if (isStill) throw away
      const claimed = await pulls.claim(...values)
      if (claimed) claims += 1
      return claimed
    }
    const failed = Promise.withResolvers<undefined>()
    const report: PullStore['report'] = (...values) => {
      if (!isStill) return pulls.report(...values)
      failed.resolve(undefined)
      return Promise.reject(away)
    }
    const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + aheadMs }
    const changes = { stores: pullsWith({ claim, report }), clock }
    await house.startWorker(changes)
    await house.startWorker(changes)
    const id = await house.request()
    await started.promise
    isStill = true
    aheadMs = 99_000
    await failed.promise
    isStill = false
    gate.resolve(undefined)
    await house.log.next('pull completed')
    expect(await house.stores.pulls.find(id)).toMatchObject({ state: 'completed' })
    expect(claims).toBe(1)
  })

  test('is cancelled even at the last moment', async () => {
    house.script = pages([{ Id: 1 }])
    const { pulls } = house.stores
    const tooLate: PullStore['complete'] = async (id, ...values) => {
      await pulls.cancel(id, systemClock.nowMs())
      return pulls.complete(id, ...values)
    }
    await house.startWorker({ stores: pullsWith({ complete: tooLate }) })
    expect(await house.pull('pull cancelled')).toMatchObject({ state: 'cancelled' })
    expect(await house.listFiles()).toEqual([])
  })

  test('cannot be completed by the one who lost it', async () => {
    house.script = pages([{ Id: 1 }])
    const { pulls } = house.stores
    const tooLate: PullStore['complete'] = async (...values) => {
      const laterMs = systemClock.nowMs() + 10_000
      await pulls.claim('another', laterMs, laterMs + 60_000)
      return pulls.complete(...values)
    }
    await house.startWorker({ stores: pullsWith({ complete: tooLate }) })
    expect(await house.pull('pull given up')).toMatchObject({ state: 'running', owner: 'another' })
    expect(await house.stores.snapshots.findCurrent('people')).toBeUndefined()
    expect(await house.listFiles()).toEqual([])
  })

  test('is given back by a worker that stops, and done by another at once', async () => {
    const isStuck = stuck()
    const worker = await house.startWorker()
    const id = await house.request()
    await isStuck
    await worker.stop()
    expect(await house.listFiles()).toEqual([])
    expect(await house.stores.egress.lastBeatMs()).toBe(0)
    house.script = pages([{ Id: 2 }])
    const completed = house.log.next('pull completed')
    await house.startWorker()
    await completed
    expect(await house.stores.pulls.find(id)).toMatchObject({ state: 'completed', rows: 1 })
    expect(await house.currentTable()).toEqual([[2]])
  })
})

describe('the worker', () => {
  test('runs several datasets side by side, and no more than it may', async () => {
    const names = ['one', 'two', 'three', 'four']
    await house.apply(names)
    let running = 0
    let most = 0
    const gate = Promise.withResolvers<undefined>()
    const three = Promise.withResolvers<undefined>()
    house.script = async function* () {
      running += 1
      most = Math.max(most, running)
      if (running === 3) three.resolve(undefined)
      await gate.promise
      yield [{ Id: 1 }]
      running -= 1
    }
    await house.startWorker({ pullsAtOnce: 3 })
    const ids = await Promise.all(names.map((name) => house.request(name)))
    await three.promise
    const states = await Promise.all(ids.map(async (id) => (await house.stores.pulls.find(id))?.state))
    expect(states.toSorted()).toEqual(['queued', 'running', 'running', 'running'])
    gate.resolve(undefined)
    for (const name of names) {
      while (!(await house.stores.pulls.findLastCompleted(name))) await house.log.next('pull completed')
    }
    expect(most).toBe(3)
  })

  test('beats while it is alive', async () => {
    await house.startWorker()
    expect(await house.stores.egress.lastBeatMs()).toBeGreaterThan(0)
  })

  test('survives a database that does not answer for a while', async () => {
    house.script = pages([{ Id: 1 }])
    let failures = 2
    const { pulls } = house.stores
    const claim: PullStore['claim'] = (...values) =>
      failures-- > 0 ? Promise.reject(new BrokerError('store-unavailable', 'Away.')) : pulls.claim(...values)
    await house.startWorker({ stores: pullsWith({ claim }) })
    expect(await house.pull('pull completed')).toMatchObject({ state: 'completed' })
  })
})

describe('cleaning', () => {
  test('the files of a pull under way stay, however old the clock makes them', async () => {
    const stuck = Promise.withResolvers<undefined>()
    const many = Array.from({ length: 5_000 }, (_, Id) => ({ Id }))
    house.script = stuckAfter(many, () => {
      stuck.resolve(undefined)
    })
    await house.startWorker()
    await house.request()
    await stuck.promise
    await expect.poll(() => house.listFiles(), { timeout: 20_000 }).toHaveLength(2)
    const files = await house.listFiles()
    const { stores, snapshotDirectory, log } = house
    const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + 86_400_000 }
    await cleanSnapshots({ ...stores, snapshotDirectory, keepMs: 0, clock, log })
    expect(await house.listFiles()).toEqual(files)
  })

  test('removes what dead processes left, and nothing else', async () => {
    house.script = pages([{ Id: 1 }])
    const first = await house.startWorker()
    await house.pull('pull completed')
    await first.stop()
    const [kept = ''] = await house.listFiles()
    const folder = join(house.snapshotDirectory, 'people')
    await mkdir(join(house.snapshotDirectory, 'other'))
    const old = ['2-pull9-abc.db', '2-pull9-abc.db.tmp', '2-pull9-abc.db.staged', '1-pull0-abc.db']
    for (const name of [...old, 'notes.txt', '2-pull8-new.db.tmp']) await writeFile(join(folder, name), 'x')
    for (const name of [...old, 'notes.txt', kept]) await utimes(join(folder, name), 1_000, 1_000)
    const second = await house.startWorker()
    await second.stop()
    expect((await house.listFiles()).toSorted()).toEqual([kept, '2-pull8-new.db.tmp', 'notes.txt'].toSorted())
    expect(await house.currentTable()).toEqual([[1]])
  })

  test('removes superseded snapshots when their time is over', async () => {
    house.script = pages([{ Id: 1 }])
    const worker = await house.startWorker({ keepSupersededMs: -1 })
    await house.pull('pull completed')
    house.script = pages([{ Id: 2 }])
    await house.pull('pull completed')
    await worker.stop()
    expect(await house.listFiles()).toHaveLength(1)
    expect(await house.stores.snapshots.find('people', 1)).toBeUndefined()
    expect(await house.currentTable()).toEqual([[2]])
  })
})
