import { openToken, sealToken, sourceTokenBinding } from './crypto/token-seal.ts'
import type { Secret } from './kernel/secret.ts'
import type { TokenLedger } from './source/token-ledger.ts'
import { parseTokenState } from './source/token-state.ts'
import type { TokenStore } from './store/stores.ts'

export interface StoredTokenLedgerDeps {
  readonly source: string
  readonly tokens: TokenStore
  /** Seals tokens to egress: 32 bytes, base64url. */
  readonly tokenKey: Secret
}

/** The ledger that all egress processes of an installation share: a row of the database, its tokens sealed. */
export function createStoredTokenLedger({ source, tokens, tokenKey }: StoredTokenLedgerDeps): TokenLedger {
  return {
    isShared: true,
    apply(rule) {
      return tokens.change(source, (text, nowMs) => {
        const { state, answer } = rule(parseTokenState(text), nowMs)
        return { state: JSON.stringify(state), answer }
      })
    },
    seal: (text, digest) => sealToken(tokenKey, text, sourceTokenBinding(source, digest)),
    open: (sealed, digest) => openToken(tokenKey, sealed, sourceTokenBinding(source, digest)),
  }
}
