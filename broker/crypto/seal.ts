// Secrets at rest: whoever has the public key seals (web, the command line), and egress alone can open.
import { CompactEncrypt, compactDecrypt, type CryptoKey } from 'jose'
import { BrokerError } from '../errors/broker-error.ts'
import { Secret } from '../kernel/secret.ts'

const keyAlgorithm = 'RSA-OAEP-256'
const contentAlgorithm = 'A256GCM'

/** What a source's client secret is bound to, so that a ciphertext moved to another source does not open. */
export function sourceSecretBinding(source: string): string {
  return `source:${source}`
}

/**
 * `secret` as a compact JWE that only the private key's holder can open, and only as what `binding` names.
 *
 * @see RFC 7516 section 3.1
 */
export function sealSecret(publicKey: CryptoKey, secret: Secret, binding: string): Promise<string> {
  return new CompactEncrypt(Buffer.from(secret.reveal(), 'utf8'))
    .setProtectedHeader({ alg: keyAlgorithm, enc: contentAlgorithm, binding })
    .encrypt(publicKey)
}

/**
 * The secret that `sealed` holds.
 *
 * @throws {BrokerError} `secret-unreadable` when it was sealed for another key or another binding, by another algorithm, or changed
 */
export async function openSecret(privateKey: CryptoKey, sealed: string, binding: string): Promise<Secret> {
  const { plaintext, protectedHeader } = await decrypt(privateKey, sealed)
  if (protectedHeader['binding'] !== binding)
    throw new BrokerError('secret-unreadable', 'The sealed secret belongs to something else.')
  return new Secret(Buffer.from(plaintext).toString('utf8'))
}

async function decrypt(privateKey: CryptoKey, sealed: string): ReturnType<typeof compactDecrypt> {
  try {
    return await compactDecrypt(sealed, privateKey, {
      keyManagementAlgorithms: [keyAlgorithm],
      contentEncryptionAlgorithms: [contentAlgorithm],
    })
  } catch (cause) {
    throw new BrokerError('secret-unreadable', 'The sealed secret cannot be opened with this private key.', { cause })
  }
}
