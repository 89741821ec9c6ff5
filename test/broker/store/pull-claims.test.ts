import { describe, expect, test } from 'vitest'
import type { PullRecord } from '../../../broker/store/records.ts'
import type { PullResult, Stores } from '../../../broker/store/stores.ts'
import { stateEngines } from '../../support/state-engines.ts'
import { defineSome, useStores } from '../../support/stores-in-test.ts'

const nowMs = 1_000_000_000_000
const leaseMs = 30_000

const result: PullResult = {
  ...{ rows: 1, pages: 1, tokenCalls: 0, revision: 1, columns: '[]', rowsChanged: 1, rowsDeleted: 0, duplicates: 0 },
  reading: { startedAtMs: nowMs, changesSinceMs: undefined, readFromMs: nowMs },
  ...{ warnings: [], snapshot: { file: 'candidates/1.db', rows: 1 } },
}

describe.each(stateEngines)('PullStore.claim on $name', (engine) => {
  const state = useStores(engine)
  const claim = (owner: string, atMs: number): Promise<PullRecord | undefined> =>
    state.stores.pulls.claim(owner, atMs, atMs + leaseMs)

  async function requestMany(count: number): Promise<readonly string[]> {
    await defineSome(state.stores)
    const names = Array.from({ length: count }, (_, index) => `dataset-${String(index).padStart(3, '0')}`)
    const datasets = names.map((name) => ({ name, source: 'crm', definition: '{}' }))
    await state.stores.definitions.apply({ sources: [], datasets, users: [], grants: [] }, String)
    for (const [index, dataset] of names.entries())
      await state.stores.pulls.request({ id: `p-${dataset}`, dataset, requestedBy: undefined }, nowMs + index)
    return names.map((name) => `p-${name}`)
  }

  test('pulls that somebody waits for come before those that a schedule wants', async () => {
    await defineSome(state.stores)
    const { pulls } = state.stores
    const scheduled = { id: 's', dataset: 'candidates', requestedBy: undefined, isScheduled: true }
    await pulls.request(scheduled, nowMs)
    await pulls.request({ id: 'u', dataset: 'jobs', requestedBy: 'anna' }, nowMs + 1)
    expect((await claim('egress', nowMs + 2))?.id).toBe('u')
    expect((await claim('egress', nowMs + 2))?.id).toBe('s')
  })

  test('a scheduled pull that a user joins is one that somebody waits for, and stays it', async () => {
    await defineSome(state.stores)
    const { pulls } = state.stores
    await pulls.request({ id: 'other', dataset: 'jobs', requestedBy: undefined, isScheduled: true }, nowMs)
    const scheduled = { id: 's', dataset: 'candidates', requestedBy: undefined, isScheduled: true }
    await pulls.request(scheduled, nowMs + 1)
    await pulls.request({ id: 'u', dataset: 'candidates', requestedBy: 'anna' }, nowMs + 2)
    await pulls.request({ ...scheduled, id: 'again' }, nowMs + 3)
    expect((await claim('egress', nowMs + 4))?.id).toBe('s')
  })

  test('takes the oldest first', async () => {
    const ids = await requestMany(3)
    const claimed: (string | undefined)[] = []
    for (let index = 0; index < 4; index++) claimed.push((await claim('egress', nowMs + 10))?.id)
    expect(claimed).toEqual([...ids, undefined])
  })

  test('gives each pull to one of five workers that race', async () => {
    const ids = await requestMany(40)
    const workers: Stores[] = [state.stores]
    while (workers.length < 5) workers.push(await state.openAgain())
    const claims = await Promise.all(
      workers.map(async (stores, index) => {
        const claimed: string[] = []
        for (;;) {
          const pull = await stores.pulls.claim(`worker ${index}`, nowMs + 1_000, nowMs + 1_000 + leaseMs)
          if (!pull) return claimed
          expect(pull).toMatchObject({ state: 'running', owner: `worker ${index}`, startedAtMs: nowMs + 1_000 })
          claimed.push(pull.id)
        }
      }),
    )
    expect(claims.flat().toSorted()).toEqual(ids)
    // A race that one worker wins alone would prove little.
    expect(claims.filter((claimed) => claimed.length > 0).length).toBeGreaterThan(1)
  })

  test('leaves a pull to its holder until the lease ends, then gives it to another, progress starting anew', async () => {
    const [id] = await requestMany(1)
    await claim('first', nowMs)
    await state.stores.pulls.report(id!, 'first', { rows: 5, pages: 5, tokenCalls: 5 }, nowMs + leaseMs)
    expect(await claim('second', nowMs + leaseMs - 1)).toBeUndefined()
    expect(await claim('second', nowMs + leaseMs)).toMatchObject({
      id,
      owner: 'second',
      rows: 0,
      pages: 0,
      tokenCalls: 0,
    })
  })

  test('refuses everything from a holder that lost its lease to another', async () => {
    await requestMany(1)
    const { pulls } = state.stores
    const id = (await claim('first', nowMs))!.id
    await claim('second', nowMs + leaseMs)
    const lateMs = nowMs + leaseMs + 1
    expect(await pulls.report(id, 'first', { rows: 9, pages: 9, tokenCalls: 9 }, lateMs + leaseMs)).toBeUndefined()
    expect(await pulls.complete(id, 'first', result, lateMs)).toBe(false)
    expect(await pulls.fail(id, 'first', { code: 'internal', message: 'late' }, lateMs)).toBe(false)
    expect(await pulls.endCancelled(id, 'first', lateMs)).toBe(false)
    expect(await pulls.find(id)).toMatchObject({ state: 'running', owner: 'second', rows: 0 })
    expect(await state.stores.snapshots.find('dataset-000', 1)).toBeUndefined()
    expect(await pulls.complete(id, 'second', result, lateMs)).toBe(true)
  })

  test('cancels a pull whose holder vanished while cancelling', async () => {
    const [id] = await requestMany(1)
    await claim('first', nowMs)
    await state.stores.pulls.cancel(id!, nowMs)
    expect(await claim('second', nowMs + leaseMs)).toBeUndefined()
    expect(await state.stores.pulls.find(id!)).toMatchObject({ state: 'cancelled', endedAtMs: nowMs + leaseMs })
  })

  test('fails a pull that three holders vanished with', async () => {
    const [id] = await requestMany(1)
    for (let attempt = 0; attempt < 3; attempt++)
      expect((await claim(`egress ${attempt}`, nowMs + attempt * leaseMs))?.id).toBe(id)
    expect(await claim('egress 3', nowMs + 3 * leaseMs)).toBeUndefined()
    expect(await state.stores.pulls.find(id!)).toMatchObject({ state: 'failed', problem: { code: 'pull-abandoned' } })
    expect(await state.stores.pulls.findActive('dataset-000')).toBeUndefined()
  })
})
