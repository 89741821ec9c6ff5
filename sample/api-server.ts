// One API call's way: count, fault, token, limit, answer. The order is the vendor's: an unauthorised caller learns
// nothing about parameters, and a refused token uses up no allowance.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { CallCounts } from './call-counts.ts'
import { type Answer, BadRequest, type Endpoint, type EndpointCall, type PagingFault } from './endpoint.ts'
import type { ApiFault, Faults } from './faults.ts'
import type { CallLimiter } from './limits.ts'
import { refuse, type TokenCheck } from './token-check.ts'

export interface ApiServerDeps {
  readonly endpoints: readonly Endpoint[]
  readonly tokenCheck: TokenCheck
  /** Absent: no limits. */
  readonly limiter: CallLimiter | undefined
  readonly faults: Faults
  readonly counts: CallCounts
}

/** Serves the endpoints of both sample APIs. */
export class ApiServer {
  readonly #deps: ApiServerDeps

  constructor(deps: ApiServerDeps) {
    this.#deps = deps
  }

  findEndpoint(path: string): Endpoint | undefined {
    return this.#deps.endpoints.find((endpoint) => endpoint.path === path)
  }

  async serve(endpoint: Endpoint, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const { counts, faults } = this.#deps
    counts.countCall(endpoint.name)
    const fault = faults.takeForApi(endpoint.name, isFirstPage(endpoint, url))
    if (fault?.kind === 'slow') {
      await waitWhileOpen(response, fault.delayMs)
    }
    const answer = answerInstead(fault) ?? (await this.#answer(endpoint, request, { url, fault }))
    counts.countAnswer(answer.status)
    if (fault?.kind === 'cut-body') {
      cutShort(response, answer)
    } else {
      send(response, answer)
    }
  }

  async #answer(
    endpoint: Endpoint,
    request: IncomingMessage,
    { url, fault }: { url: URL; fault: ApiFault | undefined },
  ): Promise<Answer> {
    if (request.method !== 'GET') {
      return { status: 405, headers: { allow: 'GET' }, body: { Message: 'Only GET is allowed.' } }
    }
    const verdict = await this.#deps.tokenCheck.judge(request.headers.authorization, endpoint.scope)
    if ('refusal' in verdict) {
      return verdict.refusal
    }
    const waitSeconds = this.#deps.limiter?.admit(`${endpoint.name} ${verdict.clientId}`) ?? 0
    if (waitSeconds > 0) {
      return tooMany(waitSeconds)
    }
    const call: EndpointCall = { url, prefer: readHeader(request, 'prefer'), pagingFault: pagingFaultOf(fault) }
    try {
      return await endpoint.answer(call)
    } catch (error) {
      if (error instanceof BadRequest) {
        return { status: 400, body: { Message: error.message } }
      }
      throw error
    }
  }
}

/** Writes an answer with its length, as JSON unless it is bytes already. */
export function send(response: ServerResponse, answer: Answer): void {
  const body = encode(answer)
  response.writeHead(answer.status, headersOf(answer, body.length)).end(body)
}

function encode(answer: Answer): Buffer {
  return Buffer.isBuffer(answer.body) ? answer.body : Buffer.from(JSON.stringify(answer.body))
}

function headersOf(answer: Answer, length: number): Record<string, string | number> {
  return {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    ...answer.headers,
    'content-length': length,
  }
}

function answerInstead(fault: ApiFault | undefined): Answer | undefined {
  switch (fault?.kind) {
    case 'unauthorized':
      return refuse('The token is not valid.', 'invalid_token')
    case 'rate-limited':
      return tooMany(fault.retryAfterSeconds)
    case 'server-error':
      return { status: 503, body: { Message: 'The service is unavailable.' } }
    case 'not-json':
      return { status: 200, headers: { 'content-type': 'text/html' }, body: Buffer.from('<p>Down for maintenance</p>') }
    case 'slow':
    case 'cut-body':
    case 'repeated-page':
    case 'foreign-next':
    case undefined:
      return undefined
  }
}

function tooMany(retryAfterSeconds: number): Answer {
  return {
    status: 429,
    headers: { 'retry-after': String(retryAfterSeconds) },
    body: { Message: `Too many calls; try again in ${retryAfterSeconds} s.` },
  }
}

/** Promises the whole length, sends half and drops the connection: what a reader must never take for a whole page. */
function cutShort(response: ServerResponse, answer: Answer): void {
  const body = encode(answer)
  response.writeHead(answer.status, headersOf(answer, body.length))
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy())
}

function pagingFaultOf(fault: ApiFault | undefined): PagingFault {
  return fault?.kind === 'repeated-page' || fault?.kind === 'foreign-next' ? fault.kind : undefined
}

function isFirstPage(endpoint: Endpoint, url: URL): boolean {
  const position = url.searchParams.get(endpoint.pageParameter)
  return position === null || position === '1'
}

function readHeader(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

async function waitWhileOpen(response: ServerResponse, delayMs: number): Promise<void> {
  const closed = new AbortController()
  response.once('close', () => closed.abort())
  try {
    await delay(delayMs, undefined, { signal: closed.signal, ref: false })
  } catch (error) {
    // Only the caller's leaving ends the wait early, and then there is nobody to answer.
    if (!closed.signal.aborted) {
      throw error
    }
  }
}
