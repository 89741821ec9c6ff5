// What every request must be before anything looks at what it asks for.
import type { NextFunction, Request, Response } from 'express'
import { BrokerError } from '../errors/broker-error.ts'

/** Machines ask for these by whatever address they know. */
const anyHostPaths = new Set(['/healthz', '/readyz'])

/** Headers of which a second one would be read by some and not by others. */
const singleHeaders = [
  'host',
  'authorization',
  'dpop',
  'content-type',
  'content-length',
  'if-none-match',
  'origin',
] as const

/** Refuses a request for another host than the configured one: links and proofs are made for that one only. */
export function createHostGuard(publicUrl: string) {
  const expected = new URL(publicUrl)
  return (request: Request, _response: Response, next: NextFunction): void => {
    if (!anyHostPaths.has(request.path)) {
      const given = URL.parse(`${expected.protocol}//${request.headers.host ?? ''}`)
      if (given?.host !== expected.host || given.pathname !== '/' || given.username !== '')
        throw new BrokerError('host-unknown', `This broker’s address is ${expected.origin}.`)
    }
    next()
  }
}

/** Refuses requests that two readers could understand differently. */
export function refuseAmbiguity(request: Request, _response: Response, next: NextFunction): void {
  if (!request.originalUrl.startsWith('/'))
    throw new BrokerError('request-invalid', 'The request target must be a path.')
  const names = request.rawHeaders.filter((_value, index) => index % 2 === 0).map((name) => name.toLowerCase())
  for (const name of singleHeaders)
    if (names.indexOf(name) !== names.lastIndexOf(name))
      throw new BrokerError('request-invalid', `The header ${name} may be sent once.`, {
        details: [{ at: name, message: 'Send it once.' }],
      })
  next()
}

/**
 * The query parameters of a request, each allowed one at most once.
 *
 * @throws {BrokerError} `request-invalid` naming every unknown or repeated one
 */
export function readQuery(request: Request, allowed: readonly string[]): ReadonlyMap<string, string> {
  const start = request.originalUrl.indexOf('?')
  const parameters = new URLSearchParams(start < 0 ? '' : request.originalUrl.slice(start))
  const found = new Map<string, string>()
  const details: { at: string; message: string }[] = []
  for (const [name, value] of parameters) {
    if (!allowed.includes(name)) details.push({ at: name.slice(0, 100), message: 'There is no such parameter.' })
    else if (found.has(name)) details.push({ at: name, message: 'It may be given once.' })
    found.set(name, value)
  }
  if (details.length > 0) {
    const text = details.map(({ at, message }) => `${at}: ${message}`).join(' ')
    throw new BrokerError('request-invalid', text.slice(0, 1_000), { details: details.slice(0, 20) })
  }
  return found
}
