import { createHash, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { TLSSocket } from 'node:tls'
import { calculateJwkThumbprint, decodeJwt, decodeProtectedHeader, EmbeddedJWK, jwtVerify } from 'jose'
import { generate } from 'selfsigned'
import { describe, expect, onTestFinished, test } from 'vitest'
import { sourceDefinition } from '../../../broker/dataset/source-definition.ts'
import type { BrokerError } from '../../../broker/errors/broker-error.ts'
import { silentLog } from '../../../broker/kernel/log.ts'
import { Secret } from '../../../broker/kernel/secret.ts'
import { systemClock, systemRandom } from '../../../broker/kernel/system.ts'
import type { JsonObject } from '../../../broker/source/json.ts'
import { createSourceReader, type SourceReader } from '../../../broker/source/source-reader.ts'
import { certificateOf, startAuthorizationServer } from './support/authorization-server.ts'
import { parseDataset, problemOf, sealedForTest, thisMachineOnly } from './support/reading.ts'
import { sendJson, Upstream, type Respond, type Seen } from './support/upstream.ts'

const records = [{ id: 1 }, { id: 2 }]
const single = parseDataset({ paging: { type: 'none' } })
const good = { access_token: 'abc', token_type: 'Bearer', expires_in: 599 }

interface ReaderOptions {
  readonly baseUrl: string
  readonly auth: object
  readonly secrets: readonly string[]
  readonly certificateAuthority?: string
}

const isAuthorized = (socket: unknown): boolean => socket instanceof TLSSocket && socket.authorized

/** A reader with the machine's own clock: the servers here look at the times in signed statements. */
function startReader({ baseUrl, auth, secrets, ...rest }: ReaderOptions): SourceReader {
  const reader = createSourceReader({
    source: sourceDefinition.parse({ baseUrl, auth, ...rest }),
    name: 'vendor',
    secrets: () => Promise.resolve(secrets.map((secret) => sealedForTest(new Secret(secret)))),
    addresses: thisMachineOnly,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
  })
  onTestFinished(() => reader.stop())
  return reader
}

async function read(reader: SourceReader): Promise<JsonObject[]> {
  const all: JsonObject[] = []
  for await (const page of reader.read(single, AbortSignal.timeout(10_000))) all.push(...page.records)
  return all
}

const fail = (reader: SourceReader): Promise<BrokerError> => problemOf(read(reader))

async function startApi(respond: Respond = (_seen, response) => sendJson(response, records)): Promise<Upstream> {
  const api = await Upstream.start(respond)
  onTestFinished(() => api.stop())
  return api
}

/** Token endpoint and API in one, which tell what they were asked. */
async function startVendor(respond: Respond = (_seen, response) => sendJson(response, good)): Promise<Upstream> {
  return startApi((seen, response, request) =>
    seen.url.pathname === '/token' ? respond(seen, response, request) : sendJson(response, records),
  )
}

const formOf = (seen: Seen | undefined): URLSearchParams => new URLSearchParams(seen?.body)

describe('private_key_jwt', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = (key: typeof ec.privateKey, type: 'pkcs8' | 'sec1'): string =>
    key.export({ type, format: 'pem' }).toString()

  test.each([
    { algorithm: 'RS256', keys: rsa, secret: rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString() },
    { algorithm: 'PS256', keys: rsa, secret: pem(rsa.privateKey, 'pkcs8') },
    { algorithm: 'ES256', keys: ec, secret: pem(ec.privateKey, 'sec1') },
    { algorithm: 'ES256', keys: ec, secret: JSON.stringify(ec.privateKey.export({ format: 'jwk' })) },
  ])('$algorithm is taken by a certified server', async ({ algorithm, keys, secret }) => {
    const jwk = { ...keys.publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig' }
    const server = await startAuthorizationServer({
      client: { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] } },
    })
    const api = await startApi()
    for (const assertionAudience of [undefined, server.origin]) {
      const method = { method: 'private_key_jwt', algorithm, keyId: 'k1', assertionAudience }
      const auth = { ...method, tokenUrl: `${server.origin}/token`, clientId: 'broker', scope: 'read' }
      expect(await read(startReader({ baseUrl: api.origin, auth, secrets: [secret] }))).toEqual(records)
    }
    expect(server.answers).toEqual([
      { status: 200, error: undefined },
      { status: 200, error: undefined },
    ])
  })

  test('every try has a statement of its own, short-lived', async () => {
    let calls = 0
    const vendor = await startVendor((_seen, response) => {
      calls += 1
      sendJson(response, calls === 1 ? '' : good)
    })
    const auth = { method: 'private_key_jwt', tokenUrl: `${vendor.origin}/token`, clientId: 'broker' }
    await read(startReader({ baseUrl: vendor.origin, auth, secrets: [pem(rsa.privateKey, 'pkcs8')] }))
    const claims = vendor.to('/token').map((seen) => decodeJwt(formOf(seen).get('client_assertion') ?? ''))
    expect(claims).toHaveLength(2)
    expect(new Set(claims.map(({ jti }) => jti)).size).toBe(2)
    expect(claims[0]).toMatchObject({ iss: 'broker', sub: 'broker', aud: `${vendor.origin}/token` })
    expect(claims[0]!.exp! - claims[0]!.iat!).toBe(60)
  })

  test('grant: jwt-bearer asks on a person’s behalf', async () => {
    const vendor = await startVendor()
    const auth = {
      ...{ method: 'private_key_jwt', grant: 'jwt-bearer', subject: 'user-1', scope: 'signature impersonation' },
      ...{ tokenUrl: `${vendor.origin}/token`, clientId: 'integration', assertionAudience: 'account.example.com' },
    }
    await read(startReader({ baseUrl: vendor.origin, auth, secrets: [pem(rsa.privateKey, 'pkcs8')] }))
    const form = formOf(vendor.to('/token')[0])
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
    expect(form.has('client_assertion')).toBe(false)
    const { payload } = await jwtVerify(form.get('assertion') ?? '', rsa.publicKey, { algorithms: ['RS256'] })
    expect(payload).toMatchObject({ iss: 'integration', sub: 'user-1', aud: 'account.example.com' })
    expect(payload['scope']).toBe('signature impersonation')
  })

  test.each([
    { name: 'no key', secret: 'hunter2', says: 'no private key' },
    { name: 'a key for another algorithm', secret: pem(ec.privateKey, 'pkcs8'), says: 'RSA' },
    { name: 'a key with a passphrase', secret: '-----BEGIN ENCRYPTED PRIVATE KEY-----', says: 'passphrase' },
  ])('$name is secret-invalid, without a request', async ({ secret, says }) => {
    const vendor = await startVendor()
    const auth = { method: 'private_key_jwt', tokenUrl: `${vendor.origin}/token`, clientId: 'broker' }
    const problem = await fail(startReader({ baseUrl: vendor.origin, auth, secrets: [secret] }))
    expect(problem).toMatchObject({ code: 'secret-invalid' })
    expect(problem.message).toContain(says)
    expect(problem.message).not.toContain('hunter2')
    expect(vendor.requests).toHaveLength(0)
  })
})

