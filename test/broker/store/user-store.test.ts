import { describe, expect, test } from 'vitest'
import { stateEngines } from '../../support/state-engines.ts'
import { countTrue, defineSome, useStores } from '../../support/stores-in-test.ts'

describe.each(stateEngines)('UserStore on $name', (engine) => {
  const state = useStores(engine)

  test('finds users by name and by id, and lists them by name', async () => {
    const { anna, ben } = await defineSome(state.stores)
    const { users } = state.stores
    expect(await users.get(anna)).toEqual({ id: anna, name: 'anna', displayName: 'Anna A.', isActive: true })
    expect(await users.find('ben')).toMatchObject({ id: ben })
    expect(await users.find('carl')).toBeUndefined()
    expect(await users.get('none')).toBeUndefined()
    expect((await users.list()).map((user) => user.name)).toEqual(['anna', 'ben'])
  })

  test('deactivates and activates a user, and no other', async () => {
    const { anna, ben } = await defineSome(state.stores)
    await state.stores.users.setActive(anna, false)
    expect((await state.stores.users.get(anna))?.isActive).toBe(false)
    expect((await state.stores.users.get(ben))?.isActive).toBe(true)
    await state.stores.users.setActive(anna, true)
    expect((await state.stores.users.get(anna))?.isActive).toBe(true)
  })

  test('says whether a grant changed anything', async () => {
    const { anna: userId, ben } = await defineSome(state.stores)
    const { users } = state.stores
    const all = { userId, dataset: 'candidates', columns: undefined }
    const some = { ...all, columns: ['Id', 'Name'] }
    expect(await users.grant(all)).toBe(true)
    expect(await users.grant(all)).toBe(false)
    expect(await users.grant(some)).toBe(true)
    expect(await users.grant(some)).toBe(false)
    expect(await users.findGrant(userId, 'candidates')).toEqual(some)
    expect(await users.grant(all)).toBe(true)
    expect(await users.listGrants(userId)).toEqual([all])
    expect(await users.findGrant(ben, 'candidates')).toBeUndefined()
    expect(await users.revoke(userId, 'candidates')).toBe(true)
    expect(await users.revoke(userId, 'candidates')).toBe(false)
    expect(await users.listGrants(userId)).toEqual([])
  })

  test('adds a grant once, however many ask at once', async () => {
    const { anna: userId } = await defineSome(state.stores)
    const other = await state.openAgain()
    const stores = [state.stores, other]
    const grant = { userId, dataset: 'jobs', columns: undefined }
    expect(await countTrue(60, (index) => stores[index % 2]!.users.grant(grant))).toBe(1)
  })

  test('refuses a grant of a dataset that does not exist, telling nothing of the database', async () => {
    const { anna: userId } = await defineSome(state.stores)
    const refused = state.stores.users.grant({ userId, dataset: 'none', columns: undefined })
    await expect(refused).rejects.toMatchObject({ name: 'BrokerError', code: 'internal' })
    await expect(refused).rejects.not.toThrow(/foreign|constraint|grants/i)
  })
})

describe.each(stateEngines)('SecretStore on $name', (engine) => {
  const state = useStores(engine)

  test('keeps one secret a source, the latest', async () => {
    await defineSome(state.stores)
    const { secrets } = state.stores
    expect(await secrets.find('crm')).toBeUndefined()
    await secrets.put({ source: 'crm', sealed: 'one', createdAtMs: 1 })
    await secrets.put({ source: 'crm', sealed: 'two', createdAtMs: 2 })
    expect(await secrets.find('crm')).toEqual({ source: 'crm', sealed: 'two', createdAtMs: 2 })
  })
})

describe.each(stateEngines)('EgressStore on $name', (engine) => {
  const state = useStores(engine)

  test('knows when any living egress process last beat', async () => {
    const { egress } = state.stores
    expect(await egress.lastBeatMs()).toBe(0)
    await egress.beat('one', 1_000_000_000_000)
    await egress.beat('two', 1_000_000_000_500)
    await egress.beat('one', 1_000_000_000_200)
    expect(await egress.lastBeatMs()).toBe(1_000_000_000_500)
    await egress.leave('two')
    expect(await egress.lastBeatMs()).toBe(1_000_000_000_200)
    await egress.leave('one')
    expect(await egress.lastBeatMs()).toBe(0)
  })

  test('forgets processes that ended without a word a day ago', async () => {
    await state.stores.egress.beat('gone', 1)
    await state.stores.egress.beat('here', 86_400_002)
    await state.stores.egress.leave('here')
    expect(await state.stores.egress.lastBeatMs()).toBe(0)
  })
})
