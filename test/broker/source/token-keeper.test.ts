import { describe, expect, onTestFinished, test } from 'vitest'
import { sourceDefinition } from '../../../broker/dataset/source-definition.ts'
import { silentLog } from '../../../broker/kernel/log.ts'
import { Secret } from '../../../broker/kernel/secret.ts'
import { HttpCaller } from '../../../broker/source/http-caller.ts'
import type { HeldToken } from '../../../broker/source/source-access.ts'
import { TokenKeeper } from '../../../broker/source/token-keeper.ts'
import { createLocalLedger } from '../../../broker/source/token-ledger.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import {
  clientSecret,
  deadlineMs,
  evenRandom,
  grantTokens,
  problemOf,
  sealedForTest,
  thisMachineOnly,
  tokenPath,
} from './support/reading.ts'
import { sendJson, Upstream, type Respond } from './support/upstream.ts'

const never = new AbortController().signal

/** Answers like `answers`, one after the other, the last one for ever. */
function script(...answers: Respond[]): Respond {
  let calls = 0
  return (seen, response, request) => {
    const answer = answers[Math.min(calls, answers.length - 1)]
    calls += 1
    return answer?.(seen, response, request)
  }
}

const status =
  (code: number, headers: Record<string, string> = {}, body: unknown = {}): Respond =>
  (_seen, response) =>
    sendJson(response, body, { status: code, headers })
const answer = (body: unknown): Respond => status(200, {}, body)
const good = { access_token: 'abc', token_type: 'bearer', expires_in: 599 }

async function startKeeper(
  respond: Respond,
  method: 'client_secret_post' | 'client_secret_basic' = 'client_secret_post',
) {
  const upstream = await Upstream.start(respond)
  const clock = new ManualClock()
  const http = new HttpCaller({ clock, timeoutMs: deadlineMs, addresses: thisMachineOnly })
  const secret = { current: new Secret(clientSecret) }
  const { auth } = sourceDefinition.parse({
    baseUrl: upstream.origin,
    auth: {
      method,
      tokenUrl: upstream.origin + tokenPath,
      clientId: 'client id:1',
      scope: 'a-read b-read',
      parameters: { audience: 'urn:api', client_id: 'no' },
    },
  })
  if (auth.method === 'static') throw new Error('Give a method with a token endpoint.')
  const keeper = new TokenKeeper({
    auth,
    source: 'vendor',
    audience: upstream.origin,
    secrets: () => Promise.resolve([sealedForTest(secret.current)]),
    ledger: createLocalLedger(clock),
    http,
    clock,
    random: evenRandom,
    log: silentLog,
  })
  onTestFinished(async () => {
    keeper.stop()
    await http.stop()
    await upstream.stop()
  })
  const get = async (): Promise<HeldToken> => (await clock.drive(keeper.get(never), deadlineMs)).result
  /** Gets a token and lets a renewal that this started come to its end. */
  const getAndRenew = async (): Promise<number> => {
    const calls = keeper.calls
    const { generation } = await get()
    while (upstream.requests.length < keeper.calls) await new Promise((resolve) => setImmediate(resolve))
    if (keeper.calls > calls) await settled(keeper, generation)
    return generation
  }
  return { upstream, clock, keeper, secret, get, getAndRenew }
}

