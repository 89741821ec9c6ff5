// The only file that opens connections to a source. undici's `request` and not `fetch`: fetch follows redirects with
// secrets in headers and bodies, and takes a cut gzip body for a whole one.
import { pipeline } from 'node:stream/promises'
import { getCACertificates } from 'node:tls'
import { createGunzip } from 'node:zlib'
import type { Readable } from 'node:stream'
import { Pool, type Dispatcher } from 'undici'
import { BrokerError } from '../errors/broker-error.ts'
import type { ProblemCode } from '../errors/problems.ts'
import type { Clock } from '../kernel/clock.ts'
import { freeBuffer } from '../kernel/free-buffer.ts'
import type { AddressGuard } from '../network/address-guard.ts'
import { guardedConnector } from '../network/guarded-connector.ts'
import type { TlsIdentity } from './private-key.ts'

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** The client certificate to show; over https only. */
  readonly identity?: TlsIdentity
  /** The most bytes that the body may have once it is unpacked. */
  readonly maxBytes: number
}

export interface HttpAnswer {
  readonly status: number
  /** Lower-case names; repeated headers joined by a comma. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Unpacked and whole. Of an answer that is no success only as much as could be had. */
  readonly body: Buffer
  /** True when nothing but the end of the connection says that the body has ended, so that it may have been cut. */
  readonly isEndUncertain: boolean
}

/** What ends a request: whoever wants it no more, and that or its deadline. */
interface Signals {
  readonly caller: AbortSignal
  readonly any: AbortSignal
}

/** No explanation of a failure needs more. */
const maxErrorBodyBytes = 65_536
const maxConnections = 16

export interface HttpCallerDeps {
  readonly clock: Clock
  readonly timeoutMs: number
  readonly addresses: AddressGuard
  /** PEM. Certificates that vouch for servers besides the usual ones. */
  readonly certificateAuthority?: string | undefined
}

/** Sends single requests, each with a deadline for the whole of it. Never repeats one and follows no redirect. */
export class HttpCaller {
  readonly #clock: Clock
  readonly #timeoutMs: number
  readonly #addresses: AddressGuard
  readonly #trusted: readonly string[]
  readonly #pools = new Map<string, Pool>()

  constructor(deps: HttpCallerDeps) {
    this.#clock = deps.clock
    this.#timeoutMs = deps.timeoutMs
    this.#addresses = deps.addresses
    // Beside the usual authorities, not instead of them: the token endpoint may be a public one.
    this.#trusted = deps.certificateAuthority === undefined ? [] : [...getCACertificates(), deps.certificateAuthority]
  }

  /**
   * The answer, whatever its status.
   *
   * @throws {BrokerError} `source-address`, `source-unreachable`, `source-timeout`, `source-truncated`, `source-too-large`,
   * `source-malformed`; `definition-invalid` for a header that cannot be sent. The signal's reason when it aborts.
   */
  async send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    signal.throwIfAborted()
    this.#addresses.checkUrl(request.url)
    const deadline = new AbortController()
    const answered = new AbortController()
    this.#clock.wait(this.#timeoutMs, answered.signal).then(
      () => deadline.abort(),
      () => undefined, // The answer came in time.
    )
    try {
      return await this.#exchange(request, { caller: signal, any: AbortSignal.any([signal, deadline.signal]) })
    } catch (error) {
      signal.throwIfAborted()
      if (deadline.signal.aborted) {
        const seconds = this.#timeoutMs / 1000
        throw new BrokerError('source-timeout', `${request.url.host} gave no whole answer within ${seconds} s.`)
      }
      throw error
    } finally {
      answered.abort()
    }
  }

  /** Closes every connection; requests under way fail. */
  async stop(): Promise<void> {
    const pools = [...this.#pools.values()]
    this.#pools.clear()
    await Promise.all(pools.map((pool) => pool.destroy()))
  }

  async #exchange(request: HttpRequest, signals: Signals): Promise<HttpAnswer> {
    const { method, url, headers, body } = request
    const path = url.pathname + url.search
    let response: Dispatcher.ResponseData
    try {
      response = await this.#poolOf(request).request({ method, path, headers, body: body ?? null, signal: signals.any })
    } catch (error) {
      throw describeFailure(error, 'source-unreachable', url.host)
    }
    return readAnswer(response, request, signals)
  }

  /** Connections with a certificate are kept apart from those without. */
  #poolOf({ url: { origin, hostname }, identity }: HttpRequest): Pool {
    const name = identity === undefined ? origin : `${origin} ${identity.id}`
    let pool = this.#pools.get(name)
    if (!pool) {
      // The deadline covers headers and body; undici's own limits would only name the failure differently. HTTP/1.1 only:
      // its framing is what the checks for a cut body are written for.
      pool = new Pool(origin, {
        connections: maxConnections,
        headersTimeout: 0,
        bodyTimeout: 0,
        allowH2: false,
        connect: guardedConnector(this.#addresses, hostname, {
          ...(this.#trusted.length > 0 && { ca: [...this.#trusted] }),
          ...(identity && { cert: identity.certificates, key: identity.key.reveal() }),
        }),
      })
      this.#pools.set(name, pool)
    }
    return pool
  }
}

