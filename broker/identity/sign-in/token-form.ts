// What a token must look like before anything in it is believed: RFC 7515, RFC 7519, RFC 8725, RFC 9068.
import * as z from 'zod'
import { parseStrictJson } from './strict-json.ts'

/** Why a token was refused: for the log. Callers get one answer for all. */
export type TokenFault =
  | 'form'
  | 'header'
  | 'claims'
  | 'issuer'
  | 'tenant'
  | 'key'
  | 'signature'
  | 'expired'
  | 'not-yet-valid'
  | 'lifetime'
  | 'kind'
  | 'audience'
  | 'client'
  | 'scope'
  | 'nonce'
  | 'subject'

/** A token that one of the checks refuses. */
export class TokenRefusal extends Error {
  readonly fault: TokenFault

  constructor(fault: TokenFault, options: { readonly cause?: unknown } = {}) {
    super(`The token was refused: ${fault}.`, options)
    this.name = 'TokenRefusal'
    this.fault = fault
  }
}

/** Asymmetric ones alone: with a symmetric one, whoever can check a token can make it. */
export const signatureAlgorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
] as const

/** Entra ID's longest tokens have some 8,000 characters. */
const mostCharacters = 14_000

const absent = z.undefined().optional()
const headerShape = z.object({
  alg: z.enum(signatureAlgorithms),
  kid: z.string().min(1).max(500),
  typ: z.string().max(50).optional(),
  // Whoever made the token must not choose the key that it is checked with, nor rules that we do not know.
  ...{ crit: absent, b64: absent, jwk: absent, jku: absent, x5u: absent, x5c: absent, enc: absent, zip: absent },
})

/** Seconds since 1970, until the year 2286: `1e400` is infinite, and no date. */
const instant = z.number().min(0).max(9_999_999_999)
const text = z.string().min(1).max(500)
const claimsShape = z.looseObject({
  iss: text,
  aud: z.union([text, z.tuple([text])]),
  exp: instant,
  iat: instant,
  nbf: instant.optional(),
  sub: text.optional(),
  azp: text.optional(),
  appid: text.optional(),
  client_id: text.optional(),
  nonce: text.optional(),
  tid: text.optional(),
  oid: text.optional(),
})

export type TokenHeader = z.infer<typeof headerShape>
export type TokenClaims = z.infer<typeof claimsShape>

/** A token taken apart; nothing in it is true yet. */
export interface ReadToken {
  readonly header: TokenHeader
  readonly claims: TokenClaims
  /** What the signature covers. */
  readonly signed: string
}

/** @throws {TokenRefusal} `form`, `header` or `claims` */
export function readToken(token: string): ReadToken {
  const parts = token.split('.')
  const [headerPart = '', claimsPart = ''] = parts
  if (token.length > mostCharacters || parts.length !== 3 || !parts.every(isCanonical)) throw new TokenRefusal('form')
  const header = headerShape.safeParse(parsePart(headerPart))
  if (!header.success) throw new TokenRefusal('header')
  const claims = claimsShape.safeParse(parsePart(claimsPart))
  if (!claims.success) throw new TokenRefusal('claims')
  return { header: header.data, claims: claims.data, signed: `${headerPart}.${claimsPart}` }
}

/** Several texts decode to the same bytes; only the one that an encoder writes counts. */
function isCanonical(part: string): boolean {
  return part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part
}

function parsePart(part: string): unknown {
  try {
    return parseStrictJson(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(part, 'base64url')))
  } catch {
    // Not JSON that says one thing: no schema takes undefined.
    return undefined
  }
}
