import { createHash } from 'node:crypto'
import type { Random } from '../../kernel/random.ts'

/** A new code of 256 random bits, which a sign-in page gives to the pane. */
export function makeSignInCode(random: Random): string {
  return Buffer.from(random.bytes(32)).toString('base64url')
}

/** What the database keeps of a code: SHA-256, base64url. */
export function digestSignInCode(code: string): string {
  return createHash('sha256').update(code, 'utf8').digest('base64url')
}
