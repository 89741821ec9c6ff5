import { createHash } from 'node:crypto'
import NodeCache from 'node-cache'
import { BrokerError } from '../errors/broker-error.ts'

/** About 60 MB when full. */
const mostPerStep = 250_000

/**
 * The proofs that were used already. A proof lives as long as its nonce, so they are kept by the nonce's step and forgotten a step at
 * a time: no timer, and expiry goes by the clock that made the nonces.
 */
export class ProofReplays {
  readonly #seen = new Map<number, NodeCache>()
  readonly #mostPerStep: number

  constructor(most: number = mostPerStep) {
    this.#mostPerStep = most
  }

  /**
   * True the first time, false ever after. Looks and remembers without a pause between them, so that of any number at once one wins.
   *
   * @throws {BrokerError} `rate-limited` when there is no room to remember: a proof that could come again is not accepted
   */
  remember(proof: { readonly step: number; readonly thumbprint: string; readonly jti: string }): boolean {
    for (const step of this.#seen.keys()) if (step < proof.step - 1) this.#seen.delete(step)
    let seen = this.#seen.get(proof.step)
    if (!seen) {
      seen = new NodeCache({ useClones: false, checkperiod: 0, stdTTL: 0 })
      this.#seen.set(proof.step, seen)
    }
    // Both parts have a fixed form or length limit, and a thumbprint holds no dot.
    const key = createHash('sha256').update(`${proof.thumbprint}.${proof.jti}`, 'utf8').digest('base64url')
    if (seen.has(key)) return false
    if (seen.getStats().keys >= this.#mostPerStep)
      throw new BrokerError('rate-limited', 'The broker is very busy.', { retryAfterMs: 60_000 })
    seen.set(key, true)
    return true
  }
}
