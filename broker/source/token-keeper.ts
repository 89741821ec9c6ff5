import NodeCache from 'node-cache'
import type { SourceDefinition } from '../dataset/source-definition.ts'
import { BrokerError } from '../errors/broker-error.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import type { Random } from '../kernel/random.ts'
import type { Secret } from '../kernel/secret.ts'
import { SingleFlight } from '../kernel/single-flight.ts'
import type { HttpCaller } from './http-caller.ts'
import { backoffMs, Patience, type Setback } from './retry.ts'
import { judgeTokenAnswer, type GrantedToken, type TokenOutcome, type TokenRefusal } from './token-answer.ts'
import { buildTokenRequest, secretsOfTokenRequest } from './token-request.ts'
import { cleanDetail } from './upstream-text.ts'

/** An access token and which one it is: every exchange gives the next generation. */
export interface HeldToken {
  readonly accessToken: Secret
  readonly generation: number
  readonly renewAtMs: number
  /** Monotonic, as `renewAtMs`. Sooner than the source's own instant. */
  readonly expiresAtMs: number
}

interface Refusal extends TokenRefusal {
  readonly secret: Secret
  readonly untilMs: number
}

type Ending = HeldToken | TokenRefusal | Setback

export interface TokenKeeperDeps {
  readonly auth: SourceDefinition['auth']
  readonly source: string
  readonly secret: () => Promise<Secret>
  readonly http: HttpCaller
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

const cacheKey = 'token'
const leadMs = 60_000
const leadJitterMs = 15_000
/** Token servers count whole seconds, so a token may die up to a second before its lifetime is over. */
const marginMs = 1_000
const refusalHoldMs = 60_000
const longestPauseMs = 600_000
/** Between two renewals because of a 401 at an endpoint where the token had worked. */
const renewalGapMs = 30_000
/** Between two renewals because of a 401 at an endpoint where no token has worked: most likely a scope is missing. */
const hopelessGapMs = 300_000

/**
 * Holds the one access token of a source: exchanged once however many ask, renewed in the background before it expires
 * (a minute before, with jitter; at half of a short life), and used to its end when the renewal does not succeed.
 */
export class TokenKeeper {
  readonly #deps: TokenKeeperDeps
  readonly #stopped = new AbortController()
  readonly #flights = new SingleFlight<Ending>()
  // Expiry is kept with the value and judged by the monotonic clock: node-cache would go by the wall clock.
  readonly #cache = new NodeCache({ useClones: false, stdTTL: 0, checkperiod: 0 })
  #calls = 0
  #generation = 0
  #setbacksInRow = 0
  #pause: { readonly untilMs: number; readonly error: BrokerError } | undefined
  #refusal: Refusal | undefined
  #lastSecret: Secret | undefined
  #renewedOn401AtMs = Number.NEGATIVE_INFINITY

  constructor(deps: TokenKeeperDeps) {
    this.#deps = deps
  }

  /** Requests sent to the token endpoint so far. */
  get calls(): number {
    return this.#calls
  }

