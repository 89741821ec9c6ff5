// Every way to be somebody else that the specification names, over HTTP, against a session that works.
import { createHash } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { makeCredential } from '../../../broker/crypto/credential.ts'
import { systemRandom } from '../../../broker/kernel/system.ts'
import { useBroker } from './broker-in-test.ts'
import type { ProofChanges, TestDevice } from './test-device.ts'

const context = useBroker()
const path = '/api/v1/me'

async function expectRefusal(device: TestDevice, proof: string, code = 'proof-required'): Promise<void> {
  const answer = await device.send('GET', path, { proof })
  expect([answer.status, answer.body['code']]).toEqual([401, code])
  expect(answer.headers['www-authenticate']).toMatch(/^DPoP error="/)
  expect(JSON.stringify(answer.body)).not.toContain(device.credential)
}

const now = (): number => Math.floor(context.broker.clock.nowMs() / 1_000)

describe('a proof', () => {
  test('is accepted as RFC 9449 has it, also with a query in the address', async () => {
    const device = await context.broker.signedIn()
    expect((await device.send('GET', path)).status).toBe(200)
    const htu = `${device.url}${path}?ignored#too`
    expect((await device.send('GET', path, { changes: { claims: { htu } } })).status).toBe(200)
  })

  test.each<{ name: string; changes: () => ProofChanges; code?: string }>([
    { name: 'of another type', changes: () => ({ header: { typ: 'JWT' } }) },
    { name: 'without a type', changes: () => ({ header: { typ: undefined } }) },
    { name: 'without a key', changes: () => ({ header: { jwk: undefined } }) },
    { name: 'with a critical extension', changes: () => ({ header: { crit: ['b64'], b64: true } }) },
    { name: 'for another method', changes: () => ({ claims: { htm: 'POST' } }) },
    { name: 'for a method in lower case', changes: () => ({ claims: { htm: 'get' } }) },
    { name: 'without a method', changes: () => ({ claims: { htm: undefined } }) },
    { name: 'for another path', changes: () => ({ claims: { htu: `${context.broker.url}/api/v1/datasets` } }) },
    { name: 'for a longer path', changes: () => ({ claims: { htu: `${context.broker.url}${path}/` } }) },
    { name: 'for another host', changes: () => ({ claims: { htu: `http://example.com${path}` } }) },
    {
      name: 'for another scheme',
      changes: () => ({ claims: { htu: context.broker.url.replace('http', 'https') + path } }),
    },
    { name: 'for another port', changes: () => ({ claims: { htu: `http://127.0.0.1:1${path}` } }) },
    {
      name: 'for a user at our host',
      changes: () => ({ claims: { htu: context.broker.url.replace('//', '//a@') + path } }),
    },
    { name: 'for a path alone', changes: () => ({ claims: { htu: path } }) },
    { name: 'without an address', changes: () => ({ claims: { htu: undefined } }) },
    { name: 'from six minutes ago', changes: () => ({ claims: { iat: now() - 360 } }) },
    { name: 'from the future', changes: () => ({ claims: { iat: now() + 360 } }) },
    { name: 'without a time', changes: () => ({ claims: { iat: undefined } }) },
    { name: 'with a time in words', changes: () => ({ claims: { iat: `${now()}` } }) },
    { name: 'without an id', changes: () => ({ claims: { jti: undefined } }) },
    { name: 'with an id that is too short', changes: () => ({ claims: { jti: 'x' } }) },
    { name: 'with an id that is too long', changes: () => ({ claims: { jti: 'x'.repeat(129) } }) },
    { name: 'with a number for an id', changes: () => ({ claims: { jti: 1_234_567_890 } }) },
    { name: 'without the credential’s digest', changes: () => ({ claims: { ath: undefined } }) },
    { name: 'for another credential', changes: () => ({ claims: { ath: createHash('sha256').digest('base64url') } }) },
    { name: 'without a nonce', changes: () => ({ claims: { nonce: undefined } }), code: 'proof-nonce' },
    { name: 'with a nonce of its own', changes: () => ({ claims: { nonce: 'x'.repeat(24) } }), code: 'proof-nonce' },
    { name: 'with an empty nonce', changes: () => ({ claims: { nonce: '' } }), code: 'proof-nonce' },
  ])('$name is refused', async ({ changes, code }) => {
    const device = await context.broker.signedIn()
    await expectRefusal(device, await device.prove('GET', path, changes()), code)
  })

  test('with an infinite time is refused', async () => {
    const device = await context.broker.signedIn()
    const [header = '', claims = '', signature = ''] = (await device.prove('GET', path)).split('.')
    const text = Buffer.from(claims, 'base64url')
      .toString()
      .replace(/"iat":\d+/, '"iat":1e400')
    await expectRefusal(device, [header, Buffer.from(text).toString('base64url'), signature].join('.'))
  })

  test('is refused when it gives the private key away', async () => {
    const device = await context.broker.signedIn()
    await expectRefusal(device, await device.prove('GET', path, { header: { jwk: await device.privateJwk() } }))
  })

  test('is refused when unsigned, or signed with another algorithm', async () => {
    const device = await context.broker.signedIn()
    const claims = { htm: 'GET', htu: device.url + path, iat: now(), jti: 'a'.repeat(20), nonce: device.nonce }
    await expectRefusal(device, new UnsecuredJWT(claims).encode())
    const secret = new TextEncoder().encode(JSON.stringify(device.jwk))
    const header = { typ: 'dpop+jwt', jwk: device.jwk }
    await expectRefusal(device, await new SignJWT(claims).setProtectedHeader({ ...header, alg: 'HS256' }).sign(secret))
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
    const rsa = { typ: 'dpop+jwt', alg: 'RS256', jwk: await exportJWK(publicKey) }
    await expectRefusal(device, await new SignJWT(claims).setProtectedHeader(rsa).sign(privateKey))
    const none = Buffer.from(JSON.stringify({ ...header, alg: 'none' })).toString('base64url')
    const [, body = '', signature = ''] = (await device.prove('GET', path)).split('.')
    await expectRefusal(device, `${none}.${body}.${signature}`)
  })

  test('is refused when its signature or a claim was changed, or the key is no point of the curve', async () => {
    const device = await context.broker.signedIn()
    const [header = '', claims = '', signature = ''] = (await device.prove('GET', path)).split('.')
    const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1)
    await expectRefusal(device, `${header}.${claims}.${flipped}`)
    const text = Buffer.from(claims, 'base64url').toString().replace('"jti":"', '"jti":"0')
    await expectRefusal(device, `${header}.${Buffer.from(text).toString('base64url')}.${signature}`)
    const y = `${device.jwk.y!.startsWith('A') ? 'B' : 'A'}${device.jwk.y!.slice(1)}`
    await expectRefusal(device, await device.prove('GET', path, { header: { jwk: { ...device.jwk, y } } }))
  })

  test('is refused in any other spelling of the same bytes', async () => {
    const device = await context.broker.signedIn()
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const proof = await device.prove('GET', path)
    const last = alphabet.indexOf(proof.at(-1)!)
    const respelt = proof.slice(0, -1) + alphabet.charAt(last + 1)
    expect(Buffer.from(respelt.split('.')[2]!, 'base64url')).toEqual(Buffer.from(proof.split('.')[2]!, 'base64url'))
    await expectRefusal(device, respelt)
    await expectRefusal(device, `${proof}=`)
    await expectRefusal(device, 'a.b')
    await expectRefusal(device, `${proof}.x`)
    await expectRefusal(device, 'x'.repeat(5_000))
    expect((await device.send('GET', path, { proof })).status).toBe(200)
  })

  test('is accepted once: of 50 uses at once, and later, none is accepted again', async () => {
    const device = await context.broker.signedIn()
    const proof = await device.prove('GET', path)
    const answers = await Promise.all(Array.from({ length: 50 }, () => device.send('GET', path, { proof })))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const waitMs of [0, 30_000, 30_000, 60_000]) {
      await context.broker.clock.advance(waitMs)
      const answer = await device.send('GET', path, { proof })
      expect(answer.status).toBe(401)
    }
  })

  test('is worth nothing with another device’s credential', async () => {
    const anna = await context.broker.signedIn('anna')
    const ben = await context.broker.signedIn('ben')
    const stolen = await ben.send('GET', path, { credential: anna.credential! })
    expect([stolen.status, stolen.body['code']]).toEqual([401, 'proof-required'])
  })

  test('is worth nothing on another instance or after a restart', async () => {
    const { broker } = context
    const device = await broker.signedIn()
    const again = await broker.listen({ publicUrl: broker.url })
    const proof = await device.prove('GET', path)
    const host = new URL(broker.url).host
    const other = await broker.device(again.url)
    const answer = await other.send('GET', path, { proof, credential: device.credential!, headers: { host } })
    expect([answer.status, answer.body['code']]).toEqual([401, 'proof-nonce'])
    expect((await device.send('GET', path, { proof })).status).toBe(200)
  })

  test('is missed when there is none, whatever the credential', async () => {
    const device = await context.broker.signedIn()
    expect((await device.send('GET', path, { proof: null })).body['code']).toBe('proof-required')
  })
})

