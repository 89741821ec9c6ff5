// The form of every credential the broker hands out: `shb_<kind>_<43 base62><6 base62 CRC-32>`. The checksum lets a mistyped one be
// refused without a look-up, and lets scanners recognise a leaked one.
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { toBase62 } from '../kernel/id.ts'
import type { Random } from '../kernel/random.ts'
import { Secret } from '../kernel/secret.ts'

/** Session, access key, exchanged token, admin. */
export type CredentialKind = 'ses' | 'key' | 'tok' | 'adm'

const form = /^(?<body>shb_(?<kind>ses|key|tok|adm)_[0-9A-Za-z]{43})(?<checksum>[0-9A-Za-z]{6})$/

/** A new credential of 256 random bits. */
export function makeCredential(kind: CredentialKind, random: Random): Secret {
  const body = `shb_${kind}_${toBase62(random.bytes(32), 43)}`
  return new Secret(body + checksumOf(body))
}

/** The kind of a credential that is well formed; undefined for anything else. Says nothing about whether it was ever given out. */
export function parseCredential(text: string): { readonly kind: CredentialKind } | undefined {
  const { body, kind, checksum } = form.exec(text)?.groups ?? {}
  if (body === undefined || checksumOf(body) !== checksum || !isKind(kind)) return undefined
  return { kind }
}

/** What the database keeps of a credential: SHA-256, base64url. 256 random bits need no slow hash. */
export function digestCredential(credential: string): string {
  return createHash('sha256').update(credential, 'utf8').digest('base64url')
}

/** CRC-32 of everything before it, so that a wrong prefix is noticed too. */
function checksumOf(body: string): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(crc32(body))
  return toBase62(bytes, 6)
}

function isKind(kind: string | undefined): kind is CredentialKind {
  return kind === 'ses' || kind === 'key' || kind === 'tok' || kind === 'adm'
}
