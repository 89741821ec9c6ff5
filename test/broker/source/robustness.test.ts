// What hostile and broken sources do. A pull ends with the right rows or says why not, and no secret goes astray.
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { decodeJwt } from 'jose'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Secret } from '../../../broker/kernel/secret.ts'
import { cleanDetail } from '../../../broker/source/upstream-text.ts'
import { clientSecret, startReading, type Reading } from './support/reading.ts'
import { sendJson, Upstream, type Respond } from './support/upstream.ts'

const single = { paging: { type: 'none' } } as const
const records = Array.from({ length: 50 }, (_, id) => ({ id }))
const text = JSON.stringify(records)
const well: Respond = (_seen, response) => sendJson(response, records)

/** A server that answers a connection's first bytes with raw ones. */
async function startRaw(answer: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).once('data', () => answer(socket))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A reader of such a server. */
async function readRaw(answer: (socket: Socket, reading: Reading) => void): Promise<Reading> {
  const current: { reading?: Reading } = {}
  const baseUrl = await startRaw((socket) => current.reading && answer(socket, current.reading))
  current.reading = await startReading(well, { source: { baseUrl } })
  return current.reading
}

describe('redirects', () => {
  test('304 is no redirect', async () => {
    const reading = await startReading((_seen, response) => void response.writeHead(304).end())
    expect(await reading.fail(single)).toMatchObject({
      code: 'source-malformed',
      message: expect.stringContaining('304') as unknown,
    })
  })

  test.each([301, 302, 303, 307, 308])('%i is not followed; neither token, key nor body leave', async (status) => {
    const other = await Upstream.start(well)
    onTestFinished(() => other.stop())
    const redirect: Respond = (_seen, response) =>
      sendJson(response, {}, { status, headers: { location: `${other.origin}/items` } })
    const dataset = {
      ...single,
      request: { path: '/items', method: 'POST' as const, body: { a: 1 }, headers: { 'X-Api-Key': 'k3y' } },
    }
    expect(await (await startReading(redirect)).fail(dataset)).toMatchObject({ code: 'source-redirect' })
    expect(await (await startReading(well, { token: redirect })).fail(dataset)).toMatchObject({
      code: 'source-redirect',
    })
    expect(other.requests).toEqual([])
  })
})

describe('cut bodies', () => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n'
  const cuts = [
    { name: 'close-delimited', bytes: Buffer.from(`${head}\r\n${text.slice(0, -2)}`) },
    {
      name: 'close-delimited gzip',
      bytes: Buffer.concat([Buffer.from(`${head}content-encoding: gzip\r\n\r\n`), gzipSync(text).subarray(0, -4)]),
    },
    { name: 'content-length', bytes: Buffer.from(`${head}content-length: ${text.length + 1}\r\n\r\n${text}`) },
    {
      name: 'chunked',
      bytes: Buffer.from(`${head}transfer-encoding: chunked\r\n\r\n${text.length.toString(16)}\r\n${text}\r\n`),
    },
    { name: 'nothing at all', bytes: Buffer.from(`${head}\r\n`) },
    { name: 'gzip of nothing', bytes: Buffer.from(`${head}content-encoding: gzip\r\ncontent-length: 0\r\n\r\n`) },
  ]
  test.each(cuts)('$name is source-truncated', async ({ bytes }) => {
    const reading = await readRaw((socket) => socket.end(bytes))
    expect(await reading.fail(single)).toMatchObject({ code: 'source-truncated' })
  })

  test('gzip cut at any byte never passes', async () => {
    const packed = gzipSync(text)
    let length = 0
    const reading = await startReading((_seen, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.end(packed.subarray(0, length))
    })
    for (length = 0; length < packed.length; length += 7) {
      expect((await reading.fail(single)).code).toMatch(/^source-(?:truncated|malformed)$/)
    }
    length = packed.length
    expect(await reading.read(single)).toEqual(records)
  })

  test('JSON cut at any byte never passes', async () => {
    let length = 0
    const reading = await startReading((_seen, response) => void response.end(text.slice(0, length)))
    for (; length < text.length; length += 11) {
      expect(await reading.fail(single)).toMatchObject({ code: 'source-truncated' })
    }
  })

  test.each([
    { encoding: 'deflate', packed: deflateSync(text) },
    { encoding: 'br', packed: brotliCompressSync(text) },
    { encoding: 'gzip, gzip', packed: gzipSync(gzipSync(text)) },
    { encoding: 'zstd', packed: Buffer.from('x') },
  ])('$encoding, which nobody asked for, is source-malformed, whole or cut', async ({ encoding, packed }) => {
    const reading = await startReading((_seen, response) => {
      response.writeHead(200, { 'content-encoding': encoding })
      response.end(packed.subarray(0, -1))
    })
    expect(await reading.fail(single)).toMatchObject({ code: 'source-malformed' })
    expect(reading.upstream.to('/items')[0]?.headers['accept-encoding']).toBe('gzip')
  })

  test('what is packed otherwise and there at once, as a whole, does not end the process', async () => {
    const packed = brotliCompressSync(text)
    const head = `HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: ${packed.length}\r\n\r\n`
    const reading = await readRaw((socket) => socket.write(Buffer.concat([Buffer.from(head), packed])))
    const uncaught: unknown[] = []
    const note = (error: unknown): unknown => uncaught.push(error)
    const before = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException').on('uncaughtException', note)
    onTestFinished(() => {
      process.removeListener('uncaughtException', note)
      for (const listener of before) process.on('uncaughtException', listener)
    })
    expect(await reading.fail(single)).toMatchObject({ code: 'source-malformed' })
    await nextTurn()
    await nextTurn()
    expect(uncaught).toEqual([])
  })
})