  /**
   * A token with time left to use it. Waits out the token endpoint's limits and short failures.
   *
   * @throws {BrokerError} `source-credentials`, `source-token-refused`, `source-token`, `source-redirect` at once and, for
   * a minute or until the secret changes, without asking again; `source-limited`, `source-failed`, `source-unreachable`,
   * `source-timeout` when patience is at its end
   */
  async get(signal: AbortSignal): Promise<HeldToken> {
    const patience = new Patience()
    for (;;) {
      signal.throwIfAborted()
      const held = this.#findLiving()
      if (held) {
        if (this.#deps.clock.monotonicMs() >= held.renewAtMs) this.#renewInBackground()
        return held
      }
      const pauseMs = this.#pauseMs()
      if (pauseMs > 0) {
        if (pauseMs > longestPauseMs && this.#pause) throw this.#pause.error
        await this.#deps.clock.wait(pauseMs, signal)
        continue
      }
      const ending = await this.#flights.run(cacheKey, () => this.#exchange(), signal)
      if (!('kind' in ending)) return ending
      if (ending.kind === 'refusal') throw ending.error
      // How long to wait is the keeper's knowledge (the pause); patience only says when enough is enough.
      patience.waitAfter(ending, this.#deps.random)
    }
  }

  /**
   * Takes note that the API refused this token with 401, so that the next `get` exchanges a new one; does nothing when
   * that has happened already. `hasWorked`: whether this generation worked at the same endpoint before. Then two renewals
   * are 30 s apart at least, and the caller waits for that; otherwise five minutes, and the caller is told at once.
   *
   * @throws {BrokerError} `source-unauthorized` when another token would be refused as well
   */
  async renewAfter401(token: HeldToken, hasWorked: boolean, signal: AbortSignal): Promise<void> {
    const sinceMs = this.#deps.clock.monotonicMs() - this.#renewedOn401AtMs
    if (token.generation !== this.#findHeld()?.generation) return
    if (!hasWorked && sinceMs < hopelessGapMs) throw refusedFreshToken()
    if (sinceMs < renewalGapMs) await this.#deps.clock.wait(renewalGapMs - sinceMs, signal)
    if (token.generation !== this.#findHeld()?.generation) return
    this.#cache.del(cacheKey)
    this.#renewedOn401AtMs = this.#deps.clock.monotonicMs()
    this.#deps.log.warn('source refused a living token', { source: this.#deps.source })
  }

  /** What a server says, as one short line without the token, the client secret and anything like them. */
  clean(text: string, token: HeldToken): string {
    const { auth } = this.#deps
    const spent = this.#lastSecret === undefined ? [] : secretsOfTokenRequest(auth, this.#lastSecret)
    return cleanDetail(text, [token.accessToken.reveal(), ...spent])
  }

  /** Ends an exchange that is under way. */
  stop(): void {
    this.#stopped.abort(new Error('The token keeper was stopped.'))
    this.#cache.close()
  }

  #findHeld(): HeldToken | undefined {
    return this.#cache.get<HeldToken>(cacheKey)
  }

  #findLiving(): HeldToken | undefined {
    const held = this.#findHeld()
    return held && this.#deps.clock.monotonicMs() < held.expiresAtMs ? held : undefined
  }

  #pauseMs(): number {
    return Math.max(0, (this.#pause?.untilMs ?? 0) - this.#deps.clock.monotonicMs())
  }

  #renewInBackground(): void {
    const isHeld = this.#refusal !== undefined && this.#deps.clock.monotonicMs() < this.#refusal.untilMs
    if (isHeld || this.#pauseMs() > 0 || this.#stopped.signal.aborted) return
    this.#flights
      .run(cacheKey, () => this.#exchange())
      .catch((error: unknown) => {
        // The living token goes on serving; whoever needs a new one later learns of the failure.
        this.#deps.log.warn('early token renewal failed', { source: this.#deps.source, cause: error })
      })
  }

  async #exchange(): Promise<Ending> {
    const { auth, clock } = this.#deps
    const secret = await this.#deps.secret()
    const refusal = this.#refusal
    if (refusal && clock.monotonicMs() < refusal.untilMs && refusal.secret.reveal() === secret.reveal()) return refusal
    this.#lastSecret = secret
    this.#calls += 1
    const startedMs = clock.monotonicMs()
    const outcome = await this.#ask(auth, secret)
    if (outcome.kind === 'token') return this.#keep(outcome, startedMs)
    if (outcome.kind === 'refusal') {
      this.#refusal = { ...outcome, secret, untilMs: clock.monotonicMs() + refusalHoldMs }
      this.#deps.log.error('token endpoint refused', { source: this.#deps.source, code: outcome.error.code })
    } else {
      this.#setbacksInRow += 1
      const waitMs = Math.max(outcome.retryAfterMs ?? 0, backoffMs(this.#setbacksInRow, this.#deps.random))
      this.#pause = { untilMs: clock.monotonicMs() + waitMs, error: outcome.error }
      this.#deps.log.warn('token exchange failed', { source: this.#deps.source, code: outcome.error.code, waitMs })
    }
    return outcome
  }

  async #ask(auth: SourceDefinition['auth'], secret: Secret): Promise<TokenOutcome> {
    try {
      const answer = await this.#deps.http.send(buildTokenRequest(auth, secret), this.#stopped.signal)
      return judgeTokenAnswer(answer, secretsOfTokenRequest(auth, secret), this.#deps.clock.nowMs())
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error
      return error.retryable
        ? { kind: 'setback', error, isLimit: false, retryAfterMs: undefined }
        : { kind: 'refusal', error }
    }
  }

  #keep(granted: GrantedToken, startedMs: number): HeldToken {
    const lifetimeMs = granted.lifetimeSeconds * 1000
    const lead = Math.min(lifetimeMs / 2, leadMs + this.#deps.random.fraction() * leadJitterMs)
    this.#generation += 1
    const held = {
      accessToken: granted.accessToken,
      generation: this.#generation,
      renewAtMs: startedMs + lifetimeMs - lead,
      expiresAtMs: startedMs + lifetimeMs - Math.min(marginMs, lifetimeMs / 4),
    }
    this.#cache.set(cacheKey, held)
    this.#setbacksInRow = 0
    this.#pause = undefined
    this.#refusal = undefined
    if (granted.lifetimeNote !== undefined && this.#generation === 1) {
      const { lifetimeNote: note, lifetimeSeconds } = granted
      this.#deps.log.warn('token lifetime is odd', { source: this.#deps.source, note, lifetimeSeconds })
    }
    return held
  }
}

/** The failure of a request whose fresh token was refused. */
export function refusedFreshToken(): BrokerError {
  return new BrokerError(
    'source-unauthorized',
    'The source refuses even a fresh token (401). Its scopes may not cover this dataset, or the token is meant for another API (audience).',
  )
}
