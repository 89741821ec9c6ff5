// What holds for every address: who may call it, what is refused before anything is looked at, and how failures look.
import { mkdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { text } from 'node:stream/consumers'
import { request } from 'undici'
import { describe, expect, test } from 'vitest'
import { problems } from '../../../broker/errors/problems.ts'
import { problem as problemSchema } from '../../../broker/http/schemas.ts'
import { createPostgresState } from '../../support/state-engines.ts'
import { BrokerInTest, people, useBroker } from './broker-in-test.ts'

const context = useBroker()

interface Operation {
  readonly security?: unknown
  readonly responses: Readonly<Record<string, { readonly description: string }>>
}
interface OpenApi {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

/** An answer to bytes as they are, which no HTTP client would send. */
async function sendRaw(lines: readonly string[]): Promise<string> {
  const socket = connect(Number(new URL(context.broker.url).port), '127.0.0.1')
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  return text(socket)
}

const host = (): string => `Host: ${new URL(context.broker.url).host}`

describe('the description', () => {
  async function read(): Promise<OpenApi> {
    const answer = await request(`${context.broker.url}/openapi.json`)
    return (await answer.body.json()) as OpenApi
  }

  test('names every address of the API, and each of them answers', async () => {
    const { paths, openapi } = await read()
    expect(openapi).toBe('3.1.0')
    expect(Object.keys(paths).toSorted()).toEqual([
      '/',
      '/addin/{path}',
      '/api/v1/datasets',
      '/api/v1/datasets/{name}',
      '/api/v1/datasets/{name}/pulls',
      '/api/v1/datasets/{name}/rows',
      '/api/v1/figures',
      '/api/v1/me',
      '/api/v1/pulls/{id}',
      '/api/v1/pulls/{id}/events',
      '/api/v1/sessions',
      '/api/v1/sessions/current',
      '/api/v1/sign-in',
      '/deploy',
      '/healthz',
      '/manifest.xml',
      '/manifest.zip',
      '/openapi.json',
      '/problems/{code}',
      '/readyz',
      '/sign-in/callback',
      '/sign-in/start',
    ])
  })

  test('resolves every reference that it makes', async () => {
    const description = await read()
    const references = [...JSON.stringify(description).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)]
    expect(references.length).toBeGreaterThan(20)
    for (const [, name] of references) expect(description.components.schemas).toHaveProperty(name!)
  })

  test('asks for a session exactly where nobody gets in without one', async () => {
    const { paths } = await read()
    for (const [path, operations] of Object.entries(paths)) {
      for (const [method, { security }] of Object.entries(operations)) {
        const answer = await request(context.broker.url + path.replaceAll(/\{\w+\}/g, 'x'), {
          method: method.toUpperCase() as 'GET',
        })
        const body = await answer.body.text()
        const isOpen = answer.statusCode !== 401
        if (security) expect(JSON.parse(body)).toMatchObject({ status: 401, code: 'session-required' })
        // Whoever is to sign in must know how before they have anything to show.
        else if (path.startsWith('/api/') && path !== '/api/v1/sign-in')
          expect(JSON.parse(body)).toMatchObject({ status: 401, code: 'proof-required' })
        else expect([path, isOpen]).toEqual([path, true])
      }
    }
  })
})

describe('a request', () => {
  test('for another host is refused, whatever it asks for, except by machines that watch health', async () => {
    const { url } = context.broker
    for (const name of ['example.com', 'localhost', '127.0.0.1', '127.0.0.1:1', 'a@127.0.0.1', '']) {
      const raw = await sendRaw([`GET /api/v1/me HTTP/1.1`, `Host: ${name}`, 'Connection: close'])
      expect(raw).toMatch(/^HTTP\/1.1 421 /)
      expect(raw).toContain('"code":"host-unknown"')
    }
    for (const path of ['/healthz', '/readyz']) {
      const answer = await request(url + path, { headers: { host: 'probe.internal' } })
      expect([answer.statusCode, await answer.body.json()]).toEqual([200, { status: 'ok' }])
    }
  })

  test.each(['Authorization: DPoP a', 'DPoP: a', 'Content-Type: application/json', 'If-None-Match: "a"', 'Origin: a'])(
    'with two headers of %s is refused',
    async (header) => {
      const raw = await sendRaw([`GET /api/v1/me HTTP/1.1`, host(), header, header.toLowerCase(), 'Connection: close'])
      expect(raw).toMatch(/^HTTP\/1.1 400 /)
      expect(raw).toContain('"code":"request-invalid"')
    },
  )

  test('with two hosts or a whole URL as its target is refused', async () => {
    const twice = await sendRaw(['GET /api/v1/me HTTP/1.1', host(), 'Host: example.com', 'Connection: close'])
    expect(twice).toMatch(/^HTTP\/1.1 400 /)
    const whole = await sendRaw([`GET ${context.broker.url}/healthz HTTP/1.1`, host(), 'Connection: close'])
    expect(whole).toContain('"code":"request-invalid"')
  })

  test('that is no HTTP gets an answer without a body', async () => {
    expect(await sendRaw(['nonsense'])).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/)
  })

  test.each([
    { method: 'GET', path: '/nothing', status: 404, code: 'not-found' },
    { method: 'GET', path: '/api/v1/datasets/', status: 404, code: 'not-found' },
    { method: 'GET', path: '/API/v1/me', status: 404, code: 'not-found' },
    { method: 'GET', path: '/api/v1/datasets/%E0%A4%A/rows', status: 400, code: 'request-invalid' },
    { method: 'GET', path: '/healthz?x=1', status: 400, code: 'request-invalid' },
    { method: 'GET', path: '/problems/nothing', status: 404, code: 'not-found' },
    { method: 'GET', path: '/addin/../keys', status: 404, code: 'not-found' },
    { method: 'GET', path: '/addin/%2e%2e/web.key', status: 404, code: 'not-found' },
    { method: 'GET', path: '/addin/..%2fweb.key', status: 404, code: 'not-found' },
    { method: 'PUT', path: '/api/v1/me', status: 405, code: 'method-not-allowed' },
    { method: 'OPTIONS', path: '/api/v1/me', status: 405, code: 'method-not-allowed' },
    { method: 'POST', path: '/healthz', status: 405, code: 'method-not-allowed' },
  ])('$method $path is answered with $code', async ({ method, path, status, code }) => {
    const raw = await sendRaw([`${method} ${path} HTTP/1.1`, host(), 'Connection: close'])
    const [head = '', body = ''] = raw.split('\r\n\r\n')
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(head).toContain('Content-Type: application/problem+json')
    if (status === 405) expect(head).toMatch(/\r\nAllow: GET, HEAD\r\n/)
    expect(problemSchema.parse(JSON.parse(body)).code).toBe(code)
    expect(body).not.toMatch(/node_modules|\.ts:\d/)
  })

  test('is limited per session, and told when to come again', async () => {
    const broker = await BrokerInTest.start({ requestsPerMinute: 3 })
    try {
      const [one, other] = [await broker.signedIn(), await broker.signedIn()]
      const statuses = []
      for (let count = 0; count < 4; count++) statuses.push((await one.get('/api/v1/me')).status)
      expect(statuses).toEqual([200, 200, 200, 429])
      expect(Number((await one.get('/api/v1/me')).headers['retry-after'])).toBeGreaterThan(0)
      expect((await other.get('/api/v1/me')).status).toBe(200)
    } finally {
      await broker.stop()
    }
  })
})

