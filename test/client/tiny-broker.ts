// As much of a broker as the client's promises need: it checks every proof with jose and serves what a test tells it to.
import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose'

export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly body: unknown
  readonly claims: Readonly<Record<string, unknown>>
  readonly thumbprint: string
}

export type Answer = (request: SeenRequest, response: ServerResponse) => void

export interface TinyBroker {
  readonly url: string
  /** Requests whose proof was accepted, in order. */
  readonly seen: readonly SeenRequest[]
  readonly refusals: readonly string[]
  /** What `METHOD /path` answers. */
  on(route: string, answer: Answer): void
  /** What `METHOD /path` answers to requests without a proof. */
  onOpen(route: string, answer: (response: ServerResponse) => void): void
  /** From now on only proofs with this nonce are taken. */
  requireNonce(nonce: string): void
  /** The address that proofs must name; the broker's own unless something stands in front of it. */
  publicUrl: string
  /** Answers requests outside the API, which carry no proof; false when there is nothing at the path. */
  serveFile: (path: string, response: ServerResponse) => boolean
  /** Every answer asks for yet another nonce. */
  neverSatisfied: boolean
  stop(): Promise<void>
}

export const credential = `shb_ses_${'a'.repeat(49)}`

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
) {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body))
}

export function problem(status: number, code: string, retryable = false) {
  return { type: `/problems/${code}`, title: code, status, detail: `It is ${code}.`, code, retryable }
}

export async function startTinyBroker(): Promise<TinyBroker> {
  const answers = new Map<string, Answer>()
  const openAnswers = new Map<string, (response: ServerResponse) => void>()
  const seen: SeenRequest[] = []
  const refusals: string[] = []
  const usedIds = new Set<unknown>()
  let nonce = 'first-nonce'

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', broker.publicUrl)
    if (!url.pathname.startsWith('/api/')) {
      if (!broker.serveFile(url.pathname, response)) response.writeHead(404).end()
      return
    }
    const open = openAnswers.get(`${request.method ?? ''} ${url.pathname}`)
    if (open && request.headers['dpop'] === undefined) {
      open(response)
      return
    }
    const proof = String(request.headers['dpop'])
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt', algorithms: ['ES256'] })
    if (broker.neverSatisfied) nonce = randomUUID()
    if (payload['nonce'] !== nonce) {
      refusals.push('nonce')
      sendJson(response, 401, problem(401, 'proof-nonce', true), {
        'DPoP-Nonce': nonce,
        'WWW-Authenticate': 'DPoP error="use_dpop_nonce"',
      })
      return
    }
    const isSignIn = url.pathname === '/api/v1/sessions' && request.method === 'POST'
    const ath = createHash('sha256').update(credential).digest('base64url')
    const isBound = isSignIn
      ? payload['ath'] === undefined && request.headers.authorization === undefined
      : payload['ath'] === ath && request.headers.authorization === `DPoP ${credential}`
    const isFresh = !usedIds.has(payload.jti) && typeof payload.jti === 'string' && payload.jti.length >= 16
    usedIds.add(payload.jti)
    const isHere = payload['htm'] === request.method && payload['htu'] === url.origin + url.pathname
    if (!isBound || !isFresh || !isHere || !protectedHeader.jwk) {
      refusals.push('proof')
      sendJson(response, 401, problem(401, 'proof-required'))
      return
    }
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString('utf8')
    const accepted: SeenRequest = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.search,
      body: text === '' ? undefined : JSON.parse(text),
      claims: payload,
      thumbprint: await calculateJwkThumbprint(protectedHeader.jwk),
    }
    seen.push(accepted)
    const answer = answers.get(`${accepted.method} ${accepted.path}`)
    if (answer) answer(accepted, response)
    else sendJson(response, 404, problem(404, 'not-found'))
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      refusals.push(String(error))
      sendJson(response, 401, problem(401, 'proof-required'))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const broker: TinyBroker = {
    url: `http://127.0.0.1:${port}`,
    publicUrl: `http://127.0.0.1:${port}`,
    serveFile: () => false,
    seen,
    refusals,
    neverSatisfied: false,
    on: (route, answer) => void answers.set(route, answer),
    onOpen: (route, answer) => void openAnswers.set(route, answer),
    requireNonce: (next) => {
      nonce = next
    },
    stop: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
  return broker
}
