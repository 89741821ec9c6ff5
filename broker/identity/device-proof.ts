import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, compactVerify, importJWK, type CryptoKey } from 'jose'
import NodeCache from 'node-cache'
import * as z from 'zod'
import { BrokerError } from '../errors/broker-error.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Random } from '../kernel/random.ts'
import { ProofNonces } from './proof-nonces.ts'
import { ProofReplays } from './proof-replays.ts'

/** A request, as far as its proof has to match it. */
export interface ProofRequest {
  /** The `DPoP` header. */
  readonly proof: string | undefined
  readonly method: string
  /** The path that was asked for, as it was sent and without the query. */
  readonly path: string
  /** The credential that the request uses. */
  readonly credential?: string
  /** The thumbprint of the key that the credential is bound to. */
  readonly thumbprint?: string
}

/** Whose key signed: the RFC 7638 thumbprint. */
export interface VerifiedProof {
  readonly thumbprint: string
}

interface DeviceKey {
  readonly key: CryptoKey
  readonly thumbprint: string
}

/** The longest proof a client of ours makes has some 700 characters. */
const mostCharacters = 4_096
const mostKeys = 10_000
/** How far a device's clock may be off. The nonce limits a proof's life more tightly. */
const clockWindowMs = 300_000

const coordinate = z.string().regex(/^[\w-]{43}$/)
/** Members that only a private or symmetric key has. RFC 7518 section 6. */
const absent = z.undefined().optional()
const publicKey = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: coordinate,
  y: coordinate,
  d: absent,
  k: absent,
  p: absent,
  q: absent,
})
const header = z.object({
  typ: z.literal('dpop+jwt'),
  alg: z.literal('ES256'),
  jwk: publicKey,
  crit: absent,
  b64: absent,
})
const claims = z.object({
  htm: z.string().max(20),
  htu: z.string().max(2_048),
  iat: z.number(),
  jti: z.string().min(8).max(128),
  ath: z.string().max(64).optional(),
  nonce: z.string().max(128).optional(),
})
type ProofHeader = z.infer<typeof header>
type ProofClaims = z.infer<typeof claims>

/**
 * Decides whether a request was made by the holder of a device key.
 *
 * @see RFC 9449 section 4.3
 */
export class DeviceProofs {
  readonly #publicOrigin: string
  readonly #clock: Clock
  readonly #nonces: ProofNonces
  readonly #replays = new ProofReplays()
  readonly #keys = new NodeCache({ useClones: false, checkperiod: 0, stdTTL: 0 })

  constructor(deps: { readonly publicUrl: string; readonly clock: Clock; readonly random: Random }) {
    this.#publicOrigin = new URL(deps.publicUrl).origin
    this.#clock = deps.clock
    this.#nonces = new ProofNonces(deps)
  }

  /** The nonce for the client's next proof. */
  nonce(): string {
    return this.#nonces.current()
  }

  /**
   * Whose key signed the request's proof. Every proof is accepted once.
   *
   * @throws {BrokerError} `proof-nonce` when the proof must be made again with `nonce()`, `proof-required` for every other fault
   */
  async verify(request: ProofRequest): Promise<VerifiedProof> {
    const { proof } = request
    if (proof === undefined) throw refusal('Send a proof in the DPoP header.')
    const { header, claims } = parseProof(proof)
    this.#checkClaims(claims, request)
    const step = claims.nonce === undefined ? undefined : this.#nonces.findStep(claims.nonce)
    if (step === undefined)
      throw new BrokerError('proof-nonce', 'Repeat the request with a proof that carries the nonce in DPoP-Nonce.')
    const { key, thumbprint } = await this.#findKey(header.jwk)
    if (request.thumbprint !== undefined && request.thumbprint !== thumbprint)
      throw refusal('The proof is signed with another key than the session’s.')
    await verifySignature(proof, key)
    if (!this.#replays.remember({ step, thumbprint, jti: claims.jti })) throw refusal('The proof was used before.')
    return { thumbprint }
  }

  #checkClaims(claims: ProofClaims, request: ProofRequest): void {
    if (claims.htm !== request.method) throw refusal('The proof is for another method (htm).')
    if (!this.#isAddressOf(claims.htu, request.path)) throw refusal('The proof is for another address (htu).')
    if (Math.abs(claims.iat * 1_000 - this.#clock.nowMs()) > clockWindowMs)
      throw refusal('The proof is too old or from the future (iat); check the clock of this device.')
    if (request.credential !== undefined && claims.ath !== digestOf(request.credential))
      throw refusal('The proof is for another credential (ath).')
  }

  #isAddressOf(htu: string, path: string): boolean {
    const url = URL.parse(htu)
    return url !== null && url.origin === this.#publicOrigin && url.pathname === path && url.username === ''
  }

  async #findKey(jwk: ProofHeader['jwk']): Promise<DeviceKey> {
    const name = `${jwk.x}.${jwk.y}`
    const known = this.#keys.get<DeviceKey>(name)
    if (known) return known
    const imported = await importDeviceKey(jwk)
    // What a key is never changes, so forgetting all of them costs time only.
    if (this.#keys.getStats().keys >= mostKeys) this.#keys.flushAll()
    this.#keys.set(name, imported)
    return imported
  }
}

function parseProof(proof: string): { header: ProofHeader; claims: ProofClaims } {
  const parts = proof.split('.')
  const [headerPart, claimsPart] = parts
  if (proof.length > mostCharacters || parts.length !== 3 || !parts.every(isCanonical))
    throw refusal('It is malformed.')
  const parsedHeader = header.safeParse(parseJson(headerPart))
  if (!parsedHeader.success) throw refusal('Its header must say dpop+jwt, ES256 and a public P-256 key.')
  const parsedClaims = claims.safeParse(parseJson(claimsPart))
  if (!parsedClaims.success) throw refusal('It must claim htm, htu, iat and jti.')
  return { header: parsedHeader.data, claims: parsedClaims.data }
}

/** Several texts decode to the same bytes, and jose takes them all; only the one that an encoder writes counts. */
function isCanonical(part: string): boolean {
  return part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part
}

function parseJson(part: string | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'))
  } catch {
    // Not JSON: no schema takes undefined.
    return undefined
  }
}

async function importDeviceKey({ kty, crv, x, y }: ProofHeader['jwk']): Promise<DeviceKey> {
  try {
    const jwk = { kty, crv, x, y }
    const [key, thumbprint] = await Promise.all([importJWK(jwk, 'ES256'), calculateJwkThumbprint(jwk)])
    if (key instanceof Uint8Array) throw new TypeError('An EC key is no symmetric key.')
    return { key, thumbprint }
  } catch (cause) {
    throw refusal('Its key is no point of P-256.', cause)
  }
}

async function verifySignature(proof: string, key: CryptoKey): Promise<void> {
  try {
    await compactVerify(proof, key, { algorithms: ['ES256'] })
  } catch (cause) {
    throw refusal('Its signature does not fit.', cause)
  }
}

function digestOf(credential: string): string {
  return createHash('sha256').update(credential, 'utf8').digest('base64url')
}

function refusal(message: string, cause?: unknown): BrokerError {
  return new BrokerError('proof-required', message, { cause })
}
