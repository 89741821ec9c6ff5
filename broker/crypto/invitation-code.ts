// Invitation codes are read aloud and typed: `XXXX-XXXX-XXXX-XXXX` in Crockford's base 32, which has no I, L, O and U.
import { createHash } from 'node:crypto'
import type { Random } from '../kernel/random.ts'
import { Secret } from '../kernel/secret.ts'

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const codeLength = 16
const codeForm = new RegExp(`^[${alphabet}]{${codeLength}}$`)
const groupLength = 4

/** A new code: four characters that find it, twelve (60 bits) that prove it. */
export function makeInvitationCode(random: Random): Secret {
  // 256 is a multiple of 32, so the lowest five bits of a byte are evenly spread.
  const characters = Array.from(random.bytes(codeLength), (byte) => alphabet.charAt(byte % alphabet.length))
  return new Secret(inGroups(characters.join('')))
}

/**
 * The code that somebody meant by `typed`: lower case, other or missing hyphens, spaces, O for 0, and I or L for 1 are all forgiven.
 * undefined when it cannot be a code.
 */
export function normaliseInvitationCode(typed: string): string | undefined {
  if (typed.length > 100) return undefined
  const characters = typed
    .toUpperCase()
    .replaceAll(/[\s\p{Dash}\u200B\u2060\uFEFF]/gu, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
  return codeForm.test(characters) ? inGroups(characters) : undefined
}

/** The part of a normalised code by which the database finds it. Proves nothing. */
export function invitationSelector(code: string): string {
  return code.slice(0, groupLength)
}

/** What the database keeps of a normalised code: SHA-256, base64url. */
export function digestInvitationCode(code: string): string {
  return createHash('sha256').update(code, 'utf8').digest('base64url')
}

function inGroups(characters: string): string {
  const groups: string[] = []
  for (let start = 0; start < codeLength; start += groupLength)
    groups.push(characters.slice(start, start + groupLength))
  return groups.join('-')
}
