import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createKeyFiles, readEgressKeys } from '../../../broker/crypto/key-files.ts'
import { openToken, sealToken, sourceTokenBinding } from '../../../broker/crypto/token-seal.ts'
import { Secret } from '../../../broker/kernel/secret.ts'
import { systemRandom } from '../../../broker/kernel/system.ts'

const key = new Secret(Buffer.alloc(32, 1).toString('base64url'))
const otherKey = new Secret(Buffer.alloc(32, 2).toString('base64url'))
const binding = sourceTokenBinding('crm', 'digest')

test('a sealed token opens under the same key and binding', async () => {
  const sealed = await sealToken(key, new Secret('token'), binding)
  expect((await openToken(key, sealed, binding)).reveal()).toBe('token')
  expect(sealed).not.toContain('token')
})

test.each([
  { name: 'another key', open: (sealed: string) => openToken(otherKey, sealed, binding) },
  { name: 'another source', open: (sealed: string) => openToken(key, sealed, sourceTokenBinding('erp', 'digest')) },
  { name: 'other scopes', open: (sealed: string) => openToken(key, sealed, sourceTokenBinding('crm', 'other')) },
  { name: 'a change', open: (sealed: string) => openToken(key, `${sealed.slice(0, -2)}AA`, binding) },
  { name: 'anything else', open: () => openToken(key, 'no seal', binding) },
])('it does not open under $name', async ({ open }) => {
  const sealed = await sealToken(key, new Secret('token'), binding)
  await expect(open(sealed)).rejects.toMatchObject({ code: 'secret-unreadable' })
})

test('every process that has the private key derives the same key from it', { timeout: 30_000 }, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sheetbroker-keys-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  await createKeyFiles(directory, systemRandom)
  const [one, other] = await Promise.all([readEgressKeys(directory), readEgressKeys(directory)])
  expect(Buffer.from(one.tokenKey.reveal(), 'base64url')).toHaveLength(32)
  expect(one.tokenKey.reveal()).toBe(other.tokenKey.reveal())
})
