import { describe, expect, test } from 'vitest'
import { me, problem, sessionCreated } from '../../../broker/http/schemas.ts'
import { createPostgresState } from '../../support/state-engines.ts'
import { BrokerInTest, dayMs, useBroker } from './broker-in-test.ts'

describe('POST /api/v1/sessions', () => {
  const context = useBroker()

  test('starts a session that works from this device', async () => {
    const { broker } = context
    const device = await broker.device()
    const first = await device.send('POST', '/api/v1/sessions', {
      body: { invitation: await broker.invite(), device: 'Excel on Linux' },
    })
    expect(first.status).toBe(401)
    expect(first.body['code']).toBe('proof-nonce')
    expect(first.headers['www-authenticate']).toContain('error="use_dpop_nonce"')
    const created = await device.signIn(await broker.invite(), ' Excel on Linux ')
    expect(created.status).toBe(201)
    const body = sessionCreated.parse(created.body)
    expect(body.session.device).toBe('Excel on Linux')
    expect(body.user).toEqual({ name: 'anna', displayName: 'ANNA' })
    expect(created.headers['cache-control']).toBe('no-store')
    const answer = await device.get('/api/v1/me')
    expect(answer.status).toBe(200)
    expect(me.parse(answer.body).session).toEqual(body.session)
  })

  test('keeps only the digest of a credential', async () => {
    const { broker } = context
    const device = await broker.signedIn()
    const written = JSON.stringify([broker.lines])
    expect(written).not.toContain(device.credential)
    expect(await broker.stores.sessions.findByTokenHash(device.credential!)).toBeUndefined()
  })

  test('forgives how a code is typed', async () => {
    const { broker } = context
    const code = await broker.invite()
    const device = await broker.device()
    expect((await device.signIn(code.toLowerCase().replaceAll('-', ' '))).status).toBe(201)
  })

  test('answers an unknown, a wrong, an expired, a burnt and a used code alike', async () => {
    const { broker } = context
    const outcomes: unknown[] = []
    const attempt = async (code: string) => {
      const { status, body } = await (await broker.device()).signIn(code)
      outcomes.push({ status, body: { ...body, requestId: undefined } })
    }
    const code = await broker.invite()
    const wrong = code.slice(0, -1) + (code.endsWith('0') ? '1' : '0')
    await attempt('not a code')
    await attempt('0000-0000-0000-0000')
    for (let tries = 0; tries < 5; tries++) await attempt(wrong)
    await attempt(code)
    const expired = await broker.invite('anna', 1_000)
    await broker.clock.advance(1_000)
    await attempt(expired)
    const used = await broker.invite()
    await (await broker.device()).signIn(used)
    await attempt(used)
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1)
    expect(outcomes[0]).toMatchObject({ status: 403, body: { code: 'invitation-invalid' } })
  })

  test('takes the right code after four wrong ones', async () => {
    const { broker } = context
    const code = await broker.invite()
    const wrong = code.slice(0, -1) + (code.endsWith('0') ? '1' : '0')
    for (let tries = 0; tries < 4; tries++) await (await broker.device()).signIn(wrong)
    expect((await (await broker.device()).signIn(code)).status).toBe(201)
  })

  test('of 60 devices with one code at once one succeeds, and its session is put on hold', async () => {
    const { broker } = context
    const code = await broker.invite()
    const devices = await Promise.all(Array.from({ length: 60 }, () => broker.device()))
    for (const device of devices) await device.get('/api/v1/me', { proof: null })
    const answers = await Promise.all(devices.map((device) => device.signIn(code)))
    const statuses = answers.map(({ status }) => status).toSorted()
    expect(statuses).toEqual([201, ...Array<number>(59).fill(403)])
    const winner = devices[answers.findIndex(({ status }) => status === 201)]!
    const answer = await winner.get('/api/v1/me')
    expect([answer.status, answer.body['code']]).toEqual([403, 'session-held'])
  })

  test('of 60 tries of one device at once one succeeds, and its session works', async () => {
    const { broker } = context
    const code = await broker.invite()
    const device = await broker.device()
    await device.get('/api/v1/me', { proof: null })
    const answers = await Promise.all(Array.from({ length: 60 }, () => device.signIn(code)))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect((await device.get('/api/v1/me')).status).toBe(200)
  })

  test('puts the first session on hold when another device has the code too, and warns', async () => {
    const { broker } = context
    const code = await broker.invite()
    const first = await broker.device()
    await first.signIn(code)
    const second = await (await broker.device()).signIn(code)
    expect(second.body['code']).toBe('invitation-invalid')
    expect((await first.get('/api/v1/me')).body['code']).toBe('session-held')
    expect(broker.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', event: 'invitation used twice; its session is on hold' }),
    )
  })

  test('refuses a user who is not active, before and after', async () => {
    const { broker } = context
    const code = await broker.invite()
    const device = await broker.signedIn()
    await broker.stores.users.setActive(await broker.userId('anna'), false)
    expect((await (await broker.device()).signIn(code)).body['code']).toBe('user-inactive')
    const answer = await device.get('/api/v1/me')
    expect([answer.status, answer.body['code']]).toEqual([403, 'user-inactive'])
  })

  test.each([
    {
      name: 'no JSON',
      options: { rawBody: '{', headers: { 'content-type': 'application/json' } },
      code: 'request-invalid',
    },
    { name: 'a wrong shape', options: { body: { invitation: 5, device: '', more: 1 } }, code: 'request-invalid' },
    { name: 'control characters', options: { body: { invitation: 'x', device: 'a\u0007b' } }, code: 'request-invalid' },
    { name: 'no media type', options: { rawBody: '{}' }, code: 'media-type-unsupported' },
    {
      name: 'another media type',
      options: { rawBody: '{}', headers: { 'content-type': 'text/plain' } },
      code: 'media-type-unsupported',
    },
    {
      name: 'another charset',
      options: { rawBody: '{}', headers: { 'content-type': 'application/json; charset=utf-16' } },
      code: 'media-type-unsupported',
    },
    {
      name: 'a compressed body',
      options: { rawBody: '{}', headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } },
      code: 'media-type-unsupported',
    },
    { name: 'too much', options: { body: { invitation: 'x'.repeat(17_000), device: 'd' } }, code: 'request-too-large' },
  ])('refuses a body that is $name', async ({ options, code }) => {
    const { broker } = context
    const device = await broker.device()
    const answer = await device.call('POST', '/api/v1/sessions', options)
    expect(problem.parse(answer.body).code).toBe(code)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    if (code === 'request-invalid' && 'body' in options) expect(answer.body['errors']).not.toHaveLength(0)
  })
})

