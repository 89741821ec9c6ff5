import { describe, expect, test } from 'vitest'
import type { AppliedChanges, AppliedDefinitions } from '../../../broker/store/stores.ts'
import { stateEngines } from '../../support/state-engines.ts'
import { useStores } from '../../support/stores-in-test.ts'

const source = { title: 'CRM', baseUrl: 'https://crm.example.com', limits: { perSecond: 10 }, auth: { clientId: 'a' } }
const dataset = {
  title: 'Candidates',
  description: 'All of them',
  source: 'crm',
  request: { path: '/candidates', query: { b: '2', a: '1' } },
  key: ['Id'],
  freshnessSeconds: 60,
}

function file(changes: { source?: object; dataset?: object; columns?: readonly string[] } = {}): AppliedDefinitions {
  return {
    sources: [{ name: 'crm', definition: JSON.stringify({ ...source, ...changes.source }) }],
    datasets: [{ name: 'candidates', source: 'crm', definition: JSON.stringify({ ...dataset, ...changes.dataset }) }],
    users: [{ name: 'anna', displayName: 'Anna A.' }],
    grants: [{ user: 'anna', dataset: 'candidates', columns: changes.columns }],
  }
}

const everything = ['source crm', 'dataset candidates', 'user anna', 'grant anna -> candidates']

