import type { EncryptedDatabase } from '../crypto/encrypted-file.ts'

/**
 * Sets up a file that is thrown away unless it is finished: no journal and no syncs, which only serve to repair a file.
 * One transaction may hold everything: pages that do not fit the cache go to the file early.
 */
export function makeScratch(database: EncryptedDatabase): void {
  // SQLite's defensive mode does not let the journal be turned off.
  database.unsafeMode(true)
  database.pragma('journal_mode = OFF')
  database.pragma('synchronous = OFF')
  database.pragma('locking_mode = EXCLUSIVE')
  database.pragma('cache_size = -32000')
}
