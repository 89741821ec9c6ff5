// Secrets that are more than a word: a private key, or a client certificate with its key. Nothing of them reaches a message.
import { createHash, createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import type { AuthDefinition } from '../dataset/auth-definition.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { Secret } from '../kernel/secret.ts'

export type SigningAlgorithm = 'RS256' | 'PS256' | 'ES256'

export interface SigningKey {
  readonly key: KeyObject
  /** The key's own name, where it is a JWK that has one. */
  readonly keyId: string | undefined
}

/** A client certificate, as a TLS connection shows it. */
export interface TlsIdentity {
  /** Different for different certificates and keys. */
  readonly id: string
  /** PEM, the client's own first. */
  readonly certificates: string
  readonly key: Secret
}

const leastRsaBits = 2_048
const pemBlock = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]+?-----END \1-----/g

/**
 * The private key that `secret` holds as PEM (PKCS #8, PKCS #1 or SEC 1) or JWK.
 *
 * @throws {BrokerError} `secret-invalid` when it is none, or none for `algorithm`
 */
export function readSigningKey(secret: Secret, algorithm: SigningAlgorithm): SigningKey {
  const text = secret.reveal().trim()
  const { key, keyId } = text.startsWith('{') ? readJwk(text) : { key: readPemKey(text), keyId: undefined }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
  if (algorithm === 'ES256') {
    if (type !== 'ec' || details?.namedCurve !== 'prime256v1') throw unfit('ES256 needs an EC key on the curve P-256.')
  } else if (type !== 'rsa' || (details?.modulusLength ?? 0) < leastRsaBits) {
    throw unfit(`${algorithm} needs an RSA key of at least ${leastRsaBits} bits.`)
  }
  return { key, keyId }
}

/**
 * The certificate and the key that `secret` holds one after the other as PEM.
 *
 * @throws {BrokerError} `secret-invalid` when one is missing or they do not belong together
 */
export function readTlsIdentity(secret: Secret): TlsIdentity {
  const blocks = [...secret.reveal().matchAll(pemBlock)].map(([block, label]) => ({ block, label: label ?? '' }))
  const certificates = blocks.filter(({ label }) => label === 'CERTIFICATE').map(({ block }) => block)
  const keys = blocks.filter(({ label }) => label.endsWith('PRIVATE KEY')).map(({ block }) => block)
  const [certificate] = certificates
  const [pem, ...others] = keys
  if (certificate === undefined || pem === undefined || others.length > 0) {
    throw unfit('The secret must be a client certificate and its one private key, both as PEM, one after the other.')
  }
  const key = readPemKey(pem)
  if (!belongsTogether(certificate, key)) throw unfit('The private key is not that of the first certificate.')
  const id = createHash('sha256')
    .update(blocks.map(({ block }) => block).join('\n'))
    .digest('base64url')
  return { id, certificates: certificates.join('\n'), key: new Secret(pem) }
}

/** The certificate that calls to the API show: none, unless `auth` has one for both places. */
export function identityFor(auth: AuthDefinition, secret: Secret): TlsIdentity | undefined {
  return auth.method === 'tls_client_auth' && auth.certificateFor === 'both' ? readTlsIdentity(secret) : undefined
}

/**
 * Checks that a secret is of the kind that `auth` needs, so that a wrong one is noticed when it is set.
 *
 * @throws {BrokerError} `secret-invalid`
 */
export function checkSecret(auth: AuthDefinition, secret: Secret): void {
  if (auth.method === 'private_key_jwt') readSigningKey(secret, auth.algorithm)
  else if (auth.method === 'tls_client_auth') readTlsIdentity(secret)
  else if (/[\r\n]/.test(secret.reveal())) throw unfit('The secret has several lines; give one alone.')
}

function readPemKey(pem: string): KeyObject {
  if (/ENCRYPTED/.test(pem)) throw unfit('The private key has a passphrase. Give it without: openssl pkey -in key.pem')
  try {
    return createPrivateKey(pem)
  } catch {
    // Not passed on as a cause: it may quote the key.
    throw unfit('The secret is no private key: PEM (-----BEGIN PRIVATE KEY-----) or JWK.')
  }
}

function readJwk(text: string): SigningKey {
  try {
    const jwk: unknown = JSON.parse(text)
    if (typeof jwk === 'object' && jwk !== null) {
      const keyId = 'kid' in jwk && typeof jwk.kid === 'string' ? jwk.kid : undefined
      return { key: createPrivateKey({ key: { ...jwk }, format: 'jwk' }), keyId }
    }
  } catch {
    // As above.
  }
  throw unfit('The secret is no private key in JWK form.')
}

function belongsTogether(certificate: string, key: KeyObject): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(key)
  } catch {
    return false
  }
}

function unfit(message: string): BrokerError {
  return new BrokerError('secret-invalid', message)
}
