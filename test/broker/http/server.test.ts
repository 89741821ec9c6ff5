import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { generate } from 'selfsigned'
import { Agent, request } from 'undici'
import { expect, test } from 'vitest'
import { WebServer } from '../../../broker/http/server.ts'
import { silentLog } from '../../../broker/kernel/log.ts'
import { systemClock } from '../../../broker/kernel/system.ts'
import { BrokerInTest } from './broker-in-test.ts'

test('stopping ends event streams, finishes what is in flight and closes the rest', async () => {
  const broker = await BrokerInTest.start()
  try {
    const device = await broker.signedIn()
    await broker.beat()
    const pull = await device.call('POST', '/api/v1/datasets/people/pulls')
    const path = `/api/v1/pulls/${String(pull.body['id'])}/events`
    const headers = { authorization: `DPoP ${device.credential!}`, dpop: await device.prove('GET', path) }
    const stream = await request(broker.url + path, { headers })

    const silent = connect(Number(new URL(broker.url).port), '127.0.0.1')
    const inFlight = connect(Number(new URL(broker.url).port), '127.0.0.1')
    const proof = await device.prove('POST', '/api/v1/sessions', { claims: { ath: undefined } })
    inFlight.write(
      `POST /api/v1/sessions HTTP/1.1\r\nHost: ${new URL(broker.url).host}\r\nDPoP: ${proof}\r\n` +
        'Content-Type: application/json\r\nContent-Length: 30\r\nExpect: 100-continue\r\n\r\n',
    )
    const [first] = (await once(inFlight, 'data')) as [Buffer]
    expect(first.toString()).toBe('HTTP/1.1 100 Continue\r\n\r\n')

    const stopped = broker.stopServer()
    expect(await text(silent)).toBe('')
    await expect(request(`${broker.url}/readyz`)).rejects.toThrow()
    inFlight.write('{"invitation":"x","device":"y"')
    expect(await text(inFlight)).toMatch(/^HTTP\/1.1 400 [^]*"code":"request-invalid"/)
    expect(await text(stream.body)).toMatch(/^event: pull\n/)
    await stopped
  } finally {
    await broker.stop()
  }
})

test('readiness says 503 as soon as the app drains', async () => {
  const broker = await BrokerInTest.start()
  try {
    const device = await broker.signedIn()
    broker.app.drain()
    const ready = await request(`${broker.url}/readyz`)
    expect([ready.statusCode, await ready.body.json()]).toEqual([503, { status: 'stopping' }])
    expect(ready.headers['connection']).toBe('close')
    expect((await device.get('/api/v1/me')).status).toBe(200)
  } finally {
    await broker.stop()
  }
})

test('speaks TLS with the certificate it is given', async () => {
  const pems = await generate([{ name: 'commonName', value: 'localhost' }])
  const server = new WebServer({
    settings: {
      host: '127.0.0.1',
      port: 0,
      tls: { cert: Buffer.from(pems.cert), key: Buffer.from(pems.private) },
    },
    createApp: (port) => ({
      handler: (_request, response) => response.end(`${port}`),
      drain: () => undefined,
    }),
    clock: systemClock,
    log: silentLog,
  })
  const port = await server.start()
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } })
  try {
    const answer = await request(`https://127.0.0.1:${port}/`, { dispatcher })
    expect(await answer.body.text()).toBe(`${port}`)
  } finally {
    await dispatcher.close()
    await server.stop()
  }
})

test('says when the port is taken', async () => {
  const broker = await BrokerInTest.start()
  try {
    const port = Number(new URL(broker.url).port)
    const second = new WebServer({
      settings: { host: '127.0.0.1', port },
      createApp: () => broker.app,
      clock: systemClock,
      log: silentLog,
    })
    await expect(second.start()).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining('another program') as string,
    })
  } finally {
    await broker.stop()
  }
})
