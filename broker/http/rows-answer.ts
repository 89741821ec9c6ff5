// How a page goes out: its entity tag, and its compression.
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Request, Response } from 'express'
import { joinTuple } from '../query/tuple.ts'
import { chooseCoding } from './coding.ts'

const compress = {
  br: (bytes: Uint8Array) =>
    promisify(brotliCompress)(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 1, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
  gzip: (bytes: Uint8Array) => promisify(gzip)(bytes, { level: 1 }),
} as const

/** The strong tag of what exactly these parts determine, without the coding. */
export function makeTag(parts: readonly (string | number | null)[]): string {
  return createHash('sha256').update(joinTuple(parts), 'utf8').digest('base64url').slice(0, 32)
}

/** True when the client has this already, in whatever coding it got it. RFC 9110 section 13.1.2. */
export function isKnown(request: Request, tag: string): boolean {
  const given = request.headers['if-none-match']
  if (given === undefined) return false
  return given.split(',').some((item) => {
    const name = /^(?:W\/)?"(?<name>[^"]*)"$/.exec(item.trim())?.groups?.['name']
    return name !== undefined && [tag, `${tag}-br`, `${tag}-gzip`].includes(name)
  })
}

/** Answers that the client's copy is still right. */
export function sendKnown(response: Response, tag: string): void {
  setCaching(response, tag)
  response.status(304).end()
}

/** Sends a page in the best coding that the client takes. */
export async function sendRows(
  request: Request,
  response: Response,
  page: { tag: string; bytes: Buffer },
): Promise<void> {
  const coding = chooseCoding(request, page.bytes.length)
  const body = coding ? await compress[coding](page.bytes) : page.bytes
  setCaching(response, coding ? `${page.tag}-${coding}` : page.tag)
  if (coding) response.setHeader('Content-Encoding', coding)
  // Not `send`: it would make a tag of its own, and compare it.
  response.setHeader('Content-Type', 'application/json; charset=utf-8')
  response.setHeader('Content-Length', body.length)
  response.status(200).end(request.method === 'HEAD' ? undefined : body)
}

function setCaching(response: Response, name: string): void {
  response.setHeader('ETag', `"${name}"`)
  response.setHeader('Cache-Control', 'private, no-cache')
  response.setHeader('Vary', 'Accept-Encoding, Authorization')
}
