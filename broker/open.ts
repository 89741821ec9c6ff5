// Where the concrete state database is chosen: composition shared by web, egress and the command line.
import { join } from 'node:path'
import type { Config } from './config.ts'
import { readDataKey } from './crypto/key-files.ts'
import { createLog, type Log } from './kernel/log.ts'
import type { Secret } from './kernel/secret.ts'
import { systemClock, systemRandom } from './kernel/system.ts'
import { openPostgresStores } from './store/postgres.ts'
import { openSqliteStores } from './store/sqlite.ts'
import type { Stores } from './store/stores.ts'

/** Where things lie in the data directory. */
export interface DataPaths {
  readonly keys: string
  readonly state: string
  readonly snapshots: string
  /** What was given out of the manifest before there was a state database. */
  readonly manifests: string
}

/** The places of keys, state file and snapshots under `config`'s data directory. */
export function dataPaths(config: Config): DataPaths {
  const root = config.SHEETBROKER_DATA_DIR
  return {
    keys: join(root, 'keys'),
    state: join(root, 'state.db'),
    snapshots: join(root, 'snapshots'),
    manifests: join(root, 'manifests.json'),
  }
}

/** The state database that `config` names, migrated and ready. */
export function openStores(config: Config, dataKey: Secret, log: Log): Promise<Stores> {
  const url = config.SHEETBROKER_DATABASE_URL
  return url
    ? openPostgresStores({ url, random: systemRandom, log })
    : openSqliteStores({ path: dataPaths(config).state, dataKey, clock: systemClock, random: systemRandom })
}

/** Runs `work` with the state database open, and closes it afterwards. */
export async function withStores<Result>(config: Config, work: (stores: Stores) => Promise<Result>): Promise<Result> {
  const dataKey = await readDataKey(dataPaths(config).keys)
  const stores = await openStores(config, dataKey, createLog(config.SHEETBROKER_LOG_LEVEL, 'cli'))
  try {
    return await work(stores)
  } finally {
    await stores.close()
  }
}
