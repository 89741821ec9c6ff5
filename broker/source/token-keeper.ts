import NodeCache from 'node-cache'
import type { TokenAuthDefinition } from '../dataset/auth-definition.ts'
import { BrokerError } from '../errors/broker-error.ts'
import type { Clock } from '../kernel/clock.ts'
import { makeId } from '../kernel/id.ts'
import type { Log } from '../kernel/log.ts'
import type { Random } from '../kernel/random.ts'
import { SingleFlight } from '../kernel/single-flight.ts'
import { isNonceWanted, ProofNonces } from './dpop.ts'
import type { HttpAnswer, HttpCaller, HttpRequest } from './http-caller.ts'
import { Patience } from './retry.ts'
import type { HeldToken, SourceAccess } from './source-access.ts'
import { openSealedToken, sealToken, type UsableToken } from './sealed-token.ts'
import { TokenExchange, type ExchangedToken, type SealedSecret } from './token-exchange.ts'
import { authoriseRequest } from './token-header.ts'
import { holdAfter, setbackOf } from './token-hold.ts'
import { TokenLease } from './token-lease.ts'
import type { TokenLedger } from './token-ledger.ts'
import * as rules from './token-rules.ts'
import { digestOf, preferring, versionOf } from './token-scope.ts'
import type { Hold } from './token-state.ts'
import { TokenWarnings } from './token-warnings.ts'
import { cleanDetail } from './upstream-text.ts'

/** What one try at a token came to. */
type Turn =
  | { readonly kind: 'token'; readonly token: HeldToken }
  | { readonly kind: 'held'; readonly hold: Hold; readonly waitMs: number }
  | { readonly kind: 'wait'; readonly waitMs: number }

/** A lease that this process holds: since when by the ledger's clock, and by this process's monotonic one. */
interface HeldLease {
  readonly fence: number
  readonly sinceMs: number
  readonly startedMs: number
}

export interface TokenKeeperDeps {
  readonly auth: TokenAuthDefinition
  readonly source: string
  /** Where the token is used: one that was given for one place goes to no other. */
  readonly audience: string
  /** The source's secrets, the one to prefer first. */
  readonly secrets: () => Promise<readonly SealedSecret[]>
  readonly ledger: TokenLedger
  readonly http: HttpCaller
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

const cacheKey = 'token'
const leadMs = 60_000
const leadJitterMs = 15_000
/** Between two looks for a better token while the held one lives. */
const earlyLookMs = 5_000
const longestPauseMs = 600_000
/** A longer wait for the budget is made of several, each with a fresh look. */
const longestWaitMs = 30_000

/**
 * Holds the one access token of a source and scope set. It is exchanged once however many callers and instances ask (the
 * ledger sees to that), renewed in the background before it expires (a minute before, with jitter; at half of a short life;
 * not early at all when the budget is half spent), and used to its end when the renewal does not succeed.
 */
export class TokenKeeper implements SourceAccess {
  readonly #deps: TokenKeeperDeps
  readonly #digest: string
  readonly #holder: string
  readonly #exchange: TokenExchange
  readonly #warnings: TokenWarnings
  readonly #nonces = new ProofNonces()
  readonly #stopped = new AbortController()
  readonly #flights = new SingleFlight<Turn>()
  // Expiry is kept with the value and judged by the monotonic clock: node-cache would go by the wall clock.
  readonly #cache = new NodeCache({ useClones: false, stdTTL: 0, checkperiod: 0 })
  /** The newest generation that was held here, or could not be. */
  #knownGeneration = 0
  #nextEarlyLookMs = 0

  constructor(deps: TokenKeeperDeps) {
    this.#deps = deps
    this.#digest = digestOf(deps.auth, deps.audience)
    this.#holder = makeId(deps.random)
    this.#exchange = new TokenExchange({ ...deps, nonces: this.#nonces })
    this.#warnings = new TokenWarnings(deps)
  }

  get calls(): number {
    return this.#exchange.calls
  }

  get warnings(): readonly string[] {
    return this.#warnings.list()
  }

