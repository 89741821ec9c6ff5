import { describe, expect, test } from 'vitest'
import type { SessionRecord } from '../../../broker/store/records.ts'
import { stateEngines } from '../../support/state-engines.ts'
import { defineSome, useStores } from '../../support/stores-in-test.ts'

function session(id: string, userId: string, lastUsedAtMs = 1_000_000_000_000): SessionRecord {
  return {
    id,
    userId,
    tokenHash: `hash of ${id}`,
    keyThumbprint: 'thumbprint',
    device: 'Excel für Windows',
    createdAtMs: 1_000_000_000_000,
    lastUsedAtMs,
    expiresAtMs: 1_000_000_600_000,
    state: 'active',
    kind: 'kept',
  }
}

describe.each(stateEngines)('SessionStore on $name', (engine) => {
  const state = useStores(engine)
  const stateOf = async (id: string): Promise<string | undefined> =>
    (await state.stores.sessions.findByTokenHash(`hash of ${id}`))?.state

  test('finds a session by the digest of its credential', async () => {
    const { anna } = await defineSome(state.stores)
    await state.stores.sessions.add(session('s1', anna), 10)
    expect(await state.stores.sessions.findByTokenHash('hash of s1')).toEqual(session('s1', anna))
    expect(await state.stores.sessions.findByTokenHash('hash of s2')).toBeUndefined()
  })

  test('shows another connection’s change at the next look', async () => {
    const { anna } = await defineSome(state.stores)
    const other = await state.openAgain()
    await state.stores.sessions.add(session('s1', anna), 10)
    expect((await other.sessions.findByTokenHash('hash of s1'))?.state).toBe('active')
    await state.stores.sessions.setState('s1', 'ended')
    expect((await other.sessions.findByTokenHash('hash of s1'))?.state).toBe('ended')
  })

  test('never shows a session before it is committed', async () => {
    const { anna } = await defineSome(state.stores)
    const adding = state.stores.sessions.add(session('s1', anna), 10)
    while (!(await state.stores.sessions.findByTokenHash('hash of s1'))) await Promise.resolve()
    // Another connection sees it too, so it will not be taken back.
    expect(await state.database.query('select id from sessions')).toEqual([{ id: 's1' }])
    await adding
  })

  test('ends the least recently used above the limit, never the new one or another user’s', async () => {
    const { anna, ben } = await defineSome(state.stores)
    const { sessions } = state.stores
    await sessions.add(session('ben', ben, 1), 2)
    await sessions.add(session('old', anna, 10), 2)
    await sessions.add(session('used', anna, 5), 2)
    await sessions.touch('used', 20)
    await sessions.add(session('new', anna, 1), 2)
    expect(await Promise.all(['ben', 'old', 'used', 'new'].map(stateOf))).toEqual([
      'active',
      'ended',
      'active',
      'active',
    ])
  })

  test('leaves the limit’s number active when sign-ins come at once', async () => {
    const { anna } = await defineSome(state.stores)
    const stores = [state.stores, await state.openAgain()]
    const ids = Array.from({ length: 20 }, (_, index) => `s${index}`)
    await Promise.all(ids.map((id, index) => stores[index % 2]!.sessions.add(session(id, anna, index), 3)))
    const states = await Promise.all(ids.map(stateOf))
    expect(states.filter((one) => one === 'active')).toHaveLength(3)
  })

  test('does not count held sessions, nor end them', async () => {
    const { anna } = await defineSome(state.stores)
    const { sessions } = state.stores
    await sessions.add(session('held', anna, 1), 1)
    await sessions.setState('held', 'held')
    await sessions.add(session('new', anna, 2), 1)
    expect(await stateOf('held')).toBe('held')
    expect(await stateOf('new')).toBe('active')
  })

  test('moves the last use forward only', async () => {
    const { anna } = await defineSome(state.stores)
    await state.stores.sessions.add(session('s1', anna, 100), 10)
    await state.stores.sessions.touch('s1', 200)
    await state.stores.sessions.touch('s1', 150)
    expect((await state.stores.sessions.findByTokenHash('hash of s1'))?.lastUsedAtMs).toBe(200)
  })

  test('never revives an ended session', async () => {
    const { anna } = await defineSome(state.stores)
    await state.stores.sessions.add(session('s1', anna), 10)
    await state.stores.sessions.setState('s1', 'held')
    await state.stores.sessions.setState('s1', 'active')
    expect(await stateOf('s1')).toBe('active')
    await state.stores.sessions.setState('s1', 'ended')
    await state.stores.sessions.setState('s1', 'active')
    expect(await stateOf('s1')).toBe('ended')
  })

  test('refuses the same credential twice', async () => {
    const { anna, ben } = await defineSome(state.stores)
    await state.stores.sessions.add(session('s1', anna), 10)
    const again = { ...session('s2', ben), tokenHash: 'hash of s1' }
    await expect(state.stores.sessions.add(again, 10)).rejects.toMatchObject({ code: 'internal' })
    expect((await state.stores.sessions.findByTokenHash('hash of s1'))?.userId).toBe(anna)
  })
})
