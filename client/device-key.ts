import { toBase64Url } from './base64url.ts'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const

/** One half of a device key: the same type in browsers and in Node. */
type KeyHalf = Parameters<typeof crypto.subtle.sign>[1]

/** A P-256 key pair that cannot leave the device: its private half is not extractable. */
export interface DeviceKey {
  readonly privateKey: KeyHalf
  readonly publicKey: KeyHalf
}

/** What a proof says besides what every proof says. */
export interface ProofClaims {
  readonly method: string
  /** The whole URL; query and fragment are left out of the proof. */
  readonly url: string
  readonly issuedAtMs: number
  /** The broker's last nonce, once it has given one. */
  readonly nonce: string | undefined
  /** The credential that goes with the request; the proof is bound to it. */
  readonly credential: string | undefined
}

/** A new device key. */
export function createDeviceKey(): Promise<DeviceKey> {
  return crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])
}

/**
 * A proof that this request comes from the device that holds `key`; good for one request.
 *
 * @see RFC 9449 section 4.2
 */
export async function proveDevice(key: DeviceKey, claims: ProofClaims): Promise<string> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', key.publicKey)
  const target = new URL(claims.url)
  const payload = {
    htm: claims.method,
    htu: target.origin + target.pathname,
    iat: Math.floor(claims.issuedAtMs / 1000),
    jti: toBase64Url(crypto.getRandomValues(new Uint8Array(16))),
    ...(claims.credential === undefined ? {} : { ath: await digest(claims.credential) }),
    ...(claims.nonce === undefined ? {} : { nonce: claims.nonce }),
  }
  const signed = `${encodeJson({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } })}.${encodeJson(payload)}`
  const signature = await crypto.subtle.sign(
    { name: 'ECDSA', hash: 'SHA-256' },
    key.privateKey,
    new TextEncoder().encode(signed),
  )
  return `${signed}.${toBase64Url(new Uint8Array(signature))}`
}

async function digest(text: string): Promise<string> {
  return toBase64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))))
}

function encodeJson(value: object): string {
  return toBase64Url(new TextEncoder().encode(JSON.stringify(value)))
}
