import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Sample, startSample } from '../../sample/sample.ts'
import { askToken, askTokenByHeader, fetchToken, get, send } from './sample-client.ts'

const START_MS = Date.parse('2026-05-04T09:00:00Z')
const CANDIDATES = '/api/v1.0/candidates/search'

let nowMs: number
let sample: Sample

beforeEach(async () => {
  nowMs = START_MS
  sample = await startSample({ candidates: 100, now: () => nowMs })
})

afterEach(() => sample.stop())

describe('token endpoint', () => {
  test('issues a signed token of 599 seconds to a client that sends its secret in the form', async () => {
    const { status, body } = await askToken(sample)
    expect(status).toBe(200)
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 599, scope: sample.scopes.join(' ') })
    const { access_token: token } = body as { access_token: string }
    expect(decodeProtectedHeader(token)).toMatchObject({ typ: 'at+jwt', alg: 'ES256' })
    expect(decodeJwt(token)).toMatchObject({
      client_id: 'sample-post',
      iat: START_MS / 1000,
      exp: START_MS / 1000 + 599,
    })
  })

  test('issues a token to a client that form-encodes its secret into the header', async () => {
    expect(await askTokenByHeader(sample)).toMatchObject({ status: 200, body: { expires_in: 599 } })
  })

  test('refuses the header secret when it is not form-encoded', async () => {
    const { clientId, clientSecret } = sample.basicClient
    const reply = await send(sample.tokenUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
      },
      body: 'grant_type=client_credentials',
    })
    expect(reply.status).toBeGreaterThanOrEqual(400)
  })

  test.each([
    { name: 'a wrong secret', fields: { client_secret: 'wrong' }, status: 401, error: 'invalid_client' },
    { name: 'an unknown client', fields: { client_id: 'nobody' }, status: 401, error: 'invalid_client' },
    { name: 'a misspelt scope', fields: { scope: 'candidateAPI-read' }, status: 400, error: 'invalid_scope' },
    { name: 'another grant', fields: { grant_type: 'password' }, status: 400, error: 'unsupported_grant_type' },
  ])('refuses $name', async ({ fields, status, error }) => {
    expect(await askToken(sample, fields)).toMatchObject({ status, body: { error } })
  })

  test('refuses each client the method of the other', async () => {
    const { clientId, clientSecret, basicClient } = sample
    expect(await askTokenByHeader(sample, { clientId, clientSecret })).toMatchObject({ status: 401 })
    const crossed = { client_id: basicClient.clientId, client_secret: basicClient.clientSecret }
    expect(await askToken(sample, crossed)).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  })

  test('answers 429 with Retry-After to the eleventh call within a minute', async () => {
    for (let call = 1; call <= 10; call += 1) {
      expect((await askToken(sample)).status).toBe(200)
    }
    const refused = await askToken(sample)
    expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '60' } })
    nowMs += 60_000
    expect((await askToken(sample)).status).toBe(200)
    expect(sample.counts()).toMatchObject({ tokenCalls: 12, tokensIssued: 11, rateLimited: 1 })
  })

  test('answers 429 to the 31st call within an hour', async () => {
    for (let call = 1; call <= 30; call += 1) {
      expect((await askToken(sample)).status).toBe(200)
      nowMs += 10_000
    }
    expect(await askToken(sample)).toMatchObject({ status: 429, headers: { 'retry-after': '3300' } })
  })

  test('counts refused credentials against the address', async () => {
    for (let call = 1; call <= 10; call += 1) {
      await askToken(sample, { client_secret: 'wrong' })
    }
    expect((await askTokenByHeader(sample)).status).toBe(429)
  })

  test('takes a replaced secret at once and the old one no more', async () => {
    const token = await fetchToken(sample)
    sample.replaceSecret(sample.clientId, 'another-secret')
    expect((await askToken(sample)).status).toBe(401)
    expect((await askToken(sample, { client_secret: 'another-secret' })).status).toBe(200)
    expect((await get(sample, token, CANDIDATES)).status).toBe(200)
  })
})

describe('token check', () => {
  test('refuses a call without a token and says how to ask', async () => {
    const reply = await send(sample.url + CANDIDATES)
    expect(reply).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer realm="sample"' } })
  })

  test('refuses a token when its 599 seconds are over', async () => {
    const token = await fetchToken(sample)
    nowMs += 598_000
    expect((await get(sample, token, CANDIDATES)).status).toBe(200)
    nowMs += 1_000
    const reply = await get(sample, token, CANDIDATES)
    expect(reply.status).toBe(401)
    expect(reply.headers['www-authenticate']).toContain('error="invalid_token"')
  })

  test('refuses a token without the scope of the endpoint', async () => {
    const token = await fetchToken(sample, { scope: 'jobsAPI-read' })
    expect((await get(sample, token, '/api/v1.0/jobs/search')).status).toBe(200)
    const reply = await get(sample, token, CANDIDATES)
    expect(reply.status).toBe(401)
    expect(reply.headers['www-authenticate']).toContain('error="insufficient_scope"')
  })

  test('refuses a token of another issuer and a token with a changed signature', async () => {
    const other = await startSample({ candidates: 10, now: () => nowMs })
    const foreign = await fetchToken(other)
    await other.stop()
    expect((await get(sample, foreign, CANDIDATES)).status).toBe(401)
    const [header, payload, signature = ''] = (await fetchToken(sample)).split('.')
    const forged = `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
    expect((await get(sample, forged, CANDIDATES)).status).toBe(401)
  })

  test('refuses revoked tokens and takes new ones', async () => {
    const token = await fetchToken(sample)
    expect((await get(sample, token, CANDIDATES)).status).toBe(200)
    sample.revokeTokens()
    expect((await get(sample, token, CANDIDATES)).status).toBe(401)
    expect((await get(sample, await fetchToken(sample), CANDIDATES)).status).toBe(200)
  })
})