describe('tls_client_auth', () => {
  const names = (ip: string) => [{ name: 'subjectAltName' as const, altNames: [{ type: 7 as const, ip }] }]
  const makeServer = () =>
    generate([{ name: 'commonName', value: '127.0.0.1' }], { extensions: names('127.0.0.1'), algorithm: 'sha256' })
  const makeClient = () => generate([{ name: 'commonName', value: 'broker' }], { algorithm: 'sha256' })

  test('shows its certificate to a certified server and to the API', async () => {
    const [server, client] = await Promise.all([makeServer(), makeClient()])
    const tls = {
      key: server.private,
      cert: server.cert,
      ca: [client.cert],
      requestCert: true,
      rejectUnauthorized: false,
    }
    const authorization = await startAuthorizationServer({
      client: { token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_subject_dn: 'CN=broker' },
      tls,
      features: {
        mTLS: {
          enabled: true,
          tlsClientAuth: true,
          getCertificate: (ctx) => certificateOf(ctx)?.toString(),
          certificateAuthorized: (ctx) => isAuthorized(ctx.req.socket),
          certificateSubjectMatches: (ctx, _property, expected) => certificateOf(ctx)?.subject === expected,
        },
      },
    })
    const shown: (string | undefined)[] = []
    const api = createTlsServer(tls, (request, response) => {
      shown.push(certificateOf({ req: request })?.subject)
      sendJson(response, records)
    }).listen(0, '127.0.0.1')
    await once(api, 'listening')
    onTestFinished(() => {
      api.closeAllConnections()
      api.close()
    })
    const baseUrl = `https://127.0.0.1:${(api.address() as AddressInfo).port}`
    const method = { method: 'tls_client_auth', tokenUrl: `${authorization.origin}/token`, clientId: 'broker' }
    const secrets = [`${client.private}\n${client.cert}`]
    const certificateAuthority = server.cert
    expect(await read(startReader({ baseUrl, auth: method, secrets, certificateAuthority }))).toEqual(records)
    const auth = { ...method, certificateFor: 'token' }
    expect(await read(startReader({ baseUrl, auth, secrets, certificateAuthority }))).toEqual(records)
    expect(shown).toEqual(['CN=broker', undefined])
    // The server is verified all the same.
    expect(await fail(startReader({ baseUrl, auth: method, secrets }))).toMatchObject({ code: 'source-unreachable' })
    const stranger = await makeClient()
    const refused = startReader({
      baseUrl,
      auth: method,
      secrets: [stranger.private + stranger.cert],
      certificateAuthority,
    })
    expect(await fail(refused)).toMatchObject({ code: 'source-credentials' })
  })

  test('a key of another certificate is secret-invalid', async () => {
    const [one, other] = await Promise.all([makeClient(), makeClient()])
    const auth = { method: 'tls_client_auth', tokenUrl: 'https://127.0.0.1:1/token', clientId: 'broker' }
    const reader = startReader({ baseUrl: 'https://127.0.0.1:1', auth, secrets: [one.cert + other.private] })
    expect(await fail(reader)).toMatchObject({ code: 'secret-invalid' })
  })
})