async function readAnswer(
  response: Dispatcher.ResponseData,
  request: HttpRequest,
  signals: Signals,
): Promise<HttpAnswer> {
  const headers = joinHeaders(response.headers)
  const isSuccess = response.statusCode >= 200 && response.statusCode < 300
  const isEndUncertain = headers['content-length'] === undefined && headers['transfer-encoding'] === undefined
  const read = readBody(response.body, {
    encoding: headers['content-encoding'],
    maxBytes: isSuccess ? request.maxBytes : maxErrorBodyBytes,
    signal: signals.any,
  })
  try {
    return { status: response.statusCode, headers, body: await read, isEndUncertain }
  } catch (error) {
    // What an error answer says in its body is a courtesy; its status is what counts.
    if (!isSuccess && !signals.caller.aborted)
      return { status: response.statusCode, headers, body: Buffer.of(), isEndUncertain }
    throw error instanceof BrokerError ? error : describeFailure(error, 'source-truncated', request.url.host)
  }
}

async function readBody(
  body: Readable,
  options: { encoding: string | undefined; maxBytes: number; signal: AbortSignal },
): Promise<Buffer> {
  const { maxBytes, signal } = options
  const chunks: Buffer[] = []
  let bytes = 0
  const collect = async (decoded: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of decoded) {
      bytes += chunk.length
      if (bytes > maxBytes) {
        throw new BrokerError('source-too-large', `The answer has more than ${Math.floor(maxBytes / 1_048_576)} MiB.`)
      }
      chunks.push(chunk)
    }
  }
  switch (options.encoding?.trim().toLowerCase() ?? '') {
    case '':
    case 'identity':
      await pipeline(body, collect, { signal })
      break
    case 'gzip':
    case 'x-gzip':
      // zlib's stream fails on a body that ends early, which is why fetch's decoder is not used.
      await pipeline(body, createGunzip(), collect, { signal })
      break
    default:
      // Destroyed unread, it emits an error; one that nobody listens to ends the process.
      body.on('error', () => undefined).destroy()
      throw new BrokerError('source-malformed', 'The answer is packed in a way that was not asked for (only gzip was).')
  }
  const whole = Buffer.concat(chunks, bytes)
  for (const chunk of chunks) freeBuffer(chunk)
  return whole
}

function joinHeaders(headers: Dispatcher.ResponseData['headers']): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  )
}

const failureWords: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known (DNS)',
  EAI_AGAIN: 'its name cannot be looked up right now (DNS)',
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'it closed the connection',
  UND_ERR_SOCKET: 'it closed the connection',
  UND_ERR_CONNECT_TIMEOUT: 'it does not take connections in time',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
}

/** What undici's parser says of bytes that are no answer; an assertion of it failed where a status is below 100. */
const unreadableHttp = new Set([
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'HTTPParserError',
  'ERR_ASSERTION',
])

function describeFailure(error: unknown, otherwise: ProblemCode, host: string): BrokerError {
  if (error instanceof BrokerError) return error
  const code = codeOf(error)
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED') {
    // No cause: it may quote a header's value.
    return new BrokerError('definition-invalid', `A header of the request to ${host} cannot be sent as it is defined.`)
  }
  if (code.startsWith('HPE_') || unreadableHttp.has(code)) {
    return new BrokerError('source-malformed', `${host} does not answer in HTTP that can be read (${code}).`)
  }
  if (code === 'Z_DATA_ERROR') return new BrokerError('source-malformed', `${host} sent gzip that cannot be unpacked.`)
  const words = failureWords[code] ?? (/CERT|SSL|TLS/.test(code) ? `its certificate is not trusted (${code})` : code)
  return otherwise === 'source-truncated'
    ? new BrokerError('source-truncated', `${host} broke off in the middle of its answer.`, { cause: error })
    : new BrokerError(otherwise, `${host} cannot be reached: ${words}.`, { cause: error })
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  if (!(error instanceof Error)) return 'unknown failure'
  if ('code' in error && typeof error.code === 'string') return error.code
  // The parser does not give a code for everything that it refuses.
  return error.name === 'HTTPParserError' ? error.name : 'unknown failure'
}
