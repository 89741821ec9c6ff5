import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Request, Response } from 'express'
import { BrokerError } from '../errors/broker-error.ts'
import { mediaTypes } from './media-types.ts'

/**
 * A company's own copy of Microsoft's library, served from a folder. It has some 80 MB, so files are read when they are asked for; only
 * names that were in the folder at the first request can be, so no path leads elsewhere.
 */
export class OfficeJsFiles {
  readonly #directory: string
  #names: Promise<ReadonlySet<string>> | undefined

  constructor(directory: string) {
    this.#directory = directory
  }

  /**
   * Answers with the file at `path`, relative to the folder.
   *
   * @throws {BrokerError} `not-found`
   */
  async send(request: Request, response: Response, path: string): Promise<void> {
    const mediaType = mediaTypes[extname(path)]
    if (mediaType === undefined || !(await (this.#names ??= this.#list())).has(path))
      throw new BrokerError('not-found', 'The copy of office.js has no such file.')
    const file = join(this.#directory, path)
    const { size, mtimeMs } = await stat(file)
    const tag = `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}"`
    response.setHeader('Content-Type', mediaType)
    // A newer copy keeps its names, so nobody may hold on to an old one for long.
    response.setHeader('Cache-Control', 'public, max-age=3600')
    response.setHeader('ETag', tag)
    if (request.headers['if-none-match']?.includes(tag)) {
      response.status(304).end()
      return
    }
    response.status(200).setHeader('Content-Length', size)
    if (request.method === 'HEAD') response.end()
    else await pipeline(createReadStream(file), response)
  }

  async #list(): Promise<ReadonlySet<string>> {
    const entries = await readdir(this.#directory, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile())
    return new Set(
      files.map(({ parentPath, name }) => relative(this.#directory, join(parentPath, name)).replaceAll(sep, '/')),
    )
  }
}
