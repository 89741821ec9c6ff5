import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { generate } from 'selfsigned'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { clientSecret, deadlineMs, grantTokens, parseDataset, startReading, tokenPath } from './support/reading.ts'
import { sendJson, Upstream, type Respond } from './support/upstream.ts'

const single = { paging: { type: 'none' } } as const
const records = [{ id: 1 }, { id: 2 }]
const text = JSON.stringify(records)

/** Answers as `first` for the first `times` calls, and well afterwards. */
function troubled(first: Respond, times = 1): Respond {
  let calls = 0
  return (seen, response, request) => {
    calls += 1
    if (calls > times) {
      sendJson(response, records)
      return
    }
    return first(seen, response, request)
  }
}

describe('token in requests', () => {
  test('a 401 leads to one new token and one more try', async () => {
    const reading = await startReading(troubled((_seen, response) => sendJson(response, {}, { status: 401 })))
    expect(await reading.read(single)).toEqual(records)
    expect(reading.upstream.to('/items').map((seen) => seen.headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ])
  })

  test('a second 401 in a row fails', async () => {
    const reading = await startReading((_seen, response) => sendJson(response, {}, { status: 401 }))
    expect(await reading.fail(single)).toMatchObject({ code: 'source-unauthorized' })
    expect(reading.upstream.to('/items')).toHaveLength(2)
  })

  test('a storm of 401 costs two token calls', async () => {
    const reading = await startReading((_seen, response) => sendJson(response, {}, { status: 401 }))
    const failures = await Promise.all(Array.from({ length: 300 }, () => reading.fail(single)))
    expect(new Set(failures.map((failure) => failure.code))).toEqual(new Set(['source-unauthorized']))
    for (let round = 0; round < 10; round += 1) {
      expect(await reading.fail(single)).toMatchObject({ code: 'source-unauthorized' })
    }
    expect(reading.reader.tokenCalls).toBe(2)
  })

  test('a token that was withdrawn is renewed for a dataset that had not used it yet, too', async () => {
    let isWithdrawn = false
    const reading = await startReading((seen, response) => {
      const isRefused = isWithdrawn && seen.headers.authorization !== 'Bearer token-3'
      sendJson(response, isRefused ? {} : records, {
        status: isRefused || seen.headers.authorization === 'Bearer token-1' ? 401 : 200,
      })
    })
    expect(await reading.read(single)).toEqual(records)
    await reading.clock.advance(36_000)
    isWithdrawn = true
    expect(await reading.read({ ...single, request: { path: '/others' } })).toEqual(records)
    expect(reading.reader.tokenCalls).toBe(3)
  })

  test('a token that had worked is renewed again after 401, 30 seconds apart', async () => {
    let calls = 0
    const reading = await startReading((_seen, response) => {
      calls += 1
      sendJson(response, records, { status: calls % 2 === 0 ? 401 : 200 })
    })
    for (let round = 0; round < 4; round += 1) expect(await reading.read(single)).toEqual(records)
    expect(reading.reader.tokenCalls).toBe(4)
    expect(reading.clock.monotonicMs()).toBe(60_000)
  })
})

