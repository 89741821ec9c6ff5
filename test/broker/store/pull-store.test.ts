import { describe, expect, test } from 'vitest'
import type { PullRecord } from '../../../broker/store/records.ts'
import type { PullResult } from '../../../broker/store/stores.ts'
import { stateEngines } from '../../support/state-engines.ts'
import { defineSome, useStores } from '../../support/stores-in-test.ts'

const nowMs = 1_000_000_000_000
const progress = { rows: 200, pages: 1, tokenCalls: 1 }

function result(revision: number, changes: Partial<PullResult> = {}): PullResult {
  return {
    rows: 12_000,
    pages: 60,
    tokenCalls: 1,
    revision,
    columns: `[{"name":"Id","type":"text","isFixed":true}]`,
    snapshot: { file: `candidates/${revision}.db`, rows: 11_999 },
    rowsChanged: 12,
    rowsDeleted: 3,
    duplicates: 1,
    warnings: ['One record came twice: "7".'],
    reading: { startedAtMs: nowMs, changesSinceMs: undefined, readFromMs: nowMs },
    ...changes,
  }
}

describe.each(stateEngines)('PullStore on $name', (engine) => {
  const state = useStores(engine)
  const request = (id: string, requestedBy?: string, dataset = 'candidates'): Promise<PullRecord> =>
    state.stores.pulls.request({ id, dataset, requestedBy }, nowMs)
  const claim = (owner: string, atMs = nowMs): Promise<PullRecord | undefined> =>
    state.stores.pulls.claim(owner, atMs, atMs + 30_000)
  const stateOf = async (id: string): Promise<string | undefined> => (await state.stores.pulls.find(id))?.state

  describe('request', () => {
    test('makes a queued pull, and gives everybody the same one', async () => {
      const { anna, ben } = await defineSome(state.stores)
      const first = await request('p1', anna)
      expect(first).toMatchObject({ id: 'p1', state: 'queued', requestedBy: anna, createdAtMs: nowMs, warnings: [] })
      expect(await request('p2', ben)).toEqual(first)
      expect(await state.stores.pulls.isWaiting('p1', ben)).toBe(true)
      expect(await state.stores.pulls.isWaiting('p1', 'nobody')).toBe(false)
      expect(await state.stores.pulls.findActive('candidates')).toEqual(first)
      expect(await state.stores.pulls.findActive('jobs')).toBeUndefined()
    })

    test('makes one pull for 60 at once, over two connections', async () => {
      const { anna, ben } = await defineSome(state.stores)
      const stores = [state.stores, await state.openAgain()]
      const pulls = await Promise.all(
        Array.from({ length: 60 }, (_, index) =>
          stores[index % 2]!.pulls.request(
            { id: `p${index}`, dataset: 'candidates', requestedBy: index % 3 === 0 ? anna : ben },
            nowMs,
          ),
        ),
      )
      expect(new Set(pulls.map((pull) => pull.id)).size).toBe(1)
      expect(await state.stores.pulls.listRecent('candidates', 100)).toHaveLength(1)
    })

    test('makes a new one after the last one ended, and beside one that is being cancelled', async () => {
      const { anna } = await defineSome(state.stores)
      await request('p1', anna)
      await claim('egress 1')
      expect((await state.stores.pulls.withdraw('p1', anna, nowMs))?.state).toBe('cancelling')
      expect(await request('p2', anna)).toMatchObject({ id: 'p2', state: 'queued' })
      // It starts when the old one has ended, so that one dataset is never read twice at once.
      expect(await claim('egress 2')).toBeUndefined()
      await state.stores.pulls.endCancelled('p1', 'egress 1', nowMs)
      expect(await claim('egress 2')).toMatchObject({ id: 'p2', state: 'running' })
    })
  })

  describe('withdraw and cancel', () => {
    test('cancels when the last waiter withdraws', async () => {
      const { anna, ben } = await defineSome(state.stores)
      await request('p1', anna)
      await request('p1b', ben)
      expect((await state.stores.pulls.withdraw('p1', anna, nowMs))?.state).toBe('queued')
      expect((await state.stores.pulls.withdraw('p1', anna, nowMs))?.state).toBe('queued')
      const last = await state.stores.pulls.withdraw('p1', ben, nowMs + 1)
      expect(last).toMatchObject({ state: 'cancelled', endedAtMs: nowMs + 1 })
      expect(await claim('egress')).toBeUndefined()
    })

    test('lets nobody who does not wait end a pull, nor a user what the command line asked for', async () => {
      const { anna, ben } = await defineSome(state.stores)
      await request('p1')
      expect((await state.stores.pulls.withdraw('p1', ben, nowMs))?.state).toBe('queued')
      await request('p2', anna)
      expect((await state.stores.pulls.withdraw('p1', anna, nowMs))?.state).toBe('queued')
      expect(await state.stores.pulls.withdraw('none', anna, nowMs)).toBeUndefined()
    })

    test('leaves no asker with a cancelled pull when asking and withdrawing race', async () => {
      const { anna, ben } = await defineSome(state.stores)
      const other = await state.openAgain()
      for (let round = 0; round < 20; round++) {
        const first = await request(`p${round}`, anna)
        const [joined] = await Promise.all([
          other.pulls.request({ id: `q${round}`, dataset: 'candidates', requestedBy: ben }, nowMs),
          state.stores.pulls.withdraw(first.id, anna, nowMs),
        ])
        expect(await stateOf(joined.id)).toBe('queued')
        await state.stores.pulls.cancel(joined.id, nowMs)
      }
    })

    test('cancels whoever waits: at once when queued, by its holder when running', async () => {
      const { anna } = await defineSome(state.stores)
      await request('p1', anna)
      await request('p2', anna, 'jobs')
      await claim('egress')
      await state.stores.pulls.cancel('p1', nowMs)
      await state.stores.pulls.cancel('p2', nowMs)
      expect([await stateOf('p1'), await stateOf('p2')]).toEqual(['cancelling', 'cancelled'])
      expect((await state.stores.pulls.report('p1', 'egress', progress, nowMs + 1))?.state).toBe('cancelling')
      expect(await state.stores.pulls.complete('p1', 'egress', result(1), nowMs)).toBe(false)
      expect(await state.stores.pulls.endCancelled('p1', 'egress', nowMs)).toBe(true)
      await state.stores.pulls.cancel('p1', nowMs)
      expect(await stateOf('p1')).toBe('cancelled')
      expect((await state.stores.definitions.findDataset('candidates'))?.revision).toBe(0)
    })
  })

  describe('report', () => {
    test('writes progress and renews the lease, for the holder alone', async () => {
      await defineSome(state.stores)
      await request('p1')
      expect(await state.stores.pulls.report('p1', 'egress', progress, nowMs)).toBeUndefined()
      await claim('egress')
      expect(await state.stores.pulls.report('p1', 'other', progress, nowMs + 60_000)).toBeUndefined()
      expect(await state.stores.pulls.report('p1', 'egress', progress, nowMs + 60_000)).toEqual({
        state: 'running',
        isScheduled: false,
      })
      expect(await state.stores.pulls.find('p1')).toMatchObject({ ...progress, leaseUntilMs: nowMs + 60_000 })
      expect(await claim('other', nowMs + 59_999)).toBeUndefined()
    })
  })

  describe('complete', () => {
    test('publishes pull, snapshot and dataset together', async () => {
      await defineSome(state.stores)
      await request('p1')
      await claim('egress')
      expect(await state.stores.pulls.complete('p1', 'egress', result(1), nowMs + 9)).toBe(true)
      expect(await state.stores.pulls.find('p1')).toMatchObject({
        ...{ state: 'completed', revision: 1, rows: 12_000, pages: 60, endedAtMs: nowMs + 9, startedAtMs: nowMs },
        ...{ rowsChanged: 12, rowsDeleted: 3, duplicates: 1, warnings: ['One record came twice: "7".'] },
      })
      expect(await state.stores.definitions.findDataset('candidates')).toMatchObject({
        ...{ revision: 1, rows: 11_999, pulledAtMs: nowMs + 9, columns: result(1).columns },
      })
      expect(await state.stores.snapshots.findCurrent('candidates')).toEqual({
        ...{ dataset: 'candidates', revision: 1, file: 'candidates/1.db', rows: 11_999 },
        ...{ createdAtMs: nowMs + 9, supersededAtMs: undefined },
      })
      expect(await state.stores.pulls.complete('p1', 'egress', result(2), nowMs)).toBe(false)
      expect(await state.stores.pulls.fail('p1', 'egress', { code: 'internal', message: '' }, nowMs)).toBe(false)
      expect((await state.stores.pulls.findLastCompleted('candidates'))?.id).toBe('p1')
    })

    test('supersedes the snapshot before, and keeps the current one when nothing changed', async () => {
      await defineSome(state.stores)
      const { pulls, snapshots } = state.stores
      for (const revision of [1, 2]) {
        await request(`p${revision}`)
        await claim('egress')
        expect(await pulls.complete(`p${revision}`, 'egress', result(revision), nowMs + revision)).toBe(true)
      }
      await request('p3')
      await claim('egress')
      expect(await pulls.complete('p3', 'egress', result(2, { snapshot: undefined }), nowMs + 3)).toBe(true)
      expect(await state.stores.definitions.findDataset('candidates')).toMatchObject({
        ...{ revision: 2, rows: 11_999, pulledAtMs: nowMs + 3 },
      })
      expect(await snapshots.find('candidates', 1)).toMatchObject({ supersededAtMs: nowMs + 2 })
      expect((await snapshots.findCurrent('candidates'))?.revision).toBe(2)
      expect((await pulls.findLastCompleted('candidates'))?.id).toBe('p3')

      expect(await snapshots.listSuperseded(nowMs + 2)).toEqual([])
      expect((await snapshots.listSuperseded(nowMs + 3)).map((one) => one.file)).toEqual(['candidates/1.db'])
      await snapshots.remove('candidates', 1)
      await snapshots.remove('candidates', 2)
      expect(await snapshots.find('candidates', 1)).toBeUndefined()
      expect(await snapshots.find('candidates', 2)).toBeDefined()
    })

    test('changes nothing when the revision does not follow the current one', async () => {
      await defineSome(state.stores)
      await request('p1')
      await claim('egress')
      await expect(state.stores.pulls.complete('p1', 'egress', result(5), nowMs)).rejects.toMatchObject({
        code: 'internal',
      })
      expect(await stateOf('p1')).toBe('running')
      expect(await state.stores.snapshots.find('candidates', 5)).toBeUndefined()
    })

    test('succeeds once, however often it is tried at once', async () => {
      await defineSome(state.stores)
      await request('p1')
      await claim('egress')
      const stores = [state.stores, await state.openAgain()]
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) => stores[index % 2]!.pulls.complete('p1', 'egress', result(1), nowMs)),
      )
      expect(outcomes.filter(Boolean)).toHaveLength(1)
    })
  })

  test('fail keeps the problem for whoever asks', async () => {
    await defineSome(state.stores)
    await request('p1')
    await claim('egress')
    const problem = { code: 'window-over-cap', message: 'The day 2026-02-03 holds more than 1,000 records.' } as const
    expect(await state.stores.pulls.fail('p1', 'other', problem, nowMs)).toBe(false)
    expect(await state.stores.pulls.fail('p1', 'egress', problem, nowMs + 5)).toBe(true)
    expect(await state.stores.pulls.find('p1')).toMatchObject({ state: 'failed', problem, endedAtMs: nowMs + 5 })
    expect(await state.stores.pulls.findLastCompleted('candidates')).toBeUndefined()
  })

  test('forgetEnded keeps the newest pulls, those of late, the last completed one, and what is not over', async () => {
    const { anna } = await defineSome(state.stores)
    const { pulls } = state.stores
    const end = async (id: string, atMs: number, hasFailed: boolean, dataset = 'candidates'): Promise<void> => {
      await pulls.request({ id, dataset, requestedBy: anna }, atMs)
      await pulls.claim(id, atMs, atMs + 30_000)
      const problem = { code: 'source-failed', message: 'It failed.' } as const
      if (hasFailed) await pulls.fail(id, id, problem, atMs)
      else await pulls.complete(id, id, result(1, { snapshot: undefined, revision: 0 }), atMs)
    }
    await end('completed', 1_000, false)
    await end('other', 1_500, true, 'jobs')
    for (let at = 0; at < 6; at += 1) await end(`failed${at}`, 2_000 + at, true)
    await pulls.request({ id: 'queued', dataset: 'candidates', requestedBy: anna }, 3_000)
    const left = async (): Promise<string[]> => (await pulls.listRecent('candidates', 100)).map(({ id }) => id)
    expect(await pulls.forgetEnded({ endedBeforeMs: 2_000, keep: 1 })).toBe(0)
    expect(await pulls.forgetEnded({ endedBeforeMs: 2_004, keep: 1 })).toBe(4)
    expect(await left()).toEqual(['queued', 'failed5', 'failed4', 'completed'])
    expect(await pulls.forgetEnded({ endedBeforeMs: 9_000, keep: 2 })).toBe(1)
    expect(await left()).toEqual(['queued', 'failed5', 'completed'])
    expect(await pulls.forgetEnded({ endedBeforeMs: 9_000, keep: 2 })).toBe(0)
    expect(await pulls.isWaiting('queued', anna)).toBe(true)
    expect(await stateOf('other')).toBe('failed')
  })

  test('listRecent gives the newest first, and no more than asked for', async () => {
    await defineSome(state.stores)
    for (const [index, id] of ['p1', 'p2', 'p3'].entries()) {
      await state.stores.pulls.request({ id, dataset: 'candidates', requestedBy: undefined }, nowMs + index)
      await state.stores.pulls.cancel(id, nowMs)
    }
    expect((await state.stores.pulls.listRecent('candidates', 2)).map((pull) => pull.id)).toEqual(['p3', 'p2'])
  })
})
