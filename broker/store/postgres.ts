import { CamelCasePlugin, Kysely, sql, type Transaction } from 'kysely'
import pg from 'pg'
import type { Log } from '../kernel/log.ts'
import type { Random } from '../kernel/random.ts'
import type { Secret } from '../kernel/secret.ts'
import { createStores } from './create-stores.ts'
import { migrate } from './migrate.ts'
import { PostgresStateDialect } from './postgres-dialect.ts'
import type { Schema } from './schema.ts'
import type { Stores } from './stores.ts'

/** Any number that no other program on the same server is likely to choose. */
const migrationLock = 7_305_228_931_042

/** The server ends a statement before we stop waiting for it, so that giving up alone means that the server is gone. */
const timeouts: pg.PoolConfig = {
  connectionTimeoutMillis: 5_000,
  lock_timeout: 5_000,
  statement_timeout: 10_000,
  query_timeout: 15_000,
  idle_in_transaction_session_timeout: 15_000,
}

export interface PostgresOptions {
  /** `postgres://user:password@host/database` */
  readonly url: Secret
  readonly random: Random
  readonly log: Log
}

/**
 * The state in a PostgreSQL database, migrated as needed, for any number of instances.
 *
 * @throws {BrokerError} `store-unavailable` when the server does not let us in
 */
export async function openPostgresStores({ url, random, log }: PostgresOptions): Promise<Stores> {
  // Counts and instants fit a number; pg by itself gives texts for 64-bit integers.
  const types = new pg.TypeOverrides()
  types.setTypeParser(pg.types.builtins.INT8, Number)
  const open = (settings: pg.PoolConfig): Kysely<Schema> => {
    const pool = new pg.Pool({
      connectionString: url.reveal(),
      application_name: 'sheetbroker',
      keepAlive: true,
      types,
      ...settings,
    })
    // Without a listener the loss of an idle connection would end the process.
    pool.on('error', (cause) => log.warn('database connection lost', { cause }))
    return new Kysely<Schema>({ dialect: new PostgresStateDialect(pool), plugins: [new CamelCasePlugin()] })
  }
  // A migration may take longer than any statement of ours should.
  const migrating = open({ connectionTimeoutMillis: 5_000, max: 1 })
  try {
    await migrate(migrating, async (transaction) => {
      await sql`select pg_advisory_xact_lock(${migrationLock}::bigint)`.execute(transaction)
    })
  } finally {
    await migrating.destroy()
  }
  const db = open(timeouts)
  return createStores(db, { random, findSessionRow: undefined, nowMs: serverTime, close: () => db.destroy() })
}

/** The server's clock: instances on several machines need not agree on the time. */
async function serverTime(transaction: Transaction<Schema>): Promise<number> {
  const { rows } = await sql<{
    nowMs: number
  }>`select (extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms`.execute(transaction)
  return rows[0]?.nowMs ?? Number.NaN
}