describe('answers that may pass', () => {
  test.each<{ name: string; respond: Respond }>([
    { name: 'status 408', respond: (_seen, response) => sendJson(response, {}, { status: 408 }) },
    { name: 'status 500', respond: (_seen, response) => sendJson(response, {}, { status: 500 }) },
    { name: 'status 503', respond: (_seen, response) => sendJson(response, {}, { status: 503 }) },
    { name: 'a reset connection', respond: (_seen, response) => void response.socket?.resetAndDestroy() },
    {
      name: 'a body shorter than its content-length',
      respond: (_seen, response) => {
        response.writeHead(200, { 'content-length': text.length + 10 })
        response.write(text, () => response.socket?.destroy())
      },
    },
    {
      name: 'a chunked body without its end',
      respond: (_seen, response) => {
        response.write(text, () => response.socket?.destroy())
      },
    },
    {
      name: 'a body that ends with its connection in the middle',
      respond: (_seen, response) => {
        response.socket?.end(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n${text.slice(0, 9)}`)
      },
    },
    {
      name: 'truncated gzip, its framing whole',
      respond: (_seen, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' })
        response.end(gzipSync(text).subarray(0, -9))
      },
    },
    {
      name: 'an empty body',
      respond: (_seen, response) => {
        response.writeHead(200)
        response.end()
      },
    },
  ])('$name is tried again', async ({ respond }) => {
    const reading = await startReading(troubled(respond))
    expect(await reading.read(single)).toEqual(records)
    expect(reading.upstream.to('/items')).toHaveLength(2)
  })

  test.each([
    { name: 'a body always cut', code: 'source-truncated', status: 200, cut: 3 },
    { name: 'status 502', code: 'source-failed', status: 502, cut: 0 },
  ])('$name fails after four tries', async ({ code, status, cut }) => {
    const reading = await startReading((_seen, response) => {
      response.writeHead(status)
      response.end(text.slice(0, text.length - cut))
    })
    expect(await reading.fail(single)).toMatchObject({ code })
    expect(reading.upstream.to('/items')).toHaveLength(4)
  })

  test('a request takes no longer than its deadline, header to last byte', async () => {
    const reading = await startReading(
      troubled((_seen, response) => {
        response.writeHead(200)
        response.write('[', () => void reading.clock.advance(deadlineMs))
      }),
    )
    expect(await reading.read(single)).toEqual(records)
    expect(reading.logged.join()).toContain('source-timeout')
  })

  test('a source that never answers in time is source-timeout', async () => {
    const reading = await startReading(() => reading.clock.advance(deadlineMs))
    expect(await reading.fail(single)).toMatchObject({ code: 'source-timeout' })
    expect(reading.upstream.to('/items')).toHaveLength(4)
  })

  test.each([
    { name: 'refuses connections', origin: 'http://127.0.0.1:1', says: 'refuses connections' },
    { name: 'has a name that nobody knows', origin: 'https://nowhere.invalid', says: '(DNS)' },
  ])('a source that $name is source-unreachable', async ({ origin, says }) => {
    const reading = await startReading((_seen, response) => sendJson(response, records), {
      source: { baseUrl: origin },
    })
    const problem = await reading.fail(single)
    expect(problem).toMatchObject({ code: 'source-unreachable' })
    expect(problem.message).toContain(says)
  })

  test('a certificate that nobody vouches for is refused, whatever the environment says', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }])
    const server = createServer({ key, cert }, (_request, response) => response.end(text)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    onTestFinished(() => {
      vi.unstubAllEnvs()
      server.close()
    })
    const baseUrl = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    const reading = await startReading((_seen, response) => sendJson(response, records), { source: { baseUrl } })
    const problem = await reading.fail(single)
    expect(problem).toMatchObject({ code: 'source-unreachable' })
    expect(problem.message).toContain('certificate')
  })

  test.each([
    { name: 'seconds', status: 429, header: () => '7', waitMs: 7_000 },
    { name: 'a date', status: 503, header: () => new Date(Date.now() + 60_000).toUTCString(), waitMs: 61_000 },
    { name: 'nothing', status: 429, header: () => undefined, waitMs: 500 },
  ])('a limit with $name in Retry-After is waited out', async ({ status, header, waitMs }) => {
    const reading = await startReading(
      troubled((_seen, response) => {
        const value = header()
        sendJson(response, {}, { status, headers: value === undefined ? {} : { 'retry-after': value } })
      }),
    )
    expect(await reading.read(single)).toEqual(records)
    expect(Math.abs(reading.clock.monotonicMs() - waitMs)).toBeLessThanOrEqual(1_000)
  })

  test('a limit that does not end within ten minutes fails', async () => {
    const reading = await startReading((_seen, response) =>
      sendJson(response, {}, { status: 429, headers: { 'retry-after': '250' } }),
    )
    expect(await reading.fail(single)).toMatchObject({ code: 'source-limited', retryAfterMs: 250_000 })
    expect(reading.upstream.to('/items')).toHaveLength(3)
  })

  test.each([429, 500, 502, 503])('%i with a wait of years fails at once', async (status) => {
    const reading = await startReading((_seen, response) =>
      sendJson(response, {}, { status, headers: { 'retry-after': '999999999' } }),
    )
    await reading.fail(single)
    expect(reading.clock.monotonicMs()).toBe(0)
  })

  test('an abort ends a wait at once', async () => {
    const reading = await startReading((_seen, response) =>
      sendJson(response, {}, { status: 429, headers: { 'retry-after': '250' } }),
    )
    const abort = new AbortController()
    const work = reading.reader.read(parseDataset(single), abort.signal).next()
    expect(await reading.clock.untilWaiting(deadlineMs)).toBe(250_000)
    abort.abort(new Error('cancelled'))
    await expect(work).rejects.toThrow('cancelled')
    expect(reading.clock.waiting).toEqual([])
  })
})

describe('answers that do not pass', () => {
  test.each([
    { status: 400, code: 'source-rejected' },
    { status: 403, code: 'source-forbidden' },
    { status: 404, code: 'source-rejected' },
    { status: 206, code: 'source-malformed' },
  ])('$status is $code, without a second try', async ({ status, code }) => {
    const reading = await startReading((_seen, response) =>
      sendJson(response, { Message: 'No such parameter: fro-date' }, { status }),
    )
    const problem = await reading.fail(single)
    expect(problem).toMatchObject({ code })
    if (status >= 400) expect(problem.message).toContain('No such parameter: fro-date')
    expect(reading.upstream.to('/items')).toHaveLength(1)
  })

  test('no redirect is followed, with the secret or without', async () => {
    const other = await Upstream.start((_seen, response) => sendJson(response, records))
    const redirect: Respond = (_seen, response) =>
      sendJson(response, {}, { status: 307, headers: { location: `${other.origin}/token` } })
    const asApi = await startReading(redirect)
    const asToken = await startReading((_seen, response) => sendJson(response, records), { token: redirect })
    expect(await asApi.fail(single)).toMatchObject({ code: 'source-redirect' })
    expect(await asToken.fail(single)).toMatchObject({ code: 'source-redirect' })
    expect(other.requests).toEqual([])
    await other.stop()
  })

  test.each([
    { name: 'HTML', body: '<html>Sign in</html>', says: 'text/html' },
    { name: 'a number beyond a double', body: '[{"a":1e400}]', says: 'too large' },
    { name: 'nesting without end', body: '['.repeat(5_000) + ']'.repeat(5_000), says: '100 levels' },
    { name: 'bytes that are no UTF-8', body: Buffer.from('[{"a":"\xff"}]', 'latin1'), says: 'not in UTF-8' },
  ])('$name is source-malformed', async ({ body, says }) => {
    const reading = await startReading((_seen, response) => {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      response.end(body)
    })
    const problem = await reading.fail(single)
    expect(problem).toMatchObject({ code: 'source-malformed' })
    expect(problem.message).toContain(says)
  })

  test('a decompression bomb is stopped at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(300_000_000, 0x20))
    const reading = await startReading((_seen, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.end(bomb)
    })
    const before = process.memoryUsage().arrayBuffers
    expect(await reading.fail(single)).toMatchObject({ code: 'source-too-large' })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000_000)
    expect(reading.upstream.to('/items')).toHaveLength(1)
  })
})

describe('secrets', () => {
  const echoes = (seen: { headers: { authorization?: string | undefined }; body: string }): string =>
    `${seen.headers.authorization ?? ''} | ${seen.body} | ${clientSecret} | ${Buffer.from(clientSecret).toString('base64')}`

  test.each(['client_secret_post', 'client_secret_basic'] as const)(
    'a server that repeats what it got puts nothing of it into messages or the log (%s)',
    async (method) => {
      let isTokenGood = false
      const reading = await startReading(
        (seen, response) => sendJson(response, { detail: echoes(seen) }, { status: 400 }),
        {
          auth: { method },
          token: (seen, response, request) => {
            if (isTokenGood) return grantTokens(599)(seen, response, request)
            const error = { error: 'invalid_scope', error_description: echoes(seen) }
            sendJson(response, error, { status: 400 })
          },
        },
      )
      const problems = [await reading.fail(single)]
      isTokenGood = true
      await reading.clock.advance(60_000)
      problems.push(await reading.fail(single))
      expect(problems.map((problem) => problem.code)).toEqual(['source-token-refused', 'source-rejected'])
      const seen = [
        ...problems.map((problem) => `${problem.message} ${String(problem.stack)}`),
        ...reading.logged,
      ].join()
      const basic = reading.upstream.to(tokenPath)[0]?.headers.authorization?.split(' ')[1]
      for (const secret of [clientSecret, 's3cr3t', 'czNjcjN0', 'token-1', basic].filter(
        (value) => value !== undefined,
      )) {
        expect(seen).not.toContain(secret)
      }
    },
  )
})
