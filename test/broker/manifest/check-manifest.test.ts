import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { checkManifest } from '../../../broker/manifest/check-manifest.ts'

const root = new URL('../../../', import.meta.url)
const good = readFileSync(new URL('test/broker/manifest/samples/everything.xml', root), 'utf8')

function messages(xml: string, level: 'error' | 'warning' = 'error'): string {
  return checkManifest(xml)
    .filter((finding) => finding.level === level)
    .map(({ message }) => message)
    .join('\n')
}

function change(from: string | RegExp, to: string): string {
  const changed = good.replace(from, to)
  expect(changed).not.toBe(good)
  return changed
}

describe('checkManifest', () => {
  test('has nothing against every element in its place', () => {
    expect(checkManifest(good)).toEqual([])
  })

  test('says where a finding is', () => {
    const line = good.split('\n').findIndex((text) => text.includes('<Permissions>')) + 1
    expect(checkManifest(change('ReadAllDocument', 'Everything'))).toEqual([
      {
        line,
        column: 3,
        at: 'OfficeApp/Permissions',
        message: 'Write one of Restricted, ReadDocument, ReadAllDocument, WriteDocument, ReadWriteDocument.',
        level: 'error',
        rule: 'schema',
      },
    ])
  })

  test.each([
    { name: 'an id that is no GUID', from: /<Id>\{9F0C.*</, to: '<Id>northwind<', says: 'GUID' },
    { name: 'a number above 65535', from: '2.10.65535.3', to: '2.10.65536.3', says: '65535' },
    { name: 'a version that is too low', from: '2.10.65535.3', to: '0.0.1.0', says: 'at least 0.1' },
    { name: 'an unknown permission', from: 'ReadAllDocument', to: 'Everything', says: 'ReadWriteDocument' },
    {
      name: 'elements in the wrong order',
      from: /(<Permissions>.*<\/Permissions>)([\s\S]*)(<\/OfficeApp>)/,
      to: '$2$1$3',
      says: 'too late',
    },
    { name: 'a missing element', from: /<ProviderName>.*<\/ProviderName>/, to: '', says: 'ProviderName is missing' },
    { name: 'an unknown element', from: '<Permissions>', to: '<Colour/><Permissions>', says: 'does not belong' },
    {
      name: 'an element of another namespace',
      from: '<bt:Urls>',
      to: '<bt:Urls><Url id="x" DefaultValue="https://a.example"/>',
      says: 'namespace',
    },
    { name: 'an unknown attribute', from: '<Runtime ', to: '<Runtime colour="red" ', says: 'no attribute colour' },
    { name: 'a missing attribute', from: ' Name="Document"', to: '', says: 'Name is missing' },
    {
      name: 'an element that is there twice',
      from: '<Permissions>',
      to: '<Permissions>Restricted</Permissions><Permissions>',
      says: 'once only',
    },
    { name: 'an extension point without a type', from: ' xsi:type="ContextMenu"', to: '', says: 'xsi:type is missing' },
    {
      name: 'overrides after the extended ones',
      from: /(<ExtendedOverrides[\s\S]*<\/ExtendedOverrides>)/,
      to: '$1<VersionOverrides xmlns="http://schemas.microsoft.com/office/taskpaneappversionoverrides"/>',
      says: 'too late',
    },
    {
      name: 'a name that is too long',
      from: 'DefaultValue="Northwind tables"',
      to: `DefaultValue="${'x'.repeat(126)}"`,
      says: '125',
    },
    {
      name: 'elements inside each other without end',
      from: '<Permissions>',
      to: `${'<a>'.repeat(20_000)}${'</a>'.repeat(20_000)}<Permissions>`,
      says: 'levels',
    },
    { name: 'a document type', from: '<OfficeApp', to: '<!DOCTYPE OfficeApp><OfficeApp', says: 'document type' },
    { name: 'an entity of its own', from: '>openid<', to: '>&mine;<', says: 'undefined entity' },
    { name: 'an element that is not closed', from: '</AppDomains>', to: '', says: 'close tag' },
    { name: 'another root', from: /OfficeApp/g, to: 'Add-in', says: 'root must be OfficeApp' },
    { name: 'Outlook’s kind', from: '"TaskPaneApp"', to: '"MailApp"', says: 'Outlook' },
  ])('finds what the schema forbids: $name', ({ from, to, says }) => {
    expect(messages(change(from, to))).toContain(says)
  })

  test.each([
    {
      name: 'plain http in an icon',
      from: 'https://northwind.example/icon-32',
      to: 'http://northwind.example/x',
      says: 'https',
    },
    {
      name: 'plain http on this machine',
      from: 'https://northwind.example/pane',
      to: 'http://localhost:3000/pane',
      says: 'https',
    },
    {
      name: 'plain http for one language',
      from: 'https://northwind.example/de/icon-80',
      to: 'http://northwind.example/x',
      says: 'https',
    },
    {
      name: 'plain http in the extended overrides',
      from: 'https://northwind.example/shortcuts',
      to: 'http://northwind.example/x',
      says: 'https',
    },
    { name: 'an address without a host', from: 'https://northwind.example/help"', to: '/help"', says: 'https' },
    ...[
      'https://northwind.example/',
      'https://northwind.example/pane',
      'https://*.northwind.example',
      'http://northwind.example',
      'northwind.example',
      'https://northwind.example?a',
      'https://a@northwind.example',
      'https://',
      'https://northwind.example:99999',
    ].map((domain) => ({
      name: `the app domain ${domain}`,
      from: '>https://northwind.example<',
      to: `>${domain}<`,
      says: 'no path, no slash at the end, no wildcard',
    })),
    { name: 'a missing icon size', from: /<bt:Image size="80"[^>]*>/, to: '', says: 'lacks the sizes 80' },
    {
      name: 'an icon size that there is not',
      from: /(<bt:Image size="80"[^>]*>)/,
      to: '$1<bt:Image size="33" resid="Icon.32"/>',
      says: 'size 33',
    },
    { name: 'an icon size twice', from: /(<bt:Image size="80"[^>]*>)/, to: '$1$1', says: 'size 80 is there twice' },
    {
      name: 'a resource that is not defined',
      from: 'resid="Url.Help"',
      to: 'resid="Url.Other"',
      says: 'Url.Other is not defined',
    },
    {
      name: 'a resource of another kind',
      from: '<LearnMoreUrl resid="Url.Help"',
      to: '<LearnMoreUrl resid="Long.About"',
      says: 'must be one of Urls',
    },
    {
      name: 'a resource that is defined twice',
      from: '<bt:Url id="Url.Help"',
      to: '<bt:Url id="Url.Page"',
      says: 'defined twice',
    },
    {
      name: 'two values for a language',
      from: /(<bt:Override Locale="ar-SA"[^>]*>)/,
      to: '$1$1',
      says: 'two values for ar-sa',
    },
    { name: 'a resid that is too long', from: /Long\.About/g, to: 'x'.repeat(33), says: '32' },
    { name: 'a short-lived runtime', from: 'lifetime="long"', to: 'lifetime="short"', says: 'long' },
    { name: 'a runtime of no said lifetime', from: ' lifetime="long"', to: '', says: 'long' },
    { name: 'two runtimes', from: /(<Runtime [^>]*>)/, to: '$1$1', says: 'One runtime' },
    {
      name: 'commands on another page',
      from: '<FunctionFile resid="Url.Page"',
      to: '<FunctionFile resid="Url.Script"',
      says: 'page of the runtime',
    },
    {
      name: 'functions on another page',
      from: /<Page>\s*<SourceLocation resid="Url.Page"/,
      to: '<Page><SourceLocation resid="Url.Script"',
      says: 'page of the runtime',
    },
    {
      name: 'an id that two controls have',
      from: 'id="Northwind.Cell"',
      to: 'id="Northwind.Open"',
      says: 'Northwind.Open is there twice',
    },
    {
      name: 'a namespace that no formula can have',
      from: 'DefaultValue="NORTHWIND"',
      to: 'DefaultValue="North wind"',
      says: 'functions’ namespace',
    },
  ])('finds what Office refuses: $name', ({ from, to, says }) => {
    expect(messages(change(from, to))).toContain(says)
  })

  test.each([
    { name: 'an add-in that is not for Excel', from: '<Host Name="Workbook" />', to: '', says: 'Excel will not show' },
    {
      name: 'no icon for sharp screens',
      from: /<HighResolutionIconUrl[\s\S]*<\/HighResolutionIconUrl>/,
      to: '',
      says: 'HighResolutionIconUrl',
    },
    { name: 'a resource that nothing uses', from: 'resid="Url.Help"', to: 'resid="Url.Page"', says: 'used nowhere' },
    { name: 'a version of three numbers', from: '2.10.65535.3', to: '2.10.3', says: 'four numbers' },
    { name: 'no word of shared runtimes', from: '<Set Name="SharedRuntime" />', to: '', says: 'SharedRuntime' },
    {
      name: 'sign-in for another application',
      from: '/9f0c2b62-52a5-4e0b-8c1f-0c6c8c7f6a11<',
      to: '/x<',
      says: 'api://',
    },
  ])('warns, and no more, of $name', ({ from, to, says }) => {
    const changed = change(from, to)
    expect(messages(changed, 'warning')).toContain(says)
    expect(messages(changed)).toBe('')
  })

  test.each([
    {
      name: 'a built-in group and control, and a place for the tab',
      from: /<CustomTab id="Northwind.Tab">([\s\S]*?)<Label resid="Short.Name" \/>\s*<\/CustomTab>/,
      to: '<CustomTab id="Northwind.Tab"><OfficeGroup id="FontGroup"/>$1<Label resid="Short.Name" /><InsertAfter>TabReview</InsertAfter></CustomTab>',
    },
    {
      name: 'a group that contextual tabs replace',
      from: '<Group id="Northwind.Home">',
      to: '<Group id="Northwind.Home"><OverriddenByRibbonApi>true</OverriddenByRibbonApi>',
    },
  ])('takes what Office has learned since the schema: $name', ({ from, to }) => {
    expect(checkManifest(change(from, to))).toEqual([])
  })

  test('measures icons whose files it is given', () => {
    const sizeOf = (address: string) => {
      const size = /icon-(\d+)\.png$/.exec(address)?.[1]
      return size === '80'
        ? { width: 81, height: 80 }
        : size === undefined
          ? undefined
          : { width: Number(size), height: Number(size) }
    }
    const found = checkManifest(good, sizeOf).map(({ message }) => message)
    expect(new Set(found)).toEqual(
      new Set(['https://northwind.example/icon-80.png has 81 x 80 pixels, and 80 x 80 are asked for.']),
    )
  })
})
