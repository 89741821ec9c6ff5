import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '../../../broker/kernel/log.ts'
import { systemRandom } from '../../../broker/kernel/system.ts'
import { PullScheduler } from '../../../broker/pull/pull-scheduler.ts'
import type { Stores } from '../../../broker/store/stores.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { stateEngines } from '../../support/state-engines.ts'
import { useStores } from '../../support/stores-in-test.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** 12:00 UTC. */
const noonMs = Date.UTC(2026, 0, 31, 12)
const hourly = { cron: '0 * * * *' }

describe.each(stateEngines)('PullScheduler on $name', (engine) => {
  const state = useStores(engine)
  let clock: ManualClock
  const schedulers: PullScheduler[] = []

  beforeEach(() => {
    clock = new ManualClock(noonMs)
  })

  afterEach(async () => {
    await Promise.all(schedulers.splice(0).map((scheduler) => scheduler.stop()))
  })

  function schedulerOn(stores: Stores, onPullRequested: () => void = () => undefined): PullScheduler {
    const scheduler = new PullScheduler({ stores, clock, random: systemRandom, log: silentLog, onPullRequested })
    schedulers.push(scheduler)
    return scheduler
  }

  async function define(schedule: object | undefined): Promise<void> {
    const definition = JSON.stringify({ source: 'crm', request: { path: '/jobs' }, paging: { type: 'none' }, schedule })
    const datasets = [{ name: 'jobs', source: 'crm', definition }]
    const sources = [{ name: 'crm', definition: '{}' }]
    await state.stores.definitions.apply({ sources, datasets, users: [], grants: [] }, () => '')
  }

  async function countPulls(): Promise<number> {
    return (await state.stores.pulls.listRecent('jobs', 100)).length
  }

  async function endPull(): Promise<void> {
    const { pulls } = state.stores
    const pull = await pulls.claim('egress', clock.nowMs(), clock.nowMs() + minuteMs)
    await pulls.fail(pull?.id ?? '', 'egress', { code: 'source-timeout', message: 'no' }, clock.nowMs())
  }

  test('a dataset that was never read is read at once, and then by its schedule, whatever became of the last pull', async () => {
    await define(hourly)
    const scheduler = schedulerOn(state.stores)
    await scheduler.look()
    expect(await countPulls()).toBe(1)
    await endPull()
    await scheduler.look()
    await clock.advance(hourMs - minuteMs)
    await scheduler.look()
    expect(await countPulls()).toBe(1)
    await clock.advance(minuteMs)
    await scheduler.look()
    expect(await countPulls()).toBe(2)
  })

  test('without a schedule nothing is asked for', async () => {
    await define(undefined)
    await schedulerOn(state.stores).look()
    expect(await countPulls()).toBe(0)
  })

  test('one pull makes up for any number of moments that were missed', async () => {
    await define(hourly)
    const scheduler = schedulerOn(state.stores)
    await scheduler.look()
    await endPull()
    await clock.advance(26 * hourMs)
    await scheduler.look()
    await endPull()
    await scheduler.look()
    expect(await countPulls()).toBe(2)
  })

  test('in quiet hours nothing starts, and what fell into them is done when they end', async () => {
    await define({ ...hourly, timeZone: 'UTC', quietHours: { from: '13:00', to: '15:30' } })
    const scheduler = schedulerOn(state.stores)
    await scheduler.look()
    await endPull()
    for (let waitedMs = 0; waitedMs < 3.5 * hourMs; waitedMs += 10 * minuteMs) {
      await scheduler.look()
      expect(await countPulls()).toBe(1)
      await clock.advance(10 * minuteMs)
    }
    await scheduler.look()
    expect(await countPulls()).toBe(2)
  })

  test('a user may ask in quiet hours, and the schedule counts it', async () => {
    await define({ ...hourly, quietHours: { from: '13:00', to: '14:00' } })
    await clock.advance(1.5 * hourMs)
    await state.stores.pulls.request({ id: 'p', dataset: 'jobs', requestedBy: undefined }, clock.nowMs())
    await endPull()
    const scheduler = schedulerOn(state.stores)
    await scheduler.look()
    expect(await countPulls()).toBe(1)
    await clock.advance(hourMs / 2)
    await scheduler.look()
    expect(await countPulls()).toBe(2)
  })

  test('five instances ask once, also when the first pull is over before the last instance looks', async () => {
    await define(hourly)
    const instances = await Promise.all(Array.from({ length: 5 }, () => state.openAgain()))
    await Promise.all(instances.map((stores) => schedulerOn(stores).look()))
    expect(await countPulls()).toBe(1)
    await endPull()
    await clock.advance(hourMs)
    // What an instance that read the last moment before the others, and was then held up, still tries.
    const dueAtMs = noonMs + hourMs
    await schedulerOn(state.stores).look()
    await endPull()
    const late = { id: 'late', dataset: 'jobs', requestedBy: undefined, isScheduled: true }
    expect(await state.stores.pulls.requestDue(late, dueAtMs, clock.nowMs())).toBeUndefined()
    expect(await countPulls()).toBe(2)
  })

  test('looks once a minute, and wakes the worker', async () => {
    await define(hourly)
    let wakeUps = 0
    const asked = Promise.withResolvers<undefined>()
    const scheduler = schedulerOn(state.stores, () => {
      wakeUps += 1
      asked.resolve(undefined)
    })
    scheduler.start()
    await asked.promise
    await scheduler.stop()
    expect(wakeUps).toBe(1)
    expect(await countPulls()).toBe(1)
  })

  test('a definition that cannot be read stops no other', async () => {
    await define(hourly)
    const broken = [{ name: 'broken', source: 'crm', definition: '{}' }]
    await state.stores.definitions.apply({ sources: [], datasets: broken, users: [], grants: [] }, () => '')
    await schedulerOn(state.stores).look()
    expect(await countPulls()).toBe(1)
  })
})
