import type { JWK } from 'jose'
import * as z from 'zod'
import type { Clock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import { SingleFlight } from '../../kernel/single-flight.ts'
import { upstreamUrl } from '../../network/upstream-url.ts'
import { unreachable, type IssuerHttp } from './issuer-http.ts'
import type { Issuer } from './sign-in-settings.ts'

/** Keys are read again after so long; a provider that is away may take its time up to the second figure. */
const freshMs = 600_000
const usableMs = 3_600_000
/** How soon the provider is asked again: for a key that it did not have, and after it failed. */
const unknownKeyPauseMs = 30_000
const failurePauseMs = 10_000
const mostKeys = 200

const metadataShape = z.object({
  issuer: z.string(),
  jwks_uri: upstreamUrl,
  authorization_endpoint: upstreamUrl,
  token_endpoint: upstreamUrl,
})
const keyShape = z.object({
  kty: z.enum(['RSA', 'EC', 'OKP']),
  kid: z.string().min(1).max(500),
  use: z.string().optional(),
  alg: z.string().optional(),
  /** Entra ID says which issuer a key belongs to. */
  issuer: z.string().optional(),
  n: z.string().optional(),
  e: z.string().optional(),
  crv: z.string().optional(),
  x: z.string().optional(),
  y: z.string().optional(),
})
const keySet = z.object({ keys: z.array(z.unknown()).max(mostKeys) })

/** Where a provider's endpoints are. */
export interface IssuerMetadata {
  readonly issuer: string
  readonly authorizationEndpoint: URL
  readonly tokenEndpoint: URL
}

/** A key that a provider signs with: its public part alone. */
export interface IssuerKey {
  readonly jwk: JWK
  readonly alg: string | undefined
  readonly issuer: string | undefined
}

interface Known {
  readonly metadata: IssuerMetadata
  readonly keys: ReadonlyMap<string, IssuerKey>
  readonly readAtMs: number
}

interface Deps {
  readonly issuer: Issuer
  readonly http: IssuerHttp
  readonly clock: Clock
  readonly log: Log
}

/** What one provider publishes about itself, kept for a while. Only its own description leads to its keys; a token never does. */
export class IssuerKeys {
  readonly #deps: Deps
  readonly #flights = new SingleFlight<Known>()
  #known: Known | undefined
  #failure: { readonly error: unknown; readonly atMs: number } | undefined

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * The key called `kid`; undefined when the provider does not publish one, which it is asked at most every 30 seconds.
   *
   * @throws {BrokerError} `issuer-unreachable`
   */
  async find(kid: string): Promise<IssuerKey | undefined> {
    const known = await this.#current()
    const key = known.keys.get(kid)
    if (key || this.#deps.clock.monotonicMs() - known.readAtMs < unknownKeyPauseMs) return key
    return (await this.#read()).keys.get(kid)
  }

  /** @throws {BrokerError} `issuer-unreachable` */
  async metadata(): Promise<IssuerMetadata> {
    return (await this.#current()).metadata
  }

  async #current(): Promise<Known> {
    const known = this.#known
    const ageMs = known ? this.#deps.clock.monotonicMs() - known.readAtMs : Infinity
    if (known && ageMs < freshMs) return known
    try {
      return await this.#read()
    } catch (error) {
      if (!known || ageMs >= usableMs) throw error
      return known
    }
  }

  /** Asks the provider, once for all who want to know, and not again so soon after it failed. */
  #read(): Promise<Known> {
    return this.#flights.run('keys', async () => {
      const { clock, log, issuer } = this.#deps
      const failure = this.#failure
      if (failure && clock.monotonicMs() - failure.atMs < failurePauseMs) throw failure.error
      try {
        this.#known = await this.#fetch()
        this.#failure = undefined
        return this.#known
      } catch (error) {
        this.#failure = { error, atMs: clock.monotonicMs() }
        log.warn('identity provider not reached', { issuer: issuer.name, cause: error })
        throw error
      }
    })
  }

  async #fetch(): Promise<Known> {
    const { issuer, http, clock } = this.#deps
    const described = metadataShape.safeParse(await http.getJson(new URL(issuer.discoveryUrl)))
    if (!described.success) throw unreachable(described.error)
    const { jwks_uri: keysUrl, authorization_endpoint: authorization, token_endpoint: token } = described.data
    if (described.data.issuer !== issuer.describedAs)
      throw unreachable(new Error(`${issuer.discoveryUrl} describes another issuer: ${described.data.issuer}`))
    const set = keySet.safeParse(await http.getJson(new URL(keysUrl)))
    if (!set.success) throw unreachable(set.error)
    return {
      metadata: {
        issuer: described.data.issuer,
        authorizationEndpoint: new URL(authorization),
        tokenEndpoint: new URL(token),
      },
      keys: new Map(set.data.keys.flatMap(readKey)),
      readAtMs: clock.monotonicMs(),
    }
  }
}

/** A key of a kind that is of no use here is left out: others of the set may be. */
function readKey(value: unknown): [string, IssuerKey][] {
  const parsed = keyShape.safeParse(value)
  if (!parsed.success || parsed.data.use === 'enc') return []
  const { kid, alg, issuer, kty, n, e, crv, x, y } = parsed.data
  const members = Object.entries({ n, e, crv, x, y }).filter(([, member]) => member !== undefined)
  return [[kid, { jwk: { kty, ...Object.fromEntries(members) }, alg, issuer }]]
}
