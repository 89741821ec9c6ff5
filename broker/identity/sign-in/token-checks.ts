// Whether an identity provider's token signs somebody in, and whom. Every check stands here, and each refuses by itself.
import { createHash } from 'node:crypto'
import { compactVerify, importJWK } from 'jose'
import { BrokerError } from '../../errors/broker-error.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import { mayHaveAccount, type Claims } from './account-rules.ts'
import type { IssuerKey, IssuerKeys } from './issuer-keys.ts'
import type { Issuer } from './sign-in-settings.ts'
import { readToken, TokenRefusal, type ReadToken, type TokenClaims } from './token-form.ts'
import { nameOf } from './user-names.ts'
import type { VerifiedIdentity } from './verified-identity.ts'

/** A provider, and the keys that it publishes. */
export interface KnownIssuer {
  readonly issuer: Issuer
  readonly keys: IssuerKeys
}

export interface Expectation {
  /** The provider that the caller names; any configured one when it names none. */
  readonly issuerName?: string | undefined
  /** The ID token of a sign-in that we began, with this nonce. */
  readonly nonce?: string
}

export interface CheckedToken {
  readonly identity: VerifiedIdentity
  /** SHA-256 of what the signature covers: the same for every spelling of the signature. */
  readonly digest: string
  /** From then on the checks refuse it. */
  readonly expiresAtMs: number
}

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** An access token says so since RFC 9068; before, and for ID tokens, it is `JWT` or nothing. */
const accessTokenTypes = new Set(['at+jwt', 'application/at+jwt'])
const tokenTypes = new Set([...accessTokenTypes, 'jwt'])

/** Checks tokens of the configured providers. */
export class TokenChecks {
  readonly #issuers: readonly KnownIssuer[]
  readonly #clock: Clock
  readonly #log: Log

  constructor(deps: { readonly issuers: readonly KnownIssuer[]; readonly clock: Clock; readonly log: Log }) {
    this.#issuers = deps.issuers
    this.#clock = deps.clock
    this.#log = deps.log
  }

  /**
   * Whom the token signs in.
   *
   * @throws {BrokerError} `token-invalid`, the same whatever is wrong; `issuer-unreachable`
   */
  async check(token: string, expectation: Expectation): Promise<CheckedToken> {
    try {
      return await this.#check(readToken(token), token, expectation)
    } catch (error) {
      if (!(error instanceof TokenRefusal)) throw error
      this.#log.warn('sign-in token refused', { fault: error.fault, issuer: expectation.issuerName })
      throw new BrokerError('token-invalid', 'Sign in again. An administrator finds the reason in the broker’s log.', {
        cause: error,
      })
    }
  }

  async #check(read: ReadToken, token: string, expectation: Expectation): Promise<CheckedToken> {
    const { header, claims, signed } = read
    const type = header.typ?.toLowerCase()
    if (type !== undefined && !tokenTypes.has(type)) throw new TokenRefusal('header')
    const { issuer, keys } = this.#findIssuer(claims, expectation)
    this.#checkTimes(claims, issuer)
    checkUse(claims, { issuer, expectation, isMarkedAccess: type !== undefined && accessTokenTypes.has(type) })
    const subject = subjectOf(claims, issuer)
    const key = await keys.find(header.kid)
    await verifySignature(token, key, read)
    return {
      identity: {
        issuer: issuer.id,
        issuerName: issuer.name,
        subject,
        ...nameOf(issuer, claims, subject),
        mayHaveAccount: mayHaveAccount(issuer, claims, tenantOf(claims, issuer)),
      },
      digest: createHash('sha256').update(signed, 'utf8').digest('base64url'),
      expiresAtMs: (claims.exp + issuer.clockToleranceSeconds) * 1_000,
    }
  }

  #findIssuer(claims: TokenClaims, { issuerName }: Expectation): KnownIssuer {
    const candidates = this.#issuers.filter(({ issuer }) => issuerName === undefined || issuer.name === issuerName)
    const named = candidates.filter(({ issuer }) => isIssuedBy(claims, issuer))
    const found = named.find(({ issuer }) => issuer.kind !== 'entra' || issuer.tenants.has(claims.tid ?? ''))
    if (!found) throw new TokenRefusal(named.length > 0 ? 'tenant' : 'issuer')
    return found
  }

  #checkTimes({ exp, iat, nbf }: TokenClaims, issuer: Issuer): void {
    const { clockToleranceSeconds: tolerance, longestTokenSeconds, kind } = issuer
    const now = this.#clock.nowMs() / 1_000
    if (now >= exp + tolerance) throw new TokenRefusal('expired')
    if (now < iat - tolerance || (nbf !== undefined && now < nbf - tolerance)) throw new TokenRefusal('not-yet-valid')
    // Every token of Entra ID has one; that of others need not (RFC 9068 section 2.2, OpenID Connect Core section 2).
    if (nbf === undefined && kind === 'entra') throw new TokenRefusal('claims')
    if (exp <= iat || exp - iat > longestTokenSeconds || (nbf !== undefined && nbf >= exp))
      throw new TokenRefusal('lifetime')
  }
}

