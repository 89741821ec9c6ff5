import type { Clock } from '../kernel/clock.ts'
import { extend, leaseRenewMs, release } from './token-rules.ts'
import type { TokenLedger } from './token-ledger.ts'

export interface TokenLeaseDeps {
  readonly ledger: TokenLedger
  readonly digest: string
  readonly fence: number
  readonly clock: Clock
}

/** The right to exchange a source's next token, kept alive while the exchange takes its time. */
export class TokenLease {
  readonly #deps: TokenLeaseDeps
  readonly #ended = new AbortController()
  readonly #lost = new AbortController()

  constructor(deps: TokenLeaseDeps) {
    this.#deps = deps
  }

  /** Aborts when somebody else has taken over: whatever the exchange brings now, a newer one counts. */
  get signal(): AbortSignal {
    return this.#lost.signal
  }

  start(): void {
    // A ledger that shares with nobody has no one who could take over.
    if (this.#deps.ledger.isShared) void this.#keep()
  }

  /** Ends keeping it, once its result is written. */
  end(): void {
    this.#ended.abort()
  }

  /** Gives it back without a result. */
  async release(): Promise<void> {
    this.end()
    const { ledger, digest, fence } = this.#deps
    await ledger.apply((state) => release(state, digest, fence))
  }

  async #keep(): Promise<void> {
    const { ledger, digest, fence, clock } = this.#deps
    for (;;) {
      try {
        await clock.wait(leaseRenewMs, this.#ended.signal)
      } catch {
        return // Ended.
      }
      try {
        const isOurs = await ledger.apply((state, nowMs) => extend(state, digest, fence, nowMs))
        if (!isOurs && !this.#ended.signal.aborted) {
          this.#lost.abort(new Error('Another process took the token exchange over.'))
          return
        }
      } catch {
        // The database cannot be reached: the next turn tries again, and without success the lease runs out by itself.
      }
    }
  }
}
