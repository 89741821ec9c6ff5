import type { TokenAuthDefinition } from '../dataset/auth-definition.ts'
import { BrokerError } from '../errors/broker-error.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import type { Random } from '../kernel/random.ts'
import type { Secret } from '../kernel/secret.ts'
import { isNonceWanted, makeProofKey, signProof, type ProofKey, type ProofNonces } from './dpop.ts'
import type { HttpAnswer, HttpCaller } from './http-caller.ts'
import { identityFor, type TlsIdentity } from './private-key.ts'
import { judgeTokenAnswer, type GrantedToken, type TokenOutcome, type TokenRefusal } from './token-answer.ts'
import type { Setback } from './retry.ts'
import { buildTokenRequest, secretsOfTokenRequest } from './token-request.ts'

/** A sealed secret of a source, opened only when it is needed. */
export interface SealedSecret {
  /** Another one whenever the secret was set anew, even to the same text. */
  readonly version: string
  readonly open: () => Promise<Secret>
}

export interface ExchangedToken extends GrantedToken {
  /** The version of the secret that was taken. */
  readonly secretVersion: string
  readonly proofKey: ProofKey | undefined
  /** The client certificate that it was asked with, where the API wants it too. */
  readonly identity: TlsIdentity | undefined
}

export type ExchangeOutcome = ExchangedToken | TokenRefusal | Setback

export interface TokenExchangeDeps {
  readonly auth: TokenAuthDefinition
  readonly source: string
  readonly http: HttpCaller
  readonly nonces: ProofNonces
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

export interface ExchangeAttempt {
  /** In the order in which they are tried; the next one only when credentials are refused. */
  readonly secrets: readonly SealedSecret[]
  /** Called before each further request, besides the first: resolves when the budget has room for it, and it is counted. */
  readonly spend: () => Promise<void>
  readonly signal: AbortSignal
}

/** How often a server may want another nonce: one that it gave can be too old when the budget has room again. */
const mostNonces = 2

/** Asks a token endpoint. */
export class TokenExchange {
  readonly #deps: TokenExchangeDeps
  #calls = 0
  #lastSecrets: readonly string[] = []

  constructor(deps: TokenExchangeDeps) {
    this.#deps = deps
  }

  /** Requests sent so far. */
  get calls(): number {
    return this.#calls
  }

  /** What the last requests had in them that must not be seen again. */
  get lastSecrets(): readonly string[] {
    return this.#lastSecrets
  }

  /** A token for the first secret that is taken. */
  async run({ secrets, spend, signal }: ExchangeAttempt): Promise<ExchangeOutcome> {
    let refusal: TokenRefusal | undefined
    for (const { version, open } of secrets) {
      if (refusal) {
        this.#deps.log.warn('secret was refused; the other one is tried', { source: this.#deps.source })
        await spend()
      }
      const outcome = await this.#ask(await open(), spend, signal)
      if (outcome.kind === 'token') return { ...outcome, secretVersion: version }
      if (outcome.kind === 'setback' || outcome.error.code !== 'source-credentials') return outcome
      refusal ??= outcome
    }
    return refusal ?? { kind: 'refusal', error: new BrokerError('secret-missing', 'The source has no secret.') }
  }

  async #ask(
    secret: Secret,
    spend: () => Promise<void>,
    signal: AbortSignal,
  ): Promise<Exclude<TokenOutcome, GrantedToken> | Omit<ExchangedToken, 'secretVersion'>> {
    const { auth, clock, nonces } = this.#deps
    const secrets = secretsOfTokenRequest(auth, secret)
    this.#lastSecrets = secrets
    try {
      // A key for each token: nobody can tell from the key that two tokens are the same client's.
      const proofKey = auth.dpop ? await makeProofKey() : undefined
      let answer = await this.#send(secret, proofKey, signal)
      for (let times = 0; times < mostNonces && proofKey && isNonceWanted(answer); times += 1) {
        if (nonces.find(new URL(auth.tokenUrl)) === undefined) break
        await spend()
        answer = await this.#send(secret, proofKey, signal)
      }
      const outcome = judgeTokenAnswer(answer, { auth, secrets, nowMs: clock.nowMs() })
      return outcome.kind === 'token' ? { ...outcome, proofKey, identity: identityFor(auth, secret) } : outcome
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error
      return error.retryable
        ? { kind: 'setback', error, isLimit: false, retryAfterMs: undefined }
        : { kind: 'refusal', error }
    }
  }

  async #send(secret: Secret, proofKey: ProofKey | undefined, signal: AbortSignal): Promise<HttpAnswer> {
    const { auth, http, nonces } = this.#deps
    const request = await buildTokenRequest(auth, secret, this.#deps)
    const { method, url } = request
    const dpop = proofKey && {
      dpop: await signProof(proofKey, { method, url, nonce: nonces.find(url), accessToken: undefined }, this.#deps),
    }
    this.#calls += 1
    const answer = await http.send({ ...request, headers: { ...request.headers, ...dpop } }, signal)
    nonces.note(url, answer)
    return answer
  }
}
