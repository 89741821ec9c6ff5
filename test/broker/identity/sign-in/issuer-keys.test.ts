import { decodeJwt } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeSigningKey, otherTenant, tenant, TestIssuer, type Claims } from '../../../support/test-issuer.ts'
import type { BrokerInTest } from '../../http/broker-in-test.ts'
import { entraIssuers, lastFault, openIdIssuers, redeem, startBroker } from './sign-in-broker.ts'

let issuer: TestIssuer
let broker: BrokerInTest
let right: Claims

beforeEach(async () => {
  issuer = await TestIssuer.start({ isEntra: true })
  broker = await startBroker(entraIssuers(issuer))
  right = decodeJwt(await issuer.accessToken())
})
afterEach(async () => {
  await broker.stop()
  await issuer.stop()
})

/** The code of a sign-in with these claims, or the status when it went well. */
async function attempt(header: Claims = {}, key = issuer.key): Promise<unknown> {
  const token = await issuer.sign({ ...right, jti: crypto.randomUUID() }, header, key)
  const { status, body } = await redeem(await broker.device(), { token })
  return body['code'] ?? status
}

describe('a provider’s keys', () => {
  test('are read once for many sign-ins at once', async () => {
    expect(await Promise.all(Array.from({ length: 20 }, () => attempt()))).toEqual(Array(20).fill(201))
    expect(issuer.keyReads).toBe(1)
  })

  test('are read again at most once in 30 seconds, however many unknown ones are named', async () => {
    await attempt()
    const storm = () => Promise.all(Array.from({ length: 50 }, (_, index) => attempt({ kid: `unknown ${index}` })))
    expect(new Set(await storm())).toEqual(new Set(['token-invalid']))
    expect(issuer.keyReads).toBe(1)
    await broker.clock.advance(30_000)
    await storm()
    await storm()
    expect(issuer.keyReads).toBe(2)
    expect(await attempt()).toBe(201)
  })

  test('can be replaced: the new one works 30 seconds later at most, the old one is refused once it is gone', async () => {
    await attempt()
    const next = await makeSigningKey('second', 'ES256')
    issuer.publish(issuer.key.publicJwk, next.publicJwk)
    expect(await attempt({}, next)).toBe('token-invalid')
    await broker.clock.advance(30_000)
    expect(await attempt({}, next)).toBe(201)
    expect(await attempt()).toBe(201)
    issuer.publish(next.publicJwk)
    await broker.clock.advance(600_000)
    right = { ...right, iat: nowSeconds(), nbf: nowSeconds(), exp: nowSeconds() + 600 }
    expect(await attempt()).toBe('token-invalid')
    expect(lastFault(broker)).toBe('key')
    expect(await attempt({}, next)).toBe(201)
  })

  test.each([
    { name: 'is for encryption', change: { use: 'enc' } },
    { name: 'is for another algorithm', change: { alg: 'RS512' } },
    { name: 'belongs to another tenant', change: { issuer: `https://login.example.com/${otherTenant}/v2.0` } },
    { name: 'is a symmetric one', change: { kty: 'oct', k: 'AAAA' } },
    { name: 'is no key at all', change: { n: 'AQAB' } },
  ])('do not count when one $name', async ({ change }) => {
    issuer.publish({ ...issuer.key.publicJwk, ...change })
    expect(await attempt()).toBe('token-invalid')
  })

  test('may say which issuer they are of', async () => {
    issuer.publish({ ...issuer.key.publicJwk, issuer: `${issuer.origin}/{tenantid}/v2.0` } as object)
    expect(await attempt()).toBe(201)
  })

  test('are good for an hour while the provider is away, and no longer', async () => {
    await attempt()
    issuer.isDown = true
    await broker.clock.advance(1_200_000)
    right = { ...right, iat: nowSeconds(), nbf: nowSeconds(), exp: nowSeconds() + 3_600 }
    expect(await attempt()).toBe(201)
    await broker.clock.advance(2_400_000)
    expect(await attempt()).toBe('issuer-unreachable')
  })
})

