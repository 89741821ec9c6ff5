import type { DeviceKey } from './device-key.ts'

/** A session's credential and the key it is bound to. */
export interface StoredSession {
  readonly credential: string
  readonly key: DeviceKey
}

/** Where a session lives between two uses of the client. */
export interface SessionStorage {
  load(): Promise<StoredSession | undefined>
  save(session: StoredSession): Promise<void>
  clear(): Promise<void>
}

/** A session that ends with the process or the page. */
export function createMemoryStorage(): SessionStorage {
  let current: StoredSession | undefined
  return {
    load: () => Promise.resolve(current),
    save: (session) => {
      current = session
      return Promise.resolve()
    },
    clear: () => {
      current = undefined
      return Promise.resolve()
    },
  }
}
