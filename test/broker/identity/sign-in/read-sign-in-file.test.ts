import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../../../broker/config.ts'
import { findEntraApplication } from '../../../../broker/deployed-manifest.ts'
import { BrokerError } from '../../../../broker/errors/broker-error.ts'
import { readSignInFile } from '../../../../broker/identity/sign-in/read-sign-in-file.ts'
import { clientId, otherTenant, tenant } from '../../../support/test-issuer.ts'

const page = readFileSync(new URL('../../../../docs/SIGN-IN.md', import.meta.url), 'utf8')
const entra = { type: 'entra', tenants: [tenant], clientId }
const openid = { type: 'openid', label: 'Company', issuer: 'https://id.example.com', clientId: 'x' }
const read = (issuers: object) => readSignInFile(JSON.stringify({ issuers }))

function mistakesOf(text: string): string[] {
  try {
    readSignInFile(text)
  } catch (error) {
    if (error instanceof BrokerError) return error.details.map(({ at, message }) => `${at}: ${message}`)
    throw error
  }
  return []
}

describe('the sign-in settings', () => {
  test('of docs/SIGN-IN.md can be read', () => {
    const [microsoft, company] = readSignInFile(/^```yaml\n(?<yaml>[^]*?)^```$/m.exec(page)!.groups!['yaml']!)
    expect(microsoft).toMatchObject({
      ...{ name: 'microsoft', label: 'Microsoft', id: 'https://login.microsoftonline.com', scope: 'access_as_user' },
      discoveryUrl: `https://login.microsoftonline.com/${tenant}/v2.0/.well-known/openid-configuration`,
    })
    expect(company).toMatchObject({ id: 'https://id.example.com', accounts: 'invitation-only' })
  })

  test('of docs/ENTRA.md can be read', () => {
    const entraPage = readFileSync(new URL('../../../../docs/ENTRA.md', import.meta.url), 'utf8')
    const yaml = /^```yaml\n(?<yaml>[^]*?)^```$/m.exec(entraPage)!.groups!['yaml']!
    const filled = yaml.replaceAll('<tenant id>', tenant).replaceAll('<client id>', clientId)
    expect(readSignInFile(filled)).toMatchObject([{ name: 'microsoft', clientId, accounts: 'invitation-only' }])
  })

  test('name every setting in docs/SIGN-IN.md', () => {
    const [issuer] = read({ microsoft: entra })
    const own = ['label', 'clientId', 'audiences', 'clients', 'scope', 'accounts', 'groupsClaim', 'tenants', 'methods']
    const more = ['longestTokenSeconds', 'clockToleranceSeconds', 'certificateAuthority', 'authority']
    expect(Object.keys(issuer!)).toEqual(expect.arrayContaining([...own, ...more]))
    for (const name of [...own, ...more, 'idTokens', 'version1', 'dialogScopes', 'applicationIdUri'])
      expect(page).toContain(`\`${name}\``)
  })

  test('of several tenants use the description that all share', () => {
    const [issuer] = read({ microsoft: { ...entra, tenants: [tenant, otherTenant.toUpperCase()] } })
    expect(issuer).toMatchObject({
      discoveryUrl: 'https://login.microsoftonline.com/organizations/v2.0/.well-known/openid-configuration',
      describedAs: 'https://login.microsoftonline.com/{tenantid}/v2.0',
      authority: 'https://login.microsoftonline.com/organizations',
    })
    expect(issuer!.tenants).toEqual(new Set([tenant, otherTenant]))
  })

  test('take tokens of the first version only where they say so', () => {
    const forms = (version1: boolean) => read({ microsoft: { ...entra, version1 } })[0]!.issuerForms
    expect(forms(false)).toEqual(['https://login.microsoftonline.com/{tenantid}/v2.0'])
    expect(forms(true)).toEqual([...forms(false), 'https://sts.windows.net/{tenantid}/'])
  })

  test('trust Office’s own applications only for the sign-in of Office', () => {
    expect(read({ microsoft: { ...entra, methods: ['dialog'] } })[0]!.clients).toEqual(new Set([clientId]))
    expect(read({ microsoft: entra })[0]!.clients.size).toBe(4)
  })

  test.each<{ name: string; issuers: object; at: string }>([
    { name: 'no tenants', issuers: { a: { ...entra, tenants: [] } }, at: 'issuers.a.tenants' },
    { name: 'all tenants', issuers: { a: { ...entra, tenants: ['common'] } }, at: 'issuers.a.tenants.0' },
    { name: 'an unknown type', issuers: { a: { type: 'saml' } }, at: 'issuers.a.type' },
    { name: 'a misspelt setting', issuers: { a: { ...entra, tenant } }, at: 'issuers.a' },
    { name: 'plain http', issuers: { a: { ...openid, issuer: 'http://id.example.com' } }, at: 'issuers.a.issuer' },
    { name: 'an empty rule', issuers: { a: { ...openid, accounts: [{}] } }, at: 'issuers.a.accounts' },
    { name: 'no rule', issuers: { a: { ...openid, accounts: [] } }, at: 'issuers.a.accounts' },
    { name: 'a name with a slash', issuers: { 'a/b': openid }, at: 'issuers.a/b' },
    { name: 'the same provider twice', issuers: { a: openid, b: openid }, at: 'issuers.b' },
    { name: 'a tenant twice', issuers: { a: entra, b: { ...entra, label: 'B' } }, at: 'issuers.b' },
  ])('with $name are refused at $at', ({ issuers, at }) => {
    const mistakes = mistakesOf(JSON.stringify({ issuers }))
    expect(mistakes).not.toEqual([])
    expect(mistakes.every((mistake) => mistake.startsWith(at))).toBe(true)
  })

  test.each<{ name: string; file: object; says: string[] }>([
    { name: 'nothing', file: {}, says: ['issuers: This is required.'] },
    {
      name: 'too little and too much',
      file: { issuers: { a: { type: 'entra', tenant } } },
      says: [
        'issuers.a.tenants: This is required.',
        'issuers.a.clientId: This is required.',
        'issuers.a: There is no such setting: tenant.',
      ],
    },
    {
      name: 'an unknown type',
      file: { issuers: { a: { type: 'saml' } } },
      says: ['issuers.a.type: Write entra or openid.'],
    },
    {
      name: 'another word for accounts',
      file: { issuers: { a: { ...openid, accounts: 'all' } } },
      says: ['issuers.a.accounts: Write invitation-only, everyone, or a list of rules.'],
    },
    {
      name: 'a text for a list',
      file: { issuers: { a: { ...entra, tenants: tenant } } },
      says: ['issuers.a.tenants: Write a list here.'],
    },
    {
      name: 'an unknown method',
      file: { issuers: { a: { ...openid, methods: ['saml'] } } },
      says: ['issuers.a.methods.0: Write one of: dialog.'],
    },
  ])('with $name are refused in plain words', ({ file, says }) => {
    expect(mistakesOf(JSON.stringify(file))).toEqual(says)
  })

  test('may have two parts of Entra ID for different tenants', () => {
    expect(read({ a: entra, b: { ...entra, tenants: [otherTenant] } })).toHaveLength(2)
  })

  test('that are no YAML are refused by line, without a word of what they hold', () => {
    expect(mistakesOf('issuers:\n  a: [hunter2\n')).toEqual(['line 3: This is not YAML that can be read.'])
  })

  test('come with their mistakes out of the configuration', () => {
    const text = JSON.stringify({ issuers: { a: { ...entra, clientId: 'hunter2' } } })
    const load = () => loadConfig({ SHEETBROKER_SIGN_IN: text })
    expect(load).toThrow(/SHEETBROKER_SIGN_IN: issuers\.a\.clientId: Write a GUID/)
    expect(load).not.toThrow(/hunter2/)
    expect(loadConfig({}).config.SHEETBROKER_SIGN_IN).toEqual([])
  })
})

test('the manifest names the application that Office signs users in to, where it is to', () => {
  const [issuer] = read({ microsoft: { ...entra, applicationIdUri: `api://broker.example.com/${clientId}` } })
  const resource = `api://broker.example.com/${clientId}`
  const application = { clientId, resource, scope: 'access_as_user' }
  expect(findEntraApplication([...read({ company: openid }), issuer!])).toEqual(application)
  expect(findEntraApplication(read({ microsoft: { ...entra, methods: ['nested-app', 'dialog'] } }))).toBeUndefined()
})
