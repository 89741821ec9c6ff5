// The one place that opens an encrypted SQLite file: state and snapshots are protected by the same data key.
import Sqlite from 'better-sqlite3-multiple-ciphers'
import { Secret } from '../kernel/secret.ts'

/** An open SQLite file. */
export type EncryptedDatabase = Sqlite.Database

/** 32 bytes, as they are or as base64url in a `Secret`. */
export type DataKey = Secret | Uint8Array

export interface EncryptedFileOptions {
  /** The file must exist, and nothing can be written. */
  readonly readonly?: boolean
}

const dataKeyBytes = 32

/**
 * Opens (or makes) the SQLite file at `path`, encrypted page by page with ChaCha20-Poly1305 under `dataKey`. A wrong key, a file
 * that was tampered with, or one that is no database throws the driver's error (`SQLITE_NOTADB`, `SQLITE_CORRUPT`) here,
 * not at the first query.
 */
export function openEncryptedDatabase(
  path: string,
  dataKey: DataKey,
  options: EncryptedFileOptions = {},
): EncryptedDatabase {
  const readonly = options.readonly ?? false
  const database = new Sqlite(path, { readonly, fileMustExist: readonly })
  try {
    // The raw form skips key derivation: the key already is 256 random bits, and every open would cost 50 ms.
    database.pragma(`key = "raw:${Buffer.from(dataKeyToBytes(dataKey)).toString('hex')}"`)
    // Sorts and temporary tables would otherwise reach the disk unencrypted.
    database.pragma('temp_store = MEMORY')
    database.prepare('SELECT count(*) FROM sqlite_master').get()
  } catch (error) {
    database.close()
    throw error
  }
  return database
}

function dataKeyToBytes(dataKey: DataKey): Uint8Array {
  const bytes = dataKey instanceof Secret ? Buffer.from(dataKey.reveal(), 'base64url') : dataKey
  if (bytes.length !== dataKeyBytes) throw new RangeError(`A data key has ${dataKeyBytes} bytes.`)
  return bytes
}
