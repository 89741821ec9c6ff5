// Upstream tokens at rest: instances of egress share them through the database, where nobody else can read or make one.
import { CompactEncrypt, compactDecrypt } from 'jose'
import { BrokerError } from '../errors/broker-error.ts'
import { Secret } from '../kernel/secret.ts'

const keyAlgorithm = 'dir'
const contentAlgorithm = 'A256GCM'

/** What a source's token is bound to: moved to another source, or another set of scopes, it does not open. */
export function sourceTokenBinding(source: string, digest: string): string {
  return `token:${source}:${digest}`
}

/**
 * `token` as a compact JWE under `tokenKey` (32 bytes, base64url), which egress alone has.
 *
 * @see RFC 7518 sections 4.5 and 5.3
 */
export function sealToken(tokenKey: Secret, token: Secret, binding: string): Promise<string> {
  return new CompactEncrypt(Buffer.from(token.reveal(), 'utf8'))
    .setProtectedHeader({ alg: keyAlgorithm, enc: contentAlgorithm, binding })
    .encrypt(Buffer.from(tokenKey.reveal(), 'base64url'))
}

/**
 * The token that `sealed` holds.
 *
 * @throws {BrokerError} `secret-unreadable` when it was sealed under another key or binding, or changed
 */
export async function openToken(tokenKey: Secret, sealed: string, binding: string): Promise<Secret> {
  try {
    const { plaintext, protectedHeader } = await compactDecrypt(sealed, Buffer.from(tokenKey.reveal(), 'base64url'), {
      keyManagementAlgorithms: [keyAlgorithm],
      contentEncryptionAlgorithms: [contentAlgorithm],
    })
    if (protectedHeader['binding'] === binding) return new Secret(Buffer.from(plaintext).toString('utf8'))
  } catch (cause) {
    throw new BrokerError('secret-unreadable', 'The sealed token cannot be opened with this key.', { cause })
  }
  throw new BrokerError('secret-unreadable', 'The sealed token belongs to something else.')
}
