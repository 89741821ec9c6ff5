import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { ApiServer, send } from './api-server.ts'
import { DAY_SECONDS, findDay, formatDay } from './calendar.ts'
import { CallCounts, type Counts } from './call-counts.ts'
import { changesSchema, CONTROL_PREFIX, ControlApi } from './control-api.ts'
import { type FaultRequest, Faults } from './faults.ts'
import { API_LIMITS, CallLimiter, TOKEN_LIMITS } from './limits.ts'
import { createOAuthServer, type OAuthServer, type SampleClient, TOKEN_PATH } from './oauth-server.ts'
import { PublicData } from './public-data/data.ts'
import { createPublicEndpoints } from './public-data/public-api.ts'
import { Agency, type Changes, dayOfMs, type TickResult } from './recruitment/agency.ts'
import { createSearchEndpoints } from './recruitment/search-api.ts'
import { TokenCheck } from './token-check.ts'

const HOST = '127.0.0.1'

export interface SampleOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number | undefined
  readonly tokenSeconds?: number | undefined
  readonly candidates?: number | undefined
  readonly seed?: number | undefined
  /** No call limits on the APIs and the token endpoint. */
  readonly unlimited?: boolean | undefined
  /** The search cap of 1,000 records holds for one call only, so that paging leads past it. */
  readonly capPerCall?: boolean | undefined
  /** Of the client that sends its secret in the form. */
  readonly clientId?: string | undefined
  readonly clientSecret?: string | undefined
  /** The sample's date at its start, YYYY-MM-DD; records end the day before. Default: the date of `now`. */
  readonly today?: string | undefined
  /** So many more candidates created on one day (default: 30 days before today), to go over the search cap. */
  readonly crowdedDay?: { readonly date?: string | undefined; readonly records: number } | undefined
  /** Milliseconds since 1970; limits, token lifetimes and dates go by it. Default: the system clock. */
  readonly now?: (() => number) | undefined
}

/** A running sample source. */
export interface Sample {
  readonly url: string
  readonly tokenUrl: string
  /** The client that sends its secret in the form (`client_secret_post`). */
  readonly clientId: string
  readonly clientSecret: string
  /** The client that sends its secret in the Authorization header (`client_secret_basic`). */
  readonly basicClient: { readonly clientId: string; readonly clientSecret: string }
  readonly scopes: readonly string[]
  counts(): Counts
  resetCounts(): void
  /** Updates, adds and deletes candidates: 50, 20 and 10 unless told otherwise. */
  tick(changes?: Partial<Changes>): Promise<TickResult>
  misbehave(fault: FaultRequest): void
  /** Refuses every token used so far, as if it had been revoked. */
  revokeTokens(): void
  /** The client's old secret stops working at once; tokens live on. */
  replaceSecret(clientId: string, clientSecret: string): void
  stop(): Promise<void>
}

/** Starts a sample source on 127.0.0.1 and resolves when it listens. */
export async function startSample(options: SampleOptions = {}): Promise<Sample> {
  const now = options.now ?? Date.now
  const today = readToday(options.today, now)
  const agency = createAgency(options, today)
  const server = createServer()
  const url = await listen(server, options.port ?? 0)
  const parts = await assemble(options, { url, now, today, agency })
  server.on('request', (request, response) => void route(parts, request, response))
  const { clients, endpoints } = parts
  return {
    url,
    tokenUrl: `${url}${TOKEN_PATH}`,
    clientId: clients.post.clientId,
    clientSecret: clients.post.clientSecret,
    basicClient: { clientId: clients.basic.clientId, clientSecret: clients.basic.clientSecret },
    scopes: scopesOf(endpoints),
    counts: () => parts.counts.read(),
    resetCounts: () => parts.counts.reset(),
    tick: (changes = {}) => Promise.resolve(parts.tick(changesSchema.parse(changes))),
    misbehave: (fault) => void parts.faults.add(fault),
    revokeTokens: () => void parts.tokenCheck.revokeSeen(),
    replaceSecret: (clientId, clientSecret) => {
      if (!parts.oauth.replaceSecret(clientId, clientSecret)) {
        throw new RangeError(`There is no client ${clientId}.`)
      }
    },
    stop: () => stop(server),
  }
}

