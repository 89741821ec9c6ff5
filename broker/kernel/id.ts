import type { Random } from './random.ts'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** `bytes` read as one big-endian number and written in base 62, at least `width` digits long. */
export function toBase62(bytes: Uint8Array, width: number): string {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  let text = ''
  for (; value > 0n; value /= 62n) text = alphabet.charAt(Number(value % 62n)) + text
  return text.padStart(width, '0')
}

/** A new identifier: 22 base-62 digits of 128 random bits. Not a secret. */
export function makeId(random: Random): string {
  return toBase62(random.bytes(16), 22)
}
