import { CamelCasePlugin, Kysely } from 'kysely'
import { openEncryptedDatabase, type DataKey, type EncryptedDatabase } from '../crypto/encrypted-file.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { hasCode } from '../kernel/error-code.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Random } from '../kernel/random.ts'
import { createFile } from '../kernel/shared-folder.ts'
import { createStores } from './create-stores.ts'
import { migrate } from './migrate.ts'
import type { Schema, SessionRow } from './schema.ts'
import { retryWhileBusy, sqliteFailure, SqliteStateDialect } from './sqlite-dialect.ts'
import type { Stores } from './stores.ts'

/** How long SQLite itself waits, blocking the event loop; beyond it the dialect waits without blocking. */
const blockingWaitMs = 25

export interface SqliteOptions {
  readonly path: string
  readonly dataKey: DataKey
  readonly clock: Clock
  readonly random: Random
}

/**
 * The state in an encrypted SQLite file, made and migrated as needed. Any number of processes on one machine may have it open.
 *
 * @throws {BrokerError} `store-unavailable` when it cannot be opened: not writable, made under another data key, damaged
 */
export async function openSqliteStores(options: SqliteOptions): Promise<Stores> {
  const database = await openStateFile(options)
  const db = new Kysely<Schema>({
    dialect: new SqliteStateDialect({ ...options, database }),
    plugins: [new CamelCasePlugin()],
  })
  try {
    // The transaction has the write lock from its start; no further lock is needed.
    await migrate(db, () => Promise.resolve())
    const reader = configure(openEncryptedDatabase(options.path, options.dataKey, { readonly: true }))
    const close = async (): Promise<void> => {
      reader.close()
      await db.destroy()
    }
    // All who open the file are on one machine, so its clock is the same for all.
    const nowMs = (): Promise<number> => Promise.resolve(options.clock.nowMs())
    const { random } = options
    return createStores(db, { random, findSessionRow: prepareSessionLookUp(reader), nowMs, close })
  } catch (error) {
    await db.destroy()
    // Where nothing ran yet Kysely has no driver to destroy.
    database.close()
    throw error instanceof BrokerError ? error : sqliteFailure(error)
  }
}

function openStateFile({ path, dataKey, clock, random }: SqliteOptions): Promise<EncryptedDatabase> {
  const open = (): EncryptedDatabase => {
    // SQLite would make it readable by everybody; the files beside it (-wal, -shm) take the same mode.
    createStateFile(path)
    const database = configure(openEncryptedDatabase(path, dataKey))
    try {
      database.pragma('journal_mode = WAL')
      // Every acknowledged write survives a power cut.
      database.pragma('synchronous = FULL')
      database.pragma('foreign_keys = ON')
      return database
    } catch (error) {
      database.close()
      throw error
    }
  }
  return retryWhileBusy(open, { clock, random })
}

function createStateFile(path: string): void {
  try {
    createFile(path, 'write')
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  }
}

function configure(database: EncryptedDatabase): EncryptedDatabase {
  database.pragma(`busy_timeout = ${blockingWaitMs}`)
  return database
}

/**
 * Every request looks its session up, so this goes around Kysely (4 times as fast) on a connection of its own, which never sees
 * what a transaction of this process has not committed.
 */
function prepareSessionLookUp(reader: EncryptedDatabase): (tokenHash: string) => Promise<SessionRow | undefined> {
  const statement = reader.prepare<[string], SessionRow>(
    `select id, user_id as "userId", token_hash as "tokenHash", key_thumbprint as "keyThumbprint", device,
       created_at_ms as "createdAtMs", last_used_at_ms as "lastUsedAtMs", expires_at_ms as "expiresAtMs", state, kind
     from sessions where token_hash = ?`,
  )
  return (tokenHash) => {
    try {
      return Promise.resolve(statement.get(tokenHash))
    } catch (error) {
      return Promise.reject(sqliteFailure(error))
    }
  }
}