interface Setting {
  readonly url: string
  readonly now: () => number
  readonly today: number
  readonly agency: Agency
}

type Parts = Awaited<ReturnType<typeof assemble>>

async function assemble(options: SampleOptions, { url, now, today, agency }: Setting) {
  const audience = `${url}/api`
  const dataNow = createDataClock(options.today, today, now)
  const publicData = new PublicData()
  const faults = new Faults()
  const counts = new CallCounts()
  const endpoints = [
    ...createSearchEndpoints({ agency, dataNow, capPerCall: options.capPerCall ?? false }),
    ...createPublicEndpoints(publicData),
  ]
  const clients = createClients(options)
  const limiterOf = (limits: typeof API_LIMITS): CallLimiter | undefined =>
    options.unlimited === true ? undefined : new CallLimiter(limits, now)
  const oauth: OAuthServer = await createOAuthServer({
    issuer: url,
    audience,
    scopes: scopesOf(endpoints),
    tokenSeconds: options.tokenSeconds ?? 599,
    clients: [clients.post, clients.basic],
    now,
    limiter: limiterOf(TOKEN_LIMITS),
    faults,
    counts,
  })
  const tokenCheck = new TokenCheck({ issuer: url, audience, publicKey: oauth.publicKey, now })
  const tick = (changes: Changes): TickResult => agency.tick(changes, Math.floor(dataNow() / 1000))
  return {
    oauth,
    endpoints,
    clients,
    faults,
    counts,
    tokenCheck,
    tick,
    url,
    api: new ApiServer({ endpoints, tokenCheck, limiter: limiterOf(API_LIMITS), faults, counts }),
    control: new ControlApi({ agency, publicData, faults, counts, tokenCheck, oauth, tick }),
  }
}

async function route(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const url = new URL(request.url ?? '/', parts.url)
    const endpoint = parts.api.findEndpoint(url.pathname)
    if (endpoint !== undefined) {
      await parts.api.serve(endpoint, request, response, url)
    } else if (url.pathname.startsWith(CONTROL_PREFIX)) {
      await parts.control.serve(request, response, url)
    } else if (url.pathname.startsWith('/authorization/') || url.pathname.startsWith('/.well-known/')) {
      parts.oauth.handle(request, response)
    } else {
      send(response, { status: 404, body: { Message: `There is no ${url.pathname}.` } })
    }
  } catch (error) {
    // The sample's own defects must not look like a vendor's: say what broke and drop the connection.
    process.stderr.write(`sample: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    response.destroy()
  }
}

function createAgency(options: SampleOptions, today: number): Agency {
  const { crowdedDay } = options
  return new Agency({
    candidates: options.candidates ?? 12_000,
    seed: options.seed ?? 1,
    today,
    crowdedDay:
      crowdedDay === undefined
        ? undefined
        : { date: crowdedDay.date ?? formatDay(today - 30), records: crowdedDay.records },
  })
}

function createClients(options: SampleOptions): Record<'post' | 'basic', SampleClient> {
  return {
    post: {
      clientId: options.clientId ?? 'sample-post',
      clientSecret: options.clientSecret ?? 'sample-post-secret',
      method: 'client_secret_post',
    },
    // Wrong unless form-encoded before it goes into the header (RFC 6749 section 2.3.1).
    basic: { clientId: 'sample-basic', clientSecret: 'sample basic+secret:100%/=', method: 'client_secret_basic' },
  }
}

function scopesOf(endpoints: readonly { readonly scope: string }[]): string[] {
  return [...new Set(endpoints.map((endpoint) => endpoint.scope))]
}

function readToday(text: string | undefined, now: () => number): number {
  const day = text === undefined ? dayOfMs(now()) : findDay(text)
  if (day === undefined) {
    throw new RangeError(`"${text ?? ''}" is not a date, YYYY-MM-DD.`)
  }
  return day
}

/** With a given date the sample starts at its noon and goes on with the clock from there. */
function createDataClock(text: string | undefined, today: number, now: () => number): () => number {
  if (text === undefined) {
    return now
  }
  const shiftMs = (today + 0.5) * DAY_SECONDS * 1000 - now()
  return () => now() + shiftMs
}

async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, HOST)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') {
    throw new Error('The sample does not listen on a port.')
  }
  return `http://${HOST}:${address.port}`
}

async function stop(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
