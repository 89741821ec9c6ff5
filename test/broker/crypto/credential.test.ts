import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { digestCredential, makeCredential, parseCredential } from '../../../broker/crypto/credential.ts'
import { systemRandom } from '../../../broker/kernel/system.ts'

describe('makeCredential', () => {
  test.each(['ses', 'key', 'tok', 'adm'] as const)('makes a %s that parses as one', (kind) => {
    const credential = makeCredential(kind, systemRandom)
    expect(credential.reveal()).toMatch(new RegExp(`^shb_${kind}_[0-9A-Za-z]{49}$`))
    expect(parseCredential(credential.reveal())).toEqual({ kind })
    expect(String(credential)).toBe('[secret]')
  })

  test.each([0x00, 0xff])('always has the same length, also of bytes that are all %d', (byte) => {
    const random = { ...systemRandom, bytes: (length: number) => new Uint8Array(length).fill(byte) }
    const text = makeCredential('ses', random).reveal()
    expect(text).toHaveLength(57)
    expect(parseCredential(text)).toEqual({ kind: 'ses' })
  })

  test('carries all 256 bits', () => {
    const all = new Set<string>()
    for (let bit = 0; bit < 256; bit++) {
      const bytes = new Uint8Array(32)
      bytes[bit >> 3] = 1 << (bit & 7)
      all.add(makeCredential('ses', { ...systemRandom, bytes: () => bytes }).reveal())
    }
    expect(all.size).toBe(256)
  })
})

describe('parseCredential', () => {
  const text = makeCredential('ses', systemRandom).reveal()

  test('refuses every change of one character', () => {
    for (let index = 0; index < text.length; index++) {
      const changed = text.slice(0, index) + (text[index] === 'A' ? 'B' : 'A') + text.slice(index + 1)
      expect(parseCredential(changed), changed).toBeUndefined()
    }
  })

  test.each([
    { name: 'another kind', changed: text.replace('_ses_', '_key_') },
    { name: 'an unknown kind', changed: text.replace('_ses_', '_foo_') },
    { name: 'a missing character', changed: text.slice(0, -1) },
    { name: 'one too many', changed: `${text}0` },
    { name: 'a line end', changed: `${text}\n` },
    { name: 'nothing', changed: '' },
  ])('refuses $name', ({ changed }) => {
    expect(parseCredential(changed)).toBeUndefined()
  })
})

test('digestCredential is SHA-256, base64url', () => {
  expect(digestCredential('shb_ses_x')).toBe(createHash('sha256').update('shb_ses_x').digest().toString('base64url'))
})
