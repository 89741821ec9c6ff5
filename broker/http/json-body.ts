import express, { type RequestHandler } from 'express'
import type * as z from 'zod'
import { BrokerError } from '../errors/broker-error.ts'
import type { Call } from './route.ts'

const parseJson: RequestHandler = express.json({ limit: 16 * 1024, strict: true, inflate: false, type: () => true })
const jsonType = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i

/**
 * The body of a call, as `schema` has it.
 *
 * @throws {BrokerError} `media-type-unsupported`, `request-too-large`, or `request-invalid` with every mistake and its JSON pointer
 */
export async function readJsonBody<Schema extends z.ZodType>(call: Call, schema: Schema): Promise<z.infer<Schema>> {
  const { request, response } = call
  if (!jsonType.test(request.headers['content-type'] ?? ''))
    throw new BrokerError('media-type-unsupported', 'Send the body as application/json.')
  await new Promise<void>((resolve, reject) => {
    parseJson(request, response, (error?: unknown) => {
      if (error === undefined) resolve()
      else reject(error instanceof Error ? error : new TypeError('The body parser failed.'))
    })
  })
  const parsed = schema.safeParse(request.body)
  if (parsed.success) return parsed.data
  const details = parsed.error.issues.map(({ path, message }) => ({
    at: path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
    message,
  }))
  throw new BrokerError('request-invalid', details.map(({ at, message }) => `${at}: ${message}`).join(' '), { details })
}
