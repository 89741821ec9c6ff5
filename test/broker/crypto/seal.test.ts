import { CompactEncrypt, compactDecrypt, decodeProtectedHeader, exportJWK, generateKeyPair, importJWK } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { openSecret, sealSecret, sourceSecretBinding } from '../../../broker/crypto/seal.ts'
import { Secret } from '../../../broker/kernel/secret.ts'

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>

const binding = sourceSecretBinding('firefish')
let keys: KeyPair
let otherKeys: KeyPair
beforeAll(async () => {
  const make = (): Promise<KeyPair> => generateKeyPair('RSA-OAEP-256', { modulusLength: 2048, extractable: true })
  ;[keys, otherKeys] = await Promise.all([make(), make()])
})

describe('sealSecret', () => {
  test('makes a compact JWE that the private key opens under the same binding', async () => {
    const sealed = await sealSecret(keys.publicKey, new Secret('geheim\u0000 ключ 🔑'), binding)
    expect(decodeProtectedHeader(sealed)).toEqual({ alg: 'RSA-OAEP-256', enc: 'A256GCM', binding: 'source:firefish' })
    expect(sealed.split('.')).toHaveLength(5)
    expect((await openSecret(keys.privateKey, sealed, binding)).reveal()).toBe('geheim\u0000 ключ 🔑')
  })

  test('never makes the same text twice', async () => {
    const seal = (): Promise<string> => sealSecret(keys.publicKey, new Secret('same'), binding)
    expect(await seal()).not.toBe(await seal())
  })
})

describe('openSecret', () => {
  const seal = (): Promise<string> => sealSecret(keys.publicKey, new Secret('value'), binding)

  test.each([
    {
      name: 'another source',
      open: async () => openSecret(keys.privateKey, await seal(), sourceSecretBinding('other')),
    },
    { name: 'another key', open: async () => openSecret(otherKeys.privateKey, await seal(), binding) },
    { name: 'a text that is no JWE', open: () => openSecret(keys.privateKey, 'no.such.thing', binding) },
    { name: 'an empty text', open: () => openSecret(keys.privateKey, '', binding) },
  ])('refuses $name', async ({ open }) => {
    await expect(open()).rejects.toMatchObject({ name: 'BrokerError', code: 'secret-unreadable' })
  })

  test('refuses a change of any part', async () => {
    const parts = (await seal()).split('.')
    for (const index of parts.keys()) {
      const changed = parts.with(index, flipFirst(parts[index]!)).join('.')
      await expect(openSecret(keys.privateKey, changed, binding)).rejects.toMatchObject({ code: 'secret-unreadable' })
    }
  })

  test.each([
    { alg: 'RSA-OAEP', enc: 'A256GCM' },
    { alg: 'RSA-OAEP-256', enc: 'A128CBC-HS256' },
  ])('refuses $alg with $enc, although the key could open it', async (header) => {
    const jwk = await exportJWK(keys.privateKey)
    const publicPart = await exportJWK(keys.publicKey)
    const sealed = await new CompactEncrypt(Buffer.from('value'))
      .setProtectedHeader({ ...header, binding })
      .encrypt(await importJWK(publicPart, header.alg))
    const opened = await compactDecrypt(sealed, await importJWK(jwk, header.alg))
    expect(Buffer.from(opened.plaintext).toString()).toBe('value')
    await expect(openSecret(keys.privateKey, sealed, binding)).rejects.toMatchObject({ code: 'secret-unreadable' })
  })
})

function flipFirst(text: string): string {
  return (text.startsWith('A') ? 'B' : 'A') + text.slice(1)
}
