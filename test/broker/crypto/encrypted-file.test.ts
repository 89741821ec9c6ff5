import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openEncryptedDatabase } from '../../../broker/crypto/encrypted-file.ts'
import { Secret } from '../../../broker/kernel/secret.ts'

const dataKey = new Uint8Array(32).fill(7)

describe('openEncryptedDatabase', () => {
  let directory: string
  let path: string

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'encrypted file #1 %41 ?-'))
    path = join(directory, 'data.db')
    const database = openEncryptedDatabase(path, dataKey)
    database.exec("CREATE TABLE words (word TEXT); INSERT INTO words VALUES ('periwinkle')")
    database.close()
  })

  afterEach(async () => {
    await rm(directory, { recursive: true })
  })

  test.each([
    { name: 'bytes', key: dataKey },
    { name: 'a secret in base64url', key: new Secret(Buffer.from(dataKey).toString('base64url')) },
  ])('reads back what was written, with the key as $name', ({ key }) => {
    const database = openEncryptedDatabase(path, key, { readonly: true })
    expect(database.prepare('SELECT word FROM words').pluck().all()).toEqual(['periwinkle'])
    database.close()
  })

  test('leaves no plain text and no SQLite header in the file', async () => {
    const bytes = await readFile(path)
    expect(bytes.includes('periwinkle')).toBe(false)
    expect(bytes.includes('SQLite format 3')).toBe(false)
  })

  test('refuses another key at once', () => {
    expect(() => openEncryptedDatabase(path, new Uint8Array(32), { readonly: true })).toThrow(
      expect.objectContaining({ code: 'SQLITE_NOTADB' }),
    )
  })

  test('refuses a page that was tampered with', async () => {
    const bytes = await readFile(path)
    bytes[200] = (bytes[200] ?? 0) ^ 1
    await writeFile(path, bytes)
    expect(() => openEncryptedDatabase(path, dataKey, { readonly: true })).toThrow()
  })

  test('refuses a key of another length', () => {
    expect(() => openEncryptedDatabase(path, new Uint8Array(16))).toThrow('32 bytes')
  })

  test('does not make a file that is to be read', () => {
    expect(() => openEncryptedDatabase(join(directory, 'other.db'), dataKey, { readonly: true })).toThrow()
  })

  test('cannot write what was opened to be read', () => {
    const database = openEncryptedDatabase(path, dataKey, { readonly: true })
    expect(() => database.exec("INSERT INTO words VALUES ('x')")).toThrow('readonly')
    database.close()
  })
})
