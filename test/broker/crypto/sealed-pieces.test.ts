import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SealedPieces } from '../../../broker/crypto/sealed-pieces.ts'

let directory: string
let path: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pieces-'))
  path = join(directory, 'pieces')
})

afterEach(async () => {
  await rm(directory, { recursive: true })
})

const key = new Uint8Array(32).fill(5)
const texts = ['first', '', 'a'.repeat(200_000), 'Szczepańska']

function write(): SealedPieces {
  const pieces = SealedPieces.create(path, key)
  for (const text of texts) pieces.add(Buffer.from(text))
  return pieces
}

describe('sealed pieces', () => {
  test('come back as they were, in their order, as often as they are read', () => {
    const pieces = write()
    for (const round of [1, 2]) {
      expect({ round, read: [...pieces.read()].map((piece) => piece.toString()) }).toEqual({ round, read: texts })
    }
    pieces.close()
    pieces.close()
  })

  test('are nothing to read for who has only the file', async () => {
    write().close()
    const file = await readFile(path)
    expect(file.includes('first')).toBe(false)
    expect(file.includes('aaaaaaaa')).toBe(false)
  })

  test.each([
    { name: 'changed', damage: { at: 6, length: 1 } },
    { name: 'cut off', damage: undefined },
  ])('are refused when the file was $name', async ({ damage }) => {
    const pieces = write()
    const file = await open(path, 'r+')
    if (damage) await file.write(Buffer.alloc(damage.length, 0xff), 0, damage.length, damage.at)
    else await file.truncate(100_000)
    await file.close()
    expect(() => [...pieces.read()]).toThrow()
    pieces.close()
  })

  test('never share a file', () => {
    write().close()
    expect(() => SealedPieces.create(path, key)).toThrow()
  })
})