  /**
   * A token with time left to use it. Waits out the token endpoint's limits and short failures, and a spent budget.
   *
   * @throws {BrokerError} `source-credentials`, `source-token-refused`, `source-token`, `source-redirect` at once and, for
   * one minute to fifteen or until the secret changes, without asking again; `source-limited`, `source-failed`,
   * `source-unreachable`, `source-timeout` when patience is at its end
   */
  async get(signal: AbortSignal): Promise<HeldToken> {
    const patience = new Patience()
    let borne = 0
    for (;;) {
      signal.throwIfAborted()
      const held = this.#findLiving()
      if (held) {
        if (this.#deps.clock.monotonicMs() >= held.renewAtMs) this.#renewInBackground(held)
        return held
      }
      const turn = await this.#flights.run(cacheKey, () => this.#turn(true), signal)
      if (turn.kind === 'token') return turn.token
      if (turn.kind === 'held') {
        if (turn.hold.kind === 'refusal') throw setbackOf(turn.hold).error
        // How long to wait is the ledger's knowledge; patience only says when enough is enough.
        if (turn.hold.times !== borne) patience.waitAfter(setbackOf(turn.hold), this.#deps.random)
        borne = turn.hold.times
        if (turn.waitMs > longestPauseMs) throw setbackOf(turn.hold).error
      }
      await this.#deps.clock.wait(turn.waitMs, signal)
    }
  }

  async send(request: HttpRequest, token: HeldToken, signal: AbortSignal): Promise<HttpAnswer> {
    const authorised = await authoriseRequest(request, token, { ...this.#deps, nonces: this.#nonces })
    const answer = await this.#deps.http.send(authorised, signal)
    this.#nonces.note(request.url, answer)
    return answer
  }

  wantsAgain(answer: HttpAnswer, token: HeldToken): boolean {
    return token.proofKey !== undefined && isNonceWanted(answer)
  }

  /**
   * Leads to a new token at the next `get`, once for each generation however many instances saw the 401, and every 30 s at most;
   * the caller waits for that, or, where the token has not worked at the same endpoint, is told at once.
   *
   * @throws {BrokerError} `source-unauthorized` when another token would be refused as well
   */
  async renewAfter401(token: HeldToken, hasWorked: boolean, signal: AbortSignal): Promise<void> {
    const { ledger, clock, log, source } = this.#deps
    const seen = { digest: this.#digest, generation: token.generation, hasWorked }
    for (;;) {
      if (token.generation < this.#knownGeneration) return
      const answer = await ledger.apply((state, nowMs) => rules.refuse(state, seen, nowMs))
      if (answer.kind === 'hopeless') throw refusedFreshToken()
      if (answer.kind === 'renew') {
        if (this.#findHeld()?.generation === token.generation) this.#cache.del(cacheKey)
        if (answer.isFirst) log.warn('source refused a living token', { source })
        return
      }
      await clock.wait(answer.waitMs, signal)
    }
  }

  clean(text: string, token: HeldToken): string {
    return cleanDetail(text, [token.accessToken.reveal(), ...this.#exchange.lastSecrets])
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

  #renewInBackground({ expiresAtMs }: HeldToken): void {
    const nowMs = this.#deps.clock.monotonicMs()
    if (this.#stopped.signal.aborted || nowMs < this.#nextEarlyLookMs) return
    this.#nextEarlyLookMs = nowMs + Math.min(earlyLookMs, (expiresAtMs - nowMs) / 4)
    this.#flights
      .run(cacheKey, () => this.#turn(false))
      .catch((error: unknown) => {
        // The living token goes on serving; whoever needs a new one later learns of the failure.
        this.#deps.log.warn('early token renewal failed', { source: this.#deps.source, cause: error })
      })
  }

  async #turn(isUrgent: boolean): Promise<Turn> {
    const { ledger, auth } = this.#deps
    const secrets = await this.#deps.secrets()
    const request = {
      digest: this.#digest,
      holder: this.#holder,
      newerThan: this.#knownGeneration,
      isUrgent,
      secrets: versionOf(secrets),
      budget: auth.tokenBudget,
    }
    const answer = await ledger.apply((state, nowMs) => rules.claim(state, request, nowMs))
    switch (answer.kind) {
      case 'token':
        return this.#adopt(answer.token, secrets)
      case 'lease':
        return this.#exchangeUnder(answer, secrets)
      case 'held':
        return answer
      case 'over-budget':
        this.#warnings.noteWait(answer.waitMs)
        return { kind: 'wait', waitMs: Math.min(answer.waitMs, longestWaitMs) }
      case 'busy':
        return { kind: 'wait', waitMs: rules.lookAgainMs }
      case 'later':
        // An urgent caller that joined this turn takes another one.
        return { kind: 'wait', waitMs: 0 }
    }
  }

  async #exchangeUnder(
    { fence, workingSecret, use, sinceMs }: Extract<rules.ClaimAnswer, { kind: 'lease' }>,
    secrets: readonly SealedSecret[],
  ): Promise<Turn> {
    const { ledger, clock } = this.#deps
    this.#warnings.noteUse(use)
    // Of the newest request: whatever token comes is an answer to that one.
    let started = { sinceMs, startedMs: clock.monotonicMs() }
    const lease = new TokenLease({ ledger, digest: this.#digest, fence, clock })
    lease.start()
    const signal = AbortSignal.any([this.#stopped.signal, lease.signal])
    try {
      const outcome = await this.#exchange.run({
        secrets: preferring(workingSecret, secrets),
        spend: async () => {
          started = await this.#spendFurther(signal)
        },
        signal,
      })
      if (outcome.kind === 'token') return await this.#publish(outcome, { fence, ...started }, secrets)
      const draft = { outcome, secrets: versionOf(secrets), source: this.#deps.source, random: this.#deps.random }
      const hold = await ledger.apply((state, nowMs) =>
        rules.holdBack(state, this.#digest, fence, (before) => holdAfter(draft, before, nowMs)),
      )
      this.#warnings.noteHold(hold)
      return { kind: 'held', hold, waitMs: hold.untilMs - hold.sinceMs }
    } catch (error) {
      // Others need not wait until the lease runs out; when even that fails, they do.
      await lease.release().catch(() => undefined)
      if (!lease.signal.aborted) throw error
      return { kind: 'wait', waitMs: rules.lookAgainMs }
    } finally {
      lease.end()
    }
  }

  /** Waits until the budget has room for one more request, and counts it; resolves with when that was, by the ledger's clock and ours. */
  async #spendFurther(signal: AbortSignal): Promise<Pick<HeldLease, 'sinceMs' | 'startedMs'>> {
    const { ledger, clock, auth } = this.#deps
    for (;;) {
      const startedMs = clock.monotonicMs()
      const answer = await ledger.apply((state, nowMs) => rules.spendFurther(state, auth.tokenBudget, nowMs))
      if (answer.kind === 'spent') {
        this.#warnings.noteUse(answer.use)
        return { sinceMs: answer.atMs, startedMs }
      }
      this.#warnings.noteWait(answer.waitMs)
      await clock.wait(Math.min(answer.waitMs, longestWaitMs), signal)
    }
  }

  async #publish(granted: ExchangedToken, lease: HeldLease, secrets: readonly SealedSecret[]): Promise<Turn> {
    const { ledger } = this.#deps
    const { lifetimeSeconds, secretVersion } = granted
    const lifetimeMs = lifetimeSeconds * 1000
    const seal = await ledger.seal(sealToken(granted), this.#digest)
    const token = { seal, grantedAtMs: lease.sinceMs, lifetimeMs, secret: secretVersion }
    const generation = await ledger.apply((state) => rules.publish(state, this.#digest, lease.fence, token))
    // Somebody else took over, so this answer is late: the newer token counts.
    if (generation === undefined) return { kind: 'wait', waitMs: 0 }
    const isSecondSecret = secrets[0]?.version !== secretVersion
    this.#warnings.noteToken(granted, isSecondSecret)
    return this.#hold(granted, generation, { startedMs: lease.startedMs, lifetimeMs })
  }

  async #adopt(shared: rules.SharedToken, secrets: readonly SealedSecret[]): Promise<Turn> {
    const { ledger, clock, log, source, auth } = this.#deps
    const { sealed, generation, ageMs, lifetimeMs } = shared
    const startedMs = clock.monotonicMs() - ageMs
    try {
      const token = await openSealedToken(await ledger.open(sealed, this.#digest), auth, secrets)
      return this.#hold(token, generation, { startedMs, lifetimeMs })
    } catch (cause) {
      if (!(cause instanceof BrokerError) || cause.code !== 'secret-unreadable') throw cause
      log.warn('shared token cannot be used; another one is exchanged', { source, cause })
      this.#knownGeneration = generation
      return { kind: 'wait', waitMs: 0 }
    }
  }

  #hold(
    { accessToken, proofKey, identity }: UsableToken,
    generation: number,
    { startedMs, lifetimeMs }: { readonly startedMs: number; readonly lifetimeMs: number },
  ): Turn {
    const lead = Math.min(lifetimeMs / 2, leadMs + this.#deps.random.fraction() * leadJitterMs)
    const token = {
      accessToken,
      proofKey,
      identity,
      generation,
      renewAtMs: startedMs + lifetimeMs - lead,
      expiresAtMs: startedMs + rules.usableMs(lifetimeMs),
    }
    this.#cache.set(cacheKey, token)
    this.#knownGeneration = generation
    this.#nextEarlyLookMs = 0
    return { kind: 'token', token }
  }
}

/** The failure of a request whose fresh token was refused. */
export function refusedFreshToken(): BrokerError {
  return new BrokerError(
    'source-unauthorized',
    'The source refuses even a fresh token (401). Its scopes may not cover this dataset, or the token is meant for another API (audience).',
  )
}
