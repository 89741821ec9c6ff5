import { hkdfSync } from 'node:crypto'
import type { Secret } from '../kernel/secret.ts'

/** What the web key is used for; each use has a key of its own, so that none can be played against another. */
export type KeyPurpose = 'cursor' | 'proof-nonce' | 'sign-in'

/**
 * A 32-byte key for one purpose, derived from the web key (base64url). The same on every instance that has the web key.
 *
 * @see RFC 5869
 */
export function derivePurposeKey(webKey: Secret, purpose: KeyPurpose): Uint8Array {
  const key = Buffer.from(webKey.reveal(), 'base64url')
  return new Uint8Array(hkdfSync('sha256', key, new Uint8Array(), `sheetbroker/${purpose}`, 32))
}
