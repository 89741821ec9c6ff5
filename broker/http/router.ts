// The one place where requests meet routes: the order of everything that happens to a request is here.
import express, { type Express, type NextFunction, type Request, type RequestHandler, type Response } from 'express'
import { BrokerError } from '../errors/broker-error.ts'
import type { DeviceProofs, ProofRequest } from '../identity/device-proof.ts'
import type { Sessions } from '../identity/sessions.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import type { Random } from '../kernel/random.ts'
import { createHostGuard, readQuery, refuseAmbiguity } from './guards.ts'
import { createProblemResponder } from './problem-document.ts'
import type { RateLimit } from './rate-limits.ts'
import { contextOf } from './request-context.ts'
import { createRequestLog } from './request-log.ts'
import type { Call, Route } from './route.ts'
import { createSecurityHeaders } from './security-headers.ts'

interface RouterDeps {
  readonly publicUrl: string
  /** Addresses of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[]
  readonly proofs: DeviceProofs
  readonly sessions: Sessions
  /** Counts requests by session. */
  readonly requests: RateLimit
  readonly isDraining: () => boolean
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** An Express app that answers `routes`, and everything else with a problem. */
export function createRouter(routes: readonly Route[], deps: RouterDeps): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('query parser', 'simple')
  app.set('case sensitive routing', true)
  app.set('strict routing', true)
  app.set('trust proxy', [...deps.trustedProxies])
  app.use(
    createRequestLog(deps),
    createSecurityHeaders(deps.publicUrl),
    createConnectionHeaders(deps),
    refuseAmbiguity,
    createHostGuard(deps.publicUrl),
  )
  mountRoutes(app, routes, deps)
  app.use(() => {
    throw new BrokerError('not-found', 'docs/API.md and /openapi.json list the addresses.')
  })
  app.use(createProblemResponder(deps.log))
  return app
}

/** Gives every answer of the API the nonce for the next proof, and ends connections once the process is to stop. */
function createConnectionHeaders({ proofs, isDraining }: RouterDeps): RequestHandler {
  return (request, response, next) => {
    if (request.path.startsWith('/api/')) response.setHeader('DPoP-Nonce', proofs.nonce())
    if (isDraining()) response.setHeader('Connection', 'close')
    next()
  }
}

function mountRoutes(app: Express, routes: readonly Route[], deps: RouterDeps): void {
  const byPath = Map.groupBy(routes, ({ path }) => path)
  for (const [path, ofPath] of byPath) {
    for (const route of ofPath) app[route.method](path, createHandler(route, deps))
    const methods = ofPath.map(({ method }) => method.toUpperCase())
    const allow = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ')
    app.all(path, (_request: Request, response: Response) => {
      contextOf(response).route = path
      response.setHeader('Allow', allow)
      throw new BrokerError('method-not-allowed', `It takes ${allow}.`)
    })
  }
}

/**
 * What runs a route: the permission first, then the rest.
 *
 * @throws {TypeError} for a route that does not say who may call it
 */
function createHandler(route: Route, deps: RouterDeps): RequestHandler {
  const run = bindPermission(route, deps)
  return async (request: Request, response: Response, _next: NextFunction): Promise<void> => {
    contextOf(response).route = route.path
    const gone = new AbortController()
    response.once('close', () => {
      gone.abort(new BrokerError('internal', 'The client went away.'))
    })
    await run(request, response, gone.signal)
  }
}

type Run = (request: Request, response: Response, signal: AbortSignal) => Promise<void>

function bindPermission(route: Route, deps: RouterDeps): Run {
  const toCall = (request: Request, response: Response, signal: AbortSignal): Call => {
    const query = route.acceptsAnyQuery ? new Map<string, string>() : readQuery(request, Object.keys(route.query ?? {}))
    return { request, response, params: readParams(request), query, signal }
  }
  switch (route.permission) {
    case 'public':
      return (request, response, signal) => route.handle(toCall(request, response, signal))
    case 'device':
      return async (request, response, signal) => {
        const { thumbprint } = await deps.proofs.verify(proofOf(request))
        await route.handle({ ...toCall(request, response, signal), thumbprint })
      }
    case 'session':
      return async (request, response, signal) => {
        const caller = await deps.sessions.authenticate(credentialOf(request), proofOf(request))
        contextOf(response).userId = caller.user.id
        await deps.requests.consume(caller.session.id)
        await route.handle({ ...toCall(request, response, signal), caller })
      }
    default:
      throw new TypeError('A route without a permission does not mount.')
  }
}

function proofOf(request: Request): ProofRequest {
  const proof = request.headers['dpop']
  if (Array.isArray(proof)) throw new BrokerError('request-invalid', 'The header dpop may be sent once.')
  const [path = ''] = request.originalUrl.split('?', 1)
  return { proof, method: request.method, path }
}

function credentialOf(request: Request): string {
  const credential = /^DPoP (?<credential>\S+)$/i.exec(request.headers.authorization ?? '')?.groups?.['credential']
  if (credential === undefined)
    throw new BrokerError('session-required', 'Send `Authorization: DPoP <credential>` with a proof of the device key.')
  return credential
}

function readParams(request: Request): Readonly<Record<string, string>> {
  const entries = Object.entries(request.params)
  return Object.fromEntries(entries.map(([name, value]) => [name, Array.isArray(value) ? value.join('/') : value]))
}
