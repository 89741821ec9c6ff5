import { createLocalJWKSet, errors, type JWK, type JWTPayload, jwtVerify } from 'jose'
import type { Answer } from './endpoint.ts'

export interface TokenCheckDeps {
  readonly issuer: string
  readonly audience: string
  readonly publicKey: JWK
  readonly now: () => number
}

/** The client a token was issued to, or the 401 that the call gets instead. */
export type TokenVerdict = { readonly clientId: string } | { readonly refusal: Answer }

/** Judges the access tokens of API calls: signature, issuer, audience, type, expiry, scope, and early revocation. */
export class TokenCheck {
  readonly #deps: TokenCheckDeps
  readonly #keys: ReturnType<typeof createLocalJWKSet>
  readonly #revoked = new Set<string>()
  readonly #seen = new Set<string>()

  constructor(deps: TokenCheckDeps) {
    this.#deps = deps
    this.#keys = createLocalJWKSet({ keys: [deps.publicKey] })
  }

  async judge(authorization: string | undefined, scope: string): Promise<TokenVerdict> {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1]
    if (token === undefined) {
      return { refusal: refuse('A bearer token is required.') }
    }
    let payload: JWTPayload
    try {
      payload = await this.#verify(token)
    } catch (error) {
      if (error instanceof errors.JOSEError) {
        const why = error instanceof errors.JWTExpired ? 'The token has expired.' : 'The token is not valid.'
        return { refusal: refuse(why, 'invalid_token') }
      }
      throw error
    }
    if (this.#isRevoked(payload)) {
      return { refusal: refuse('The token has been revoked.', 'invalid_token') }
    }
    if (!scopesOf(payload).includes(scope)) {
      return { refusal: refuse(`The token lacks the scope ${scope}.`, 'insufficient_scope') }
    }
    return { clientId: String(payload['client_id']) }
  }

  /** Every token that has been used so far is refused from now on, however long it had to live. */
  revokeSeen(): number {
    this.#seen.forEach((id) => this.#revoked.add(id))
    const revoked = this.#seen.size
    this.#seen.clear()
    return revoked
  }

  async #verify(token: string): Promise<JWTPayload> {
    const { payload } = await jwtVerify(token, this.#keys, {
      issuer: this.#deps.issuer,
      audience: this.#deps.audience,
      typ: 'at+jwt',
      algorithms: ['ES256'],
      requiredClaims: ['exp', 'jti', 'client_id'],
      currentDate: new Date(this.#deps.now()),
    })
    return payload
  }

  #isRevoked({ jti = '' }: JWTPayload): boolean {
    const isRevoked = this.#revoked.has(jti)
    if (!isRevoked) {
      this.#seen.add(jti)
    }
    return isRevoked
  }
}

function scopesOf({ scope }: JWTPayload): string[] {
  return typeof scope === 'string' ? scope.split(' ') : []
}

/** Firefish answers an under-scoped token with 401 as well, where RFC 6750 would have 403. */
export function refuse(message: string, error?: 'invalid_token' | 'insufficient_scope'): Answer {
  const challenge = error === undefined ? '' : `, error="${error}", error_description="${message}"`
  return {
    status: 401,
    headers: { 'www-authenticate': `Bearer realm="sample"${challenge}` },
    body: { Message: message },
  }
}
