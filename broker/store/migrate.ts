import type { Kysely, Transaction } from 'kysely'
import { Migrator, type Migration } from 'kysely/migration'
import { BrokerError } from '../errors/broker-error.ts'
import { initial } from './migrations/0001-initial.ts'
import { readingPoints } from './migrations/0002-reading-points.ts'
import { tokens } from './migrations/0003-tokens.ts'
import { manifests } from './migrations/0005-manifests.ts'
import { signIn } from './migrations/0006-sign-in.ts'
import type { Schema } from './schema.ts'

/** In order of their names; one that was released is never changed. */
const migrations: Record<string, Migration> = {
  '0001-initial': initial,
  '0002-reading-points': readingPoints,
  '0003-tokens': tokens,
  '0005-manifests': manifests,
  '0006-sign-in': signIn,
}

/**
 * Brings the tables to this version in one transaction: a crash midway leaves nothing of it, and of two processes at once the
 * second one waits (`lock` sees to that inside the transaction) and finds the work done.
 *
 * @throws {BrokerError} `store-unavailable` when a newer version made the database
 */
export async function migrate(
  db: Kysely<Schema>,
  lock: (transaction: Transaction<Schema>) => Promise<void>,
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await lock(transaction)
    const { error } = await new Migrator({
      db: transaction.withoutPlugins(),
      provider: { getMigrations: () => Promise.resolve(migrations) },
      migrationTableName: 'sheetbroker_migrations',
      migrationLockTableName: 'sheetbroker_migration_lock',
    }).migrateToLatest()
    if (error instanceof BrokerError) throw error
    // The driver's own failures are BrokerErrors already, so this is the migrator refusing what it found.
    if (error !== undefined) {
      const text = 'The database was made by a newer version of Sheetbroker; run that one.'
      throw new BrokerError('store-unavailable', text, { cause: error })
    }
  })
}
