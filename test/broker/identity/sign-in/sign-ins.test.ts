import { decodeJwt } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createPostgresState } from '../../../support/state-engines.ts'
import { clientId, objectIdOf, tenant, TestIssuer, type Claims } from '../../../support/test-issuer.ts'
import type { BrokerInTest } from '../../http/broker-in-test.ts'
import { entraIssuers, openIdIssuers, redeem, startBroker } from './sign-in-broker.ts'

let issuer: TestIssuer
const brokers: BrokerInTest[] = []

beforeEach(async () => {
  issuer = await TestIssuer.start({ isEntra: true })
})
afterEach(async () => {
  for (const broker of brokers.splice(0)) await broker.stop()
  await issuer.stop()
})

async function start(more: object = {}): Promise<BrokerInTest> {
  const broker = await startBroker(entraIssuers(issuer, more))
  brokers.push(broker)
  return broker
}

async function signIn(broker: BrokerInTest, claims: Claims = {}, more: object = {}) {
  const device = await broker.device()
  return { device, answer: await redeem(device, { token: await issuer.accessToken(claims), ...more }) }
}

async function codeOf(broker: BrokerInTest, claims: Claims = {}, more: object = {}): Promise<unknown> {
  const { answer } = await signIn(broker, claims, more)
  return answer.body['code'] ?? answer.status
}

describe('exchanging a token', () => {
  test('of 60 exchanges by one device at once one succeeds, on PostgreSQL and two instances', async () => {
    const broker = await startBroker(entraIssuers(issuer), createPostgresState)
    brokers.push(broker)
    const second = await broker.listen({ issuers: entraIssuers(issuer) })
    const token = await issuer.accessToken()
    const device = await broker.device()
    // One key at both instances: a proof names the address that it is for.
    const elsewhere = device.at(second.url)
    for (const one of [device, elsewhere]) await one.get('/api/v1/me', { proof: null })
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => redeem(index % 2 === 0 ? device : elsewhere, { token })),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.filter(({ body }) => body['code'] === 'token-invalid')).toHaveLength(59)
    expect(await broker.query('select id from sessions')).toHaveLength(1)
    expect(await broker.query(`select id from users where name like 'entra/%'`)).toHaveLength(1)
  })

  test('is done once by each device', async () => {
    const broker = await start()
    const token = await issuer.accessToken()
    const [one, other] = [await broker.device(), await broker.device()]
    const statuses = [await redeem(one, { token }), await redeem(other, { token }), await redeem(one, { token })]
    expect(statuses.map(({ status }) => status)).toEqual([201, 201, 403])
    expect((await one.get('/api/v1/me')).status).toBe(200)
  })

  test('finds the same user again, whatever the provider calls them now', async () => {
    const broker = await start()
    await signIn(broker)
    const { answer } = await signIn(broker, { preferred_username: 'anna.b@example.com', name: 'Anna B.' })
    expect(answer.body['user']).toEqual({ name: 'entra/anna', displayName: 'Anna A.' })
  })

  test('never finds a user by name or e-mail address', async () => {
    const broker = await start()
    const ben = objectIdOf('ben')
    await signIn(broker)
    const other = await signIn(broker, { oid: ben, preferred_username: 'anna', email: 'anna' })
    expect(other.answer.body['user']).toEqual({ name: 'entra/anna-2', displayName: 'Anna A.' })
    // anna, ben and carl of the definition file have nothing to do with those who sign in.
    expect((await other.device.get('/api/v1/datasets')).body['datasets']).toEqual([])
  })

  test.each([
    {
      name: 'spaces and colons',
      claims: { preferred_username: 'a b:c' },
      user: `entra/${tenant}|${objectIdOf('anna')}`,
    },
    { name: 'characters that nobody sees', claims: { preferred_username: 'an\u200bna' }, user: /^entra\/11111111/ },
    { name: 'no name at all', claims: { preferred_username: undefined, name: undefined }, user: /^entra\/11111111/ },
  ])('makes a name from $name', async ({ claims, user }) => {
    const { answer } = await signIn(await start(), claims)
    expect(answer.body['user']).toMatchObject({
      name: user instanceof RegExp ? (expect.stringMatching(user) as string) : user,
    })
  })

  test('does not let a deactivated user in, nor makes another one', async () => {
    const broker = await start()
    const { device } = await signIn(broker)
    await broker.stores.users.setActive(await broker.userId('entra/anna'), false)
    expect(await codeOf(broker)).toBe('user-inactive')
    expect((await device.get('/api/v1/me')).body['code']).toBe('user-inactive')
  })

  test.each([
    { body: { device: 'x' }, at: '/invitation' },
    { body: { token: 'x', code: 'y', verifier: 'z'.repeat(43) }, at: '/code' },
    { body: { invitation: 'x', issuer: 'entra' }, at: '/issuer' },
    { body: { code: 'x' }, at: '/verifier' },
    { body: { invitation: 'x', verifier: 'z'.repeat(43) }, at: '/verifier' },
  ])('names what does not go together at $at', async ({ body, at }) => {
    const answer = await redeem(await (await start()).device(), body)
    expect([answer.status, answer.body['errors']]).toEqual([400, [{ at, message: expect.any(String) as string }]])
  })

  test('a session of a device that keeps nothing ends after 30 minutes without use', async () => {
    const broker = await start()
    const { device } = await signIn(broker, {}, { isTemporary: true })
    const kept = await signIn(broker)
    await broker.clock.advance(29 * 60_000)
    expect((await device.get('/api/v1/me')).status).toBe(200)
    await broker.clock.advance(30 * 60_000)
    expect((await device.get('/api/v1/me')).body['code']).toBe('session-expired')
    expect((await kept.device.get('/api/v1/me')).status).toBe(200)
  })

  test('takes ID tokens where the settings say so, and only the add-in’s own', async () => {
    const broker = await start({ idTokens: true })
    const claims = decodeJwt(await issuer.idToken())
    const attempt = async (more: Claims) =>
      (await redeem(await broker.device(), { token: await issuer.sign({ ...claims, ...more }) })).body['code']
    expect(await attempt({})).toBeUndefined()
    expect(await attempt({ aud: 'other' })).toBe('token-invalid')
    expect(await attempt({ azp: 'other' })).toBe('token-invalid')
    expect(await attempt({ azpacr: '1' })).toBe('token-invalid')
    expect(await attempt({ events: {} })).toBe('token-invalid')
    expect(await attempt({ azp: clientId, nonce: 'n' })).toBeUndefined()
  })
})

