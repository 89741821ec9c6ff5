import type { NextFunction, Request, Response } from 'express'
import * as z from 'zod'
import { BrokerError } from '../errors/broker-error.ts'
import { problems, type ProblemCode } from '../errors/problems.ts'
import type { Log } from '../kernel/log.ts'
import type { ProblemBody } from './contract.ts'
import { contextOf } from './request-context.ts'

const challenges: Partial<Record<ProblemCode, string>> = {
  'session-required': 'DPoP algs="ES256"',
  'session-expired': 'DPoP error="invalid_token", algs="ES256"',
  'proof-required': 'DPoP error="invalid_dpop_proof", algs="ES256"',
  'proof-nonce': 'DPoP error="use_dpop_nonce", algs="ES256"',
}

/** A failure as the wire says it. RFC 9457. */
export function toProblemBody(error: {
  readonly code: ProblemCode
  readonly message: string
  readonly details?: BrokerError['details']
}): ProblemBody {
  const { status, title, retryable } = problems[error.code]
  const { code, message: detail, details } = error
  const errors = details && details.length > 0 ? { errors: details } : {}
  return { type: `/problems/${code}`, title, status, detail, code, retryable, ...errors }
}

/** The last middleware: answers whatever was thrown with a problem document, and shows nothing but what the error table allows. */
export function createProblemResponder(log: Log) {
  return (error: unknown, _request: Request, response: Response, _next: NextFunction): void => {
    const known = toBrokerError(error)
    const { id, route, userId } = contextOf(response)
    const fields = { requestId: id, userId, route, code: known.code, cause: known.cause }
    if (known.code === 'internal') log.error('request failed', { ...fields, cause: known.cause ?? known })
    else if (known.status >= 500) log.warn('request failed', fields)
    if (response.headersSent) {
      // A half-sent body cannot be repaired; closing the socket is the only honest signal.
      response.destroy()
      return
    }
    const challenge = challenges[known.code]
    if (challenge !== undefined) response.setHeader('WWW-Authenticate', challenge)
    if (known.retryAfterMs !== undefined)
      response.setHeader('Retry-After', `${Math.max(1, Math.ceil(known.retryAfterMs / 1_000))}`)
    for (const name of ['ETag', 'Content-Encoding', 'Last-Modified']) response.removeHeader(name)
    response.setHeader('Cache-Control', 'no-store')
    const body: ProblemBody = { ...toProblemBody(known), requestId: id }
    response
      .status(known.status)
      .type('application/problem+json')
      .send(Buffer.from(JSON.stringify(body), 'utf8'))
  }
}

/** What Express and its body parser throw: an error with a status, and a type for what is wrong with a body. */
const frameworkError = z.object({
  status: z.number().int().min(400).max(499),
  type: z.string().optional(),
  limit: z.number().optional(),
})

function toBrokerError(error: unknown): BrokerError {
  if (error instanceof BrokerError) return error
  const parsed = frameworkError.safeParse(error)
  if (!parsed.success) return new BrokerError('internal', 'The log of the broker says more.', { cause: error })
  const { status, type, limit = 0 } = parsed.data
  if (status === 413)
    return new BrokerError('request-too-large', `The body may have ${limit / 1_024} KiB here.`, { cause: error })
  if (status === 415)
    return new BrokerError('media-type-unsupported', 'Send application/json in UTF-8, not compressed.', {
      cause: error,
    })
  const message = type === 'entity.parse.failed' ? 'The body is not JSON.' : 'The request cannot be read.'
  return new BrokerError('request-invalid', message, { cause: error })
}