function isIssuedBy(claims: TokenClaims, issuer: Issuer): boolean {
  return issuer.issuerForms.some((form) => claims.iss === form.replace('{tenantid}', claims.tid ?? ''))
}

interface Use {
  readonly issuer: Issuer
  readonly expectation: Expectation
  readonly isMarkedAccess: boolean
}

/** Whether the token was made for this broker, at the wish of an application that may sign users in. */
function checkUse(claims: TokenClaims, { issuer, expectation, isMarkedAccess }: Use): void {
  const scopes = readScopes(claims)
  const isIdToken = !isMarkedAccess && scopes === undefined
  if (expectation.nonce !== undefined || isIdToken) {
    if (!isIdToken || isForApplication(claims)) throw new TokenRefusal('kind')
    if (expectation.nonce === undefined && !issuer.takesIdTokens) throw new TokenRefusal('kind')
    if (expectation.nonce !== undefined && claims.nonce !== expectation.nonce) throw new TokenRefusal('nonce')
    if (audienceOf(claims) !== issuer.clientId) throw new TokenRefusal('audience')
    if (claims.azp !== undefined && claims.azp !== issuer.clientId) throw new TokenRefusal('client')
    return
  }
  if (isForApplication(claims)) throw new TokenRefusal('kind')
  if (!issuer.audiences.has(audienceOf(claims))) throw new TokenRefusal('audience')
  const clients = [claims.azp, claims.appid, claims.client_id].filter((client) => client !== undefined)
  if (clients.length === 0 || !clients.every((client) => issuer.clients.has(client))) throw new TokenRefusal('client')
  if (issuer.scope !== undefined && scopes?.has(issuer.scope) !== true) throw new TokenRefusal('scope')
}

function audienceOf({ aud }: TokenClaims): string {
  return typeof aud === 'string' ? aud : aud[0]
}

/** Whole scopes, however they are listed; undefined when the token has none. */
function readScopes(claims: Claims): ReadonlySet<string> | undefined {
  const value = claims['scp'] ?? claims['scope']
  if (value === undefined) return undefined
  const list: readonly unknown[] = typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : []
  return new Set(list.filter((scope) => typeof scope === 'string'))
}

/** A token of Entra ID for a program that signs itself in, not a user; or one that tells of an event, such as a sign-out. */
function isForApplication(claims: Claims): boolean {
  if (claims['events'] !== undefined) return true
  const isAccessLike = claims['azpacr'] !== undefined || claims['appidacr'] !== undefined
  const hasScopes = readScopes(claims) !== undefined
  return (claims['idtyp'] !== undefined && claims['idtyp'] !== 'user') || (isAccessLike && !hasScopes)
}

function tenantOf({ tid }: TokenClaims, issuer: Issuer): string | undefined {
  return issuer.kind === 'entra' ? tid : undefined
}

function subjectOf({ tid, oid, sub }: TokenClaims, { kind }: Issuer): string {
  if (kind === 'openid') {
    if (sub === undefined || sub.length > 255) throw new TokenRefusal('subject')
    return sub
  }
  if (tid === undefined || oid === undefined || !guid.test(tid) || !guid.test(oid)) throw new TokenRefusal('subject')
  return `${tid}|${oid}`
}

async function verifySignature(
  token: string,
  key: IssuerKey | undefined,
  { header, claims }: ReadToken,
): Promise<void> {
  if (!key || (key.alg !== undefined && key.alg !== header.alg)) throw new TokenRefusal('key')
  // Entra ID publishes keys of several issuers together, and says of each whose it is.
  if (key.issuer !== undefined && key.issuer.replace('{tenantid}', claims.tid ?? '') !== claims.iss)
    throw new TokenRefusal('key')
  try {
    const imported = await importJWK(key.jwk, header.alg)
    await compactVerify(token, imported, { algorithms: [header.alg] })
  } catch (cause) {
    throw new TokenRefusal('signature', { cause })
  }
}
