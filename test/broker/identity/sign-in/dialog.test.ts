import { createHash, randomBytes } from 'node:crypto'
import { request } from 'undici'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clientId, followRedirects, TestIssuer } from '../../../support/test-issuer.ts'
import type { BrokerInTest } from '../../http/broker-in-test.ts'
import { entraIssuers, lastFault, openIdIssuers, redeem, startBroker } from './sign-in-broker.ts'

let issuer: TestIssuer
let broker: BrokerInTest

beforeEach(async () => {
  issuer = await TestIssuer.start()
  await begin(openIdIssuers(issuer))
})
afterEach(async () => {
  await broker.stop()
  await issuer.stop()
})

async function begin(issuers: ReturnType<typeof openIdIssuers>): Promise<void> {
  broker = await startBroker(issuers)
  await issuer.serve([`${broker.url}/sign-in/callback`])
}

/** What a pane makes before it opens a dialog. */
function makePane() {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

interface Begun {
  readonly location: URL
  readonly cookie: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

async function startDialog(challenge: string, name = 'company'): Promise<Begun> {
  const answer = await request(`${broker.url}/sign-in/start?issuer=${name}&challenge=${challenge}`)
  const cookie = String(answer.headers['set-cookie']).split(';')[0]!
  await answer.body.dump()
  return { location: new URL(String(answer.headers['location']), broker.url), cookie, headers: answer.headers }
}

/** The user signs in at the provider, whose answer arrives with `cookie`. */
async function finish({ location, cookie }: Begun, change: (callback: URL) => void = () => undefined) {
  const callback = await followRedirects(location, `${broker.url}/sign-in/callback`)
  change(callback)
  return arrive(callback, cookie)
}

async function arrive(callback: URL, cookie: string) {
  const answer = await request(callback, { headers: { cookie } })
  await answer.body.dump()
  return { status: answer.statusCode, headers: answer.headers, location: String(answer.headers['location']) }
}

const codeIn = (location: string): string => location.split('#code=')[1]!

async function signIn(challenge: string): Promise<string> {
  return codeIn((await finish(await startDialog(challenge))).location)
}

describe('signing in on a provider’s page', () => {
  test('sends the browser there with PKCE, state and nonce, and back with a code for the pane', async () => {
    const { verifier, challenge } = makePane()
    const begun = await startDialog(challenge)
    const asked = Object.fromEntries(begun.location.searchParams)
    expect(begun.location.origin).toBe(issuer.origin)
    expect(asked).toMatchObject({
      ...{ response_type: 'code', client_id: clientId, code_challenge_method: 'S256', scope: 'openid profile email' },
      redirect_uri: `${broker.url}/sign-in/callback`,
    })
    for (const name of ['state', 'nonce', 'code_challenge']) expect(asked[name]).toMatch(/^[\w-]{43}$/)
    expect(asked['code_challenge']).not.toBe(challenge)
    const { status, location, headers } = await finish(begun)
    expect([status, location]).toEqual([303, expect.stringMatching(/^\/addin\/signed-in\.html#code=[\w-]{43}$/)])
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['cross-origin-opener-policy']).toBeUndefined()
    const device = await broker.device()
    const answer = await redeem(device, { code: codeIn(location), verifier })
    expect([answer.status, answer.body['user']]).toEqual([201, { name: 'company/anna', displayName: 'Anna A.' }])
    expect((await device.get('/api/v1/me')).status).toBe(200)
  })

  test('works with Entra ID too', async () => {
    await broker.stop()
    await issuer.stop()
    issuer = await TestIssuer.start({ isEntra: true })
    await begin(entraIssuers(issuer))
    const { verifier, challenge } = makePane()
    const { location } = await finish(await startDialog(challenge, 'entra'))
    const answer = await redeem(await broker.device(), { code: codeIn(location), verifier })
    expect(answer.body['user']).toEqual({ name: 'entra/anna', displayName: 'Anna A.' })
    // The same identity as with a token.
    const again = await redeem(await broker.device(), { token: await tokenOf(issuer) })
    expect(again.body['user']).toEqual(answer.body['user'])
  })

  test('keeps the sign-in in a cookie that no other site, script or host gets at', async () => {
    const { headers, cookie } = await startDialog(makePane().challenge)
    expect(headers['set-cookie']).toMatch(
      /^__Host-sheetbroker-sign-in=\S+; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=600$/,
    )
    const finished = await finish({ ...(await startDialog(makePane().challenge)) })
    expect(finished.headers['set-cookie']).toMatch(/^__Host-sheetbroker-sign-in=; .*Max-Age=0$/)
    // Nobody can read in it what the exchange needs.
    expect(Buffer.from(cookie, 'base64url').toString()).not.toContain('verifier')
  })

  test('goes on at another instance', async () => {
    const second = await broker.listen({ issuers: openIdIssuers(issuer) })
    const { verifier, challenge } = makePane()
    const code = await signIn(challenge)
    expect((await redeem(await broker.device(second.url), { code, verifier })).status).toBe(201)
  })
})

describe('a callback', () => {
  test.each([
    { name: 'with another state', change: (url: URL) => url.searchParams.set('state', 'x'.repeat(43)) },
    { name: 'without a state', change: (url: URL) => url.searchParams.delete('state') },
    { name: 'with two states', change: (url: URL) => url.searchParams.append('state', 'x') },
    { name: 'from another issuer', change: (url: URL) => url.searchParams.set('iss', 'https://evil.example.com') },
    { name: 'without a code', change: (url: URL) => url.searchParams.delete('code') },
  ])('$name is not taken', async ({ change }) => {
    const { location } = await finish(await startDialog(makePane().challenge), change)
    expect(location).toBe('/addin/signed-in.html#problem=sign-in-invalid')
  })

  test('from another browser is not taken: an attacker’s sign-in cannot be finished in a victim’s', async () => {
    const attacker = await startDialog(makePane().challenge)
    const victim = await startDialog(makePane().challenge)
    const callback = await followRedirects(attacker.location, `${broker.url}/sign-in/callback`)
    expect((await arrive(callback, victim.cookie)).location).toMatch(/sign-in-invalid$/)
    expect((await arrive(callback, '')).location).toMatch(/sign-in-invalid$/)
    expect((await arrive(callback, `${attacker.cookie.slice(0, -2)}AA`)).location).toMatch(/sign-in-invalid$/)
  })

  test('after ten minutes is not taken', async () => {
    const begun = await startDialog(makePane().challenge)
    await broker.clock.advance(600_000)
    expect((await finish(begun)).location).toMatch(/sign-in-invalid$/)
  })

  test('a second time is not taken: the provider knows its code', async () => {
    const begun = await startDialog(makePane().challenge)
    const callback = await followRedirects(begun.location, `${broker.url}/sign-in/callback`)
    expect((await arrive(callback, begun.cookie)).location).toContain('#code=')
    expect((await arrive(callback, begun.cookie)).location).toMatch(/sign-in-refused$/)
  })

  test('of a user who cancels says so', async () => {
    issuer.isRefusing = true
    expect((await finish(await startDialog(makePane().challenge))).location).toMatch(/#problem=sign-in-refused$/)
  })

  test('with an ID token for another sign-in is refused', async () => {
    const begun = await startDialog(makePane().challenge)
    const token = await issuer.sign({ ...(await claimsOf(issuer)), nonce: 'of another sign-in' })
    issuer.answers.set('/token', { status: 200, body: JSON.stringify({ id_token: token }) })
    expect((await finish(begun)).location).toMatch(/#problem=token-invalid$/)
    expect(lastFault(broker)).toBe('nonce')
  })

  test.each([
    { name: 'fails', answer: { status: 502 }, problem: 'issuer-unreachable' },
    { name: 'redirects', answer: { status: 302, location: 'https://evil.example.com' }, problem: 'sign-in-refused' },
    { name: 'gives no ID token', answer: { status: 200, body: '{"access_token":"x"}' }, problem: 'sign-in-refused' },
    { name: 'gives no JSON', answer: { status: 200, body: 'x' }, problem: 'sign-in-refused' },
  ])('of a provider whose token endpoint $name leads to $problem', async ({ answer, problem }) => {
    const begun = await startDialog(makePane().challenge)
    issuer.answers.set('/token', answer)
    expect((await finish(begun)).location).toBe(`/addin/signed-in.html#problem=${problem}`)
  })
})

describe('the start', () => {
  test.each([
    { name: 'an unknown provider', query: `issuer=x&challenge=${'x'.repeat(43)}`, location: /#problem=not-found$/ },
    { name: 'no provider', query: `challenge=${'x'.repeat(43)}`, location: /#problem=not-found$/ },
  ])('with $name leads to a page that says so', async ({ query, location }) => {
    const { statusCode, headers } = await request(`${broker.url}/sign-in/start?${query}`)
    expect([statusCode, headers['location'], headers['set-cookie']]).toEqual([
      303,
      expect.stringMatching(location),
      undefined,
    ])
  })

  test.each([
    '',
    'issuer=company',
    'issuer=company&challenge=short',
    'issuer=company&challenge=x&redirect=https://evil',
  ])('refuses the query "%s"', async (query) => {
    expect((await request(`${broker.url}/sign-in/start?${query}`)).statusCode).toBe(400)
  })

  test('leads to a page that says so when the provider is down', async () => {
    issuer.isDown = true
    const { location } = await startDialog(makePane().challenge)
    expect(location.hash).toBe('#problem=issuer-unreachable')
  })
})

describe('a code', () => {
  test('is of use to the pane that asked for it, once, for a minute', async () => {
    const { verifier, challenge } = makePane()
    const code = await signIn(challenge)
    const attempt = async (body: object) => (await redeem(await broker.device(), body)).body['code']
    expect(await attempt({ code, verifier: makePane().verifier })).toBe('sign-in-invalid')
    expect(await attempt({ code, verifier: challenge })).toBe('sign-in-invalid')
    expect(await attempt({ code: `${code}x`, verifier })).toBe('sign-in-invalid')
    expect(await attempt({ code, verifier })).toBeUndefined()
    expect(await attempt({ code, verifier })).toBe('sign-in-invalid')
    const late = await signIn(challenge)
    await broker.clock.advance(60_000)
    expect(await attempt({ code: late, verifier })).toBe('sign-in-invalid')
  })

  test('of 60 uses at once works once', async () => {
    const { verifier, challenge } = makePane()
    const code = await signIn(challenge)
    const devices = await Promise.all(Array.from({ length: 60 }, () => broker.device()))
    for (const device of devices) await device.get('/api/v1/me', { proof: null })
    const answers = await Promise.all(devices.map((device) => redeem(device, { code, verifier })))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  })

  test('of somebody without an account waits for an invitation', async () => {
    await broker.stop()
    await begin(openIdIssuers(issuer, { accounts: 'invitation-only' }))
    const { verifier, challenge } = makePane()
    const code = await signIn(challenge)
    const device = await broker.device()
    expect((await redeem(device, { code, verifier })).body['code']).toBe('account-required')
    await broker.clock.advance(300_000)
    const answer = await redeem(device, { code, verifier, invitation: await broker.invite('ben') })
    expect(answer.body['user']).toEqual({ name: 'ben', displayName: 'BEN' })
    const again = await signIn(challenge)
    expect((await redeem(await broker.device(), { code: again, verifier })).body['user']).toEqual(answer.body['user'])
  })
})

test('GET /api/v1/sign-in says what is offered, the best first', async () => {
  const second = await TestIssuer.start({ isEntra: true })
  const both = await startBroker([...openIdIssuers(issuer), ...entraIssuers(second)])
  try {
    const offered = await request(`${both.url}/api/v1/sign-in`)
    const dialog = (name: string, label: string) => {
      return { kind: 'dialog', issuer: name, label, url: `${both.url}/addin/sign-in.html?issuer=${name}` }
    }
    expect(await offered.body.json()).toEqual({
      methods: [
        {
          ...{ kind: 'nested-app', issuer: 'entra', label: 'Microsoft', clientId },
          authority: expect.stringContaining(second.origin) as string,
          scopes: ['api://sheetbroker.example.com/access_as_user'],
        },
        { kind: 'office-token', issuer: 'entra', label: 'Microsoft' },
        dialog('company', 'Company'),
        dialog('entra', 'Microsoft'),
        { kind: 'invitation' },
      ],
    })
  } finally {
    await both.stop()
    await second.stop()
  }
})

const tokenOf = async (one: TestIssuer): Promise<string> => {
  await one.serve(['https://broker.example.com/sign-in/callback'])
  return one.accessToken()
}

async function claimsOf(one: TestIssuer): Promise<Record<string, unknown>> {
  const now = Math.floor(Date.now() / 1_000)
  return Promise.resolve({ iss: one.issuer, sub: 'anna', aud: clientId, iat: now, exp: now + 600 })
}
