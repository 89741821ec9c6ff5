import { createServer as createHttpServer, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
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
const mostHeaderBytes = 16 * 1024
/** Requests in flight may take so long when the server stops. */
const stopAfterMs = requestTimeoutMs + 1_000
/** What a client is sending at the moment of the stop may still arrive. */
const graceMs = 500

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
    server.on('clientError', (_error, socket) => {
      // Node's own answer would not be a problem document either; this one says less.
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
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
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new TypeError('The server has no port.'))
      else resolve(address.port)
    })
  })
}
