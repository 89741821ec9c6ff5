import { lookup } from 'node:dns'
import { once } from 'node:events'
import { createServer as createPlainServer, type RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { generate } from 'selfsigned'
import { describe, expect, onTestFinished, test } from 'vitest'
import { IssuerHttp } from '../../../../broker/identity/sign-in/issuer-http.ts'
import { AddressGuard } from '../../../../broker/network/address-guard.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

const answer: RequestListener = (_request, response) => response.end('{"issuer":"https://localhost"}')

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

function createHttp(parts: { readonly clock?: ManualClock; readonly certificate?: string; readonly isHere?: boolean }) {
  return new IssuerHttp({
    addresses: new AddressGuard({ allowed: [], mayNameThisMachine: parts.isHere ?? true, lookup }),
    clock: parts.clock ?? new ManualClock(),
    certificateAuthority: parts.certificate,
  })
}

describe('requests to an identity provider', () => {
  test('trust a certificate of the company’s own where the settings have it, and else no such', async () => {
    const extensions = [{ name: 'subjectAltName' as const, altNames: [{ type: 2 as const, value: 'localhost' }] }]
    const made = await generate([{ name: 'commonName', value: 'localhost' }], { algorithm: 'sha256', extensions })
    const port = await listen(createServer({ key: made.private, cert: made.cert }, answer))
    const url = new URL(`https://localhost:${port}/`)
    expect(await createHttp({ certificate: made.cert }).getJson(url)).toEqual({ issuer: 'https://localhost' })
    await expect(createHttp({}).getJson(url)).rejects.toMatchObject({ code: 'issuer-unreachable' })
  })

  test('end after five seconds', async () => {
    const clock = new ManualClock()
    const port = await listen(
      createPlainServer((_request, response) => {
        response.write('{')
      }),
    )
    const read = createHttp({ clock }).getJson(new URL(`http://127.0.0.1:${port}/`))
    const { elapsedMs } = await clock.drive(read.catch(() => undefined))
    expect(elapsedMs).toBe(5_000)
    await expect(read).rejects.toMatchObject({ code: 'issuer-unreachable' })
  })

  test('go to no private address that the deployment does not allow', async () => {
    let asked = 0
    const port = await listen(
      createPlainServer((_request, response) => {
        asked += 1
        response.end('{}')
      }),
    )
    const http = createHttp({ isHere: false })
    for (const host of ['127.0.0.1', 'localhost'])
      await expect(http.getJson(new URL(`http://${host}:${port}/`))).rejects.toMatchObject({
        code: 'issuer-unreachable',
        cause: expect.objectContaining({ code: 'source-address' }) as unknown,
      })
    expect(asked).toBe(0)
  })
})
