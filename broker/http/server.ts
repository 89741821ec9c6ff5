import { createServer as createHttpServer, STATUS_CODES, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { BrokerError } from '../errors/broker-error.ts'
import { problems, type ProblemCode } from '../errors/problems.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import { Connections } from './connections.ts'
import type { WebApp } from './web-app.ts'

export interface ServerSettings {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Certificate chain and key as PEM; plain HTTP when absent. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer } | undefined
}

interface ServerDeps {
  readonly settings: ServerSettings
  /** Makes the app once the port is known: its own address may depend on it. */
  readonly createApp: (port: number) => WebApp
  readonly clock: Clock
  readonly log: Log
}

/** How long a client may take to send a request's headers, and the whole request. */
const headersTimeoutMs = 10_000
const requestTimeoutMs = 30_000
const keepAliveTimeoutMs = 65_000
/** How often connections are held against those times. */
const checkEveryMs = 1_000
const mostConnections = 10_000
/** A choice of rows may have 8 KiB, and percent-encoded three times as much. */
const mostHeaderBytes = 32 * 1024
/** Requests in flight may take so long when the server stops. */
const stopAfterMs = requestTimeoutMs + 1_000
/** What a client is sending at the moment of the stop may still arrive. */
const graceMs = 500

/** Codes of Node's HTTP parser, and what they mean to the caller. */
const unreadable = new Map<string, ProblemCode>([
  ['HPE_HEADER_OVERFLOW', 'headers-too-large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', 'request-timeout'],
])

/** The listening socket. */
export class WebServer {
  readonly #deps: ServerDeps
  readonly #connections = new Connections()
  #server: Server | undefined
  #app: WebApp | undefined

  constructor(deps: ServerDeps) {
    this.#deps = deps
  }

  /** Listens; resolves with the port. */
  async start(): Promise<number> {
    const { settings, createApp, log } = this.#deps
    const server = createServer(settings)
    this.#server = server
    server.maxConnections = mostConnections
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      if (socket.writable) socket.end(answerUnreadable(error.code))
      else socket.destroy()
    })
    const port = await listen(server, settings)
    // No request can have been read before this: nothing has been awaited since the socket began to listen.
    this.#app = createApp(port)
    this.#connections.follow(server)
    server.on('request', this.#app.handler)
    server.on('error', (cause) => log.error('listening socket failed', { cause }))
    return port
  }

  /** Stops without breaking a request: not ready at once, streams end, requests in flight finish, then the connections close. */
  async stop(): Promise<void> {
    const server = this.#server
    if (!server) return
    this.#server = undefined
    this.#app?.drain()
    const done = new AbortController()
    const closed = new Promise<void>((resolve) => {
      server.close(() => {
        done.abort()
        resolve()
      })
    })
    await this.#deps.clock.wait(graceMs, done.signal).catch(() => undefined)
    this.#connections.close()
    void this.#deps.clock.wait(stopAfterMs, done.signal).then(
      () => server.closeAllConnections(),
      () => undefined,
    )
    await closed
  }
}

/** What to send back, in full, for what Node could not read as a request. */
function answerUnreadable(code: string | undefined): string {
  const problem = unreadable.get(code ?? '') ?? 'request-invalid'
  const { status, title, retryable } = problems[problem]
  const detail = 'What arrived could not be read as a request.'
  const body = JSON.stringify({ type: `/problems/${problem}`, title, status, detail, code: problem, retryable })
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nCache-Control: no-store\r\n`
  return `${head}Content-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

function createServer({ tls }: ServerSettings): Server {
  const options = {
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    connectionsCheckingInterval: checkEveryMs,
    maxHeaderSize: mostHeaderBytes,
  }
  return tls ? createHttpsServer({ ...options, ...tls, minVersion: 'TLSv1.2' }) : createHttpServer(options)
}

function listen(server: Server, { host, port }: ServerSettings): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException): void => reject(describeListenFailure(cause, host, port))
    server.once('error', onError)
    server.listen({ host, port }, () => {
      server.off('error', onError)
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new TypeError('The server has no port.'))
      else resolve(address.port)
    })
  })
}

const listenFailures: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program is listening there',
  EACCES: 'this user may not listen there',
  EADDRNOTAVAIL: 'this machine does not have that address',
  ENOTFOUND: 'there is no such host',
}

function describeListenFailure(cause: NodeJS.ErrnoException, host: string, port: number): Error {
  const words = listenFailures[cause.code ?? '']
  if (words === undefined) return cause
  const text = `Listening on ${host}, port ${port}, is not possible: ${words}. Set SHEETBROKER_PORT or SHEETBROKER_HOST.`
  return new BrokerError('config-invalid', text, { cause })
}
