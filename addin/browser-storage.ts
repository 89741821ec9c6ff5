// Where a session lives between two openings of the pane: credential and device key together in IndexedDB, which can hold
// a key that no script can read out.
import { createMemoryStorage, type SessionStorage, type StoredSession } from '../client/session-storage.ts'

const databaseName = 'sheetbroker'
const storeName = 'sessions'

/**
 * A session that outlives the page, one for each broker. Where the browser blocks storage in frames it is kept in memory
 * instead, so that signing in still works until the pane closes.
 */
export function createBrowserStorage(brokerUrl: string): SessionStorage {
  const memory = createMemoryStorage()
  return {
    async load() {
      const kept = await memory.load()
      if (kept) return kept
      const stored = await tryStorage((store) => store.get(brokerUrl))
      if (!isStoredSession(stored)) return undefined
      await memory.save(stored)
      return stored
    },
    async save(session) {
      await memory.save(session)
      await tryStorage((store) => store.put({ credential: session.credential, key: session.key }, brokerUrl))
    },
    async clear() {
      await memory.clear()
      await tryStorage((store) => store.delete(brokerUrl))
    },
  }
}

/** The request's result, or undefined where storage is blocked. */
async function tryStorage(makeRequest: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  let database: IDBDatabase | undefined
  try {
    database = await openDatabase()
    const transaction = database.transaction(storeName, 'readwrite')
    const request = makeRequest(transaction.objectStore(storeName))
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve()
      transaction.onabort = () => reject(transaction.error ?? new Error('The transaction was aborted.'))
    })
    return request.result
  } catch {
    // Blocked or full storage is a normal state of a frame; the memory copy carries the session.
    return undefined
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
