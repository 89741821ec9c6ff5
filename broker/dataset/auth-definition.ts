// How a source's credentials become access: `auth` in a definition file, told apart by `method`.
import * as z from 'zod'
import { upstreamUrl } from '../network/upstream-url.ts'
import { headerName, jsonPointer, parameters } from './definition-parts.ts'

/** The most requests that the token endpoint may get, from all instances together. */
const tokenBudget = z.strictObject({
  perMinute: z.number().int().positive().max(10_000).default(8),
  perHour: z.number().int().positive().max(100_000).default(24),
})

/** The word before a token or key; empty for none. */
const scheme = z.string().regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]*$/, 'Write one word such as Bearer, or leave it empty.')

const resource = z.url({ error: 'A resource is a whole URL (RFC 8707).' })

/** What every method that asks a token endpoint has. RFC 6749 section 4.4. */
const tokenEndpoint = {
  tokenUrl: upstreamUrl,
  clientId: z.string().min(1),
  /** Space separated; left out of the request when absent. */
  scope: z.string().min(1).optional(),
  audience: z.string().min(1).optional(),
  /** RFC 8707; several are sent as several parameters. */
  resource: z
    .union([resource, z.array(resource).min(1).max(20)])
    .transform((value) => (typeof value === 'string' ? [value] : value))
    .optional(),
  /** More members of the token request, sent as they stand. */
  parameters: parameters.default({}),
  /** The grant_type to ask with, for vendors with a name of their own for client credentials. */
  grant: z.string().min(1).default('client_credentials'),
  /** How the token request's body is written. */
  body: z.enum(['form', 'json']).default('form'),
  /** Where the answer holds the token, where its lifetime in seconds, and whether its type must be the one we can send. */
  token: z
    .strictObject({
      pointer: jsonPointer.default('/access_token'),
      lifetimePointer: jsonPointer.default('/expires_in'),
      /** What to count with where the answer does not say. */
      lifetimeSeconds: z.number().positive().max(86_400).optional(),
      type: z.enum(['bearer', 'any']).default('bearer'),
    })
    .default({ pointer: '/access_token', lifetimePointer: '/expires_in', type: 'bearer' }),
  /** Binds each token to a key of ours, which signs every request (RFC 9449). */
  dpop: z.boolean().default(false),
  tokenBudget: tokenBudget.default({ perMinute: 8, perHour: 24 }),
  /** How the token travels to the API. */
  header: headerName.default('Authorization'),
  scheme: scheme.default('Bearer'),
}

const clientSecretBasic = z.strictObject({ method: z.literal('client_secret_basic'), ...tokenEndpoint })
const clientSecretPost = z.strictObject({ method: z.literal('client_secret_post'), ...tokenEndpoint })

/** The secret is a private key; a signed statement takes the place of a client secret. RFC 7523 sections 2.1 and 2.2. */
const privateKeyJwt = z
  .strictObject({
    method: z.literal('private_key_jwt'),
    ...tokenEndpoint,
    algorithm: z.enum(['RS256', 'PS256', 'ES256']).default('RS256'),
    /** The name under which the vendor knows the public key (`kid`). */
    keyId: z.string().min(1).optional(),
    /** Whom the statement is for: the token URL unless the vendor wants its issuer. */
    assertionAudience: z.string().min(1).optional(),
    /** On whose behalf, with `grant: jwt-bearer`. */
    subject: z.string().min(1).optional(),
  })
  .refine((value) => value.grant !== 'jwt-bearer' || value.subject !== undefined, {
    path: ['subject'],
    message: 'grant: jwt-bearer needs a subject: on whose behalf the broker asks.',
  })
  .refine((value) => value.grant === 'jwt-bearer' || value.subject === undefined, {
    path: ['subject'],
    message: 'subject belongs to grant: jwt-bearer.',
  })

/** The secret is a client certificate with its private key. RFC 8705. */
const tlsClientAuth = z
  .strictObject({
    method: z.literal('tls_client_auth'),
    ...tokenEndpoint,
    /** Where the certificate is shown; a token that is bound to it needs it at the API as well. */
    certificateFor: z.enum(['both', 'token']).default('both'),
  })
  .refine((value) => value.tokenUrl.startsWith('https:'), {
    path: ['tokenUrl'],
    message: 'A certificate is shown over https only.',
  })

/** The secret itself goes with every call, for APIs that have nothing better. No token endpoint. */
const staticKey = z
  .strictObject({
    method: z.literal('static'),
    /** The query parameter that carries the key, instead of a header. */
    query: z.string().min(1).optional(),
    /** The user of Basic authentication, whose password is the key. */
    username: z.string().min(1).optional(),
    header: headerName.optional(),
    scheme: scheme.optional(),
  })
  .refine((value) => value.query === undefined || !(value.header ?? value.scheme ?? value.username), {
    path: ['query'],
    message: 'A key goes in the query or in a header, not in both.',
  })
  .refine((value) => value.username === undefined || (value.scheme ?? 'Basic') === 'Basic', {
    path: ['scheme'],
    message: 'username is for Basic authentication; leave scheme out.',
  })

export const authDefinition = z
  .discriminatedUnion('method', [clientSecretBasic, clientSecretPost, privateKeyJwt, tlsClientAuth, staticKey])
  .refine((auth) => auth.method === 'static' || !auth.dpop || isAuthorization(auth), {
    path: ['dpop'],
    message: 'dpop has a scheme of its own; leave header and scheme out.',
  })

function isAuthorization({ header, scheme }: { header: string; scheme: string }): boolean {
  return header.toLowerCase() === 'authorization' && scheme === 'Bearer'
}

export type AuthDefinition = z.infer<typeof authDefinition>
export type StaticKeyDefinition = Extract<AuthDefinition, { method: 'static' }>
/** An `auth` that exchanges credentials for tokens. */
export type TokenAuthDefinition = Exclude<AuthDefinition, StaticKeyDefinition>
