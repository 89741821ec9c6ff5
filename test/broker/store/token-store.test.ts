import { describe, expect, test } from 'vitest'
import { defineSome, useStores } from '../../support/stores-in-test.ts'
import { stateEngines } from '../../support/state-engines.ts'

describe.each(stateEngines)('token states on $name', (engine) => {
  const state = useStores(engine)

  test('changes at once come one after the other, from several processes', { timeout: 60_000 }, async () => {
    await defineSome(state.stores)
    const all = [state.stores, await state.openAgain(), await state.openAgain()]
    const counts = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        all[index % all.length]!.tokens.change('crm', (text) => {
          const count = Number(text ?? 0) + 1
          return { state: String(count), answer: count }
        }),
      ),
    )
    expect(counts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1))
  })

  test('a judge that throws changes nothing', async () => {
    await defineSome(state.stores)
    const { tokens } = state.stores
    await tokens.change('crm', () => ({ state: 'kept', answer: 0 }))
    const broken = tokens.change('crm', () => {
      throw new Error('no')
    })
    await expect(broken).rejects.toThrow('no')
    expect(await tokens.change('crm', (text) => ({ state: text ?? '', answer: text }))).toBe('kept')
  })

  test('the clock is the database’s, in Unix epoch milliseconds', async () => {
    await defineSome(state.stores)
    const nowMs = await state.stores.tokens.change('crm', (_text, now) => ({ state: '', answer: now }))
    expect(Math.abs(nowMs - Date.now())).toBeLessThan(10_000)
  })
})

describe.each(stateEngines)('a second secret on $name', (engine) => {
  const state = useStores(engine)
  const first = { source: 'crm', sealed: 'one', createdAtMs: 1 }
  const second = { source: 'crm', sealed: 'two', createdAtMs: 2 }

  test('stands beside the first, and takes its place', async () => {
    await defineSome(state.stores)
    const { secrets } = state.stores
    expect(await secrets.putSecond(second)).toBe(false)
    await secrets.put(first)
    expect(await secrets.putSecond({ ...second, sealed: 'wrong' })).toBe(true)
    expect(await secrets.putSecond(second)).toBe(true)
    expect(await secrets.find('crm')).toEqual(first)
    expect(await secrets.findSecond('crm')).toEqual(second)
    expect(await secrets.promote('crm')).toBe(true)
    expect(await secrets.find('crm')).toEqual(second)
    expect(await secrets.findSecond('crm')).toBeUndefined()
    expect(await secrets.promote('crm')).toBe(false)
  })

  test('goes with the first when the source’s address changes', async () => {
    await defineSome(state.stores)
    const { secrets, definitions } = state.stores
    await secrets.put(first)
    await secrets.putSecond(second)
    const moved = { name: 'crm', definition: '{"baseUrl":"https://elsewhere.example.com"}' }
    await definitions.apply({ sources: [moved], datasets: [], users: [], grants: [] }, (definition) => definition)
    expect(await secrets.find('crm')).toBeUndefined()
    expect(await secrets.findSecond('crm')).toBeUndefined()
  })

  test('can be removed', async () => {
    await defineSome(state.stores)
    const { secrets } = state.stores
    await secrets.put(first)
    await secrets.putSecond(second)
    expect(await secrets.removeSecond('crm')).toBe(true)
    expect(await secrets.removeSecond('crm')).toBe(false)
    expect(await secrets.find('crm')).toEqual(first)
  })
})
