import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
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

  const schema = process.env['MANIFEST_XSD'] ?? ''
  test.skipIf(schema === '' || !hasXmllint())('is valid by the published schema', () => {
    const input = good
    expect(() => execFileSync('xmllint', ['--noout', '--schema', schema, '-'], { input, stdio: 'pipe' })).not.toThrow()
  })
})

function hasXmllint(): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(`${folder}/xmllint`))
}

describe('checkManifest', () => {
  test.each([
    { name: 'an id that is no GUID', from: addinId, to: 'sheetbroker', says: 'GUID' },
    { name: 'a version of three parts', from: `${version}.0<`, to: `${version}<`, says: 'four numbers' },
    {
      name: 'plain http',
      from: 'https://localhost:3000/addin/icons/icon-16',
      to: 'http://localhost:3000/x',
      says: 'https',
    },
    { name: 'an app domain with a path', from: '3000</AppDomain>', to: '3000/</AppDomain>', says: 'no path' },
    {
      name: 'an app domain with a wildcard',
      from: '>https://localhost:3000<',
      to: '>https://*.example<',
      says: 'wildcard',
    },
    { name: 'an unknown permission', from: 'ReadWriteDocument', to: 'Everything', says: 'permission' },
    { name: 'a resource that is not defined', from: 'resid="Open.Tip"', to: 'resid="Other.Tip"', says: 'not defined' },
    { name: 'a resource that is not used', from: 'resid="Open.Tip"', to: 'resid="Refresh.Tip"', says: 'used nowhere' },
    { name: 'a resource id that is too long', from: /Open\.Tip/g, to: 'x'.repeat(33), says: '32' },
    { name: 'a missing icon size', from: /<bt:Image size="80"[^>]*>/, to: '', says: '80' },
    {
      name: 'elements in the wrong order',
      from: /(<Id>.*<\/Id>)\s*(<Version>.*<\/Version>)/,
      to: '$2$1',
      says: 'before',
    },
    { name: 'a missing element', from: /<HighResolutionIconUrl[^>]*>/, to: '', says: 'HighResolutionIconUrl' },
    { name: 'an unknown element', from: '<Permissions>', to: '<Colour/><Permissions>', says: 'does not belong' },
    { name: 'a short-lived runtime', from: 'lifetime="long"', to: 'lifetime="short"', says: 'long' },
    { name: 'no host', from: '<Host Name="Workbook"/>', to: '', says: 'Workbook' },
    {
      name: 'a name that is too long',
      from: '<DisplayName DefaultValue="',
      to: `<DisplayName DefaultValue="${'x'.repeat(120)}`,
      says: '125',
    },
    { name: 'an element that is not closed', from: '</Hosts>', to: '', says: 'closes nothing' },
    { name: 'an entity of its own', from: '<Id>', to: '<Id>&mine;', says: 'means nothing' },
    { name: 'a document type', from: '<OfficeApp', to: '<!DOCTYPE a><OfficeApp', says: 'read at 2:1' },
  ])('finds $name', ({ from, to, says }) => {
    const bad = good.replace(from, to)
    expect(bad).not.toBe(good)
    expect(
      checkManifest(bad)
        .map(({ message }) => message)
        .join('\n'),
    ).toContain(says)
  })
})