/** A renewal in the background is over when the keeper has a new token, or gives up on the next one. */
async function settled(keeper: TokenKeeper, generation: number): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) {
    if ((await keeper.get(never)).generation > generation) return
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('the token request', () => {
  test('client_secret_post sends id and secret in the form', async () => {
    const { upstream, get } = await startKeeper(answer(good))
    await get()
    expect(Object.fromEntries(new URLSearchParams(upstream.requests[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      scope: 'a-read b-read',
      audience: 'urn:api',
      client_id: 'client id:1',
      client_secret: clientSecret,
    })
  })

  test('client_secret_basic form-encodes id and secret before base64', async () => {
    const { upstream, get } = await startKeeper(answer(good), 'client_secret_basic')
    await get()
    const [request] = upstream.requests
    const [scheme, encoded = ''] = request?.headers.authorization?.split(' ') ?? []
    const [id, secret] = Buffer.from(encoded, 'base64').toString('latin1').split(':')
    expect(scheme).toBe('Basic')
    expect(id).toBe('client+id%3A1')
    expect(new URLSearchParams(`s=${secret ?? ''}`).get('s')).toBe(clientSecret)
    expect(new URLSearchParams(request?.body).has('client_secret')).toBe(false)
    expect(new URLSearchParams(request?.body).has('client_id')).toBe(false)
  })
})

describe('one token for all', () => {
  test('500 callers on a cold token make one request', async () => {
    const { upstream, keeper } = await startKeeper(grantTokens(599))
    const tokens = await Promise.all(Array.from({ length: 500 }, () => keeper.get(never)))
    expect(new Set(tokens.map((token) => token.accessToken.reveal()))).toEqual(new Set(['token-1']))
    expect(upstream.requests).toHaveLength(1)
    expect(keeper.calls).toBe(1)
  })

  test('an abort ends one wait and not the exchange', async () => {
    const { keeper, upstream } = await startKeeper(grantTokens(599))
    const abort = new AbortController()
    const impatient = keeper.get(abort.signal)
    const patient = keeper.get(never)
    abort.abort(new Error('enough'))
    await expect(impatient).rejects.toThrow('enough')
    expect((await patient).generation).toBe(1)
    expect(upstream.requests).toHaveLength(1)
  })

  test.each([
    { lifetime: 599, atMs: 538_999, isRenewed: false },
    { lifetime: 599, atMs: 539_000, isRenewed: true },
    { lifetime: 5, atMs: 2_499, isRenewed: false },
    { lifetime: 5, atMs: 2_500, isRenewed: true },
    { lifetime: 100, atMs: 50_000, isRenewed: true },
  ])('a token of $lifetime s asked for after $atMs ms: renewed $isRenewed', async ({ lifetime, atMs, isRenewed }) => {
    const { clock, get, getAndRenew, keeper } = await startKeeper(grantTokens(lifetime))
    await get()
    await clock.advance(atMs)
    // The wall clock may jump as it likes.
    clock.setWallClock(0)
    expect(await getAndRenew()).toBe(1)
    expect(keeper.calls).toBe(isRenewed ? 2 : 1)
    expect((await get()).generation).toBe(isRenewed ? 2 : 1)
  })

  test('an hour of steady use costs at most seven exchanges', async () => {
    const { clock, getAndRenew, keeper } = await startKeeper(grantTokens(599))
    for (let second = 0; second < 3_600; second += 5) {
      await getAndRenew()
      await clock.advance(5_000)
    }
    expect(keeper.calls).toBeLessThanOrEqual(7)
  })

  test.each([
    { name: '429', setback: status(429, { 'retry-after': '20' }) },
    { name: '500', setback: status(500) },
  ])('a renewal that fails with $name leaves the living token in use', async ({ setback }) => {
    const { clock, get, getAndRenew, keeper } = await startKeeper(
      script(answer({ ...good, expires_in: 100 }), setback, answer({ ...good, access_token: 'new' })),
    )
    await get()
    await clock.advance(60_000)
    expect(await getAndRenew()).toBe(1)
    expect(await getAndRenew()).toBe(1)
    expect(keeper.calls).toBe(2)
    await clock.advance(20_000)
    await getAndRenew()
    expect((await get()).accessToken.reveal()).toBe('new')
    expect(keeper.calls).toBe(3)
  })
})

describe('lifetimes that are odd', () => {
  test.each([
    { name: 'missing', expiresIn: undefined, seconds: 300 },
    { name: 'null', expiresIn: null, seconds: 300 },
    { name: 'a text', expiresIn: '120', seconds: 120 },
    { name: 'a padded text', expiresIn: ' 120 ', seconds: 120 },
    { name: 'a fraction', expiresIn: 120.5, seconds: 120.5 },
    { name: 'an empty text', expiresIn: '', seconds: 300 },
    { name: 'a text with its unit', expiresIn: '599 seconds', seconds: 300 },
    { name: 'a date', expiresIn: '2026-01-31T12:10:00Z', seconds: 300 },
    { name: 'a boolean', expiresIn: true, seconds: 300 },
    { name: 'an object', expiresIn: { seconds: 5 }, seconds: 300 },
    { name: 'a negative text', expiresIn: '-5', seconds: 300 },
    { name: 'an instant in seconds', expiresIn: Date.UTC(2026, 0, 31, 12) / 1000 + 600, seconds: 600 },
    { name: 'an instant in milliseconds', expiresIn: Date.UTC(2026, 0, 31, 12) + 600_000, seconds: 600 },
    { name: 'an instant that is over', expiresIn: Date.UTC(2026, 0, 31, 11) / 1000, seconds: 300 },
    { name: 'garbage', expiresIn: 'soon', seconds: 300 },
    { name: 'a list', expiresIn: [5], seconds: 300 },
    { name: 'zero', expiresIn: 0, seconds: 300 },
    { name: 'negative', expiresIn: -5, seconds: 300 },
    { name: 'a year', expiresIn: 31_536_000, seconds: 86_400 },
    { name: 'beyond 15 digits', expiresIn: '99999999999999999999', seconds: 86_400 },
  ])('$name', async ({ expiresIn, seconds }) => {
    const { get } = await startKeeper(answer({ ...good, expires_in: expiresIn }))
    expect((await get()).expiresAtMs).toBeCloseTo(seconds * 1000 - 1_000, 3)
  })
})

describe('a token endpoint that says no', () => {
  test.each([
    { name: 'a limit in seconds', setback: status(429, { 'retry-after': '42' }), waitMs: 42_000 },
    { name: 'an overload', setback: status(503, { 'retry-after': '9' }), waitMs: 9_000 },
    { name: 'a failure', setback: status(500), waitMs: 500 },
    { name: 'a request that came too slowly for it', setback: status(408), waitMs: 500 },
    { name: 'an empty 200', setback: status(200, {}, ''), waitMs: 500 },
  ])('$name is waited out', async ({ setback, waitMs }) => {
    const { clock, get } = await startKeeper(script(setback, answer(good)))
    expect((await get()).generation).toBe(1)
    expect(clock.monotonicMs()).toBe(waitMs)
  })

  test.each([429, 500, 503])('%i with a wait of years is asked again after an hour', async (code) => {
    const { clock, get, keeper } = await startKeeper(script(status(code, { 'retry-after': '999999999' }), answer(good)))
    for (let round = 0; round < 20; round += 1) await problemOf(get())
    expect(keeper.calls).toBe(1)
    await clock.advance(3_600_000)
    expect((await get()).generation).toBe(1)
  })

  test('all who wait for a limit share the exchange after it', async () => {
    const { clock, keeper } = await startKeeper(script(status(429, { 'retry-after': '42' }), answer(good)))
    await clock.drive(Promise.all(Array.from({ length: 50 }, () => keeper.get(never))), deadlineMs)
    expect(keeper.calls).toBe(2)
  })

  test('failures end after four tries', async () => {
    const { get, keeper } = await startKeeper(status(500))
    expect(await problemOf(get())).toMatchObject({ code: 'source-failed' })
    expect(keeper.calls).toBe(4)
  })

  test.each([
    { code: 'invalid_client', http: 401, problem: 'source-credentials' },
    { code: 'unauthorized_client', http: 400, problem: 'source-credentials' },
    { code: 'invalid_scope', http: 400, problem: 'source-token-refused' },
    { code: 'made_up', http: 400, problem: 'source-token-refused' },
    { code: undefined, http: 401, problem: 'source-credentials' },
    { code: undefined, http: 404, problem: 'source-token-refused' },
    { code: 'invalid_client', http: 200, problem: 'source-credentials' },
  ])('$http $code is $problem, without a second try', async ({ code, http, problem }) => {
    const { get, keeper } = await startKeeper(status(http, {}, code === undefined ? '<html>' : { error: code }))
    const error = await problemOf(get())
    expect(error).toMatchObject({ code: problem })
    expect(error.message).toContain(code ?? String(http))
    expect(keeper.calls).toBe(1)
  })

  test('is asked again after a minute, or at once with a new secret', async () => {
    const { clock, get, keeper, secret } = await startKeeper(status(401, {}, { error: 'invalid_client' }))
    for (let round = 0; round < 20; round += 1) await problemOf(get())
    expect(keeper.calls).toBe(1)
    await clock.advance(60_000)
    await problemOf(get())
    expect(keeper.calls).toBe(2)
    secret.current = new Secret('another')
    await problemOf(get())
    expect(keeper.calls).toBe(3)
  })

  test.each([
    { name: 'another token type', body: { ...good, token_type: 'mac' } },
    { name: 'no token type', body: { ...good, token_type: undefined } },
    { name: 'no token', body: { ...good, access_token: undefined } },
    { name: 'a token that breaks a header', body: { ...good, access_token: 'a\r\nx: y' } },
    { name: 'an enormous token', body: { ...good, access_token: 'a'.repeat(20_000) } },
    { name: 'a list', body: [good] },
  ])('$name is source-token', async ({ body }) => {
    const { get, keeper } = await startKeeper(answer(body))
    expect(await problemOf(get())).toMatchObject({ code: 'source-token' })
    expect(keeper.calls).toBe(1)
  })
})
