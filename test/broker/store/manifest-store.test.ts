import { describe, expect, test } from 'vitest'
import { stateEngines } from '../../support/state-engines.ts'
import { useStores } from '../../support/stores-in-test.ts'

describe.each(stateEngines)('issued manifests on $name', (engine) => {
  const state = useStores(engine)

  test('of several instances with another content each, all get another version', { timeout: 60_000 }, async () => {
    const all = [state.stores, await state.openAgain(), await state.openAgain()]
    const issued = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        all[index % all.length]!.manifests.change('xml', (last) => ({
          digest: `content ${index}`,
          version: `1.0.0.${Number(last?.version.split('.')[3] ?? 0) + 1}`,
        })),
      ),
    )
    expect(new Set(issued.map(({ version }) => version)).size).toBe(30)
  })

  test('are remembered, each form for itself', async () => {
    const { manifests } = state.stores
    await manifests.change('xml', () => ({ digest: 'a', version: '1.0.0.0' }))
    await manifests.change('unified', () => ({ digest: 'b', version: '2.0.0.0' }))
    const again = await state.openAgain()
    expect(await again.manifests.change('xml', (last) => last ?? { digest: '', version: '' })).toEqual({
      digest: 'a',
      version: '1.0.0.0',
    })
  })

  test('a judge that throws changes nothing', async () => {
    const { manifests } = state.stores
    const broken = manifests.change('xml', () => {
      throw new Error('no')
    })
    await expect(broken).rejects.toThrow('no')
    const none = { digest: 'none', version: '0.0.0.0' }
    expect(await manifests.change('xml', (last) => last ?? none)).toEqual(none)
  })
})