describe('answers that are none', () => {
  test.each([
    { name: 'two lengths', bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n[]' },
    {
      name: 'a length and chunks',
      bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n',
    },
    { name: 'a status below 100', bytes: 'HTTP/1.1 099 Odd\r\nContent-Length: 2\r\n\r\n[]' },
    { name: 'another protocol', bytes: 'SSH-2.0-OpenSSH\r\n' },
  ])('$name is source-malformed', async ({ bytes }) => {
    const problem = await (await readRaw((socket) => socket.end(bytes))).fail(single)
    expect(problem).toMatchObject({ code: 'source-malformed' })
    expect(problem.message).toContain('does not answer in HTTP that can be read')
  })

  test('an empty answer is called empty', async () => {
    const reading = await startReading((_seen, response) => void response.writeHead(200).end())
    expect(await reading.fail(single)).toMatchObject({ code: 'source-truncated', message: 'The answer is empty.' })
  })

  test('a next link of another scheme is called no address', async () => {
    const reading = await startReading((_seen, response) =>
      sendJson(response, { items: [{ id: 1 }], next: 'javascript:alert(1)' }),
    )
    const problem = await reading.fail({ paging: { type: 'next-link', next: '/next' }, records: '/items' })
    expect(problem.message).toBe('The link to the next page is no address.')
  })
})

describe('too much', () => {
  test('a decompression bomb is stopped within 500 ms and 64 MB', async () => {
    const bomb = gzipSync(Buffer.alloc(64_000_000, 0x20))
    const packed = Buffer.concat(Array.from({ length: 8 }, () => bomb))
    const reading = await startReading((_seen, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.end(packed)
    })
    const tries: { tookMs: number; grewBytes: number }[] = []
    for (let round = 0; round < 3; round += 1) {
      const before = process.memoryUsage().arrayBuffers
      let most = before
      const sampler = setInterval(() => (most = Math.max(most, process.memoryUsage().arrayBuffers)), 1)
      const startMs = performance.now()
      expect(await reading.fail(single)).toMatchObject({ code: 'source-too-large' })
      tries.push({ tookMs: performance.now() - startMs, grewBytes: most - before })
      clearInterval(sampler)
    }
    // The best of three: other tests may hold the processor.
    expect(Math.min(...tries.map(({ tookMs }) => tookMs))).toBeLessThan(500)
    expect(Math.min(...tries.map(({ grewBytes }) => grewBytes))).toBeLessThan(64 * 1_048_576)
  })

  test('a body without end is stopped', async () => {
    const block = Buffer.alloc(1_048_576, 0x20)
    const reading = await startReading((_seen, response) => {
      const pour = (): void => {
        while (!response.destroyed && response.write(block));
        if (!response.destroyed) response.once('drain', pour)
      }
      pour()
    })
    expect(await reading.fail(single)).toMatchObject({ code: 'source-too-large' })
  })

  test('headers without end are source-malformed', async () => {
    const reading = await readRaw((socket) => socket.end(`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(200_000)}\r\n\r\n`))
    expect(await reading.fail(single)).toMatchObject({ code: 'source-malformed' })
  })

  test('an error answer without end is its status', async () => {
    const reading = await startReading((_seen, response) => {
      response.writeHead(400)
      response.end(Buffer.alloc(5_000_000, 0x20))
    })
    expect(await reading.fail(single)).toMatchObject({ code: 'source-rejected' })
  })
})

/** Answers with a body that comes a space a second. */
async function startDripping(status: number) {
  const reading = await startReading((_seen, response) => {
    response.writeHead(status, { 'content-length': 1_000 })
    const drip = (): void => {
      if (response.destroyed) return
      response.write(' ', () => void reading.clock.advance(1_000).then(() => setImmediate(drip)))
    }
    drip()
  })
  return reading
}

describe('too slow', () => {
  test('a body that drips is source-timeout once the whole takes too long', async () => {
    const reading = await startDripping(200)
    expect(await reading.fail(single)).toMatchObject({ code: 'source-timeout' })
    expect(reading.upstream.to('/items')).toHaveLength(4)
  })

  test('an error answer whose body drips is its status', async () => {
    const reading = await startDripping(403)
    expect(await reading.fail(single)).toMatchObject({ code: 'source-forbidden' })
    expect(reading.upstream.to('/items')).toHaveLength(1)
  })

  test('headers that drip are source-timeout as well', async () => {
    const reading = await readRaw((socket, { clock }) => {
      const drip = (): void => {
        if (socket.destroyed) return
        socket.write('a', () => void clock.advance(1_000).then(() => setImmediate(drip)))
      }
      socket.write('HTTP/1.1 200 OK\r\nx-slow: ')
      drip()
    })
    expect(await reading.fail(single)).toMatchObject({ code: 'source-timeout' })
  })
})

describe('JSON', () => {
  test.each([
    { name: 'depth 100,000', body: '['.repeat(100_000) + ']'.repeat(100_000) },
    { name: 'objects 100,000 deep', body: '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000) },
    { name: '1e400', body: '[{"a":1e400}]' },
    { name: '-1e400', body: '[{"a":-1e400}]' },
    { name: 'NaN', body: '[{"a":NaN}]' },
    { name: 'two values', body: '[{"a":1}][{"a":2}]' },
    { name: 'a byte order mark of another encoding', body: Buffer.from('\ufeff[]', 'utf16le') },
  ])('$name is source-malformed', async ({ body }) => {
    const reading = await startReading((_seen, response) => void response.end(body))
    expect(await reading.fail(single)).toMatchObject({ code: 'source-malformed' })
  })

  test('an answer in another encoding is said to be in one', async () => {
    const reading = await startReading(
      (_seen, response) => void response.end(Buffer.from('[{"id":"Müller"}]', 'latin1')),
    )
    expect(await reading.fail(single)).toMatchObject({ message: expect.stringContaining('UTF-8') as unknown })
  })

  test('12345678901234567890 stays what it is', async () => {
    const reading = await startReading(
      (_seen, response) => void response.end('[{"id":12345678901234567890,"n":-98765432109876543210}]'),
    )
    expect(await reading.read(single)).toEqual([{ id: '12345678901234567890', n: '-98765432109876543210' }])
  })

  test('members called __proto__ and constructor are members', async () => {
    const reading = await startReading(
      (_seen, response) => void response.end('[{"__proto__":{"x":1},"constructor":2,"toString":3}]'),
    )
    const [record] = await reading.read(single)
    expect(Object.entries(record ?? {})).toEqual([
      ['__proto__', { x: 1 }],
      ['constructor', 2],
      ['toString', 3],
    ])
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })
})

describe('secrets in what a source says', () => {
  const secret = 'q7!Xy/ü+"z\\ 9$(k)'
  const bytes = Buffer.from(secret)
  const writings = {
    plain: secret,
    'URL-encoded': encodeURIComponent(secret),
    'form-encoded': new URLSearchParams({ '': secret }).toString().slice(1),
    'JSON-escaped': JSON.stringify(secret).slice(1, -1),
    base64: bytes.toString('base64'),
    base64url: bytes.toString('base64url'),
    hex: bytes.toString('hex'),
    'hex in capitals': bytes.toString('hex').toUpperCase(),
    reversed: Array.from(secret).reverse().join(''),
  }

  test.each(Object.entries(writings))('%s is not repeated', async (_name, writing) => {
    const said = `Client sent ${writing} which is wrong.`
    expect(cleanDetail(said, [secret])).not.toContain(writing)
    const isPassed = { token: false }
    const reading = await startReading((_seen, response) => sendJson(response, { message: said }, { status: 400 }), {
      secret: () => Promise.resolve(new Secret(secret)),
      token: (_seen, response) =>
        isPassed.token
          ? sendJson(response, { access_token: 't', token_type: 'Bearer', expires_in: 599 })
          : sendJson(response, { error: 'invalid_scope', error_description: said }, { status: 400 }),
    })
    const first = await reading.fail(single)
    isPassed.token = true
    await reading.clock.advance(60_000)
    const second = await reading.fail(single)
    expect([first.code, second.code]).toEqual(['source-token-refused', 'source-rejected'])
    expect([first.message, second.message, ...reading.logged].join('\n')).not.toContain(writing)
  })

  test('one as long as any that is taken is not repeated either, wherever it stands', async () => {
    const long = `${'aB3!'.repeat(4_095)}end!`
    const said = `İ ${long.toUpperCase()} and ${long}`
    expect(cleanDetail(said, [long])).toBe('İ [secret] and [secret]')
    expect(cleanDetail(`${' '.repeat(19_990)}${secret}`, [secret])).toBe('[secret]')
    const reading = await startReading((_seen, response) => sendJson(response, { message: 'No.' }, { status: 400 }), {
      token: (_seen, response) => sendJson(response, { access_token: 'x'.repeat(16_384), token_type: 'Bearer' }),
    })
    expect(await reading.fail(single)).toMatchObject({ code: 'source-rejected' })
  })

  test('a token that cannot be sent as a header is in no message', async () => {
    const token = 'abc\u0007def-very-secret'
    const reading = await startReading(well, {
      token: (_seen, response) => sendJson(response, { access_token: token, token_type: 'Bearer', expires_in: 599 }),
    })
    const problem = await reading.fail(single)
    expect([problem.message, String(problem.stack), ...reading.logged].join('\n')).not.toContain('very-secret')
  })

  test('JSON that cannot be read is not quoted', async () => {
    const reading = await startReading(well, { token: (_seen, response) => void response.end(`{"x":${clientSecret}`) })
    const problem = await reading.fail(single)
    expect([problem.message, String(problem.stack), ...reading.logged].join('\n')).not.toContain('s3cr3t')
  })
})

describe('budgets', () => {
  const paths = (name: string) => ({ ...single, request: { path: `/${name}` } })

  test('the source as a whole has a limit besides each endpoint', async () => {
    const reading = await startReading(well, { source: { limits: { perSecond: 10, total: { perSecond: 2 } } } })
    await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => reading.read(paths(name))))
    expect(reading.clock.monotonicMs()).toBeGreaterThanOrEqual(2_000)
  })

  test('a proof that needs another nonce takes a place in them as any other request', async () => {
    const atMs = { token: [] as number[], api: [] as number[] }
    const wantsNonce = (seen: Parameters<Respond>[0], nonce: string): boolean =>
      decodeJwt(String(seen.headers['dpop']))['nonce'] !== nonce
    const reading = await startReading(
      (seen, response) => {
        atMs.api.push(reading.clock.monotonicMs())
        const headers = { 'dpop-nonce': 'a', 'www-authenticate': 'DPoP error="use_dpop_nonce"' }
        if (wantsNonce(seen, 'a')) sendJson(response, {}, { status: 401, headers })
        else sendJson(response, records)
      },
      {
        auth: { dpop: true, tokenBudget: { perMinute: 1, perHour: 24 } },
        source: { limits: { perSecond: 1 } },
        token: (seen, response) => {
          atMs.token.push(reading.clock.monotonicMs())
          const headers = { 'dpop-nonce': 't' }
          if (wantsNonce(seen, 't')) sendJson(response, { error: 'use_dpop_nonce' }, { status: 400, headers })
          else sendJson(response, { access_token: 'bound', token_type: 'DPoP', expires_in: 50 })
        },
      },
    )
    expect(await reading.read(single)).toEqual(records)
    const [first = 0, second = 0, ...more] = atMs.token
    expect(second - first).toBeGreaterThanOrEqual(60_000)
    // The token's life began with the request that brought it.
    expect(more).toEqual([])
    expect(atMs.api).toHaveLength(2)
    expect((atMs.api[1] ?? 0) - (atMs.api[0] ?? 0)).toBeGreaterThanOrEqual(1_000)
  })

  test('without one, endpoints do not wait for each other', async () => {
    const reading = await startReading(well, { source: { limits: { perSecond: 1 } } })
    await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => reading.read(paths(name))))
    expect(reading.clock.monotonicMs()).toBe(0)
  })
})

test('a connection that is kept open is used again, and one that the source closed does no harm', async () => {
  const ports = new Set<number | undefined>()
  let calls = 0
  const reading = await startReading((seen, response, request) => {
    ports.add(request.socket.remotePort)
    calls += 1
    if (calls === 3) response.setHeader('connection', 'close')
    return well(seen, response, request)
  })
  for (let round = 0; round < 6; round += 1) expect(await reading.read(single)).toEqual(records)
  expect(ports.size).toBeLessThan(6)
})
