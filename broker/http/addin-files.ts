import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import type { Request, Response } from 'express'
import { BrokerError } from '../errors/broker-error.ts'
import { addinPolicy } from './security-headers.ts'

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}

/** Names that the build makes from the content, so that another content has another name. */
const hashedName = /^assets\/.+-[\w-]{8,}\.\w+$/

interface AddinFile {
  readonly bytes: Buffer
  readonly mediaType: string
  readonly tag: string
}

export interface AddinSettings {
  /** The built add-in's folder. */
  readonly directory: string
  /** Where pages load office.js from: an https URL, or a path on this host. */
  readonly officeJsUrl: string
  /** Origins that may show the add-in in a frame, besides its own. */
  readonly frameAncestors: readonly string[]
}

/**
 * The add-in's files, read once, when the first is asked for. Only what was in the folder then can be served, so no path leads
 * elsewhere.
 */
export class AddinFiles {
  readonly #settings: AddinSettings
  readonly #policy: string
  #files: Promise<ReadonlyMap<string, AddinFile>> | undefined

  constructor(settings: AddinSettings) {
    this.#settings = settings
    this.#policy = addinPolicy(settings.officeJsUrl, settings.frameAncestors)
  }

  /**
   * Answers with the file at `path`, relative to the folder.
   *
   * @throws {BrokerError} `not-found`
   */
  async send(request: Request, response: Response, path: string): Promise<void> {
    const file = (await (this.#files ??= this.#read())).get(path)
    if (!file) throw new BrokerError('not-found', 'The add-in has no such file.')
    if (file.mediaType.startsWith('text/html')) this.#setPageHeaders(response)
    // Excel shows the icons outside the add-in's own frame.
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin')
    response.setHeader('Cache-Control', hashedName.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache')
    response.setHeader('Content-Type', file.mediaType)
    response.setHeader('ETag', `"${file.tag}"`)
    if (request.headers['if-none-match']?.includes(`"${file.tag}"`)) {
      response.status(304).end()
      return
    }
    response.setHeader('Content-Length', file.bytes.length)
    response.status(200).end(request.method === 'HEAD' ? undefined : file.bytes)
  }

  #setPageHeaders(response: Response): void {
    response.setHeader('Content-Security-Policy', this.#policy)
    // Its one value would forbid Excel's frame; frame-ancestors says who may.
    response.removeHeader('X-Frame-Options')
    // A dialog talks to the pane that opened it.
    response.removeHeader('Cross-Origin-Opener-Policy')
  }

  async #read(): Promise<ReadonlyMap<string, AddinFile>> {
    const { directory } = this.#settings
    const files = new Map<string, AddinFile>()
    for (const entry of await listFiles(directory)) {
      const mediaType = mediaTypes[extname(entry)]
      if (mediaType === undefined) continue
      const content = await readFile(join(directory, entry))
      const bytes = entry.endsWith('.html') ? this.#fillIn(content) : content
      const tag = createHash('sha256').update(bytes).digest('base64url').slice(0, 32)
      files.set(entry.replaceAll(sep, '/'), { bytes, mediaType, tag })
    }
    return files
  }

  #fillIn(html: Buffer): Buffer {
    const url = this.#settings.officeJsUrl.replaceAll('&', '&amp;')
    return Buffer.from(
      html.toString('utf8').replaceAll('%OFFICE_JS_URL%', () => url),
      'utf8',
    )
  }
}

/** Paths of all files, relative to `directory`; none when it does not exist. */
async function listFiles(directory: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
