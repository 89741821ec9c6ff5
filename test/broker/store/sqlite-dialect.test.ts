import { afterEach, expect, test } from 'vitest'
import { openEncryptedDatabase } from '../../../broker/crypto/encrypted-file.ts'
import type { Clock } from '../../../broker/kernel/clock.ts'
import { createSqliteState, testDataKey } from '../../support/state-engines.ts'

/** A clock that stands still until somebody waits; then a second passes, however short the wait was to be. */
class SteppedClock implements Clock {
  waits = 0
  onWait: () => void = () => undefined
  #nowMs = 0

  nowMs(): number {
    return this.#nowMs
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  wait(): Promise<void> {
    this.waits++
    this.#nowMs += 1_000
    this.onWait()
    return Promise.resolve()
  }
}

const cleanUps: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

async function openWithWriter() {
  const clock = new SteppedClock()
  const database = await createSqliteState(clock)
  cleanUps.push(() => database.remove())
  const stores = await database.open()
  cleanUps.push(() => stores.close())
  const writer = openEncryptedDatabase(database.path, testDataKey)
  cleanUps.push(() => Promise.resolve(void writer.close()))
  writer.exec('begin immediate')
  return { clock, stores, writer }
}

test('waits, without blocking, until another process has written', async () => {
  const { clock, stores, writer } = await openWithWriter()
  clock.onWait = () => {
    if (clock.waits === 3) writer.exec('commit')
  }
  await stores.egress.beat('egress', 1)
  expect(clock.waits).toBe(3)
  expect(await stores.egress.lastBeatMs()).toBe(1)
})

test('waits at the start of a transaction too', async () => {
  const { clock, stores, writer } = await openWithWriter()
  clock.onWait = () => {
    if (clock.waits === 2) writer.exec('commit')
  }
  await stores.definitions.apply(
    { sources: [{ name: 'crm', definition: '{}' }], datasets: [], users: [], grants: [] },
    String,
  )
  expect(await stores.definitions.listSources()).toHaveLength(1)
})

test('gives up after ten seconds, and works again afterwards', async () => {
  const { clock, stores, writer } = await openWithWriter()
  await expect(stores.egress.beat('egress', 1)).rejects.toMatchObject({ code: 'store-unavailable', retryable: true })
  expect(clock.waits).toBe(10)
  writer.exec('commit')
  await stores.egress.beat('egress', 2)
  expect(await stores.egress.lastBeatMs()).toBe(2)
})

test('reads while another process writes, whatever lock it takes', async () => {
  const { clock, stores, writer } = await openWithWriter()
  writer.exec('rollback; begin exclusive')
  expect(await stores.users.list()).toEqual([])
  expect(await stores.sessions.findByTokenHash('none')).toBeUndefined()
  expect(clock.waits).toBe(0)
})
