import { exportJWK, generateKeyPair, type JWK } from 'jose'
import type { RequestListener } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { type Adapter, type ClientMetadata, type KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { CallCounts } from './call-counts.ts'
import type { Faults, TokenFault } from './faults.ts'
import type { CallLimiter } from './limits.ts'

export const TOKEN_PATH = '/authorization/token'

const SIGNING = 'ES256'

/** A registered client and the one way in which it may show its secret. */
export interface SampleClient {
  readonly clientId: string
  readonly clientSecret: string
  readonly method: 'client_secret_post' | 'client_secret_basic'
}

export interface OAuthServerDeps {
  readonly issuer: string
  readonly audience: string
  readonly scopes: readonly string[]
  readonly tokenSeconds: number
  readonly clients: readonly SampleClient[]
  readonly now: () => number
  /** Absent: no limits. */
  readonly limiter: CallLimiter | undefined
  readonly faults: Faults
  readonly counts: CallCounts
}

export interface OAuthServer {
  readonly handle: RequestListener
  /** The key that signs access tokens, without its private part. */
  readonly publicKey: JWK
  /** The client's secret is another from now on; returns false when there is no such client. */
  replaceSecret(clientId: string, clientSecret: string): boolean
}

/** A real authorization server (oidc-provider) for the client credentials grant, with JWT access tokens (RFC 9068). */
export async function createOAuthServer(deps: OAuthServerDeps): Promise<OAuthServer> {
  const { privateKey, publicKey } = await generateKeyPair(SIGNING, { extractable: true })
  const header = { alg: SIGNING, use: 'sig', kid: 'sample-1' }
  const clients = new Map(deps.clients.map((client) => [client.clientId, client]))
  const provider = new Provider(deps.issuer, {
    adapter: (model: string) => createAdapter(model, (id) => metadataOf(clients.get(id))),
    clientDefaults: { id_token_signed_response_alg: SIGNING },
    jwks: { keys: [{ ...(await exportJWK(privateKey)), ...header }] },
    ttl: { ClientCredentials: deps.tokenSeconds },
    routes: { token: TOKEN_PATH, jwks: '/authorization/jwks' },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        // Clients of such a vendor send no `resource`; without a default they would get an opaque token.
        defaultResource: () => deps.audience,
        getResourceServerInfo: () => ({
          audience: deps.audience,
          scope: deps.scopes.join(' '),
          accessTokenFormat: 'jwt',
          accessTokenTTL: deps.tokenSeconds,
          jwt: { sign: { alg: SIGNING } },
        }),
      },
    },
    formats: {
      customizers: {
        // The provider reads the system clock; the sample's own clock must rule, or tests could not let time pass.
        jwt: (_ctx, _token, parts) => {
          const issuedAt = Math.floor(deps.now() / 1000)
          Object.assign(parts.payload, { iat: issuedAt, exp: issuedAt + deps.tokenSeconds })
        },
      },
    },
    renderError: (ctx, out) => {
      ctx.body = out
    },
  })
  provider.use<object, Pick<KoaContextWithOIDC, 'oidc'>>((ctx, next) =>
    ctx.method === 'POST' && ctx.path === TOKEN_PATH ? guardTokenEndpoint(deps, ctx, next) : next(),
  )
  const handle = provider.callback()
  return {
    handle: (request, response) => void handle(request, response),
    publicKey: { ...(await exportJWK(publicKey)), ...header },
    replaceSecret: (clientId, clientSecret) => {
      const client = clients.get(clientId)
      if (client !== undefined) {
        clients.set(clientId, { ...client, clientSecret })
      }
      return client !== undefined
    },
  }
}

async function guardTokenEndpoint(
  deps: OAuthServerDeps,
  ctx: KoaContextWithOIDC,
  next: () => Promise<void>,
): Promise<void> {
  deps.counts.countTokenCall()
  const fault = deps.faults.takeForToken()
  const addressWaitSeconds = deps.limiter?.admit(`address ${ctx.ip}`) ?? 0
  if (addressWaitSeconds > 0) {
    refuse(ctx, 429, 'too_many_requests', addressWaitSeconds)
  } else if (!(await isSpoiled(ctx, fault))) {
    await next()
    judgeClient(deps, ctx)
    spoilAnswer(ctx, fault)
  }
  deps.counts.countTokenAnswer(ctx.status)
}

/** Holds back or replaces the answer as the fault wants; true when nothing is left to do. */
async function isSpoiled(ctx: KoaContextWithOIDC, fault: TokenFault | undefined): Promise<boolean> {
  switch (fault?.kind) {
    case 'token-slow':
      await delay(fault.delayMs, undefined, { ref: false })
      return false
    case 'token-error':
      refuse(ctx, 503, 'temporarily_unavailable')
      return true
    case 'token-rate-limited':
      refuse(ctx, 429, 'too_many_requests', fault.retryAfterSeconds)
      return true
    case 'token-refused':
      refuse(ctx, 401, 'invalid_client')
      return true
    case 'token-no-expiry':
    case undefined:
      return false
  }
}

/** What is known only once the provider has read the form: which client it was, and how it showed its secret. */
function judgeClient(deps: OAuthServerDeps, ctx: KoaContextWithOIDC): void {
  const client = ctx.oidc.client
  if (client === undefined) {
    return
  }
  const waitSeconds = deps.limiter?.admit(`client ${client.clientId}`) ?? 0
  const method = ctx.get('authorization') === '' ? 'client_secret_post' : 'client_secret_basic'
  if (waitSeconds > 0) {
    refuse(ctx, 429, 'too_many_requests', waitSeconds)
  } else if (ctx.status === 200 && method !== client.tokenEndpointAuthMethod) {
    // The provider takes either method for either client; vendors do not.
    refuse(ctx, 401, 'invalid_client')
  } else if (ctx.status === 200 && [...ctx.oidc.requestParamScopes].some((scope) => !deps.scopes.includes(scope))) {
    // The provider leaves unknown scopes out in silence; the vendor answers a misspelt one with 400.
    refuse(ctx, 400, 'invalid_scope')
  }
}

function spoilAnswer(ctx: KoaContextWithOIDC, fault: TokenFault | undefined): void {
  if (fault?.kind === 'token-no-expiry' && typeof ctx.body === 'object' && ctx.body !== null) {
    ctx.body = { ...ctx.body, expires_in: undefined }
  }
}

function refuse(ctx: KoaContextWithOIDC, status: number, error: string, retryAfterSeconds?: number): void {
  ctx.status = status
  ctx.set('cache-control', 'no-store')
  if (retryAfterSeconds !== undefined) {
    ctx.set('retry-after', String(retryAfterSeconds))
  }
  ctx.body = { error }
}

/** Finds clients, so that secrets can be replaced while running; nothing else is ever stored with this grant. */
function createAdapter(model: string, findClient: (id: string) => ClientMetadata | undefined): Adapter {
  const findNothing = (): Promise<undefined> => Promise.resolve(undefined)
  return {
    find: (id) => Promise.resolve(model === 'Client' ? findClient(id) : undefined),
    findByUid: findNothing,
    findByUserCode: findNothing,
    upsert: findNothing,
    consume: findNothing,
    destroy: findNothing,
    revokeByGrantId: findNothing,
  }
}

function metadataOf(client: SampleClient | undefined): ClientMetadata | undefined {
  return client === undefined
    ? undefined
    : {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        token_endpoint_auth_method: client.method,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      }
}
