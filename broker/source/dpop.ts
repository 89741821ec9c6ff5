// Tokens bound to a key of ours: whoever copies the token has nothing without the key. RFC 9449.
import { createHash } from 'node:crypto'
import { exportJWK, generateKeyPair, importJWK, SignJWT, type CryptoKey, type JWK } from 'jose'
import type { Clock } from '../kernel/clock.ts'
import { makeId } from '../kernel/id.ts'
import type { Random } from '../kernel/random.ts'
import type { HttpAnswer } from './http-caller.ts'
import { findAt, parseJson } from './json.ts'

const algorithm = 'ES256'

/** The key that one generation of tokens is bound to. */
export interface ProofKey {
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
  /** The private key as it is sealed with its token. */
  readonly privateJwk: JWK
}

export interface ProofSubject {
  readonly method: string
  readonly url: URL
  readonly nonce: string | undefined
  /** The token that the proof goes with; undefined at the token endpoint. */
  readonly accessToken: string | undefined
}

/** A new key. */
export async function makeProofKey(): Promise<ProofKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true })
  return { privateKey, publicJwk: await exportJWK(publicKey), privateJwk: await exportJWK(privateKey) }
}

/** The key that was sealed as `privateJwk`; undefined when it is none. */
export async function openProofKey(privateJwk: JWK): Promise<ProofKey | undefined> {
  const privateKey = await importJWK(privateJwk, algorithm)
  const { kty, crv, x, y } = privateJwk
  if (privateKey instanceof Uint8Array || !kty || !crv || !x || !y) return undefined
  return { privateKey, publicJwk: { kty, crv, x, y }, privateJwk }
}

/**
 * A proof for one request, with an identifier of its own.
 *
 * @see RFC 9449 section 4.2
 */
export function signProof(
  key: ProofKey,
  subject: ProofSubject,
  deps: { clock: Clock; random: Random },
): Promise<string> {
  const { method, url, nonce, accessToken } = subject
  const claims = {
    jti: makeId(deps.random),
    htm: method,
    htu: url.origin + url.pathname,
    iat: Math.floor(deps.clock.nowMs() / 1000),
    ...(nonce === undefined ? {} : { nonce }),
    ...(accessToken === undefined ? {} : { ath: createHash('sha256').update(accessToken).digest('base64url') }),
  }
  return new SignJWT(claims)
    .setProtectedHeader({ alg: algorithm, typ: 'dpop+jwt', jwk: key.publicJwk })
    .sign(key.privateKey)
}

/** The nonces that servers want in the next proof, one an origin. */
export class ProofNonces {
  readonly #nonces = new Map<string, string>()

  find(url: URL): string | undefined {
    return this.#nonces.get(url.origin)
  }

  /** Keeps the nonce that an answer gives, if it gives one. */
  note(url: URL, { headers }: HttpAnswer): void {
    const nonce = headers['dpop-nonce']
    // RFC 9449 section 8: NQCHAR; anything else cannot be meant.
    if (nonce !== undefined && /^[\x21\x23-\x5b\x5d-\x7e]{1,2000}$/.test(nonce)) this.#nonces.set(url.origin, nonce)
  }
}

/** Whether an answer only wants a proof with the nonce that it gives. RFC 9449 sections 8 (token endpoint) and 9 (API). */
export function isNonceWanted({ status, headers, body }: HttpAnswer): boolean {
  if (headers['dpop-nonce'] === undefined || (status !== 400 && status !== 401)) return false
  if (/\bDPoP\b.*\buse_dpop_nonce\b/i.test(headers['www-authenticate'] ?? '')) return true
  try {
    return findAt(parseJson(body), '/error') === 'use_dpop_nonce'
  } catch {
    return false // Not JSON: it wants something else, and its status says what.
  }
}
