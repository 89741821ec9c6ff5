import { describe, expect, test } from 'vitest'
import { CursorSeal } from '../../../broker/crypto/cursor-seal.ts'
import { derivePurposeKey } from '../../../broker/crypto/purpose-key.ts'
import { BrokerError } from '../../../broker/errors/broker-error.ts'
import { Secret } from '../../../broker/kernel/secret.ts'
import { systemRandom } from '../../../broker/kernel/system.ts'

const webKey = new Secret(Buffer.alloc(32, 1).toString('base64url'))
const otherKey = new Secret(Buffer.alloc(32, 2).toString('base64url'))
const cursors = new CursorSeal({ webKey, random: systemRandom })
const payload = { r: 7, after: 12_000, columns: ['Id', 'Größe'] }

function problemOf(work: () => unknown): string {
  try {
    work()
    return 'none'
  } catch (error) {
    return error instanceof BrokerError ? error.code : 'unexpected'
  }
}

describe('CursorSeal', () => {
  test('gives the payload back, on any instance with the same key', () => {
    const cursor = cursors.seal(payload, 'anna candidates')
    expect(cursor).toMatch(/^[\w-]{1,120}$/)
    expect(new CursorSeal({ webKey, random: systemRandom }).open(cursor, 'anna candidates')).toEqual(payload)
  })

  test('hides the payload and never repeats itself', () => {
    const cursor = cursors.seal(payload, '')
    expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toContain('after')
    expect(cursors.seal(payload, '')).not.toBe(cursor)
  })

  test('refuses another binding and another key', () => {
    const cursor = cursors.seal(payload, 'anna candidates')
    expect(problemOf(() => cursors.open(cursor, 'ben candidates'))).toBe('cursor-invalid')
    const others = new CursorSeal({ webKey: otherKey, random: systemRandom })
    expect(problemOf(() => others.open(cursor, 'anna candidates'))).toBe('cursor-invalid')
  })

  test('refuses every change of one character, also of one that decodes to the same bytes', () => {
    const cursor = cursors.seal(payload, 'x')
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    for (let index = 0; index < cursor.length; index++) {
      for (const letter of [alphabet[alphabet.indexOf(cursor[index]!) ^ 1]!, '=', '.']) {
        const changed = cursor.slice(0, index) + letter + cursor.slice(index + 1)
        expect(problemOf(() => cursors.open(changed, 'x'))).toBe('cursor-invalid')
      }
    }
  })

  test.each(['', 'A', 'null', 'A'.repeat(38), 'A'.repeat(100_000), '\u0000'])('refuses %j', (text) => {
    expect(problemOf(() => cursors.open(text, 'x'))).toBe('cursor-invalid')
  })
})

describe('derivePurposeKey', () => {
  test('gives each purpose and each web key a key of its own', () => {
    const keys = [
      derivePurposeKey(webKey, 'cursor'),
      derivePurposeKey(webKey, 'proof-nonce'),
      derivePurposeKey(otherKey, 'cursor'),
    ].map((key) => Buffer.from(key).toString('hex'))
    expect(new Set(keys).size).toBe(3)
    expect(Buffer.from(derivePurposeKey(webKey, 'cursor')).toString('hex')).toBe(keys[0])
    expect(keys[0]).toHaveLength(64)
  })
})