describe('every answer', () => {
  test('carries the security headers and a request id', async () => {
    const { headers } = await request(`${context.broker.url}/api/v1/me`)
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
    })
    expect(headers['x-request-id']).toMatch(/^\w{22}$/)
    expect(headers).not.toHaveProperty('x-powered-by')
    expect(headers).not.toHaveProperty('strict-transport-security')
  })

  test('asks browsers to stay with https where the public address has it', async () => {
    const broker = await BrokerInTest.start({ publicUrl: 'https://broker.example.com' })
    try {
      const { port } = new URL(broker.url)
      const answer = await request(`http://127.0.0.1:${port}/openapi.json`, {
        headers: { host: 'broker.example.com:443' },
      })
      expect(answer.statusCode).toBe(200)
      expect(answer.headers['strict-transport-security']).toBe('max-age=31536000')
    } finally {
      await broker.stop()
    }
  })

  test('is one line in the log, without addresses, credentials or proofs', async () => {
    const { broker } = context
    await broker.pull(people(5))
    const device = await broker.signedIn()
    const logged = broker.untilLogged('request')
    const answer = await device.get('/api/v1/datasets/people/rows?limit=2')
    await logged
    const line = broker.lines.find(({ fields }) => fields['requestId'] === answer.headers['x-request-id'])!
    expect(line).toEqual({
      level: 'info',
      event: 'request',
      fields: {
        requestId: answer.headers['x-request-id'],
        userId: await broker.userId('anna'),
        method: 'GET',
        route: '/api/v1/datasets/:name/rows',
        status: 200,
        ms: 0,
      },
    })
    const everything = JSON.stringify(broker.lines)
    for (const secret of [device.credential!, device.nonce!, 'limit=2', 'Zoë']) expect(everything).not.toContain(secret)
  })

  test('to an unforeseen failure shows nothing of it, and the log has it all', async () => {
    const { broker } = context
    await broker.pull(people(5))
    const device = await broker.signedIn()
    const { file } = (await broker.stores.snapshots.findCurrent('people'))!
    await writeFile(join(broker.directory, file), 'not a snapshot')
    const answer = await device.get('/api/v1/datasets/people/rows')
    expect([answer.status, answer.body['code']]).toEqual([500, 'internal'])
    expect(JSON.stringify(answer.body)).not.toContain(broker.directory)
    expect(answer.headers).not.toHaveProperty('etag')
    const line = broker.lines.find(({ level }) => level === 'error')!
    expect(line.fields).toMatchObject({ requestId: answer.body['requestId'], code: 'internal' })
    expect(String(line.fields['cause'])).toContain('Sqlite')
  })

  test('says store-unavailable while there is no database, and readiness does too', async () => {
    const broker = await BrokerInTest.start({}, createPostgresState)
    try {
      const device = await broker.signedIn()
      await broker.removeState()
      const answer = await device.get('/api/v1/me')
      expect([answer.status, answer.body['code'], answer.body['retryable']]).toEqual([503, 'store-unavailable', true])
      const ready = await request(`${broker.url}/readyz`)
      expect([ready.statusCode, await ready.body.json()]).toEqual([503, { status: 'store-unavailable' }])
      expect((await request(`${broker.url}/healthz`)).statusCode).toBe(200)
    } finally {
      await broker.stop()
    }
  })
})

