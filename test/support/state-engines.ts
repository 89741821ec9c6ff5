import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEncryptedDatabase } from '../../broker/crypto/encrypted-file.ts'
import type { Clock } from '../../broker/kernel/clock.ts'
import { silentLog } from '../../broker/kernel/log.ts'
import { systemClock, systemRandom } from '../../broker/kernel/system.ts'
import { openPostgresStores } from '../../broker/store/postgres.ts'
import { openSqliteStores } from '../../broker/store/sqlite.ts'
import type { Stores } from '../../broker/store/stores.ts'
import { createTestDatabase } from './postgres.ts'

/** A state database of one's own, on one of the two engines. */
export interface StateDatabase {
  /** Opens it once more, as another process would. */
  open(): Promise<Stores>
  /** Runs a statement past the stores. */
  query(sql: string): Promise<readonly unknown[]>
  /** What another process needs to open it: `path` or `url`. */
  readonly place: { readonly path: string } | { readonly url: string }
  remove(): Promise<void>
}

/** The data key of every SQLite file in tests. */
export const testDataKey = new Uint8Array(32).fill(7)

/** Both engines, for `describe.each`: what holds for one store must hold for the other. */
export const stateEngines: readonly { readonly name: string; create(): Promise<StateDatabase> }[] = [
  { name: 'SQLite', create: () => createSqliteState() },
  { name: 'PostgreSQL', create: createPostgresState },
]

/** An encrypted SQLite file in a folder of its own. */
export async function createSqliteState(
  clock: Clock = systemClock,
): Promise<StateDatabase & { readonly path: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'sheetbroker-state-'))
  const path = join(directory, 'state.db')
  return {
    path,
    place: { path },
    open: () => openSqliteStores({ path, dataKey: testDataKey, clock, random: systemRandom }),
    query(sql) {
      const database = openEncryptedDatabase(path, testDataKey)
      try {
        const statement = database.prepare(sql)
        return Promise.resolve(statement.reader ? statement.all() : [statement.run()])
      } finally {
        database.close()
      }
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  }
}

/** A database on the test run's PostgreSQL server. */
export async function createPostgresState(): Promise<StateDatabase> {
  const database = await createTestDatabase()
  const { url } = database
  return {
    place: { url: url.reveal() },
    open: () => openPostgresStores({ url, random: systemRandom, log: silentLog }),
    query: (sql) => database.query(sql),
    remove: () => database.drop(),
  }
}
