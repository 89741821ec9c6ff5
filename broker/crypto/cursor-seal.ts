// Cursors travel through clients: sealed, nobody can read where they point or make one up; bound, nobody can use another reader's.
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto'
import { BrokerError } from '../errors/broker-error.ts'
import type { Random } from '../kernel/random.ts'
import type { Secret } from '../kernel/secret.ts'
import { derivePurposeKey } from './purpose-key.ts'

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16
/** Above any cursor of ours, which may carry a filter of 8 KiB; keeps a hostile one from costing more than this look. */
const mostCharacters = 14_336

/** Seals and opens cursors under the web key. A cursor sealed by one instance opens on every other. */
export class CursorSeal {
  readonly #key: KeyObject
  readonly #random: Random

  constructor(deps: { readonly webKey: Secret; readonly random: Random }) {
    this.#key = createSecretKey(derivePurposeKey(deps.webKey, 'cursor'))
    this.#random = deps.random
  }

  /** `payload` (anything JSON can say) as a short URL-safe text that opens only with the same `binding`, such as reader and dataset. */
  seal(payload: unknown, binding: string): string {
    const nonce = this.#random.bytes(nonceBytes)
    const cipher = createCipheriv(algorithm, this.#key, nonce)
    cipher.setAAD(Buffer.from(binding, 'utf8'))
    const body = [cipher.update(JSON.stringify(payload), 'utf8'), cipher.final()]
    return Buffer.concat([nonce, ...body, cipher.getAuthTag()]).toString('base64url')
  }

  /**
   * The payload of a cursor; what it means is the caller's to check.
   *
   * @throws {BrokerError} `cursor-invalid` when this broker did not seal it for `binding`
   */
  open(cursor: string, binding: string): unknown {
    try {
      return JSON.parse(this.#decrypt(cursor, binding))
    } catch (cause) {
      throw new BrokerError('cursor-invalid', 'Start again without a cursor.', { cause })
    }
  }

  #decrypt(cursor: string, binding: string): string {
    if (cursor.length > mostCharacters || !/^[\w-]+$/.test(cursor)) throw new RangeError('This cannot be a cursor.')
    const bytes = Buffer.from(cursor, 'base64url')
    // Several texts decode to the same bytes; only the one that was given out counts.
    if (bytes.length < nonceBytes + tagBytes || bytes.toString('base64url') !== cursor)
      throw new RangeError('This cannot be a cursor.')
    const decipher = createDecipheriv(algorithm, this.#key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
    decipher.setAAD(Buffer.from(binding, 'utf8'))
    decipher.setAuthTag(bytes.subarray(-tagBytes))
    return decipher.update(bytes.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8')
  }
}
