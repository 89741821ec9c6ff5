import { afterEach, beforeEach } from 'vitest'
import type { Stores } from '../../broker/store/stores.ts'
import type { stateEngines, StateDatabase } from './state-engines.ts'

/** The state database of the test that is running. */
export interface StoresInTest {
  readonly stores: Stores
  readonly database: StateDatabase
  /** Opens it once more, as another process would; closed with the test. */
  openAgain(): Promise<Stores>
}

/** Gives each test of the surrounding `describe` an empty, migrated database on `engine`. */
export function useStores(engine: (typeof stateEngines)[number]): StoresInTest {
  let database: StateDatabase | undefined
  let opened: Stores[] = []
  const openAgain = async (): Promise<Stores> => {
    if (!database) throw new Error('Use it inside a test.')
    const stores = await database.open()
    opened.push(stores)
    return stores
  }
  beforeEach(async () => {
    database = await engine.create()
    await openAgain()
  })
  afterEach(async () => {
    await Promise.all(opened.map((stores) => stores.close()))
    opened = []
    await database?.remove()
  })
  return {
    get stores() {
      return opened[0]!
    },
    get database() {
      return database!
    },
    openAgain,
  }
}

/** Defines source `crm`, its datasets `candidates` and `jobs`, and users `anna` and `ben` (returned by name). */
export async function defineSome(stores: Stores): Promise<Readonly<Record<'anna' | 'ben', string>>> {
  const dataset = (name: string) => ({
    name,
    source: 'crm',
    definition: JSON.stringify({ request: { path: `/${name}` } }),
  })
  await stores.definitions.apply(
    {
      sources: [{ name: 'crm', definition: '{"baseUrl":"https://crm.example.com"}' }],
      datasets: [dataset('candidates'), dataset('jobs')],
      users: [
        { name: 'anna', displayName: 'Anna A.' },
        { name: 'ben', displayName: 'Ben B.' },
      ],
      grants: [],
    },
    (definition) => definition,
  )
  const [anna, ben] = await Promise.all([stores.users.find('anna'), stores.users.find('ben')])
  return { anna: anna!.id, ben: ben!.id }
}

/** A promise's outcomes counted: how many of `times` calls at once gave true. */
export async function countTrue(times: number, call: (index: number) => Promise<boolean>): Promise<number> {
  const outcomes = await Promise.all(Array.from({ length: times }, (_, index) => call(index)))
  return outcomes.filter(Boolean).length
}
