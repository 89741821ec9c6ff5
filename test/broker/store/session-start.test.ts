import { describe, expect, test } from 'vitest'
import type { InvitationRecord, SessionRecord, UserRecord } from '../../../broker/store/records.ts'
import type { SessionOutcome, SessionTerms, Spending } from '../../../broker/store/stores.ts'
import { stateEngines } from '../../support/state-engines.ts'
import { defineSome, useStores } from '../../support/stores-in-test.ts'

const nowMs = 1_000_000_000_001
const spent = { kind: 'spent', heldSessionId: undefined }
const issuer = 'https://id.example.com'
const newUser: UserRecord = { id: 'new', name: 'company/zoe', displayName: 'Zoë', isActive: true }

function session(id: string, userId: string): SessionRecord {
  return {
    ...{ id, userId, tokenHash: `hash of ${id}`, keyThumbprint: 'thumbprint', device: 'Excel', kind: 'kept' },
    ...{ createdAtMs: nowMs, lastUsedAtMs: nowMs, expiresAtMs: nowMs + 600_000, state: 'active' },
  }
}

describe.each(stateEngines)('starting a session on $name', (engine) => {
  const state = useStores(engine)
  const add = (one: SessionRecord, terms: SessionTerms, stores = state.stores): Promise<SessionOutcome> =>
    stores.sessions.add(one, 100, terms)
  const stateOf = async (id: string): Promise<string | undefined> =>
    (await state.stores.sessions.findByTokenHash(`hash of ${id}`))?.state
  const kinds = (outcomes: readonly SessionOutcome[]): string[] => outcomes.map(({ kind }) => kind).toSorted()

  async function invite(changes: Partial<InvitationRecord> = {}): Promise<{ anna: string; spending: Spending }> {
    const { anna } = await defineSome(state.stores)
    await state.stores.invitations.add({
      ...{ id: 'inv', userId: anna, selector: '7K3M', codeHash: 'hash', createdAtMs: nowMs - 1 },
      ...{ expiresAtMs: nowMs + 1, wrongTries: 0, state: 'current', sessionId: undefined, ...changes },
    })
    return { anna, spending: { kind: 'invitation', id: 'inv', nowMs } }
  }
  const invitation = async (): Promise<InvitationRecord | undefined> =>
    (await state.stores.invitations.findBySelector('7K3M'))[0]

  test('of 60 uses of an invitation at once, over two connections, one starts a session, which is on hold at the end', async () => {
    const { anna, spending } = await invite()
    const stores = [state.stores, await state.openAgain()]
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        add(session(`s${index}`, anna), { spends: [spending] }, stores[index % 2]),
      ),
    )
    expect(kinds(outcomes)).toEqual([...Array<string>(59).fill('spent'), 'started'])
    const winner = `s${outcomes.findIndex(({ kind }) => kind === 'started')}`
    expect(await invitation()).toMatchObject({ state: 'used', sessionId: winner })
    expect(await stateOf(winner)).toBe('held')
    expect(outcomes.filter(({ kind }) => kind === 'spent')).toEqual(
      Array(59).fill({ kind: 'spent', heldSessionId: winner }),
    )
  })

  test('a second use holds the first session however close the two are, 25 times', async () => {
    const { anna } = await invite({ id: 'first' })
    const other = await state.openAgain()
    for (let round = 0; round < 25; round += 1) {
      const id = `inv${round}`
      await state.stores.invitations.add({ ...(await invitation())!, id, selector: `${round}`, state: 'current' })
      const terms: SessionTerms = { spends: [{ kind: 'invitation', id, nowMs }] }
      const outcomes = await Promise.all([
        add(session(`a${round}`, anna), terms),
        add(session(`b${round}`, anna), terms, other),
      ])
      const winner = outcomes[0].kind === 'started' ? `a${round}` : `b${round}`
      expect(kinds(outcomes)).toEqual(['spent', 'started'])
      expect([round, await stateOf(winner)]).toEqual([round, 'held'])
    }
  })

  test('the same session again is a repeated try, and holds nothing', async () => {
    const { anna, spending } = await invite()
    expect(await add(session('s1', anna), { spends: [spending] })).toEqual({ kind: 'started' })
    expect(await add(session('s1', anna), { spends: [spending] })).toEqual(spent)
    expect(await stateOf('s1')).toBe('active')
  })

  test.each([
    { name: 'that has expired', changes: { expiresAtMs: nowMs } },
    { name: 'that was burnt', changes: { state: 'burnt' as const } },
  ])('takes no invitation $name', async ({ changes }) => {
    const { anna, spending } = await invite(changes)
    expect(await add(session('s1', anna), { spends: [spending] })).toEqual(spent)
    expect(await stateOf('s1')).toBeUndefined()
  })

  test('a used invitation stays used when wrong tries follow', async () => {
    const { anna, spending } = await invite()
    await add(session('s1', anna), { spends: [spending] })
    for (let tries = 0; tries < 6; tries++) await state.stores.invitations.countWrongTry('inv', 5)
    expect(await invitation()).toMatchObject({ state: 'used', wrongTries: 0 })
  })

  test('spends nothing of several when one is not there', async () => {
    const { anna, spending } = await invite()
    const token: Spending = { kind: 'token', digest: 'd', expiresAtMs: nowMs }
    await add(session('s0', anna), { spends: [token] })
    expect(await add(session('s1', anna), { spends: [spending, token] })).toEqual(spent)
    expect((await invitation())?.state).toBe('current')
  })

  test.each<{ name: string; spending: Spending }>([
    { name: 'token', spending: { kind: 'token', digest: 'd', expiresAtMs: nowMs } },
    { name: 'code', spending: { kind: 'code', digest: 'd', challenge: 'c', nowMs } },
  ])('of 60 uses of a $name at once, over two connections, one starts a session', async ({ spending }) => {
    const { anna } = await defineSome(state.stores)
    const code = { digest: 'd', challenge: 'c', identity: '{}', expiresAtMs: nowMs + 1, state: 'current' } as const
    await state.stores.identities.addCode(code)
    const stores = [state.stores, await state.openAgain()]
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        add(session(`s${index}`, anna), { spends: [spending] }, stores[index % 2]),
      ),
    )
    expect(kinds(outcomes)).toEqual([...Array<string>(59).fill('spent'), 'started'])
    expect(await state.database.query('select id from sessions')).toHaveLength(1)
  })

  test.each([
    { name: 'another challenge', changes: { challenge: 'x' } },
    { name: 'an unknown code', changes: { digest: 'x' } },
    { name: 'a code that has expired', changes: { nowMs: nowMs + 1 } },
  ])('takes no $name', async ({ changes }) => {
    const { anna } = await defineSome(state.stores)
    const code = { digest: 'd', challenge: 'c', identity: '{}', expiresAtMs: nowMs + 1, state: 'current' } as const
    await state.stores.identities.addCode(code)
    const spending: Spending = { kind: 'code', digest: 'd', challenge: 'c', nowMs, ...changes }
    expect(await add(session('s1', anna), { spends: [spending] })).toEqual(spent)
    expect(await state.stores.identities.findCode('d')).toEqual(code)
  })

  test('makes the user and links the identity with the first session', async () => {
    await defineSome(state.stores)
    const terms: SessionTerms = { spends: [], user: newUser, identity: { issuer, subject: 'zoe' } }
    expect(await add(session('s1', 'new'), terms)).toEqual({ kind: 'started' })
    expect(await state.stores.identities.findUser(issuer, 'zoe')).toEqual(newUser)
    expect(await state.stores.identities.findUser('https://other.example.com', 'zoe')).toBeUndefined()
    expect(await state.stores.identities.listOfUser('new')).toEqual([
      { issuer, subject: 'zoe', userId: 'new', createdAtMs: nowMs },
    ])
  })

  test('makes no user whose name is taken, and spends nothing', async () => {
    const { anna } = await defineSome(state.stores)
    const spending: Spending = { kind: 'token', digest: 'd', expiresAtMs: nowMs }
    const user = { ...newUser, name: 'anna' }
    const terms: SessionTerms = { spends: [spending], user, identity: { issuer, subject: 'zoe' } }
    expect(await add(session('s1', 'new'), terms)).toEqual({ kind: 'name-taken' })
    expect(await state.stores.identities.findUser(issuer, 'zoe')).toBeUndefined()
    expect(await add(session('s1', anna), { spends: [spending] })).toEqual({ kind: 'started' })
  })

  test('of 20 first sign-ins of one identity at once one makes a user', async () => {
    await defineSome(state.stores)
    const stores = [state.stores, await state.openAgain()]
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const user = { ...newUser, id: `u${index}`, name: `company/zoe-${index}` }
        const terms: SessionTerms = { spends: [], user, identity: { issuer, subject: 'zoe' } }
        return add(session(`s${index}`, user.id), terms, stores[index % 2])
      }),
    )
    expect(kinds(outcomes)).toEqual([...Array<string>(19).fill('identity-taken'), 'started'])
    expect(await state.database.query(`select id from users where name like 'company/%'`)).toHaveLength(1)
  })

  test('links an identity to its user again without harm, and to no other', async () => {
    const { anna, ben } = await defineSome(state.stores)
    const identity = { issuer, subject: 'anna' }
    expect(await add(session('s1', anna), { spends: [], identity })).toEqual({ kind: 'started' })
    expect(await add(session('s2', anna), { spends: [], identity })).toEqual({ kind: 'started' })
    expect(await add(session('s3', ben), { spends: [], identity })).toEqual({ kind: 'identity-taken' })
    expect(await state.stores.identities.link({ ...identity, userId: ben, createdAtMs: 1 })).toBe(false)
    expect(await state.stores.identities.link({ ...identity, userId: anna, createdAtMs: 1 })).toBe(true)
    expect(await state.stores.identities.unlink({ ...identity, userId: ben })).toBe(false)
    expect(await state.stores.identities.unlink({ ...identity, userId: anna })).toBe(true)
    expect(await state.stores.identities.findUser(issuer, 'anna')).toBeUndefined()
  })

  test('forgets spent tokens and codes once they have expired, and no sooner', async () => {
    const { anna } = await defineSome(state.stores)
    const { identities } = state.stores
    const token: Spending = { kind: 'token', digest: 'd', expiresAtMs: nowMs }
    await add(session('s1', anna), { spends: [token] })
    await identities.addCode({ digest: 'c', challenge: 'c', identity: '{}', expiresAtMs: nowMs, state: 'current' })
    await identities.forgetExpired(nowMs)
    expect(await add(session('s2', anna), { spends: [token] })).toEqual(spent)
    expect(await identities.findCode('c')).toBeDefined()
    await identities.forgetExpired(nowMs + 1)
    expect(await identities.findCode('c')).toBeUndefined()
    expect(await add(session('s3', anna), { spends: [token] })).toEqual({ kind: 'started' })
  })
})