describe('a provider that cannot be used', () => {
  test('is answered with 503, asked again after 10 seconds, and stands in nobody’s way', async () => {
    const user = await broker.signedIn('ben')
    issuer.isDown = true
    const token = await issuer.sign(right)
    const answer = await redeem(await broker.device(), { token })
    expect([answer.status, answer.body['code'], answer.body['retryable']]).toEqual([503, 'issuer-unreachable', true])
    await Promise.all(Array.from({ length: 20 }, () => attempt()))
    const before = [...issuer.counts.values()].reduce((sum, count) => sum + count, 0)
    expect((await user.get('/api/v1/datasets')).status).toBe(200)
    expect((await (await broker.device()).signIn(await broker.invite())).status).toBe(201)
    issuer.isDown = false
    expect(await attempt()).toBe('issuer-unreachable')
    expect([...issuer.counts.values()].reduce((sum, count) => sum + count, 0)).toBe(before)
    await broker.clock.advance(10_000)
    expect(await attempt()).toBe(201)
  })

  test.each([
    { name: 'redirects', path: '/openid-configuration', answer: { status: 302, location: 'https://evil.example.com' } },
    { name: 'fails', path: '/openid-configuration', answer: { status: 500 } },
    { name: 'sends a page', path: '/openid-configuration', answer: { status: 200, body: '<html>' } },
    { name: 'redirects from its keys', path: '/jwks', answer: { status: 307, location: '/elsewhere' } },
    { name: 'has no keys', path: '/jwks', answer: { status: 200, body: '{}' } },
    { name: 'sends a megabyte', path: '/jwks', answer: { status: 200, body: `{"keys":["${'x'.repeat(1_048_576)}"]}` } },
  ])('$name', async ({ path, answer }) => {
    issuer.answers.set(path, answer)
    expect(await attempt()).toBe('issuer-unreachable')
    expect(issuer.counts.get('/elsewhere')).toBeUndefined()
  })

  test.each([
    { name: 'calls itself otherwise', change: { issuer: 'https://id.example.com' } },
    { name: 'has its keys at a private address', change: { jwks_uri: 'https://10.0.0.1/jwks' } },
    { name: 'has its keys in plain sight', change: { jwks_uri: 'http://id.example.com/jwks' } },
    { name: 'has its keys in a file', change: { jwks_uri: 'file:///etc/passwd' } },
  ])('$name', async ({ change }) => {
    const described = await fetch(`${issuer.issuer}/.well-known/openid-configuration`)
    const body = JSON.stringify({ ...((await described.json()) as object), ...change })
    issuer.answers.set('/openid-configuration', { status: 200, body })
    expect(await attempt()).toBe('issuer-unreachable')
    expect(issuer.keyReads).toBe(0)
  })
})

test('several tenants share one description; each is let in by name only', async () => {
  const third = '77777777-2222-3333-4444-555555555555'
  const several = await startBroker(entraIssuers(issuer, { tenants: [tenant, third] }))
  try {
    const of = async (tid: string) => {
      const token = await issuer.sign({ ...right, tid, iss: `${issuer.origin}/${tid}/v2.0` })
      return (await redeem(await several.device(), { token })).body['code']
    }
    expect([await of(tenant), await of(third), await of(otherTenant)]).toEqual([undefined, undefined, 'token-invalid'])
    expect(issuer.counts.get('/organizations/v2.0/.well-known/openid-configuration')).toBe(1)
  } finally {
    await several.stop()
  }
})

test('any other provider’s tokens are taken as it makes them, by the name it has here or any', async () => {
  const other = await TestIssuer.start()
  const second = await startBroker([...entraIssuers(issuer), ...openIdIssuers(other)])
  try {
    const token = await other.accessToken()
    const sign = async (name?: string) => redeem(await second.device(), { token, ...(name && { issuer: name }) })
    expect((await sign()).body['user']).toEqual({ name: 'company/anna', displayName: 'anna' })
    expect((await sign('company')).status).toBe(201)
    expect((await sign('entra')).body['code']).toBe('token-invalid')
    expect((await sign('nobody')).body['code']).toBe('token-invalid')
  } finally {
    await second.stop()
    await other.stop()
  }
})

const nowSeconds = (): number => Math.floor(broker.clock.nowMs() / 1_000)
