import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createTlsServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { generate } from 'selfsigned'
import { describe, expect, onTestFinished, test } from 'vitest'
import { checkHost } from '../../../broker/setup/check-host.ts'
import type { Finding } from '../../../broker/setup/finding.ts'
import { AddressGuard, type LookupAll } from '../../../broker/network/address-guard.ts'
import { thisMachineOnly } from '../source/support/reading.ts'

const dayMs = 86_400_000
const now = new Date()

interface CertificateOptions {
  readonly names?: readonly string[]
  readonly fromDays?: number
  readonly untilDays?: number
}

async function makeCertificate({ names = ['localhost'], fromDays = -10, untilDays = 90 }: CertificateOptions) {
  return generate([{ name: 'commonName', value: names[0] ?? '' }], {
    algorithm: 'sha256',
    notBeforeDate: new Date(now.getTime() + fromDays * dayMs),
    notAfterDate: new Date(now.getTime() + untilDays * dayMs),
    extensions: [{ name: 'subjectAltName', altNames: names.map((value) => ({ type: 2 as const, value })) }],
  })
}

async function listen(server: Server | ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return (server.address() as AddressInfo).port
}

function look(url: string, more: { certificateAuthority?: string; addresses?: AddressGuard } = {}): Promise<Finding[]> {
  return checkHost(new URL(url), {
    addresses: thisMachineOnly,
    certificateAuthority: undefined,
    nowMs: now.getTime(),
    timeoutMs: 2_000,
    ...more,
  })
}

function guardWith(lookup: LookupAll): AddressGuard {
  return new AddressGuard({ allowed: [], mayNameThisMachine: false, lookup })
}

describe('the name', () => {
  test.each([
    { code: 'ENOTFOUND', says: /cannot be looked up \(DNS, ENOTFOUND\)\. Is it spelt right/ },
    { code: 'EAI_AGAIN', says: /The DNS server of this machine does not answer/ },
  ])('$code', async ({ code, says }) => {
    const addresses = guardWith((_name, _options, callback) => callback(Object.assign(new Error('x'), { code }), []))
    const [finding] = await look('https://api.example.com', { addresses })
    expect(finding).toEqual({ isGood: false, text: expect.stringMatching(says) as string })
  })

  test('that leads to a private address is told with the setting that allows it, and without the address', async () => {
    const addresses = guardWith((_name, _options, callback) => callback(null, [{ address: '10.1.2.3', family: 4 }]))
    const [finding] = await look('https://crm.example.com', { addresses })
    expect(finding?.text).toMatch(/SHEETBROKER_ALLOW_ADDRESSES/)
    expect(finding?.text).not.toContain('10.1.2.3')
  })

  test('a metadata address in the URL itself is refused', async () => {
    expect(await look('http://169.254.169.254')).toMatchObject([{ isGood: false }])
  })
})

describe('the connection', () => {
  test('a closed port', async () => {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    expect(await look(`https://localhost:${port}`)).toEqual([
      { isGood: false, text: expect.stringMatching(/refuses connections: nothing listens on port/) as string },
    ])
  })

  test('plain HTTP where TLS should be', async () => {
    const port = await listen(createServer())
    const [finding] = await look(`https://localhost:${port}`)
    expect(finding).toMatchObject({ isGood: false })
    expect(finding?.text).toMatch(/no TLS comes about.*Is it https on this port/)
  })
})

describe('the certificate', () => {
  async function serve(options: CertificateOptions): Promise<{ port: number; cert: string }> {
    const { private: key, cert } = await makeCertificate(options)
    return { port: await listen(createTlsServer({ key, cert })), cert }
  }

  test('of an unknown authority', async () => {
    const { port } = await serve({})
    const [finding] = await look(`https://localhost:${port}`)
    expect(finding).toMatchObject({ isGood: false })
    expect(finding?.text).toMatch(/authority that this machine does not know.*certificateAuthority/)
  })

  test('of an authority that the definition names is good, until a day that is told', async () => {
    const { port, cert } = await serve({})
    const [finding] = await look(`https://localhost:${port}`, { certificateAuthority: cert })
    expect(finding?.text).toMatch(/good until \d{4}-\d\d-\d\d\.$/)
    expect(finding?.isGood).toBe(true)
  })

  test('that ends soon is good, with a warning', async () => {
    const { port, cert } = await serve({ untilDays: 5 })
    const [finding] = await look(`https://localhost:${port}`, { certificateAuthority: cert })
    expect(finding).toMatchObject({ isGood: true })
    expect(finding?.text).toMatch(/in [45] days/)
  })

  test.each([
    { name: 'that has ended', options: { fromDays: -30, untilDays: -2 }, says: /ended on \d{4}-\d\d-\d\d.*must renew/ },
    { name: 'for later', options: { fromDays: 3, untilDays: 30 }, says: /good only from .* clock of this machine/ },
    { name: 'for other names', options: { names: ['other.example'] }, says: /for other names \(other\.example\)/ },
  ])('$name', async ({ options, says }) => {
    const { port, cert } = await serve(options)
    const [finding] = await look(`https://localhost:${port}`, { certificateAuthority: cert })
    expect(finding).toMatchObject({ isGood: false })
    expect(finding?.text).toMatch(says)
  })
})
