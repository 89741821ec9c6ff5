import type { StaticKeyDefinition } from '../dataset/auth-definition.ts'
import { BrokerError } from '../errors/broker-error.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import type { HttpAnswer, HttpCaller, HttpRequest } from './http-caller.ts'
import type { HeldToken, SourceAccess } from './source-access.ts'
import type { SealedSecret } from './token-exchange.ts'
import { cleanDetail } from './upstream-text.ts'

export interface StaticKeyDeps {
  readonly auth: StaticKeyDefinition
  readonly source: string
  readonly secrets: () => Promise<readonly SealedSecret[]>
  readonly http: HttpCaller
  readonly clock: Clock
  readonly log: Log
}

/** How soon a new key is noticed. */
const freshMs = 5_000
/** How long a refused key is not sent again. */
const refusedMs = 60_000

/** Sends the source's key itself with every request; where two are set, the second one when the first is refused. */
export class StaticKey implements SourceAccess {
  readonly calls = 0
  readonly #deps: StaticKeyDeps
  /** By version, until when. */
  readonly #refused = new Map<string, number>()
  #held: (HeldToken & { readonly version: string; readonly isSecond: boolean }) | undefined
  #generation = 0

  constructor(deps: StaticKeyDeps) {
    this.#deps = deps
  }

  get warnings(): readonly string[] {
    const { source } = this.#deps
    return this.#held?.isSecond === true
      ? [`The first key of ${source} is refused and the second one works: npx sheetbroker secret promote ${source}`]
      : []
  }

  /** @throws {BrokerError} `source-credentials`, without a request, when every key that is set was refused */
  async get(): Promise<HeldToken> {
    const nowMs = this.#deps.clock.monotonicMs()
    if (this.#held && nowMs < this.#held.renewAtMs) return this.#held
    const secrets = await this.#deps.secrets()
    const chosen = secrets.find(({ version }) => nowMs >= (this.#refused.get(version) ?? nowMs))
    if (!chosen) throw refusedKey(this.#deps.source)
    const renewAtMs = nowMs + freshMs
    if (this.#held?.version === chosen.version) this.#held = { ...this.#held, renewAtMs }
    else {
      this.#generation += 1
      this.#held = {
        accessToken: await chosen.open(),
        generation: this.#generation,
        renewAtMs,
        expiresAtMs: Number.POSITIVE_INFINITY,
        proofKey: undefined,
        identity: undefined,
        version: chosen.version,
        isSecond: chosen !== secrets[0],
      }
    }
    return this.#held
  }

  send(request: HttpRequest, token: HeldToken, signal: AbortSignal): Promise<HttpAnswer> {
    return this.#deps.http.send(addKey(request, this.#deps.auth, token.accessToken.reveal()), signal)
  }

  wantsAgain(): boolean {
    return false
  }

  /**
   * Turns to the other key, or to one that was set meanwhile.
   *
   * @throws {BrokerError} `source-credentials` when there is none
   */
  async renewAfter401(token: HeldToken): Promise<void> {
    const { source, clock, log } = this.#deps
    if (token.generation !== this.#held?.generation) return
    this.#refused.set(this.#held.version, clock.monotonicMs() + refusedMs)
    log.error('source refused its key', { source })
    this.#held = { ...this.#held, renewAtMs: Number.NEGATIVE_INFINITY }
    await this.get()
  }

  clean(text: string, token: HeldToken): string {
    const { username } = this.#deps.auth
    const key = token.accessToken.reveal()
    return cleanDetail(text, [key, ...(username === undefined ? [] : [basic(username, key)])])
  }

  stop(): void {
    this.#held = undefined
  }
}

function addKey(request: HttpRequest, auth: StaticKeyDefinition, key: string): HttpRequest {
  if (auth.query !== undefined) return { ...request, url: withParameter(request.url, auth.query, key) }
  const { username, header = 'Authorization' } = auth
  const usual = header.toLowerCase() === 'authorization' ? 'Bearer' : ''
  const scheme = auth.scheme ?? (username === undefined ? usual : 'Basic')
  const credentials = username === undefined ? key : basic(username, key)
  const value = scheme === '' ? credentials : `${scheme} ${credentials}`
  return { ...request, headers: { ...request.headers, [header.toLowerCase()]: value } }
}

/** What else the query holds stays as it is written: `searchParams.set` would write it anew, a space as `+` for one. */
function withParameter(address: URL, name: string, value: string): URL {
  const url = new URL(address)
  const others = url.search.slice(1).split('&')
  const kept = others.filter((pair) => pair !== '' && !new URLSearchParams(pair).has(name))
  url.search = [...kept, `${encodeURIComponent(name)}=${encodeURIComponent(value)}`].join('&')
  return url
}

function basic(username: string, key: string): string {
  return Buffer.from(`${username}:${key}`).toString('base64')
}

function refusedKey(source: string): BrokerError {
  return new BrokerError(
    'source-credentials',
    `The source refuses its key (401). It is not sent again for a minute, or until another one is set: npx sheetbroker secret set ${source}.`,
  )
}
