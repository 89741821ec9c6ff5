import { Secret } from '../kernel/secret.ts'
import type { Ruling } from './token-rules.ts'
import { parseTokenState, type TokenState } from './token-state.ts'

/** Where a source's tokens are written down, so that all who use the source use one token. */
export interface TokenLedger {
  /** False where nobody else can hold a lease, so that none needs to be kept alive. */
  readonly isShared: boolean
  /** Writes what `rule` makes of what is written, at the ledger's own time; one rule after the other, whoever applies them. */
  apply<Answer>(rule: (state: TokenState, nowMs: number) => Ruling<Answer>): Promise<Answer>
  /** `text` in a form that only egress processes of this installation can open. */
  seal(text: Secret, digest: string): Promise<string>
  /** @throws {BrokerError} `secret-unreadable` */
  open(sealed: string, digest: string): Promise<Secret>
}

/** A ledger for a reader that shares with nobody and forgets at its end. */
export function createLocalLedger(clock: { nowMs(): number; monotonicMs(): number }): TokenLedger {
  let state = parseTokenState(undefined)
  return {
    isShared: false,
    apply(rule) {
      // Nobody else reads these instants, so they need not be the wall clock's, which may jump.
      const ruling = rule(state, clock.monotonicMs())
      state = ruling.state
      return Promise.resolve(ruling.answer)
    },
    // Never leaves this process's memory, where the token is anyway.
    seal: (text) => Promise.resolve(text.reveal()),
    open: (sealed) => Promise.resolve(new Secret(sealed)),
  }
}
