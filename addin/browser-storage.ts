// Where a session lives between two openings of the pane: credential and device key together in IndexedDB, which can hold
// a key that no script can read out.
import type { SessionStorage, StoredSession } from '../client/session-storage.ts'

const databaseName = 'sheetbroker'
const storeName = 'sessions'

/** Kept in a session's place once its user has ended it. */
const signedOut = 'signed-out'

/**
 * A session that outlives the page, one for each broker. Where the browser blocks storage in frames it is kept in memory
 * instead, so that signing in still works until the pane closes.
 */
export function createBrowserStorage(brokerUrl: string): SessionStorage {
  // Once known, what is here counts: a slow reading must not bring back a session that was ended meanwhile.
  let known: { readonly value: unknown } | undefined
  let lasting: Promise<boolean> | undefined
  const read = async (): Promise<unknown> => {
    if (known) return known.value
    const { result } = await tryStorage((store) => store.get(brokerUrl))
    known ??= { value: result }
    return known.value
  }
  return {
    async load() {
      const value = await read()
      return isStoredSession(value) ? value : undefined
    },
    async save(session) {
      known = { value: session }
      await tryStorage((store) => store.put({ credential: session.credential, key: session.key }, brokerUrl))
    },
    async clear() {
      known = { value: signedOut }
      await tryStorage((store) => store.put(signedOut, brokerUrl))
    },
    async hasSignedOut() {
      return (await read()) === signedOut
    },
    isLasting() {
      lasting ??= tryStorage((store) => store.put(true, probeName)).then(({ isDone }) => isDone)
      return lasting
    },
  }
}

/** Written to see whether writing works. */
const probeName = 'probe'

interface Tried {
  /** False where storage is blocked. */
  readonly isDone: boolean
  readonly result?: unknown
}

async function tryStorage(makeRequest: (store: IDBObjectStore) => IDBRequest): Promise<Tried> {
  let database: IDBDatabase | undefined
  try {
    database = await openDatabase()
    const transaction = database.transaction(storeName, 'readwrite')
    const request = makeRequest(transaction.objectStore(storeName))
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve()
      transaction.onabort = () => reject(transaction.error ?? new Error('The transaction was aborted.'))
    })
    return { isDone: true, result: request.result }
  } catch {
    // Blocked or full storage is a normal state of a frame; the memory copy carries the session.
    return { isDone: false }
  } finally {
    database?.close()
  }
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(databaseName, 1)
    request.onupgradeneeded = () => {
      request.result.createObjectStore(storeName)
    }
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('The database did not open.'))
    request.onblocked = () => reject(new Error('The database is blocked.'))
  })
}

function isStoredSession(value: unknown): value is StoredSession {
  if (typeof value !== 'object' || value === null || !('credential' in value) || !('key' in value)) return false
  const { credential, key } = value
  return typeof credential === 'string' && typeof key === 'object' && key !== null && 'privateKey' in key
}
