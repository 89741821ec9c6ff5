import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createKeyFiles, readEgressKeys, readWebKeys } from '../../../broker/crypto/key-files.ts'
import { openSecret, sealSecret } from '../../../broker/crypto/seal.ts'
import { Secret } from '../../../broker/kernel/secret.ts'
import { systemRandom } from '../../../broker/kernel/system.ts'

const names = ['data.key', 'seal.private.jwk.json', 'seal.public.jwk.json', 'web.key']

let parent: string
let keys: string
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'sheetbroker-keys-'))
  keys = join(parent, 'data', 'keys')
})
afterEach(() => rm(parent, { recursive: true, force: true }))

async function readAll(): Promise<Record<string, string>> {
  const files = await readdir(keys)
  return Object.fromEntries(
    await Promise.all(files.map(async (name) => [name, (await readFile(join(keys, name))).toString('hex')])),
  ) as Record<string, string>
}

async function expectComplete(): Promise<void> {
  expect((await readdir(keys)).toSorted()).toEqual(names)
  const [web, egress] = await Promise.all([readWebKeys(keys), readEgressKeys(keys)])
  const sealed = await sealSecret(web.sealingKey, new Secret('value'), 'source:crm')
  expect((await openSecret(egress.openingKey, sealed, 'source:crm')).reveal()).toBe('value')
  expect(web.dataKey.reveal()).toBe(egress.dataKey.reveal())
  expect(Buffer.from(web.dataKey.reveal(), 'base64url')).toHaveLength(32)
  expect(web.webKey.reveal()).not.toBe(web.dataKey.reveal())
}

describe('createKeyFiles', () => {
  test('makes a set that fits together, readable by its owner alone', async () => {
    expect(await createKeyFiles(keys, systemRandom)).toBe(true)
    await expectComplete()
    const modes = await Promise.all([keys, ...names.map((name) => join(keys, name))].map((path) => stat(path)))
    expect(modes.map(({ mode }) => (mode & 0o777).toString(8))).toEqual(['700', '400', '400', '444', '400'])
    const jwk = JSON.parse(await readFile(join(keys, 'seal.public.jwk.json'), 'utf8')) as { n: string }
    expect(Object.keys(jwk).toSorted()).toEqual(['alg', 'e', 'kty', 'n', 'use'])
    expect(Buffer.from(jwk.n, 'base64url')).toHaveLength(3072 / 8)
  })

  test('changes nothing when there is a complete set', async () => {
    await createKeyFiles(keys, systemRandom)
    const before = await readAll()
    expect(await createKeyFiles(keys, systemRandom)).toBe(false)
    expect(await readAll()).toEqual(before)
  })

  test.each([1, 2, 3])('completes a set of which a crash left the first %d', async (made) => {
    await createKeyFiles(keys, systemRandom)
    const order = ['data.key', 'web.key', 'seal.private.jwk.json', 'seal.public.jwk.json']
    for (const name of order.slice(made)) await rm(join(keys, name))
    const before = await readAll()
    expect(await createKeyFiles(keys, systemRandom)).toBe(true)
    expect(await readAll()).toMatchObject(before)
    await expectComplete()
  })

  test.each(['data.key', 'web.key', 'seal.private.jwk.json'])(
    'makes no new %s in place of a lost one',
    async (name) => {
      await createKeyFiles(keys, systemRandom)
      await rm(join(keys, name))
      const before = await readAll()
      await expect(createKeyFiles(keys, systemRandom)).rejects.toMatchObject({
        code: 'init-required',
        message: expect.stringContaining(`${name} is missing`) as string,
      })
      expect(await readAll()).toEqual(before)
    },
  )

  test('ends with one set when four run at once', async () => {
    await Promise.all(Array.from({ length: 4 }, () => createKeyFiles(keys, systemRandom)))
    await expectComplete()
  })
})

describe('readWebKeys and readEgressKeys', () => {
  test.each(['data.key', 'web.key', 'seal.public.jwk.json'])('say what to do without %s', async (name) => {
    await createKeyFiles(keys, systemRandom)
    await rm(join(keys, name))
    await expect(readWebKeys(keys)).rejects.toMatchObject({
      code: 'init-required',
      message: expect.stringContaining('npx sheetbroker init') as string,
    })
  })

  test('need only what each process may hold', async () => {
    await createKeyFiles(keys, systemRandom)
    await rm(join(keys, 'seal.private.jwk.json'))
    await readWebKeys(keys)
    await expect(readEgressKeys(keys)).rejects.toMatchObject({ code: 'init-required' })
    await rm(keys, { recursive: true })
    await createKeyFiles(keys, systemRandom)
    await rm(join(keys, 'web.key'))
    await rm(join(keys, 'seal.public.jwk.json'))
    await readEgressKeys(keys)
  })

  test.skipIf(process.platform === 'win32').each([
    { name: 'data.key', mode: 0o404, isRefused: true },
    { name: 'web.key', mode: 0o420, isRefused: true },
    { name: 'web.key', mode: 0o440, isRefused: false },
    { name: 'seal.public.jwk.json', mode: 0o444, isRefused: false },
  ])('$name with mode $mode is refused: $isRefused', async ({ name, mode, isRefused }) => {
    await createKeyFiles(keys, systemRandom)
    await chmod(join(keys, name), mode)
    const outcome = await readWebKeys(keys).then(
      () => 'read',
      (error: unknown) => (error as { code?: unknown }).code,
    )
    expect(outcome).toBe(isRefused ? 'config-invalid' : 'read')
  })

  test.each([
    { name: 'data.key', content: 'too short' },
    { name: 'seal.public.jwk.json', content: '{"kty":"RSA","n":"x' },
    { name: 'seal.public.jwk.json', content: '{"kty":"oct","k":"c2VjcmV0"}' },
    { name: 'seal.public.jwk.json', content: '[]' },
  ])('say that $name is damaged when it holds $content, without quoting it', async ({ name, content }) => {
    await createKeyFiles(keys, systemRandom)
    await chmod(join(keys, name), 0o600)
    await writeFile(join(keys, name), content)
    const reading = readWebKeys(keys)
    await expect(reading).rejects.toMatchObject({ code: 'init-required' })
    await expect(reading).rejects.toThrow(/damaged/)
    await expect(reading).rejects.not.toThrow(content)
  })
})