test('of 60 devices with one code at once one succeeds and is held, on PostgreSQL and two instances too', async () => {
  const broker = await BrokerInTest.start({}, createPostgresState)
  try {
    const second = await broker.listen()
    const code = await broker.invite()
    const devices = await Promise.all(
      Array.from({ length: 60 }, (_, index) => broker.device(index % 2 === 0 ? broker.url : second.url)),
    )
    for (const device of devices) await device.get('/api/v1/me', { proof: null })
    const answers = await Promise.all(devices.map((device) => device.signIn(code)))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.filter(({ body }) => body['code'] === 'invitation-invalid')).toHaveLength(59)
    const winner = devices[answers.findIndex(({ status }) => status === 201)]!
    expect((await winner.get('/api/v1/me')).body['code']).toBe('session-held')
  } finally {
    await broker.stop()
  }
})

describe('a session', () => {
  const context = useBroker({ session: { idleMs: 30 * dayMs, lifetimeMs: 180 * dayMs, mostPerUser: 3 } })

  test('ends after so long without use', async () => {
    const { broker } = context
    const device = await broker.signedIn()
    await broker.clock.advance(29 * dayMs)
    expect((await device.get('/api/v1/me')).status).toBe(200)
    await broker.clock.advance(29 * dayMs)
    expect((await device.get('/api/v1/me')).status).toBe(200)
    await broker.clock.advance(30 * dayMs)
    const answer = await device.get('/api/v1/me')
    expect([answer.status, answer.body['code']]).toEqual([401, 'session-expired'])
    expect(answer.headers['www-authenticate']).toContain('error="invalid_token"')
  })

  test('ends for good however much it is used', async () => {
    const { broker } = context
    const device = await broker.signedIn()
    for (let days = 0; days < 179; days += 20) {
      expect((await device.get('/api/v1/me')).status).toBe(200)
      await broker.clock.advance(20 * dayMs)
    }
    expect((await device.get('/api/v1/me')).body['code']).toBe('session-expired')
  })

  test('ends when its user signs out, at once', async () => {
    const { broker } = context
    const device = await broker.signedIn()
    expect((await device.call('DELETE', '/api/v1/sessions/current')).status).toBe(204)
    expect((await device.get('/api/v1/me')).body['code']).toBe('session-expired')
  })

  test('ends when the user starts more than the limit: the least recently used one', async () => {
    const { broker } = context
    const devices = []
    for (let index = 0; index < 4; index++) {
      devices.push(await broker.signedIn())
      await broker.clock.advance(61_000)
      if (index === 2) expect((await devices[0]!.get('/api/v1/me')).status).toBe(200)
    }
    const states = await Promise.all(devices.map(async (device) => (await device.get('/api/v1/me')).status))
    expect(states).toEqual([200, 401, 200, 200])
  })
})

describe('sign-in limits', () => {
  test('counts sign-ins by address and says when to come again', async () => {
    const broker = await BrokerInTest.start({ signInsPerMinute: 3 })
    try {
      const device = await broker.device()
      for (let tries = 0; tries < 3; tries++) expect((await device.signIn('0000-0000-0000-0000')).status).toBe(403)
      const answer = await device.signIn(await broker.invite())
      expect([answer.status, answer.body['code']]).toEqual([429, 'rate-limited'])
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    } finally {
      await broker.stop()
    }
  })
})
