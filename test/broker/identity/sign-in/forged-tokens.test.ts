import { createHmac } from 'node:crypto'
import { decodeJwt, exportSPKI, importJWK, type CryptoKey } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { TokenFault } from '../../../../broker/identity/sign-in/token-form.ts'
import {
  audience,
  clientId,
  makeSigningKey,
  objectIdOf,
  otherTenant,
  TestIssuer,
  tenant,
  type Claims,
} from '../../../support/test-issuer.ts'
import type { BrokerInTest } from '../../http/broker-in-test.ts'
import { entraIssuers, lastFault, redeem, startBroker } from './sign-in-broker.ts'

let issuer: TestIssuer
let broker: BrokerInTest
/** What a right token claims. */
let right: Claims

beforeAll(async () => {
  issuer = await TestIssuer.start({ isEntra: true })
  broker = await startBroker(entraIssuers(issuer))
  right = decodeJwt(await issuer.accessToken())
})
// Tokens are made by the machine's time, which goes on while the broker's clock stands.
beforeEach(() => broker.clock.setWallClock(Date.now()))
afterAll(async () => {
  await broker.stop()
  await issuer.stop()
})

interface Forgery {
  readonly name: string
  readonly fault: TokenFault
  readonly make: () => Promise<string> | string
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const sign = (changes: Claims, header: Claims = {}) => issuer.sign({ ...right, ...changes }, header)
const now = (): number => Math.floor(Date.now() / 1_000)

/** The right token's claims as this text, signed with the right key. */
async function signText(claims: string, header = part({ alg: 'RS256', kid: 'first', typ: 'JWT' })): Promise<string> {
  const signed = `${header}.${Buffer.from(claims).toString('base64url')}`
  const algorithm = { name: 'RSASSA-PKCS1-v1_5' }
  const signature = await crypto.subtle.sign(algorithm, issuer.key.privateKey, Buffer.from(signed))
  return `${signed}.${Buffer.from(signature).toString('base64url')}`
}

async function signWithPublicKey(): Promise<string> {
  const key = (await importJWK(issuer.key.publicJwk, 'RS256', { extractable: true })) as CryptoKey
  const signed = `${part({ alg: 'HS256', kid: 'first', typ: 'JWT' })}.${part(right)}`
  const pem = await exportSPKI(key)
  return `${signed}.${createHmac('sha256', pem).update(signed).digest('base64url')}`
}

const forgeries: readonly Forgery[] = [
  { name: 'is no token', fault: 'form', make: () => 'hello' },
  { name: 'has two parts', fault: 'form', make: async () => (await sign({})).split('.').slice(0, 2).join('.') },
  { name: 'has five parts, encrypted', fault: 'form', make: async () => `${await sign({})}.a.a` },
  { name: 'has no signature', fault: 'form', make: async () => (await sign({})).replace(/[^.]*$/, '') },
  { name: 'has a second spelling of its signature', fault: 'form', make: () => respell() },
  { name: 'has padding', fault: 'form', make: async () => `${await sign({})}==` },
  { name: 'has 15,000 characters', fault: 'form', make: () => sign({ more: 'x'.repeat(11_000) }) },
  { name: 'says alg none', fault: 'header', make: () => `${part({ alg: 'none', kid: 'first' })}.${part(right)}.AA` },
  { name: 'says alg nOnE', fault: 'header', make: () => `${part({ alg: 'nOnE', kid: 'first' })}.${part(right)}.AA` },
  { name: 'is HS256 with the public key as its secret', fault: 'header', make: signWithPublicKey },
  { name: 'has no kid', fault: 'header', make: () => sign({}, { kid: undefined }) },
  { name: 'is a device proof', fault: 'header', make: () => sign({}, { typ: 'dpop+jwt' }) },
  { name: 'is a security event', fault: 'header', make: () => sign({}, { typ: 'secevent+jwt' }) },
  { name: 'brings its own key', fault: 'header', make: () => bringKey('jwk') },
  { name: 'points to its own keys', fault: 'header', make: () => bringKey('jku') },
  { name: 'points to its own certificate', fault: 'header', make: () => bringKey('x5u') },
  { name: 'brings its own certificate', fault: 'header', make: () => bringKey('x5c') },
  { name: 'has a critical extension', fault: 'header', make: () => signText(JSON.stringify(right), withCrit) },
  { name: 'has an unknown kid', fault: 'key', make: () => sign({}, { kid: 'other' }) },
  { name: 'has a path as its kid', fault: 'key', make: () => sign({}, { kid: '../../etc/passwd' }) },
  { name: 'is signed by a stranger', fault: 'signature', make: () => signAsStranger() },
  { name: 'is signed with another algorithm than the key’s', fault: 'key', make: () => signAsStranger('PS256') },
  { name: 'was changed after it was signed', fault: 'signature', make: () => changeClaims() },
  { name: 'has claims that are no JSON', fault: 'claims', make: () => signText('{') },
  { name: 'has claims that are a list', fault: 'claims', make: () => signText('[]') },
  { name: 'has claims nested 2,000 deep', fault: 'audience', make: () => sign({ deep: nest(2_000), aud: 'x' }) },
  { name: 'names its audience twice', fault: 'claims', make: () => signText(twice('aud', audience)) },
  { name: 'spells a name twice', fault: 'claims', make: () => signText(twice('\\u0065xp', now() + 60)) },
  { name: 'has no exp', fault: 'claims', make: () => sign({ exp: undefined }) },
  { name: 'has an exp of 1e400', fault: 'claims', make: () => signText(withNumber('exp', '1e400')) },
  { name: 'has an exp of -1e400', fault: 'claims', make: () => signText(withNumber('exp', '-1e400')) },
  { name: 'has an exp in milliseconds', fault: 'claims', make: () => sign({ exp: (now() + 60) * 1_000 }) },
  { name: 'has an exp that is a text', fault: 'claims', make: () => sign({ exp: `${now() + 60}` }) },
  { name: 'has no iat', fault: 'claims', make: () => sign({ iat: undefined }) },
  { name: 'has an iat of null', fault: 'claims', make: () => sign({ iat: null }) },
  { name: 'has no nbf', fault: 'claims', make: () => sign({ nbf: undefined }) },
  {
    name: 'has expired',
    fault: 'expired',
    make: () => sign({ iat: now() - 3_700, nbf: now() - 3_700, exp: now() - 31 }),
  },
  { name: 'is not valid yet', fault: 'not-yet-valid', make: () => sign({ nbf: now() + 60 }) },
  { name: 'was issued in the future', fault: 'not-yet-valid', make: () => sign({ iat: now() + 60 }) },
  { name: 'lives for two days', fault: 'lifetime', make: () => sign({ exp: now() + 172_800 }) },
  {
    name: 'expires before it was issued',
    fault: 'lifetime',
    make: () => sign({ exp: now() - 10, iat: now(), nbf: 0 }),
  },
  { name: 'is another issuer’s', fault: 'issuer', make: () => sign({ iss: 'https://id.example.com' }) },
  { name: 'has an issuer with a slash more', fault: 'issuer', make: () => sign({ iss: `${issuer.issuer}/` }) },
  { name: 'is of the first version', fault: 'issuer', make: () => sign({ iss: `https://sts.windows.net/${tenant}/` }) },
  { name: 'is of another tenant', fault: 'tenant', make: () => sign(ofTenant(otherTenant)) },
  { name: 'claims another tenant than its issuer’s', fault: 'issuer', make: () => sign({ tid: otherTenant }) },
  { name: 'has no tenant', fault: 'issuer', make: () => sign({ tid: undefined }) },
  { name: 'is for another audience', fault: 'audience', make: () => sign({ aud: 'https://graph.microsoft.com' }) },
  { name: 'is for two audiences', fault: 'claims', make: () => sign({ aud: [audience, 'https://other.example.com'] }) },
  { name: 'is for no audience', fault: 'claims', make: () => sign({ aud: [] }) },
  {
    name: 'is for an audience that begins like ours',
    fault: 'audience',
    make: () => sign({ aud: `${audience}.evil` }),
  },
  { name: 'was asked for by another application', fault: 'client', make: () => sign({ azp: 'evil' }) },
  { name: 'names two applications', fault: 'client', make: () => sign({ appid: 'evil' }) },
  { name: 'names no application', fault: 'client', make: () => sign({ azp: undefined }) },
  { name: 'has no scope', fault: 'kind', make: () => sign({ scp: undefined }) },
  { name: 'has another scope', fault: 'scope', make: () => sign({ scp: 'User.Read' }) },
  {
    name: 'has a scope that ours is in',
    fault: 'scope',
    make: () => sign({ scp: 'not_access_as_user access_as_users' }),
  },
  { name: 'has a scope in other letters', fault: 'scope', make: () => sign({ scp: 'ACCESS_AS_USER' }) },
  { name: 'is a program’s own', fault: 'kind', make: () => sign({ idtyp: 'app' }) },
  { name: 'is an ID token', fault: 'kind', make: async () => issuer.sign({ ...right, ...idClaims }) },
  { name: 'has no object id', fault: 'subject', make: () => sign({ oid: undefined }) },
  { name: 'has an e-mail address as its object id', fault: 'subject', make: () => sign({ oid: 'anna@example.com' }) },
  { name: 'has an object id with a separator', fault: 'subject', make: () => sign({ oid: `${objectIdOf('x')}|x` }) },
]

const withCrit = part({ alg: 'RS256', kid: 'first', typ: 'JWT', crit: ['exp'] })
const idClaims = { aud: clientId, scp: undefined, azp: undefined }
const ofTenant = (tid: string): Claims => ({ tid, iss: `${issuer.origin}/${tid}/v2.0` })
const twice = (name: string, value: unknown): string =>
  JSON.stringify(right).replace(/\}$/, `,"${name}":${JSON.stringify(value)}}`)
