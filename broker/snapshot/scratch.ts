import type { EncryptedDatabase } from '../crypto/encrypted-file.ts'

/** For a table whose rows come in any order of their keys: the index of a million keys should fit. */
export const tableCacheKiB = 20_000

/**
 * Sets up a file that is thrown away unless it is finished: no journal and no syncs, which only serve to repair a file.
 * One transaction may hold everything: pages that do not fit the cache, of so many KiB, go to the file early.
 */
export function makeScratch(database: EncryptedDatabase, cacheKiB: number): void {
  // SQLite's defensive mode does not let the journal be turned off.
  database.unsafeMode(true)
  database.pragma('journal_mode = OFF')
  database.pragma('synchronous = OFF')
  database.pragma('locking_mode = EXCLUSIVE')
  database.pragma(`cache_size = -${cacheKiB}`)
}
