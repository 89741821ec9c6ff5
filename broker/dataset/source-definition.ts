// How a source is defined: its addresses, how it authenticates, what it bears.
import * as z from 'zod'
import { authDefinition } from './auth-definition.ts'
import { upstreamUrl } from '../network/upstream-url.ts'

const calls = {
  perSecond: z.number().int().positive().max(1_000).optional(),
  perMinute: z.number().int().positive().max(60_000).optional(),
  perHour: z.number().int().positive().max(3_600_000).optional(),
}

/** The most calls that one endpoint (the path of a dataset's request) may get, and the source as a whole. */
const limits = z.strictObject({ ...calls, total: z.strictObject(calls).optional() })

/** A source as a definition file has it. */
export const sourceDefinition = z.strictObject({
  title: z.string().min(1).max(200).optional(),
  baseUrl: upstreamUrl,
  auth: authDefinition,
  limits: limits.default({}),
  /** Certificates (PEM) that vouch for the source's servers besides the public ones, for hosts inside a company. */
  certificateAuthority: z.string().includes('-----BEGIN CERTIFICATE-----', 'Give certificates as PEM.').optional(),
  /** The longest a single answer may take, from the request to the body's last byte. */
  timeoutSeconds: z.number().positive().max(600).default(30),
})

export type SourceDefinition = z.infer<typeof sourceDefinition>