describe('dpop', () => {
  test.each([false, true])('is taken by a certified server that asks for a nonce: %s', async (asksForNonce) => {
    const server = await startAuthorizationServer({
      client: {
        token_endpoint_auth_method: 'client_secret_post',
        client_secret: 'x'.repeat(40),
        dpop_bound_access_tokens: true,
      },
      features: {
        dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 1), requireNonce: () => asksForNonce },
      },
    })
    const nonces: unknown[] = []
    const api = await startApi(async (seen, response) => {
      const [scheme, token = ''] = seen.headers.authorization?.split(' ') ?? []
      const proof = String(seen.headers['dpop'])
      const { payload } = await jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt' })
      const held = await server.provider.ClientCredentials.find(token)
      const thumbprint = await calculateJwkThumbprint(decodeProtectedHeader(proof).jwk!)
      const isRight =
        scheme === 'DPoP' &&
        held?.jkt === thumbprint &&
        payload['ath'] === createHash('sha256').update(token).digest('base64url') &&
        payload['htm'] === 'GET' &&
        payload['htu'] === `${api.origin}/items`
      nonces.push(payload['nonce'])
      const headers = { 'dpop-nonce': 'n1', 'www-authenticate': 'DPoP error="use_dpop_nonce"' }
      if (payload['nonce'] !== 'n1') sendJson(response, {}, { status: 401, headers })
      else sendJson(response, isRight ? records : [])
    })
    const method = { method: 'client_secret_post', dpop: true, tokenUrl: `${server.origin}/token`, clientId: 'broker' }
    const reader = startReader({ baseUrl: api.origin, auth: method, secrets: ['x'.repeat(40)] })
    expect(await read(reader)).toEqual(records)
    expect(await read(reader)).toEqual(records)
    expect(nonces).toEqual([undefined, 'n1', 'n1'])
    const nonceWanted = { status: 400, error: 'use_dpop_nonce' }
    expect(server.answers).toEqual([...(asksForNonce ? [nonceWanted] : []), { status: 200, error: undefined }])
  })

  test('a Bearer token where a bound one was asked for is refused', async () => {
    const vendor = await startVendor()
    const auth = { method: 'client_secret_post', dpop: true, tokenUrl: `${vendor.origin}/token`, clientId: 'broker' }
    const problem = await fail(startReader({ baseUrl: vendor.origin, auth, secrets: ['s'] }))
    expect(problem).toMatchObject({ code: 'source-token' })
  })
})

