// A certified authorization server (oidc-provider) on this machine, for every way in which a client can prove itself.
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { X509Certificate } from 'node:crypto'
import { Provider, type ClientAuthMethod, type ClientMetadata, type Configuration } from 'oidc-provider'
import { onTestFinished } from 'vitest'

export interface AuthorizationServer {
  readonly origin: string
  readonly provider: Provider
  /** What came to the token endpoint: status and error code. */
  readonly answers: { status: number; error: string | undefined }[]
}

export interface AuthorizationServerOptions {
  readonly client: Partial<ClientMetadata> & {
    readonly token_endpoint_auth_method: ClientAuthMethod
  }
  readonly features?: Configuration['features']
  readonly tls?: ServerOptions
}

/** Stops when the test ends. Scopes `read` and `write`; tokens live for ten minutes. */
export async function startAuthorizationServer(options: AuthorizationServerOptions): Promise<AuthorizationServer> {
  const { client, features, tls } = options
  const listener: { current: RequestListener } = { current: (_request, response) => response.end() }
  const handle: RequestListener = (request, response) => listener.current(request, response)
  const server = tls ? createTlsServer(tls, handle) : createServer(handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = new Provider(origin, {
    clients: [
      {
        client_id: 'broker',
        redirect_uris: [],
        response_types: [],
        grant_types: ['client_credentials'],
        scope: 'read write',
        ...client,
      },
    ],
    scopes: ['read', 'write'],
    ttl: { ClientCredentials: 600 },
    clientAuthMethods: [client.token_endpoint_auth_method],
    enabledJWA: { clientAuthSigningAlgValues: ['RS256', 'PS256', 'ES256'] },
    features: { devInteractions: { enabled: false }, clientCredentials: { enabled: true }, ...features },
  })
  const answers: AuthorizationServer['answers'] = []
  provider.use(async (ctx, next) => {
    await next()
    const body: unknown = ctx.body
    const error = typeof body === 'object' && body !== null && 'error' in body ? String(body.error) : undefined
    if (ctx.path === '/token') answers.push({ status: ctx.status, error })
  })
  const callback = provider.callback()
  listener.current = (request, response) => void callback(request, response)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { origin, provider, answers }
}

/** The client certificate of a connection, for the provider's mutual TLS. */
export function certificateOf(ctx: { req: { socket: unknown } }): X509Certificate | undefined {
  const { socket } = ctx.req
  return socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
}
