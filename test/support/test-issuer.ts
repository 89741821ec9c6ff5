// An identity provider on this machine: oidc-provider, a certified one, with a login page that lets the account in that the test names.
// Besides, what no honest provider does: any claims signed with its key, other keys, an outage.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHash, randomBytes } from 'node:crypto'
import { decodeJwt, exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose'
import { type Adapter, type AdapterPayload, Provider } from 'oidc-provider'
import { request } from 'undici'

export const tenant = '11111111-2222-3333-4444-555555555555'
export const otherTenant = '99999999-2222-3333-4444-555555555555'
export const clientId = 'aaaaaaaa-0000-4000-8000-000000000001'
export const audience = 'api://sheetbroker.example.com'
const scope = 'access_as_user'

export type Claims = Readonly<Record<string, unknown>>

/** A key pair of the provider's. */
export interface SigningKey {
  readonly kid: string
  readonly alg: string
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
}

interface Options {
  /** Whether the provider's tokens look like Entra ID's. */
  readonly isEntra?: boolean
}

/** One provider; the test stops it. */
export class TestIssuer {
  /** What its description calls it; Entra ID's multi-tenant description differs. */
  readonly issuer: string
  readonly origin: string
  /** How often each path was asked for. */
  readonly counts = new Map<string, number>()
  /** Who signs in, and what is claimed of them. */
  account: { readonly id: string; readonly claims: Claims } = { id: 'anna', claims: { name: 'Anna A.' } }
  /** The user clicks “Cancel”. */
  isRefusing = false
  /** Nobody answers. */
  isDown = false
  /** What the next answer of a path is instead. */
  readonly answers = new Map<string, { readonly status: number; readonly body?: string; readonly location?: string }>()
  readonly key: SigningKey
  readonly #published: JWK[]
  readonly #server: Server
  readonly #isEntra: boolean
  #provider!: Provider

  private constructor(server: Server, origin: string, key: SigningKey, { isEntra = false }: Options) {
    this.#server = server
    this.origin = origin
    this.#isEntra = isEntra
    this.issuer = isEntra ? `${origin}/${tenant}/v2.0` : origin
    this.key = key
    this.#published = [key.publicJwk]
  }

  static async start(options: Options = {}): Promise<TestIssuer> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const issuer = new TestIssuer(server, origin, await makeSigningKey('first'), options)
    server.on('request', (incoming, response) => void issuer.#answer(incoming, response))
    await issuer.serve(['https://broker.example.com/sign-in/callback'])
    return issuer
  }

  /** Begins anew, with these addresses to send browsers back to. */
  async serve(redirectUris: readonly string[]): Promise<void> {
    const jwk = { ...(await exportJWK(this.key.privateKey)), kid: this.key.kid, alg: this.key.alg, use: 'sig' }
    this.#provider = createProvider(this.issuer, jwk, [...redirectUris], () => this.#accountClaims())
    // Says only what tests of a refused request would look for.
    this.#provider.on('server_error', (_context, error) => process.stderr.write(`${String(error)}\n`))
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  /** How often the keys were read. */
  get keyReads(): number {
    return [...this.counts].filter(([path]) => path.endsWith('/jwks')).reduce((sum, [, count]) => sum + count, 0)
  }

  /** From now on these are the keys. */
  publish(...keys: readonly JWK[]): void {
    this.#published.splice(0, this.#published.length, ...keys)
  }

  /** An access token for the broker, as the account gets it through authorization code and PKCE. */
  async accessToken(more: Claims = {}): Promise<string> {
    const { access_token: token } = await this.#signIn()
    return this.#isEntra || Object.keys(more).length > 0
      ? this.sign({ ...this.dress(decodeJwt(token)), ...more })
      : token
  }

  async idToken(): Promise<string> {
    return (await this.#signIn()).id_token
  }

  /** What Entra ID adds to what the provider says. */
  dress(claims: JWTPayload): JWTPayload {
    if (!this.#isEntra) return claims
    const { scope: scp, client_id: azp, ...rest } = claims
    return { ...rest, ...this.#accountClaims(), scp, azp }
  }

  #accountClaims(): Claims {
    const { id, claims } = this.account
    if (!this.#isEntra) return claims
    const nbf = Math.floor(Date.now() / 1_000)
    return { tid: tenant, oid: objectIdOf(id), ver: '2.0', nbf, preferred_username: id, ...claims }
  }

  /** Any claims, signed with any key; undefined leaves a member out. */
  sign(claims: Claims, header: Claims = {}, key: SigningKey = this.key): Promise<string> {
    return new SignJWT(claims)
      .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'JWT', ...header })
      .sign(key.privateKey)
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(incoming.url ?? '/', this.origin).pathname
    this.counts.set(path, (this.counts.get(path) ?? 0) + 1)
    const other = [...this.answers].find(([end]) => path.endsWith(end))?.[1]
    if (this.isDown) {
      incoming.socket.destroy()
    } else if (other) {
      if (other.location !== undefined) response.setHeader('location', other.location)
      response.writeHead(other.status).end(other.body)
    } else if (path.endsWith('/jwks')) {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ keys: this.#published }))
    } else if (path === '/organizations/v2.0/.well-known/openid-configuration') {
      await this.#describeOrganizations(response)
    } else if (path.includes('/interaction/')) {
      this.#mount(incoming)
      await this.#interact(incoming, response)
    } else {
      this.#mount(incoming)
      await this.#provider.callback()(incoming, response)
    }
  }

  /** The provider lives below a path; it finds out by `originalUrl`. */
  #mount(incoming: IncomingMessage & { originalUrl?: string }): void {
    const prefix = new URL(this.issuer).pathname.replace(/\/$/, '')
    incoming.originalUrl = incoming.url ?? '/'
    incoming.url = incoming.originalUrl.slice(prefix.length)
  }

  async #describeOrganizations(response: ServerResponse): Promise<void> {
    const { body } = await request(`${this.issuer}/.well-known/openid-configuration`)
    const description = (await body.json()) as Record<string, unknown>
    response.end(JSON.stringify({ ...description, issuer: `${this.origin}/{tenantid}/v2.0` }))
  }

  async #interact(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const provider = this.#provider
    const { params } = await provider.interactionDetails(incoming, response)
    if (this.isRefusing) {
      const refusal = { error: 'access_denied', error_description: 'The user said no.' }
      await provider.interactionFinished(incoming, response, refusal)
      return
    }
    const accountId = this.account.id
    const grant = new provider.Grant({ accountId, clientId: String(params['client_id']) })
    grant.addOIDCScope('openid profile email')
    grant.addResourceScope(audience, scope)
    const grantId = await grant.save()
    await provider.interactionFinished(incoming, response, { login: { accountId }, consent: { grantId } })
  }

  /** Goes through the provider's pages as a browser does. */
  async #signIn(): Promise<{ access_token: string; id_token: string }> {
    const verifier = randomBytes(32).toString('base64url')
    const redirect = 'https://broker.example.com/sign-in/callback'
    const first = new URL(`${this.issuer}/auth`)
    first.search = new URLSearchParams({
      ...{ response_type: 'code', client_id: clientId, redirect_uri: redirect, state: 'x', resource: audience },
      ...{ scope: `openid profile email ${scope}`, code_challenge_method: 'S256' },
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    }).toString()
    const answered = await followRedirects(first, redirect)
    const answer = await request(`${this.issuer}/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        ...{ grant_type: 'authorization_code', client_id: clientId, redirect_uri: redirect, resource: audience },
        ...{ code: answered.searchParams.get('code') ?? '', code_verifier: verifier },
      }).toString(),
    })
    return (await answer.body.json()) as { access_token: string; id_token: string }
  }
}

/** Follows redirects, cookies in hand, to the first address that begins with `end`. */
export async function followRedirects(first: URL, end: string): Promise<URL> {
  const cookies = new Map<string, string>()
  let url = first
  for (let steps = 0; steps < 10 && !url.href.startsWith(end); steps += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await request(url, { headers: { cookie } })
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    const { location } = answer.headers
    if (typeof location !== 'string') throw new Error(`${url.href}: ${answer.statusCode} ${await answer.body.text()}`)
    await answer.body.dump()
    url = new URL(location, url)
  }
  return url
}

/** The object id that goes with an account. */
export function objectIdOf(account: string): string {
  const hex = createHash('sha256').update(account).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}

export async function makeSigningKey(kid: string, alg = 'RS256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}

function createProvider(issuer: string, jwk: JWK, redirectUris: string[], claims: () => Claims): Provider {
  return new Provider(issuer, {
    jwks: { keys: [jwk] },
    clients: [
      {
        client_id: clientId,
        token_endpoint_auth_method: 'none',
        redirect_uris: redirectUris,
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    cookies: { keys: ['for tests'] },
    adapter: (model: string) => createMemory(model),
    ttl: { AccessToken: 3_600, AuthorizationCode: 60, Grant: 600, IdToken: 3_600, Interaction: 600, Session: 600 },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...claims() }) }),
    claims: {
      openid: ['sub', 'groups', 'tid', 'oid', 'nbf', 'ver'],
      profile: ['name', 'preferred_username'],
      email: ['email', 'email_verified'],
    },
    conformIdTokenClaims: false,
    interactions: { url: (_context, { uid }) => `${issuer}/interaction/${uid}` },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ scope, audience, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } }),
      },
    },
    renderError: (context, out) => {
      context.body = out
    },
  })
}

/** What the provider keeps of one kind: as long as the test lasts. */
function createMemory(model: string): Adapter {
  const kept = new Map<string, AdapterPayload>()
  const findBy = (name: 'uid' | 'userCode', value: string) =>
    Promise.resolve([...kept.values()].find((payload) => payload[name] === value))
  return {
    upsert: (id, payload) => Promise.resolve(void kept.set(id, payload)),
    find: (id) => Promise.resolve(model === 'Client' ? undefined : kept.get(id)),
    findByUid: (uid) => findBy('uid', uid),
    findByUserCode: (code) => findBy('userCode', code),
    consume: (id) => Promise.resolve(void kept.set(id, { ...kept.get(id), consumed: Math.floor(Date.now() / 1_000) })),
    destroy: (id) => Promise.resolve(void kept.delete(id)),
    revokeByGrantId: (grantId) => {
      for (const [id, payload] of kept) if (payload.grantId === grantId) kept.delete(id)
      return Promise.resolve()
    },
  }
}