describe('the nonce', () => {
  test('comes with every answer of the API and is good for its minute and the next', async () => {
    const device = await context.broker.signedIn()
    const { nonce } = device
    expect(nonce).toBeDefined()
    for (const waitMs of [0, 59_000, 1_000]) {
      await context.broker.clock.advance(waitMs)
      expect((await device.send('GET', path, { changes: { claims: { nonce } } })).status).toBe(200)
    }
    await context.broker.clock.advance(60_000)
    expect((await device.send('GET', path, { changes: { claims: { nonce } } })).body['code']).toBe('proof-nonce')
    expect(device.nonce).not.toBe(nonce)
    expect((await device.send('GET', path)).status).toBe(200)
  })

  test('does not become good again when the machine’s clock is set back', async () => {
    const device = await context.broker.signedIn()
    const { nonce } = device
    await context.broker.clock.advance(180_000)
    context.broker.clock.setWallClock(context.broker.clock.nowMs() - 180_000)
    expect((await device.send('GET', path, { changes: { claims: { nonce } } })).body['code']).toBe('proof-nonce')
  })
})

describe('a credential', () => {
  test.each([
    { name: 'is missing', authorization: undefined },
    { name: 'is no credential', authorization: 'DPoP abc' },
    { name: 'has a wrong checksum', authorization: `DPoP shb_ses_${'a'.repeat(49)}` },
    { name: 'comes as Bearer', authorization: 'Bearer' },
    { name: 'is followed by more', authorization: 'DPoP a b' },
  ])('that $name is answered with session-required', async ({ authorization }) => {
    const device = await context.broker.signedIn()
    const headers =
      authorization === undefined
        ? undefined
        : { authorization: authorization === 'Bearer' ? `Bearer ${device.credential!}` : authorization }
    const answer = await device.send('GET', path, { credential: null, ...(headers && { headers }) })
    expect([answer.status, answer.body['code']]).toEqual([401, 'session-required'])
    expect(answer.headers['www-authenticate']).toBe('DPoP algs="ES256"')
  })

  test('that nobody was given is answered like one that has ended', async () => {
    const [one, other] = [await context.broker.signedIn(), await context.broker.device()]
    await one.call('DELETE', '/api/v1/sessions/current')
    const ended = await one.get(path)
    const unknown = await other.get(path, { credential: makeCredential('ses', systemRandom).reveal() })
    expect({ ...unknown.body, requestId: '' }).toEqual({ ...ended.body, requestId: '' })
    expect(ended.body['code']).toBe('session-expired')
  })
})
