// How a source is defined: its addresses, how it authenticates, what it bears.
import * as z from 'zod'
import { parameters, upstreamUrl } from './definition-parts.ts'

/** How the broker authenticates at the token endpoint. RFC 6749 sections 2.3.1 and 4.4. */
const clientCredentials = z.strictObject({
  method: z.enum(['client_secret_basic', 'client_secret_post']),
  tokenUrl: upstreamUrl,
  clientId: z.string().min(1),
  /** Space separated; left out of the request when absent. */
  scope: z.string().min(1).optional(),
  /** Sent to the token endpoint as they stand, as `audience` or `resource`. */
  parameters: parameters.default({}),
})

/** The most calls that one endpoint (method and path) of a source may get. */
const limits = z.strictObject({
  perSecond: z.number().int().positive().max(1_000).optional(),
  perMinute: z.number().int().positive().max(60_000).optional(),
  perHour: z.number().int().positive().max(3_600_000).optional(),
})

/** A source as a definition file has it. */
export const sourceDefinition = z.strictObject({
  title: z.string().min(1).max(200).optional(),
  baseUrl: upstreamUrl,
  auth: clientCredentials,
  limits: limits.default({}),
  /** The longest a single answer may take, from the request to the body's last byte. */
  timeoutSeconds: z.number().positive().max(600).default(30),
})

export type SourceDefinition = z.infer<typeof sourceDefinition>
