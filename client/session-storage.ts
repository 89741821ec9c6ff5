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
  /** False where a session ends with the page that it was started in. */
  isLasting?(): Promise<boolean>
  /** Whether the last session here was ended by its user. */
  hasSignedOut?(): Promise<boolean>
}

/** A session that ends with the process or the page. */
export function createMemoryStorage(): SessionStorage {
  let current: StoredSession | undefined
  let hasEnded = false
  return {
    load: () => Promise.resolve(current),
    save: (session) => {
      current = session
      hasEnded = false
      return Promise.resolve()
    },
    clear: () => {
      current = undefined
      hasEnded = true
      return Promise.resolve()
    },
    hasSignedOut: () => Promise.resolve(hasEnded),
  }
}
