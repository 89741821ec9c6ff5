// Single requests to a source, for looking at how it answers: nothing is tried again, and nobody waits ten minutes for a limit.
import type { RequestDefinition } from '../dataset/request-definition.ts'
import type { SourceDefinition } from '../dataset/source-definition.ts'
import type { BrokerError } from '../errors/broker-error.ts'
import type { Clock } from '../kernel/clock.ts'
import { silentLog } from '../kernel/log.ts'
import type { Random } from '../kernel/random.ts'
import type { AddressGuard } from '../network/address-guard.ts'
import { isNonceWanted, ProofNonces } from '../source/dpop.ts'
import { HttpCaller, type HttpAnswer } from '../source/http-caller.ts'
import { RequestTemplate, type PlacedValue } from '../source/request-template.ts'
import type { HeldToken } from '../source/source-access.ts'
import { StaticKey } from '../source/static-key.ts'
import { TokenExchange, type SealedSecret } from '../source/token-exchange.ts'
import { authoriseRequest } from '../source/token-header.ts'
import { cleanDetail } from '../source/upstream-text.ts'

export interface SourceProbeDeps {
  readonly source: SourceDefinition
  readonly name: string
  /** The one to prefer first. */
  readonly secrets: () => Promise<readonly SealedSecret[]>
  readonly addresses: AddressGuard
  readonly clock: Clock
  readonly random: Random
}

/** What came of asking for a token. */
export type TokenResult =
  { readonly token: HeldToken; readonly lifetimeNote: string | undefined } | { readonly error: BrokerError }

const maxSampleBytes = 16_777_216

/** Asks one source a few things. */
export class SourceProbe {
  readonly #deps: SourceProbeDeps
  readonly #http: HttpCaller
  readonly #nonces = new ProofNonces()
  #secretTexts: readonly string[] = []

  constructor(deps: SourceProbeDeps) {
    this.#deps = deps
    const { certificateAuthority, timeoutSeconds } = deps.source
    const { clock, addresses } = deps
    this.#http = new HttpCaller({ clock, timeoutMs: timeoutSeconds * 1000, addresses, certificateAuthority })
  }

  /** Exchanges the credentials once; for a plain key there is nothing to exchange. */
  async askForToken(signal: AbortSignal): Promise<TokenResult> {
    const { source, name, clock, random, secrets } = this.#deps
    const { auth } = source
    const sealed = await secrets()
    if (auth.method === 'static') {
      const key = new StaticKey({ auth, source: name, secrets: () => Promise.resolve(sealed), ...this.#static() })
      return { token: await key.get(), lifetimeNote: undefined }
    }
    const exchange = new TokenExchange({
      ...{ auth, source: name, clock, random },
      http: this.#http,
      nonces: this.#nonces,
      log: silentLog,
    })
    const outcome = await exchange.run({ secrets: sealed, spend: () => Promise.resolve(), signal })
    this.#secretTexts = exchange.lastSecrets
    if (outcome.kind !== 'token') return { error: outcome.error }
    const { accessToken, proofKey, identity, lifetimeNote, lifetimeSeconds } = outcome
    const expiresAtMs = clock.monotonicMs() + lifetimeSeconds * 1000
    return {
      token: { accessToken, proofKey, identity, generation: 1, renewAtMs: expiresAtMs, expiresAtMs },
      lifetimeNote,
    }
  }

  /** The answer to a dataset's request, whatever its status; `url` goes to an address that the source named instead. */
  async call(
    {
      request,
      values = [],
      url,
    }: { request: RequestDefinition; values?: readonly PlacedValue[]; url?: URL | undefined },
    token: HeldToken,
    signal: AbortSignal,
  ): Promise<HttpAnswer & { readonly url: URL }> {
    const template = new RequestTemplate(request, this.#deps.source.baseUrl)
    const plain = url === undefined ? template.fill(values) : template.follow(url, values)
    const headers = { accept: 'application/json', ...plain.headers, 'accept-encoding': 'gzip' }
    const { method, body } = plain
    const asked = { method, url: plain.url, headers, maxBytes: maxSampleBytes, ...(body === undefined ? {} : { body }) }
    const answer = await this.#send(asked, token, signal)
    return { ...answer, url: plain.url }
  }

  /** What a server says, as a short line without a token or a secret. */
  clean(text: string, token: HeldToken): string {
    return cleanDetail(text, [token.accessToken.reveal(), ...this.#secretTexts])
  }

  async stop(): Promise<void> {
    await this.#http.stop()
  }

  async #send(request: Parameters<HttpCaller['send']>[0], token: HeldToken, signal: AbortSignal): Promise<HttpAnswer> {
    const { auth } = this.#deps.source
    const { name, secrets, clock, random } = this.#deps
    if (auth.method === 'static') {
      return new StaticKey({ auth, source: name, secrets, ...this.#static() }).send(request, token, signal)
    }
    const send = async (): Promise<HttpAnswer> => {
      const authorised = await authoriseRequest(request, token, { auth, nonces: this.#nonces, clock, random })
      const answer = await this.#http.send(authorised, signal)
      this.#nonces.note(request.url, answer)
      return answer
    }
    const answer = await send()
    return token.proofKey && isNonceWanted(answer) ? send() : answer
  }

  #static(): { http: HttpCaller; clock: Clock; log: typeof silentLog } {
    return { http: this.#http, clock: this.#deps.clock, log: silentLog }
  }
}