describe('what vendors do otherwise', () => {
  test('several resources, an audience, a grant of its own, a JSON body', async () => {
    const vendor = await startVendor()
    const resource = ['https://a.example.com', 'https://b.example.com']
    const auth = {
      ...{
        method: 'client_secret_post',
        tokenUrl: `${vendor.origin}/token`,
        clientId: 'broker',
        grant: 'account_credentials',
      },
      ...{ resource, audience: 'urn:api', parameters: { account_id: 7 } },
    }
    await read(startReader({ baseUrl: vendor.origin, auth, secrets: ['s'] }))
    await read(startReader({ baseUrl: vendor.origin, auth: { ...auth, body: 'json' }, secrets: ['s'] }))
    const [form, json] = vendor.to('/token')
    expect(formOf(form).getAll('resource')).toEqual(resource)
    const expected = { grant_type: 'account_credentials', audience: 'urn:api', account_id: '7' }
    expect(Object.fromEntries(formOf(form))).toMatchObject(expected)
    expect(json?.headers['content-type']).toBe('application/json')
    expect(JSON.parse(json?.body ?? '')).toEqual({ ...expected, resource, client_id: 'broker', client_secret: 's' })
  })

  test('a token elsewhere in the answer, in a header of another name', async () => {
    const vendor = await startVendor((_seen, response) => sendJson(response, { data: { key: 't1', ttl: '60' } }))
    const auth = {
      ...{ method: 'client_secret_post', tokenUrl: `${vendor.origin}/token`, clientId: 'broker' },
      ...{ token: { pointer: '/data/key', lifetimePointer: '/data/ttl', type: 'any' } },
      ...{ header: 'X-Auth-Token', scheme: '' },
    }
    await read(startReader({ baseUrl: vendor.origin, auth, secrets: ['s'] }))
    expect(vendor.to('/items')[0]?.headers).toMatchObject({ 'x-auth-token': 't1' })
    expect(vendor.to('/items')[0]?.headers).not.toHaveProperty('authorization')
  })

  test.each([
    { auth: {}, header: { authorization: 'Bearer k1' } },
    { auth: { header: 'X-Api-Key' }, header: { 'x-api-key': 'k1' } },
    { auth: { header: 'X-Api-Key', scheme: 'Token' }, header: { 'x-api-key': 'Token k1' } },
    { auth: { username: 'ada/token' }, header: { authorization: `Basic ${btoa('ada/token:k1')}` } },
  ])('a static key goes with every call: $auth', async ({ auth, header }) => {
    const vendor = await startVendor()
    const reader = startReader({ baseUrl: vendor.origin, auth: { method: 'static', ...auth }, secrets: ['k1'] })
    expect(await read(reader)).toEqual(records)
    expect(vendor.requests).toHaveLength(1)
    expect(vendor.requests[0]?.headers).toMatchObject(header)
    expect(reader.tokenCalls).toBe(0)
  })

  test('a static key in the query reaches no message', async () => {
    const api = await startApi((seen, response) =>
      sendJson(response, { message: `no ${seen.url.href}` }, { status: 400 }),
    )
    const auth = { method: 'static', query: 'api_key' }
    const problem = await fail(startReader({ baseUrl: api.origin, auth, secrets: ['sesame&1'] }))
    expect(api.requests[0]?.url.searchParams.get('api_key')).toBe('sesame&1')
    expect(problem.message).toContain('It says: no')
    expect(problem.message).not.toMatch(/sesame/)
  })

  test('a static key leaves the rest of the query as it is written', async () => {
    const api = await startApi((seen, response, request) => {
      const isFirst = !seen.url.searchParams.has('p')
      const headers = isFirst ? { link: `<${request.url ?? ''}&p=~%7e%20&flag>; rel="next"` } : {}
      sendJson(response, [{ id: isFirst ? 1 : 2 }], { headers })
    })
    const auth = { method: 'static', query: 'api_key' }
    const dataset = parseDataset({
      request: { path: '/items', query: { $filter: 'a eq 1' } },
      paging: { type: 'link-header' },
    })
    const reader = startReader({ baseUrl: api.origin, auth, secrets: ['sesame&1'] })
    for await (const page of reader.read(dataset, new AbortController().signal)) expect(page.records).toHaveLength(1)
    expect(api.requests.map(({ url }) => url.search)).toEqual([
      '?%24filter=a%20eq%201&api_key=sesame%261',
      '?%24filter=a%20eq%201&p=~%7e%20&flag&api_key=sesame%261',
    ])
  })

  test('the second static key takes over when the first is refused; with none left no call is made', async () => {
    const api = await startApi((seen, response) => {
      const isRight = seen.headers.authorization === 'Bearer new'
      sendJson(response, isRight ? records : {}, { status: isRight ? 200 : 401 })
    })
    const auth = { method: 'static' }
    const reader = startReader({ baseUrl: api.origin, auth, secrets: ['old', 'new'] })
    expect(await read(reader)).toEqual(records)
    expect(await read(reader)).toEqual(records)
    expect(api.requests).toHaveLength(3)
    expect(reader.warnings.join()).toContain('secret promote vendor')
    const refused = startReader({ baseUrl: api.origin, auth, secrets: ['old'] })
    for (let round = 0; round < 3; round += 1) expect(await fail(refused)).toMatchObject({ code: 'source-credentials' })
    expect(api.requests).toHaveLength(4)
  })
})
