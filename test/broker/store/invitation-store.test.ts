import { describe, expect, test } from 'vitest'
import type { InvitationRecord } from '../../../broker/store/records.ts'
import { stateEngines } from '../../support/state-engines.ts'
import { defineSome, useStores } from '../../support/stores-in-test.ts'

describe.each(stateEngines)('InvitationStore on $name', (engine) => {
  const state = useStores(engine)

  async function addInvitation(changes: Partial<InvitationRecord> = {}): Promise<InvitationRecord> {
    const { anna } = await defineSome(state.stores)
    const invitation: InvitationRecord = {
      id: 'inv',
      userId: anna,
      selector: '7K3M',
      codeHash: 'hash',
      createdAtMs: 1_000_000_000_000,
      expiresAtMs: 1_000_000_600_000,
      wrongTries: 0,
      state: 'current',
      sessionId: undefined,
      ...changes,
    }
    await state.stores.invitations.add(invitation)
    return invitation
  }
  const read = async (): Promise<InvitationRecord | undefined> =>
    (await state.stores.invitations.findBySelector('7K3M'))[0]

  test('finds all with the same selector', async () => {
    const first = await addInvitation()
    const second = await addInvitation({ id: 'inv2', codeHash: 'other', createdAtMs: 1_000_000_000_001 })
    await addInvitation({ id: 'inv3', selector: '0000' })
    expect(await state.stores.invitations.findBySelector('7K3M')).toEqual([first, second])
  })

  test('is burnt by the limit-th wrong try, counted one by one also when they come at once', async () => {
    const { id } = await addInvitation()
    const stores = [state.stores, await state.openAgain()]
    const tryWrongly = (times: number): Promise<unknown> =>
      Promise.all(Array.from({ length: times }, (_, index) => stores[index % 2]!.invitations.countWrongTry(id, 5)))
    await tryWrongly(4)
    expect(await read()).toMatchObject({ state: 'current', wrongTries: 4 })
    await tryWrongly(56)
    expect(await read()).toMatchObject({ state: 'burnt', wrongTries: 5 })
  })
})
