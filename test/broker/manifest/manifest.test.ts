import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { checkManifest } from '../../../broker/manifest/check-manifest.ts'
import { addinId, createManifest, toManifestVersion } from '../../../broker/manifest/manifest.ts'

const root = new URL('../../../', import.meta.url)
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string }
const settings = { publicUrl: 'https://localhost:3000', id: addinId, version, name: 'Sheetbroker' }
const good = createManifest(settings)

describe('createManifest', () => {
  test('makes what the offline check has nothing against', () => {
    expect(checkManifest(good)).toEqual([])
  })

  test('is what the repository has for development', () => {
    expect(readFileSync(new URL('manifest.xml', root), 'utf8')).toBe(good)
  })

  test('escapes the name', () => {
    const xml = createManifest({ ...settings, name: 'Data & "more" <now>' })
    expect(checkManifest(xml)).toEqual([])
    expect(xml).toContain('DefaultValue="Data &amp; &quot;more&quot; &lt;now&gt;"')
  })

  test('has icons of the sizes that it says', () => {
    for (const [, size] of good.matchAll(/icons\/icon-(\d+)\.png/g)) {
      const png = readFileSync(new URL(`addin/public/icons/icon-${size!}.png`, root))
      expect(png.subarray(1, 4).toString('latin1')).toBe('PNG')
      expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([Number(size), Number(size)])
    }
  })

  test.each(['http://broker.example', 'https://broker.example/path'])('refuses %s', (publicUrl) => {
    expect(() => createManifest({ ...settings, publicUrl })).toThrow(TypeError)
  })

  test.each([
    ['0.1.0', '0.1.0.0'],
    ['1.20.3-beta.1', '1.20.3.0'],
    ['2', '2.0.0.0'],
  ])('writes version %s as %s', (from, to) => {
    expect(toManifestVersion(from)).toBe(to)
  })
})