const withNumber = (name: string, number: string): string =>
  JSON.stringify({ ...right, [name]: 'HERE' }).replace('"HERE"', number)
const nest = (depth: number): unknown => (depth === 0 ? 1 : [nest(depth - 1)])

async function respell(): Promise<string> {
  const token = await sign({})
  // 256 bytes leave four bits over, which every decoder drops.
  const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return token.slice(0, -1) + last[last.indexOf(token.at(-1)!) + 1]!
}

async function bringKey(member: string): Promise<string> {
  const stranger = await makeSigningKey('first')
  const url = 'https://evil.example.com/keys'
  const value = member === 'jwk' ? stranger.publicJwk : member === 'x5c' ? ['MIIB'] : url
  return issuer.sign(right, { [member]: value }, stranger)
}

async function signAsStranger(alg?: string): Promise<string> {
  return issuer.sign(right, {}, await makeSigningKey('first', alg))
}

async function changeClaims(): Promise<string> {
  const [header, , signature] = (await sign({})).split('.')
  return [header, part({ ...right, oid: objectIdOf('ben') }), signature].join('.')
}

describe('a token of Entra ID', () => {
  test('signs its user in', async () => {
    const device = await broker.device()
    const answer = await redeem(device, { token: await sign({ nonce: 'a' }) })
    expect([answer.status, answer.body['user']]).toEqual([201, { name: 'entra/anna', displayName: 'Anna A.' }])
    expect((await device.get('/api/v1/me')).status).toBe(200)
  })

  test.each(forgeries)('is refused when it $name ($fault)', async ({ make, fault }) => {
    const answer = await redeem(await broker.device(), { token: await make() })
    expect([answer.status, answer.body['code']]).toEqual([403, 'token-invalid'])
    expect(lastFault(broker)).toBe(fault)
  })

  test('is refused in the same words whatever is wrong with it', async () => {
    const details = new Set<unknown>()
    for (const { make } of [forgeries[0]!, forgeries.at(-1)!, forgeries[20]!])
      details.add((await redeem(await broker.device(), { token: await make() })).body['detail'])
    expect(details.size).toBe(1)
  })

  test('of 100 kB is not even read', async () => {
    const answer = await redeem(await broker.device(), { token: 'x'.repeat(100_000) })
    expect([answer.status, answer.body['code']]).toEqual([413, 'request-too-large'])
  })

  test('never reaches the log', async () => {
    const token = await sign({ aud: 'x' })
    await redeem(await broker.device(), { token })
    expect(JSON.stringify(broker.lines)).not.toContain(token.split('.')[1])
  })

  test.each([
    {
      name: 'expired within the tolerance',
      changes: () => ({ iat: now() - 3_000, nbf: now() - 3_000, exp: now() - 20 }),
    },
    { name: 'is from a clock that is a little ahead', changes: () => ({ iat: now() + 20, nbf: now() + 20 }) },
    { name: 'has its audience as a list of one', changes: () => ({ aud: [audience] }) },
    { name: 'has our scope among others', changes: () => ({ scp: 'User.Read access_as_user' }) },
    { name: 'is for the client id, as version 2 has it', changes: () => ({ aud: clientId }) },
    { name: 'was asked for by Office itself', changes: () => ({ azp: 'd3590ed6-52b3-4102-aeff-aad2292ab01c' }) },
  ])('is taken when it $name', async ({ changes }) => {
    expect((await redeem(await broker.device(), { token: await sign(changes()) })).status).toBe(201)
  })
})
