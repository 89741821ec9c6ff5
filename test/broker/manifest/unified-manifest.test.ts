import { readFileSync } from 'node:fs'
import { unzipSync, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { checkPackage, checkUnifiedManifest } from '../../../broker/manifest/check-unified.ts'
import type { ManifestSettings } from '../../../broker/manifest/manifest-settings.ts'
import { createPackage, createUnifiedManifest } from '../../../broker/manifest/unified-manifest.ts'

const folder = new URL('../../../addin/public/icons/', import.meta.url)
const icons = {
  color: readFileSync(new URL('color-192.png', folder)),
  outline: readFileSync(new URL('outline-32.png', folder)),
}
const settings: ManifestSettings = {
  publicUrl: 'https://sheetbroker.example.com',
  version: '1.2.3.4',
  name: 'Sheetbroker',
  entra: {
    clientId: '11111111-2222-3333-4444-555555555555',
    resource: 'api://sheetbroker.example.com/11111111-2222-3333-4444-555555555555',
    scope: 'access_as_user',
  },
  functions: {
    namespace: 'SHEETBROKER',
    scriptPath: '/addin/functions.js',
    metadataPath: '/addin/functions.json',
    list: [
      {
        id: 'COUNT',
        name: 'COUNT',
        parameters: [{ name: 'dataset', type: 'string' }],
        result: { dimensionality: 'scalar' },
      },
    ],
  },
}
const good = createUnifiedManifest(settings)

function messages(json: string): string {
  return checkUnifiedManifest(json)
    .map(({ at, message }) => `${at}: ${message}`)
    .join('\n')
}

describe('createUnifiedManifest', () => {
  test('makes what the check has nothing against, with and without functions and sign-in', () => {
    expect(checkUnifiedManifest(good)).toEqual([])
    expect(
      checkUnifiedManifest(createUnifiedManifest({ ...settings, entra: undefined, functions: undefined })),
    ).toEqual([])
  })

  test('hides the add-in-only one, which has another id', () => {
    const { id, extensions } = JSON.parse(good) as {
      id: string
      extensions: [{ alternates: [{ hide: { customOfficeAddin: { officeAddinId: string } } }] }]
    }
    const hidden = extensions[0].alternates[0].hide.customOfficeAddin.officeAddinId
    expect(readFileSync(new URL('../../../manifest.xml', import.meta.url), 'utf8')).toContain(`<Id>${hidden}</Id>`)
    expect(hidden).not.toBe(id)
  })

  test('refuses plain http', () => {
    expect(() => createUnifiedManifest({ ...settings, publicUrl: 'http://a.example' })).toThrow(TypeError)
  })
})

describe('createPackage', () => {
  const bytes = createPackage(settings, icons)
  test('holds the manifest, both icons and every language, and passes the check', () => {
    expect(Object.keys(unzipSync(bytes)).toSorted()).toEqual([
      'ar-sa.json',
      'color.png',
      'de-de.json',
      'fr-fr.json',
      'manifest.json',
      'outline.png',
    ])
    expect(checkPackage(bytes)).toEqual([])
  })

  test('is the same bytes each time', () => {
    expect(createPackage(settings, icons)).toEqual(bytes)
  })
})

describe('checkUnifiedManifest', () => {
  test.each([
    { name: 'no JSON', from: '{', to: '(', says: 'no JSON' },
    { name: 'an id that is no GUID', from: /"id": "d2a4[^"]*"/, to: '"id": "x"', says: 'id: Write a GUID' },
    {
      name: 'a version of four numbers',
      from: /"version": "[^"]*"/,
      to: '"version": "1.0.0.0"',
      says: 'three numbers',
    },
    {
      name: 'a short name that is too long',
      from: '"short": "Sheetbroker"',
      to: `"short": "${'x'.repeat(31)}"`,
      says: '30 characters',
    },
    {
      name: 'a short description that is too long',
      from: /("short": "Your)/,
      to: `$1${'x'.repeat(80)}`,
      says: '80 characters',
    },
    { name: 'plain http', from: '"page": "https:', to: '"page": "http:', says: 'https' },
    { name: 'an unknown property', from: '"accentColor"', to: '"accentColour"', says: 'accentColour' },
    { name: 'a colour by name', from: '#0f6b66', to: 'green', says: 'colour' },
    { name: 'an unknown scope', from: '"workbook"', to: '"sheet"', says: 'scopes[0]' },
    { name: 'an icon of another size', from: '"size": 80', to: '"size": 81', says: '16, 20, 24' },
    {
      name: 'an icon size twice in place of another',
      from: /"size": 80/g,
      to: '"size": 64',
      says: 'lacks the size 80',
    },
    {
      name: 'an action that no runtime has',
      from: '"actionId": "openPane"',
      to: '"actionId": "open"',
      says: 'No runtime has the action open',
    },
    { name: 'an id that is there twice', from: '"Sheetbroker.Refresh"', to: '"Sheetbroker.Open"', says: 'there twice' },
    {
      name: 'functions in a short-lived runtime',
      from: '"lifetime": "long"',
      to: '"lifetime": "short"',
      says: 'lifetime "long"',
    },
    {
      name: 'a function name that no formula can have',
      from: '"name": "COUNT"',
      to: '"name": "COUNT ALL"',
      says: 'functions[0].name',
    },
    {
      name: 'a domain with a scheme',
      from: /"sheetbroker.example.com"\s*\]/,
      to: '"https://sheetbroker.example.com"]',
      says: 'must be a host',
    },
    {
      name: 'a tab of its own without groups',
      from: '"builtInTabId": "TabHome"',
      to: '"id": "Own"',
      says: 'needs a label',
    },
  ])('finds $name', ({ from, to, says }) => {
    const bad = good.replace(from, to)
    expect(bad).not.toBe(good)
    expect(messages(bad)).toContain(says)
  })
})

describe('checkPackage', () => {
  const files = unzipSync(createPackage(settings, icons))
  test.each([
    { name: 'no zip file', bytes: new Uint8Array([80, 75, 1]), says: 'no zip file' },
    { name: 'no manifest', bytes: zipSync({ 'color.png': icons.color }), says: 'manifest.json is missing' },
    { name: 'an icon of another size', bytes: zipSync({ ...files, 'color.png': icons.outline }), says: '192 x 192' },
    {
      name: 'a language that is missing',
      bytes: zipSync({
        'manifest.json': files['manifest.json']!,
        'color.png': icons.color,
        'outline.png': icons.outline,
      }),
      says: 'de-de.json is missing',
    },
    {
      name: 'a language without what it must have',
      bytes: zipSync({ ...files, 'de-de.json': new TextEncoder().encode('{}') }),
      says: 'lacks name.short',
    },
  ])('finds $name', ({ bytes, says }) => {
    expect(
      checkPackage(bytes)
        .map(({ message }) => message)
        .join('\n'),
    ).toContain(says)
  })
})