describe('who gets an account', () => {
  const required = 'account-required'
  const verified = { email: 'anna@example.com', email_verified: true }
  const rules = [{ groups: ['sales'], emailDomains: ['example.com'] }, { groups: ['admins'] }]
  test.each<{ name: string; accounts: unknown; claims: Claims; result: unknown }>([
    { name: 'everyone', accounts: 'everyone', claims: {}, result: 201 },
    { name: 'nobody without an invitation', accounts: 'invitation-only', claims: {}, result: required },
    { name: 'a tenant', accounts: [{ tenants: [tenant] }], claims: {}, result: 201 },
    { name: 'another tenant', accounts: [{ tenants: [clientId] }], claims: {}, result: required },
    { name: 'a group', accounts: rules, claims: { groups: ['x', 'admins'] }, result: 201 },
    { name: 'another group', accounts: rules, claims: { groups: ['admin'] }, result: required },
    { name: 'half a rule', accounts: rules, claims: { groups: ['sales'] }, result: required },
    { name: 'a whole rule', accounts: rules, claims: { groups: ['sales'], ...verified }, result: 201 },
    { name: 'a domain', accounts: [{ emailDomains: ['example.com'] }], claims: verified, result: 201 },
    {
      name: 'a domain that Entra ID has verified',
      accounts: [{ emailDomains: ['Example.com'] }],
      claims: { email: 'anna@EXAMPLE.com', xms_edov: true },
      result: 201,
    },
    {
      name: 'a domain that nobody has verified',
      accounts: [{ emailDomains: ['example.com'] }],
      claims: { email: 'anna@example.com', preferred_username: 'anna@example.com' },
      result: required,
    },
    {
      name: 'a domain within another',
      accounts: [{ emailDomains: ['example.com'] }],
      claims: { ...verified, email: 'anna@example.com@evil.example.org' },
      result: required,
    },
    {
      name: 'groups that are too many to be listed',
      accounts: [{ groups: ['sales'] }],
      claims: { hasgroups: true, _claim_names: { groups: 'src1' } },
      result: required,
    },
  ])('by $name: $result', async ({ accounts, claims, result }) => {
    expect(await codeOf(await start({ accounts }), claims)).toBe(result)
  })
})

describe('linking an identity to a user', () => {
  test('is done by an invitation together with a token, once and for all devices', async () => {
    const broker = await start({ accounts: 'invitation-only' })
    const { device, answer } = await signIn(broker, {}, { invitation: await broker.invite('anna') })
    expect(answer.body['user']).toEqual({ name: 'anna', displayName: 'ANNA' })
    expect((await device.get('/api/v1/datasets')).body['datasets']).not.toEqual([])
    expect((await signIn(broker)).answer.body['user']).toEqual({ name: 'anna', displayName: 'ANNA' })
  })

  test('a wrong invitation links nothing, and does not spend the token', async () => {
    const broker = await start({ accounts: 'invitation-only' })
    const device = await broker.device()
    const token = await issuer.accessToken()
    const invitation = await broker.invite('anna')
    const first = await redeem(device, { token, invitation: '0000-0000-0000-0000' })
    expect(first.body['code']).toBe('invitation-invalid')
    expect((await redeem(device, { token })).body['code']).toBe('account-required')
    expect((await redeem(device, { token, invitation })).status).toBe(201)
  })

  test('a wrong token does not spend the invitation', async () => {
    const broker = await start({ accounts: 'invitation-only' })
    const invitation = await broker.invite('anna')
    expect(await codeOf(broker, { aud: 'x' }, { invitation })).toBe('token-invalid')
    expect(await codeOf(broker, {}, { invitation })).toBe(201)
  })

  test('is refused when the identity is another user’s; the invitation can still be used', async () => {
    const broker = await start()
    await signIn(broker)
    const invitation = await broker.invite('ben')
    const { answer } = await signIn(broker, {}, { invitation })
    expect([answer.status, answer.body['code']]).toEqual([409, 'identity-taken'])
    expect((await (await broker.device()).signIn(invitation)).status).toBe(201)
  })

  test('one user may have identities at several providers', async () => {
    const other = await TestIssuer.start()
    try {
      const issuers = [...entraIssuers(issuer), ...openIdIssuers(other, { accounts: 'invitation-only' })]
      const broker = await startBroker(issuers)
      brokers.push(broker)
      const { answer } = await signIn(broker)
      const { name } = answer.body['user'] as { name: string }
      const invitation = await broker.invite(name)
      const token = await other.accessToken()
      expect((await redeem(await broker.device(), { token, invitation })).status).toBe(201)
      const again = await redeem(await broker.device(), { token: await other.accessToken() })
      expect(again.body['user']).toEqual(answer.body['user'])
    } finally {
      await other.stop()
    }
  })
})
