import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as a test looks at it. */
export interface Seen {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export type Respond = (seen: Seen, response: ServerResponse, request: IncomingMessage) => void | Promise<void>

/** A server on 127.0.0.1 that answers as the test says and remembers what it was asked. */
export class Upstream {
  readonly requests: Seen[] = []
  readonly #server: Server
  #origin = ''

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(respond: Respond): Promise<Upstream> {
    const server = createServer((request, response) => {
      void upstream.#handle(respond, request, response)
    })
    const upstream = new Upstream(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    upstream.#origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return upstream
  }

  get origin(): string {
    return this.#origin
  }

  /** The requests to one path. */
  to(path: string): Seen[] {
    return this.requests.filter((seen) => seen.url.pathname === path)
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #handle(respond: Respond, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const seen: Seen = {
      method: request.method ?? '',
      url: new URL(request.url ?? '/', this.#origin),
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    }
    this.requests.push(seen)
    await respond(seen, response, request)
  }
}

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  body: unknown,
  { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}
