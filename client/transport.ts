// One request, sent until it is answered: proof, nonce, time limit, and the waits that the broker asks for.
import type { ClientClock } from './clock.ts'
import { ClientError, readProblem } from './client-error.ts'
import { proveDevice, type DeviceKey } from './device-key.ts'

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Path and query below the broker's URL. */
  readonly path: string
  readonly body?: object
  readonly signal?: AbortSignal | undefined
}

/** Who sends: the device key, and the credential once there is a session. */
export interface Sender {
  readonly key: DeviceKey
  readonly credential: string | undefined
}

export interface TransportDeps {
  /** Scheme and host, and the path that the broker lives under, if any. */
  readonly brokerUrl: string
  readonly clock: ClientClock
  readonly fetch: typeof fetch
}

/** How long an answer, from the request to the body's last byte, may take. */
const answerTimeoutMs = 60_000
const mostNonceRetries = 3
/** Tries of one request when the broker is busy, or a GET when the network fails. */
const mostTries = 4
/** A longer wait than this is for the user to decide. */
const longestWaitMs = 30_000
const networkRetryDelayMs = 500

/** Sends requests of one device to one broker. */
export class Transport {
  readonly #deps: TransportDeps
  readonly #brokerUrl: string
  #nonce: string | undefined
  /** What the broker's clock says more than ours; proofs are judged by the broker's. */
  #clockSkewMs = 0

  constructor(deps: TransportDeps) {
    this.#deps = deps
    this.#brokerUrl = deps.brokerUrl.replace(/\/+$/, '')
  }

  /**
   * The answer's JSON body; undefined for an empty one. Waits and tries again, a few times, when the broker says when to come
   * back (429, 503 with Retry-After), and when the network fails a GET.
   *
   * @throws {ClientError} for every answer that is not a success
   */
  async call(request: ApiRequest, sender: Sender | undefined): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#withTimeout(request.signal, async (signal) => {
          const response = await this.#send(request, sender, signal)
          return readBody(response)
        })
      } catch (error) {
        const waitMs = attempt < mostTries ? waitBeforeRetry(request, error, attempt) : undefined
        if (waitMs === undefined) throw error
        await this.#deps.clock.wait(waitMs, request.signal)
      }
    }
  }

  /** An answer whose body is still arriving. `request.signal` ends it. */
  async open(request: ApiRequest, sender: Sender | undefined): Promise<Response> {
    try {
      const response = await this.#send(request, sender, request.signal)
      if (!response.ok) throw failureOf(response, await readJson(response))
      return response
    } catch (error) {
      throw nameFailure(error, request.signal)
    }
  }

  async #send(request: ApiRequest, sender: Sender | undefined, signal: AbortSignal | undefined): Promise<Response> {
    for (let retries = 0; ; retries += 1) {
      const response = await this.#sendOnce(request, sender, signal)
      const nonce = response.headers.get('DPoP-Nonce')
      if (nonce !== null) this.#nonce = nonce
      if (response.status !== 401 || nonce === null || retries >= mostNonceRetries) return response
      if (!response.headers.get('WWW-Authenticate')?.includes('use_dpop_nonce')) return response
      this.#learnSkew(response)
      await response.body?.cancel()
    }
  }

  async #sendOnce(request: ApiRequest, sender: Sender | undefined, signal: AbortSignal | undefined): Promise<Response> {
    const url = this.#brokerUrl + request.path
    const headers: Record<string, string> = { Accept: 'application/json' }
    if (sender) headers['DPoP'] = await this.#prove(request, sender)
    if (sender?.credential !== undefined) headers['Authorization'] = `DPoP ${sender.credential}`
    if (request.body !== undefined) headers['Content-Type'] = 'application/json'
    return this.#deps.fetch(url, {
      method: request.method,
      headers,
      body: request.body === undefined ? null : JSON.stringify(request.body),
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      signal: signal ?? null,
    })
  }

  #prove({ method, path }: ApiRequest, { key, credential }: Sender): Promise<string> {
    const issuedAtMs = this.#deps.clock.nowMs() + this.#clockSkewMs
    return proveDevice(key, { method, url: this.#brokerUrl + path, issuedAtMs, nonce: this.#nonce, credential })
  }

  // A device whose clock is wrong by minutes is common, and its user cannot help it.
  #learnSkew(response: Response): void {
    const brokerMs = Date.parse(response.headers.get('Date') ?? '')
    if (!Number.isNaN(brokerMs)) this.#clockSkewMs = brokerMs - this.#deps.clock.nowMs()
  }

  async #withTimeout<Result>(
    caller: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const timeout = new AbortController()
    const finished = new AbortController()
    const signal = caller ? AbortSignal.any([caller, timeout.signal]) : timeout.signal
    this.#deps.clock.wait(answerTimeoutMs, finished.signal).then(
      () => timeout.abort(new ClientError('timeout', 'The broker did not answer in time.')),
      () => undefined,
    )
    try {
      return await work(signal)
    } catch (error) {
      throw nameFailure(error, signal)
    } finally {
      finished.abort()
    }
  }
}

async function readBody(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined
  const body = await readJson(response)
  if (!response.ok) throw failureOf(response, body)
  if (body === undefined) throw new ClientError('protocol', 'The broker sent an answer that cannot be read.')
  return body
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text()
  try {
    return JSON.parse(text)
  } catch {
    // A proxy's error page, for example: the status says all there is to know.
    return undefined
  }
}

function failureOf(response: Response, body: unknown): ClientError {
  const problem = readProblem(body)
  const retryAfterMs = readRetryAfter(response)
  if (problem) return new ClientError('problem', problem.detail, { problem, retryAfterMs })
  return new ClientError('protocol', `The broker answered with status ${response.status}.`, {
    retryAfterMs,
    status: response.status,
  })
}

/** Retry-After in its form of seconds (RFC 9110 section 10.2.3), the one the broker uses. */
function readRetryAfter(response: Response): number | undefined {
  const text = response.headers.get('Retry-After')
  if (response.status !== 429 && response.status !== 503) return undefined
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) * 1000 : undefined
}

function waitBeforeRetry(request: ApiRequest, error: unknown, attempt: number): number | undefined {
  if (!(error instanceof ClientError)) return undefined
  if (error.kind === 'offline' && request.method === 'GET') return networkRetryDelayMs * 2 ** (attempt - 1)
  if (error.retryAfterMs === undefined || error.retryAfterMs > longestWaitMs) return undefined
  return Math.max(error.retryAfterMs, 100)
}

/** A network failure as a ClientError; an abort keeps its own reason. */
function nameFailure(error: unknown, signal: AbortSignal | undefined): unknown {
  if (error instanceof ClientError) return error
  if (signal?.aborted) return signal.reason
  // fetch and its body streams report every network failure as a TypeError.
  if (error instanceof TypeError) return new ClientError('offline', 'The broker cannot be reached.', { cause: error })
  return error
}
