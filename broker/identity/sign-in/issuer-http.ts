// Requests to identity providers: few, small, held to the same addresses as sources, and never redirected.
import { getCACertificates } from 'node:tls'
import { Client, type Dispatcher } from 'undici'
import { BrokerError } from '../../errors/broker-error.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { AddressGuard } from '../../network/address-guard.ts'
import { guardedConnector } from '../../network/guarded-connector.ts'

const timeoutMs = 5_000
/** Entra ID's keys, certificates included, have some 20 KB. */
const mostBytes = 524_288

export interface IssuerRequest {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface IssuerAnswer {
  readonly status: number
  readonly body: string
}

export interface IssuerHttpDeps {
  readonly addresses: AddressGuard
  readonly clock: Clock
  readonly certificateAuthority: string | undefined
}

/** Sends single requests to one provider, each over a connection of its own. */
export class IssuerHttp {
  readonly #deps: IssuerHttpDeps
  readonly #trusted: readonly string[]

  constructor(deps: IssuerHttpDeps) {
    this.#deps = deps
    this.#trusted = deps.certificateAuthority === undefined ? [] : [...getCACertificates(), deps.certificateAuthority]
  }

  /**
   * The answer, whatever its status; a redirect is not followed.
   *
   * @throws {BrokerError} `issuer-unreachable`
   */
  async send(request: IssuerRequest): Promise<IssuerAnswer> {
    const { addresses, clock } = this.#deps
    const { url } = request
    const ended = new AbortController()
    const deadline = new AbortController()
    clock.wait(timeoutMs, ended.signal).then(
      () => deadline.abort(new Error(`${url.host} gave no whole answer within ${timeoutMs} ms.`)),
      () => undefined, // The answer came in time.
    )
    try {
      addresses.checkUrl(url)
      return await this.#exchange(request, deadline.signal)
    } catch (cause) {
      throw unreachable(cause)
    } finally {
      ended.abort()
    }
  }

  /**
   * The JSON object at `url`.
   *
   * @throws {BrokerError} `issuer-unreachable` also for every other answer
   */
  async getJson(url: URL): Promise<unknown> {
    const answer = await this.send({ method: 'GET', url, headers: { accept: 'application/json' } })
    if (answer.status !== 200) throw unreachable(new Error(`${url.href} answered with status ${answer.status}.`))
    try {
      return JSON.parse(answer.body)
    } catch (cause) {
      throw unreachable(cause)
    }
  }

  async #exchange({ method, url, headers, body }: IssuerRequest, signal: AbortSignal): Promise<IssuerAnswer> {
    const connect = guardedConnector(this.#deps.addresses, url.hostname, {
      ...(this.#trusted.length > 0 && { ca: [...this.#trusted] }),
    })
    const client = new Client(url.origin, {
      connect,
      allowH2: false,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    })
    try {
      const path = url.pathname + url.search
      const response = await client.request({ method, path, headers, body: body ?? null, signal })
      return { status: response.statusCode, body: await readText(response) }
    } finally {
      await client.destroy()
    }
  }
}

/** What a caller sees when a provider does not answer as it should; the log has the cause. */
export function unreachable(cause: unknown): BrokerError {
  const text = 'The identity provider cannot be reached right now. Try again, or sign in with an invitation.'
  return new BrokerError('issuer-unreachable', text, { cause })
}

async function readText({ body }: Dispatcher.ResponseData): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    const part = Buffer.from(chunk as Uint8Array)
    bytes += part.length
    if (bytes > mostBytes) throw new RangeError(`The answer has more than ${mostBytes} bytes.`)
    chunks.push(part)
  }
  return Buffer.concat(chunks, bytes).toString('utf8')
}