describe.each(stateEngines)('DefinitionStore on $name', (engine) => {
  const state = useStores(engine)
  const endpointsOf = (definition: string): string => (JSON.parse(definition) as typeof source).baseUrl
  const apply = (definitions: AppliedDefinitions): Promise<AppliedChanges> =>
    state.stores.definitions.apply(definitions, endpointsOf)

  /** Lets a first pull fix a column, and a second one run. */
  async function pullOnceAndAgain(): Promise<void> {
    const { pulls } = state.stores
    await pulls.request({ id: 'first', dataset: 'candidates', requestedBy: undefined }, 1)
    await pulls.claim('egress', 1, 100)
    const columns = '[{"name":"Id","type":"text","isFixed":true}]'
    const counts = { rows: 3, pages: 1, tokenCalls: 1, rowsChanged: 3, rowsDeleted: 0, duplicates: 0, warnings: [] }
    const result = {
      ...{ revision: 1, columns, snapshot: { file: 'candidates/1.db', rows: 3 } },
      reading: { startedAtMs: 1, changesSinceMs: undefined, readFromMs: 1 },
    }
    expect(await pulls.complete('first', 'egress', { ...counts, ...result }, 2)).toBe(true)
    await pulls.request({ id: 'second', dataset: 'candidates', requestedBy: undefined }, 3)
    await pulls.claim('egress', 3, 100)
  }

  test('adds what a file names', async () => {
    expect(await apply(file())).toEqual({ added: everything, changed: [], unchanged: [], secretsCleared: [] })
    expect(await state.stores.definitions.findSource('crm')).toEqual(file().sources[0])
    expect(await state.stores.definitions.findSource('other')).toBeUndefined()
    expect(await state.stores.definitions.listSources()).toHaveLength(1)
    const empty = { columns: '[]', revision: 0, rows: 0, pulledAtMs: 0, readFromMs: 0, fullReadAtMs: 0 }
    expect(await state.stores.definitions.listDatasets()).toEqual([{ ...file().datasets[0], ...empty }])
    expect(await state.stores.users.find('anna')).toMatchObject({ displayName: 'Anna A.', isActive: true })
  })

  test('changes nothing when the same file comes twice, in any order of members', async () => {
    await apply(file())
    const reordered = { request: { query: { a: '1', b: '2' }, path: '/candidates' } }
    expect(await apply(file({ dataset: reordered }))).toMatchObject({ added: [], changed: [], unchanged: everything })
  })

  test('leaves alone what a file does not name', async () => {
    await apply(file())
    await apply({ sources: [], datasets: [], users: [], grants: [] })
    expect(await state.stores.definitions.findDataset('candidates')).toBeDefined()
    expect((await state.stores.users.listGrants((await state.stores.users.find('anna'))!.id)).length).toBe(1)
  })

  test('applies a file as a whole or not at all', async () => {
    const broken = { ...file(), grants: [{ user: 'nobody', dataset: 'candidates', columns: undefined }] }
    await expect(apply(broken)).rejects.toMatchObject({ code: 'definition-invalid' })
    expect(await state.stores.definitions.listSources()).toEqual([])
    expect(await state.stores.users.list()).toEqual([])
  })

  test.each([
    { change: { title: 'Persons', description: 'None', freshnessSeconds: 5 }, keepsColumns: true },
    { change: { columns: { Id: { format: 'money', currency: 'EUR' } } }, keepsColumns: true },
    { change: { columns: { Id: { type: 'decimal', format: 'percent' } } }, keepsColumns: false },
    { change: { request: { path: '/people' } }, keepsColumns: false },
    { change: { key: [] }, keepsColumns: false },
    { change: { flattenDepth: 1 }, keepsColumns: false },
  ])('after a change of $change, keeps fixed columns and the running pull: $keepsColumns', async (row) => {
    await apply(file())
    await pullOnceAndAgain()
    expect(await apply(file({ dataset: row.change }))).toMatchObject({ changed: ['dataset candidates'] })
    const after = await state.stores.definitions.findDataset('candidates')
    expect(after).toMatchObject({ revision: 1, rows: 3, pulledAtMs: 2 })
    expect(after!.columns !== '[]').toBe(row.keepsColumns)
    const progress = { rows: 1, pages: 1, tokenCalls: 0 }
    const reported = await state.stores.pulls.report('second', 'egress', progress, 200)
    expect(reported?.state).toBe(row.keepsColumns ? 'running' : undefined)
    expect((await state.stores.pulls.findActive('candidates'))?.state).toBe(row.keepsColumns ? 'running' : 'queued')
  })

  test.each([
    { change: { title: 'Other', limits: {} }, keepsPull: true },
    { change: { auth: { clientId: 'b' } }, keepsPull: false },
  ])('after a source’s change of $change, keeps the running pull: $keepsPull', async ({ change, keepsPull }) => {
    await apply(file())
    await pullOnceAndAgain()
    await apply(file({ source: change }))
    expect((await state.stores.pulls.findActive('candidates'))?.state).toBe(keepsPull ? 'running' : 'queued')
  })

  test('deletes the secret of a source that moves, and only then', async () => {
    await apply(file())
    await state.stores.secrets.put({ source: 'crm', sealed: 'sealed', createdAtMs: 1 })
    expect((await apply(file({ source: { title: 'Other' } }))).secretsCleared).toEqual([])
    expect(await state.stores.secrets.find('crm')).toBeDefined()
    const moved = file({ source: { baseUrl: 'https://evil.example.com' } })
    expect((await apply(moved)).secretsCleared).toEqual(['crm'])
    expect(await state.stores.secrets.find('crm')).toBeUndefined()
    expect((await apply(file())).secretsCleared).toEqual([])
  })

  test('changes a user’s display name and a grant’s columns', async () => {
    await apply(file())
    const changed = { ...file({ columns: ['Id'] }), users: [{ name: 'anna', displayName: 'Anna B.' }] }
    expect(await apply(changed)).toMatchObject({ changed: ['user anna', 'grant anna -> candidates'] })
    const anna = (await state.stores.users.find('anna'))!
    expect(anna.displayName).toBe('Anna B.')
    expect(await state.stores.users.findGrant(anna.id, 'candidates')).toMatchObject({ columns: ['Id'] })
  })

  test('lets files that come at once add everything once', async () => {
    const others = await Promise.all([state.openAgain(), state.openAgain()])
    const all = await Promise.all(
      [state.stores, ...others, state.stores].map((stores) => stores.definitions.apply(file(), endpointsOf)),
    )
    expect(all.flatMap((changes) => changes.added).toSorted()).toEqual(everything.toSorted())
    expect(await state.stores.users.list()).toHaveLength(1)
  })
})
