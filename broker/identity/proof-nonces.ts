import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../kernel/clock.ts'
import type { Random } from '../kernel/random.ts'

const stepMs = 60_000

/**
 * The nonces that device proofs must carry. Nothing is stored: a nonce is the HMAC of the current minute, and is accepted in that
 * minute and the next.
 *
 * The key is made at the start and never leaves the process, so a proof is worth nothing on another instance or after a restart, and
 * it is enough that each process remembers the proofs it saw itself.
 *
 * @see RFC 9449 section 8
 */
export class ProofNonces {
  readonly #key: Uint8Array
  readonly #clock: Clock

  constructor(deps: { readonly clock: Clock; readonly random: Random }) {
    this.#key = deps.random.bytes(32)
    this.#clock = deps.clock
  }

  /** The nonce to hand out now. */
  current(): string {
    return this.#nonceOf(this.currentStep())
  }

  /** The minute that nonces are made from now. Never jumps back. */
  currentStep(): number {
    return Math.floor(this.#clock.monotonicMs() / stepMs)
  }

  /** The minute in which `nonce` was handed out; undefined when it is not one of ours, or too old. */
  findStep(nonce: string): number | undefined {
    const step = this.currentStep()
    return [step, step - 1].find((candidate) => isSame(nonce, this.#nonceOf(candidate)))
  }

  #nonceOf(step: number): string {
    return createHmac('sha256', this.#key).update(`${step}`).digest().subarray(0, 18).toString('base64url')
  }
}

function isSame(given: string, expected: string): boolean {
  const bytes = Buffer.from(given, 'utf8')
  return bytes.length === expected.length && timingSafeEqual(bytes, Buffer.from(expected, 'utf8'))
}