describe('pages for people', () => {
  test.each(Object.keys(problems))('/problems/%s says what the code means', async (code) => {
    const answer = await request(`${context.broker.url}/problems/${code}`)
    expect(answer.headers['content-type']).toContain('text/html')
    expect(await answer.body.text()).toContain(`<code>${code}</code>`)
  })
})

describe('the add-in’s files', () => {
  async function get(path: string, headers: Record<string, string> = {}) {
    const answer = await request(`${context.broker.url}/addin/${path}`, { headers })
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() }
  }

  async function build(): Promise<void> {
    const directory = join(context.broker.directory, 'addin')
    await mkdir(join(directory, 'assets'), { recursive: true })
    await writeFile(join(directory, 'pane.html'), '<script src="%OFFICE_JS_URL%"></script>')
    await writeFile(join(directory, 'assets', 'pane-B1x_-4zQ.js'), 'let a')
    await writeFile(join(directory, 'assets', 'icon.png'), 'png')
    await writeFile(join(directory, 'functions.json'), '{}')
    await writeFile(join(directory, 'secret.key'), 'secret')
  }

  test('are pages that only Excel may frame and that load office.js from where the settings say', async () => {
    await build()
    const page = await get('pane.html?_host_Info=Excel$Web$16.01$en-US$$$$0')
    expect(page.text).toBe('<script src="https://office.example.com/lib/office.js"></script>')
    expect(page.headers['cache-control']).toBe('no-cache')
    expect(page.headers).not.toHaveProperty('x-frame-options')
    expect(page.headers['content-security-policy']).toBe(
      "default-src 'none';script-src 'self' https://office.example.com;style-src 'self';img-src 'self' data:;" +
        "font-src 'self';connect-src 'self';frame-src https://office.example.com;base-uri 'none';form-action 'none';" +
        "frame-ancestors 'self' https://*.office.example.com",
    )
    const again = await get('pane.html', { 'if-none-match': String(page.headers['etag']) })
    expect([again.status, again.text]).toEqual([304, ''])
  })

  test('are kept for good when their name has a hash, and asked about otherwise', async () => {
    await build()
    expect((await get('assets/pane-B1x_-4zQ.js')).headers['cache-control']).toBe('public, max-age=31536000, immutable')
    const icon = await get('assets/icon.png')
    expect(icon.headers).toMatchObject({ 'cache-control': 'no-cache', 'cross-origin-resource-policy': 'cross-origin' })
  })

  test('are compressed for those who take that, once they are long enough for it', async () => {
    const script = `let a = 1\n`.repeat(1_000)
    await build()
    await writeFile(join(context.broker.directory, 'addin', 'assets', 'long-B1x_-4zQ.js'), script)
    const ask = async (accepted: string, more: Record<string, string> = {}) => {
      const headers = { 'accept-encoding': accepted, ...more }
      const answer = await request(`${context.broker.url}/addin/assets/long-B1x_-4zQ.js`, { headers })
      return { status: answer.statusCode, headers: answer.headers, bytes: Buffer.from(await answer.body.arrayBuffer()) }
    }
    const [plain, gzip, brotli] = [await ask('identity'), await ask('gzip'), await ask('gzip, deflate, br')]
    expect([plain.headers['content-encoding'], plain.bytes.toString()]).toEqual([undefined, script])
    expect([gzip.headers['content-encoding'], gunzipSync(gzip.bytes).toString()]).toEqual(['gzip', script])
    expect([brotli.headers['content-encoding'], brotliDecompressSync(brotli.bytes).toString()]).toEqual(['br', script])
    expect(new Set([plain, gzip, brotli].map(({ headers }) => headers['etag'])).size).toBe(3)
    expect(brotli.headers).toMatchObject({ vary: 'Accept-Encoding', 'content-length': String(brotli.bytes.length) })
    expect((await ask('br', { 'if-none-match': String(brotli.headers['etag']) })).status).toBe(304)
    const short = await get('assets/pane-B1x_-4zQ.js', { 'accept-encoding': 'br' })
    expect([short.headers['content-encoding'], short.text]).toEqual([undefined, 'let a'])
  })

  test('can be read by pages of other origins only where they say what functions there are', async () => {
    await build()
    expect((await get('functions.json')).headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'access-control-allow-origin': '*',
    })
    expect((await get('pane.html')).headers).not.toHaveProperty('access-control-allow-origin')
  })

  test('are of known kinds only', async () => {
    await build()
    expect((await get('secret.key')).status).toBe(404)
  })

  test('are not there without a build; the manifest is', async () => {
    expect((await get('pane.html')).status).toBe(404)
    const manifest = await request(`${context.broker.url}/manifest.xml`)
    expect([manifest.headers['content-type'], await manifest.body.text()]).toEqual([
      'application/xml; charset=utf-8',
      '<OfficeApp/>',
    ])
  })
})
