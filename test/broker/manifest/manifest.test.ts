import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { checkManifest } from '../../../broker/manifest/check-manifest.ts'
import { measureIcons } from '../../../broker/manifest/icon-files.ts'
import { createManifest } from '../../../broker/manifest/manifest.ts'
import type { ManifestSettings } from '../../../broker/manifest/manifest-settings.ts'
import { descendantsOf, attributeOf, readXml } from '../../../broker/manifest/xml.ts'

const root = new URL('../../../', import.meta.url)
const icons = measureIcons(new URL('addin/public/icons/', root).pathname)

const plain: ManifestSettings = {
  publicUrl: 'https://localhost:3000',
  version: '0.1.0.0',
  name: 'Sheetbroker',
  entra: undefined,
  functions: undefined,
}
const clientId = '11111111-2222-3333-4444-555555555555'
const whole: ManifestSettings = {
  ...plain,
  entra: { clientId, resource: `api://localhost:3000/${clientId}`, scope: 'access_as_user' },
  functions: {
    namespace: 'SHEETBROKER',
    scriptPath: '/addin/functions.js',
    metadataPath: '/addin/functions.json',
    list: [],
  },
}

const schema =
  process.env['MANIFEST_XSD'] ??
  new URL('../../../../shared/data/manifest-xsd/OfficeAppManifestV1_1.xsd', import.meta.url).pathname
const canRun = existsSync(schema) && spawnSync('xmllint', ['--version']).error === undefined

describe('createManifest', () => {
  test.each([
    ['plain', plain],
    ['whole', whole],
  ])('makes what the offline check has nothing against: %s', (_name, settings) => {
    expect(checkManifest(createManifest(settings), icons)).toEqual([])
  })

  test.skipIf(!canRun)('is valid by the published schema', () => {
    for (const settings of [plain, whole]) {
      const input = createManifest(settings)
      const { status, stderr } = spawnSync('xmllint', ['--noout', '--schema', schema, '-'], { input, encoding: 'utf8' })
      expect([status, stderr]).toEqual([0, expect.stringContaining('validates')])
    }
  })

  test('is what the repository has for development', () => {
    expect(readFileSync(new URL('manifest.xml', root), 'utf8')).toBe(createManifest(plain))
  })

  test('escapes the name', () => {
    const xml = createManifest({ ...plain, name: 'Data & "more" <now>' })
    expect(checkManifest(xml)).toEqual([])
    expect(xml).toContain('DefaultValue="Data &amp; &quot;more&quot; &lt;now&gt;"')
  })

  test('speaks four languages wherever Office shows a text of ours', () => {
    const strings = descendantsOf(readXml(createManifest(whole))).filter(
      (element) =>
        ['String', 'Description'].includes(element.name) && attributeOf(element, 'DefaultValue') !== undefined,
    )
    const translated = strings.filter(
      (element) => !['Group.Label', 'Functions.Namespace'].includes(attributeOf(element, 'id') ?? ''),
    )
    expect(translated).toHaveLength(7)
    for (const element of translated) {
      expect(element.children.map((child) => attributeOf(child, 'Locale'))).toEqual(['de-DE', 'fr-FR', 'ar-SA'])
    }
  })

  test('runs pane, commands and functions in one page', () => {
    const elements = descendantsOf(readXml(createManifest(whole)))
    const residOf = (name: string) =>
      attributeOf(
        elements.find((element) => element.name === name)!,
        'resid',
      )
    const page = elements.find(({ name }) => name === 'Page')!.children[0]!
    expect([residOf('Runtime'), residOf('FunctionFile'), attributeOf(page, 'resid')]).toEqual(Array(3).fill('Page.Url'))
  })

  test('lets Office without shared runtimes have the pane', () => {
    const { children } = readXml(createManifest(whole))
    const setsOf = (name: string) =>
      children
        .filter((child) => child.name === name)
        .flatMap(descendantsOf)
        .filter((element) => element.name === 'Set')
        .map((element) => attributeOf(element, 'Name'))
    expect(setsOf('Requirements')).toEqual(['ExcelApi'])
    expect(setsOf('VersionOverrides')).toEqual(['SharedRuntime'])
  })

  test.each([
    ...['http://broker.example', 'https://broker.example/path', 'https://broker"s.example', 'https://a&b.example'],
    ...['https://broker..example', `https://${'long.'.repeat(50)}example`],
  ])('refuses %s', (publicUrl) => {
    expect(() => createManifest({ ...plain, publicUrl })).toThrow(TypeError)
  })

  test.each(['https://bücher.example:8443', 'https://sheet_broker', 'https://[fd00::1]', 'https://10.0.0.7'])(
    'takes %s',
    (publicUrl) => {
      expect(checkManifest(createManifest({ ...plain, publicUrl }))).toEqual([])
    },
  )
})
