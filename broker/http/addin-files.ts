import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Request, Response } from 'express'
import { BrokerError } from '../errors/broker-error.ts'
import { hasCode } from '../kernel/error-code.ts'
import { chooseCoding, type Coding } from './coding.ts'
import { mediaTypes } from './media-types.ts'
import { OfficeJsFiles } from './office-js-files.ts'
import { addinPolicy } from './security-headers.ts'

/** Names that the build makes from the content, so that another content has another name. */
const hashedName = /^assets\/.+-[\w-]{8,}\.\w+$/

/** Excel shows them again and again; a new one may take a day to arrive. */
const iconName = /^icons\/[\w-]+\.png$/

/** Where a copy of office.js is served. */
const officeJsPrefix = 'office-js/'
/** The address, on this host, of office.js in that copy. */
export const ownOfficeJsUrl = `/addin/${officeJsPrefix}office.js`

/** What tells Excel of the worksheet functions. */
const functionMetadata = 'functions.json'

/** Kinds of files that are small already. */
const packedName = /\.png$/

const pack = {
  br: (bytes: Buffer) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes, { level: 9 }),
} as const

interface AddinFile {
  readonly bytes: Buffer
  readonly mediaType: string
  readonly tag: string
  /** The same bytes compressed, once somebody has asked for them. */
  readonly packed: Map<Coding, Promise<Buffer>>
}

export interface AddinSettings {
  /** The built add-in's folder. */
  readonly directory: string
  /** Where pages load office.js from: an https URL, or a path on this host. */
  readonly officeJsUrl: string
  /** A copy of office.js and its other files to serve; undefined where pages load it from elsewhere. */
  readonly officeJsDirectory: string | undefined
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
  readonly #officeJs: OfficeJsFiles | undefined
  #files: Promise<ReadonlyMap<string, AddinFile>> | undefined

  constructor(settings: AddinSettings) {
    this.#settings = settings
    this.#policy = addinPolicy(settings.officeJsUrl, settings.frameAncestors)
    this.#officeJs =
      settings.officeJsDirectory === undefined ? undefined : new OfficeJsFiles(settings.officeJsDirectory)
  }

  /**
   * Answers with the file at `path`, relative to the folder.
   *
   * @throws {BrokerError} `not-found`
   */
  async send(request: Request, response: Response, path: string): Promise<void> {
    if (this.#officeJs && path.startsWith(officeJsPrefix)) {
      await this.#officeJs.send(request, response, path.slice(officeJsPrefix.length))
      return
    }
    const file = (await (this.#files ??= this.#read())).get(path)
    if (!file) throw new BrokerError('not-found', 'The add-in has no such file.')
    if (file.mediaType.startsWith('text/html')) this.#setPageHeaders(response)
    // Excel shows the icons outside the add-in's own frame.
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin')
    // Excel on the web reads what functions there are from its own page.
    if (path === functionMetadata) response.setHeader('Access-Control-Allow-Origin', '*')
    response.setHeader('Cache-Control', lifetimeOf(path))
    response.setHeader('Content-Type', file.mediaType)
    const coding = packedName.test(path) ? undefined : chooseCoding(request, file.bytes.length)
    const tag = `"${coding ? `${file.tag}-${coding}` : file.tag}"`
    response.setHeader('ETag', tag)
    response.setHeader('Vary', 'Accept-Encoding')
    if (request.headers['if-none-match']?.includes(tag)) {
      response.status(304).end()
      return
    }
    const body = coding ? await packOnce(file, coding) : file.bytes
    if (coding) response.setHeader('Content-Encoding', coding)
    response.setHeader('Content-Length', body.length)
    response.status(200).end(request.method === 'HEAD' ? undefined : body)
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
      files.set(entry.replaceAll(sep, '/'), { bytes, mediaType, tag, packed: new Map() })
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

function packOnce({ bytes, packed }: AddinFile, coding: Coding): Promise<Buffer> {
  const known = packed.get(coding)
  if (known) return known
  const made = pack[coding](bytes)
  packed.set(coding, made)
  return made
}

function lifetimeOf(path: string): string {
  if (hashedName.test(path)) return 'public, max-age=31536000, immutable'
  return iconName.test(path) ? 'public, max-age=86400' : 'no-cache'
}

/** Paths of all files, relative to `directory`; none when it does not exist. */
async function listFiles(directory: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  }
}
