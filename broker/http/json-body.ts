import express, { type RequestHandler } from 'express'
import type * as z from 'zod'
import { BrokerError } from '../errors/broker-error.ts'
import type { Call } from './route.ts'

/** Enough to put right at once. */
const mostMistakes = 20
const usualBytes = 16 * 1024
/** One for each limit: making one for each request would be a waste. */
const parsers = new Map<number, RequestHandler>()

function parserFor(maxBytes: number): RequestHandler {
  const known = parsers.get(maxBytes)
  if (known) return known
  const parser = express.json({ limit: maxBytes, strict: true, inflate: false, type: () => true })
  parsers.set(maxBytes, parser)
  return parser
}

const jsonType = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i

/**
 * The body of a call, as `schema` has it; it may have `maxBytes` (16 KiB).
 *
 * @throws {BrokerError} `media-type-unsupported`, `request-too-large`, or `request-invalid` with every mistake and its JSON pointer
 */
export async function readJsonBody<Schema extends z.ZodType>(
  call: Call,
  schema: Schema,
  maxBytes = usualBytes,
): Promise<z.infer<Schema>> {
  const { request, response } = call
  if (!jsonType.test(request.headers['content-type'] ?? ''))
    throw new BrokerError('media-type-unsupported', 'Send the body as application/json.')
  await new Promise<void>((resolve, reject) => {
    parserFor(maxBytes)(request, response, (error?: unknown) => {
      if (error === undefined) resolve()
      else reject(error instanceof Error ? error : new TypeError('The body parser failed.'))
    })
  })
  return parseBody(request.body, schema)
}

/**
 * `body`, or a part of one, as `schema` has it; `toPointer` says where in the whole something is.
 *
 * @throws {BrokerError} `request-invalid` with up to 20 mistakes and their JSON pointers
 */
export function parseBody<Schema extends z.ZodType>(
  body: unknown,
  schema: Schema,
  toPointer: (path: readonly PropertyKey[]) => string = pointTo,
): z.infer<Schema> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const details = parsed.error.issues
    .slice(0, mostMistakes)
    .map(({ path, message }) => ({ at: toPointer(path), message }))
  const text = details.map(({ at, message }) => `${at}: ${message}`).join(' ')
  throw new BrokerError('request-invalid', text.slice(0, 1_000), { details })
}

/** RFC 6901. */
export function pointTo(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
