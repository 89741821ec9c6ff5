import { lookup } from 'node:dns'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { AddressGuard, type LookupAll } from '../../../broker/network/address-guard.ts'
import { HttpCaller } from '../../../broker/source/http-caller.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { problemOf, startReading, thisMachineOnly } from '../source/support/reading.ts'
import { sendJson, Upstream } from '../source/support/upstream.ts'

const single = { paging: { type: 'none' } } as const
const strict = new AddressGuard({ allowed: [], mayNameThisMachine: false, lookup })
const never = new AbortController().signal

/** A resolver that gives each name the next of its addresses, the last one for ever. */
function resolver(addresses: readonly string[]): LookupAll & { readonly asked: string[] } {
  const asked: string[] = []
  const resolve: LookupAll = (name, _options, callback) => {
    const address = addresses[Math.min(asked.length, addresses.length - 1)] ?? ''
    asked.push(name)
    callback(null, [{ address, family: address.includes(':') ? 6 : 4 }])
  }
  return Object.assign(resolve, { asked })
}

function callerWith(addresses: AddressGuard): HttpCaller {
  const http = new HttpCaller({ clock: new ManualClock(), timeoutMs: 5_000, addresses })
  onTestFinished(() => http.stop())
  return http
}

const get = (url: string) => ({ method: 'GET', url: new URL(url), headers: {}, maxBytes: 1_000 }) as const

/** A port on 127.0.0.1 that counts connections, and bytes that come over them. */
async function startTrap() {
  const seen = { connections: 0, bytes: 0 }
  const server = createServer((socket) => {
    seen.connections += 1
    socket.on('data', (data) => (seen.bytes += data.length)).on('error', () => undefined)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { port: (server.address() as AddressInfo).port, seen }
}

describe('addresses in URLs', () => {
  test.each([
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '127.0.0.1',
    '127.8.8.8',
    '0.0.0.0',
    '100.64.0.1',
    '169.254.169.254',
    '168.63.129.16',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '2130706433',
    '0x7f.1',
    '0251.0376.0251.0376',
    '[::1]',
    '[::]',
    '[fd00:ec2::254]',
    '[fe80::1]',
    '[ff02::1]',
    '[::ffff:169.254.169.254]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::a9fe:a9fe]',
    '[2002:7f00:1::]',
    '[2001:db8::1]',
    '[2001:0:1::1]',
  ])('%s is refused without a connection', async (host) => {
    expect(await problemOf(callerWith(strict).send(get(`https://${host}/`), never))).toMatchObject({
      code: 'source-address',
      retryable: false,
    })
  })

  test.each([
    '93.184.216.34',
    '2606:2800:220:1::1',
    '172.32.0.1',
    '100.128.0.1',
    '168.63.129.17',
    '::ffff:93.184.216.34',
  ])('%s is public', (address) => {
    expect(() => strict.checkAddress('example.com', address)).not.toThrow()
  })

  test('a socket whose address nobody knows is refused', () => {
    expect(() => strict.checkAddress('example.com', undefined)).toThrow('not public')
  })
})

describe('this machine', () => {
  test.each(['localhost', '127.0.0.1', '[::1]'])(
    '%s may be named where the broker serves this machine only',
    (host) => {
      expect(() => thisMachineOnly.checkAddress(host, host === '[::1]' ? '::1' : '127.0.0.1')).not.toThrow()
      expect(() => strict.checkAddress(host, host === '[::1]' ? '::1' : '127.0.0.1')).toThrow(
        'SHEETBROKER_ALLOW_ADDRESSES',
      )
    },
  )

  test.each([
    ['api.example.com', '127.0.0.1'],
    ['127.0.0.2', '127.0.0.2'],
    ['localhost', '10.0.0.1'],
    ['localhost.', '127.0.0.1'],
  ])('%s at %s is refused even there', (host, address) => {
    expect(() => thisMachineOnly.checkAddress(host, address)).toThrow('not public')
  })

  test('a listed range is allowed, under any name', async () => {
    const upstream = await Upstream.start((_seen, response) => sendJson(response, []))
    onTestFinished(() => upstream.stop())
    const addresses = new AddressGuard({
      allowed: ['127.0.0.0/8'],
      mayNameThisMachine: false,
      lookup: resolver(['127.0.0.1']),
    })
    const { port } = new URL(upstream.origin)
    expect(await callerWith(addresses).send(get(`http://api.example.com:${port}/`), never)).toMatchObject({
      status: 200,
    })
  })
})

describe('names', () => {
  test('a name that is rebound after it was checked leads nowhere', async () => {
    const trap = await startTrap()
    const rebinding = resolver(['93.184.216.34', '127.0.0.1'])
    rebinding('vendor.example', { all: true }, () => undefined) // Whoever validates first sees the public address.
    const addresses = new AddressGuard({ allowed: [], mayNameThisMachine: true, lookup: rebinding })
    const problem = await problemOf(callerWith(addresses).send(get(`http://vendor.example:${trap.port}/`), never))
    expect(problem).toMatchObject({ code: 'source-address' })
    expect(problem.message).not.toContain('127.0.0.1')
    expect(rebinding.asked).toHaveLength(2)
    expect(trap.seen.connections).toBe(0)
  })

  test('of several addresses only the allowed ones are used', () => {
    const mixed: LookupAll = (_name, _options, callback) =>
      callback(null, [
        { address: '10.0.0.1', family: 4 },
        { address: '93.184.216.34', family: 4 },
        { address: '::1', family: 6 },
      ])
    const found: unknown[] = []
    const guard = new AddressGuard({ allowed: [], mayNameThisMachine: true, lookup: mixed })
    guard.lookupFor('vendor.example')('vendor.example', { all: true }, (_error, addresses) => found.push(addresses))
    guard.lookupFor('vendor.example')('vendor.example', {}, (_error, address) => found.push(address))
    expect(found).toEqual([[{ address: '93.184.216.34', family: 4 }], '93.184.216.34'])
  })

  test('a connection that ends at another address than the one looked up carries no byte', async () => {
    const trap = await startTrap()
    // A lookup that the guard takes for public, while the connection is made to this machine.
    class Fooled extends AddressGuard {
      override lookupFor() {
        return ((_name, options, callback) =>
          options.all === true
            ? callback(null, [{ address: '127.0.0.1', family: 4 }])
            : callback(null, '127.0.0.1', 4)) satisfies ReturnType<AddressGuard['lookupFor']>
      }
    }
    const addresses = new Fooled({ allowed: [], mayNameThisMachine: true, lookup })
    const problem = await problemOf(callerWith(addresses).send(get(`http://vendor.example:${trap.port}/`), never))
    expect(problem).toMatchObject({ code: 'source-address' })
    expect(trap.seen).toEqual({ connections: 1, bytes: 0 })
  })
})

test('neither token endpoint nor API of a blocked source is asked, and it is not tried again', async () => {
  const reading = await startReading((_seen, response) => sendJson(response, []), { addresses: strict })
  expect(await reading.fail(single)).toMatchObject({ code: 'source-address' })
  expect(reading.upstream.requests).toEqual([])
})
