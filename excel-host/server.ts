// One HTTPS origin for the preview: the page that plays Excel, the unmodified office.js, and everything of the broker.
// One origin, because nobody can accept the certificate of a second one inside a frame.
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { Agent, get, request as httpRequest } from 'node:http'
import { createServer } from 'node:https'
import { createRequire } from 'node:module'
import { dirname, extname, join, normalize, sep } from 'node:path'
import { pipeline } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { generate } from 'selfsigned'
import { transformWithOxc } from 'vite'

/** What the preview shows and where it forwards to. */
export interface ExcelPreviewOptions {
  /** 0 (the default) takes a free port. */
  readonly port?: number
  /** The task pane's path on the broker. */
  readonly addinPath?: string
  /** The broker's plain address, as `http://127.0.0.1:8080`. */
  readonly broker: string
  /** Worksheet functions as the manifest names them: their namespace and the path of their metadata on the broker. */
  readonly functions?: { readonly namespace: string; readonly path: string }
  /** A line for the hint bar; a part in backticks is shown as a code with a button to copy it. */
  readonly hint?: string
}

/** A running preview. */
export interface ExcelPreview {
  /** The page to open, on `https://localhost`. */
  readonly url: string
  /** Ends all connections and frees the port. */
  stop(): Promise<void>
}

const HERE = dirname(fileURLToPath(import.meta.url))
const OFFICE_JS = dirname(createRequire(import.meta.url).resolve('@microsoft/office-js/dist/office.js'))

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ts': 'text/javascript; charset=utf-8',
}

// Hop-by-hop headers (RFC 9110 section 7.6.1) belong to one connection; every other header passes untouched.
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name)))
}

/** The file that a path below a folder names; undefined when it leaves the folder or is no path. */
function fileBelow(folder: string, path: string): string | undefined {
  try {
    const file = normalize(join(folder, decodeURIComponent(path)))
    return file.startsWith(folder + sep) ? file : undefined
  } catch {
    // A percent sign that begins no character.
    return undefined
  }
}

async function sendFile(response: ServerResponse, file: string | undefined): Promise<void> {
  const type = file === undefined ? undefined : TYPES[extname(file)]
  if (file === undefined || type === undefined) {
    sendText(response, 404, 'Not found.')
    return
  }
  try {
    const content = await readFile(file)
    // The page's modules are the same TypeScript files that Node runs; browsers get them without the types.
    const body = extname(file) === '.ts' ? (await transformWithOxc(content.toString('utf8'), file)).code : content
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' })
    response.end(body)
  } catch {
    // No such file; which one is of no interest to the browser.
    sendText(response, 404, 'Not found.')
  }
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(text)
}

function forward(request: IncomingMessage, response: ServerResponse, broker: URL, agent: Agent): void {
  const upstream = httpRequest(
    {
      agent,
      hostname: broker.hostname,
      port: broker.port,
      method: request.method,
      path: request.url,
      headers: endToEnd(request.headers),
    },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers))
      // Server-sent events must not wait for the first row of a body.
      response.flushHeaders()
      // A half-sent body cannot be repaired: pipeline closes both ends.
      pipeline(answer, response, () => undefined)
    },
  )
  upstream.on('error', () => {
    if (response.headersSent) response.destroy()
    else sendText(response, 502, 'The broker does not answer.')
  })
  response.on('close', () => upstream.destroy())
  request.pipe(upstream)
}

/** The page must not wait for a broker that takes the question and never answers. */
const MOST_WAIT_MS = 3_000

/** What Excel reads of the add-in's worksheet functions when it is installed, by the name that the broker goes by; null when it has none. */
async function readFunctions(address: URL, host: string): Promise<unknown> {
  try {
    // Not fetch, which always names the address that it connects to.
    const asked = get(address, {
      headers: { accept: 'application/json', host },
      signal: AbortSignal.timeout(MOST_WAIT_MS),
    })
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    const isJson = answer.headers['content-type']?.includes('json') === true
    const body = await text(answer)
    return answer.statusCode === 200 && isJson ? JSON.parse(body) : null
  } catch {
    // A broker that does not answer has no functions either; the add-in's own page will say that it is away.
    return null
  }
}

function createHandler(options: ExcelPreviewOptions, agent: Agent) {
  const broker = new URL(options.broker)
  const functions = options.functions ?? { namespace: 'SHEETBROKER', path: '/addin/functions.json' }
  const settings = {
    addinPath: options.addinPath ?? '/addin/taskpane.html',
    hint: options.hint ?? '',
  }
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? '/', 'https://localhost')
    if (pathname === '/' || pathname === '/preview') {
      response.writeHead(302, { location: '/preview/' })
      response.end()
    } else if (pathname === '/preview/') {
      await sendFile(response, join(HERE, 'web', 'index.html'))
    } else if (pathname === '/preview/settings.json') {
      response.writeHead(200, { 'content-type': TYPES['.json'], 'cache-control': 'no-store' })
      const metadata = await readFunctions(new URL(functions.path, broker), request.headers.host ?? 'localhost')
      response.end(JSON.stringify({ ...settings, functions: { namespace: functions.namespace, metadata } }))
    } else if (pathname.startsWith('/preview/office-js/')) {
      await sendFile(response, fileBelow(OFFICE_JS, pathname.slice('/preview/office-js/'.length)))
    } else if (pathname.startsWith('/preview/engine/')) {
      await sendFile(response, fileBelow(join(HERE, 'engine'), pathname.slice('/preview/engine/'.length)))
    } else if (pathname.startsWith('/preview/web/')) {
      await sendFile(response, fileBelow(join(HERE, 'web'), pathname.slice('/preview/web/'.length)))
    } else {
      forward(request, response, broker, agent)
    }
  }
}

/**
 * Starts the preview on `https://localhost` with a certificate made now and kept in memory; the browser asks once
 * whether to trust it.
 */
export async function startExcelPreview(options: ExcelPreviewOptions): Promise<ExcelPreview> {
  const certificate = await generate([{ name: 'commonName', value: 'localhost' }], {
    algorithm: 'sha256',
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  })
  // A kept connection may be closed by the broker just when it is used again; on one machine a new one costs nothing.
  const agent = new Agent({ keepAlive: false })
  const handle = createHandler(options, agent)
  const server = createServer({ key: certificate.private, cert: certificate.cert }, (request, response) => {
    handle(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `https://localhost:${port}/preview/`,
    stop: async () => {
      agent.destroy()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
