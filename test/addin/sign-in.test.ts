import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SignInMethodBody } from '../../broker/http/contract.ts'
import { SignInFailure, type SignInFault } from '../../addin/sign-in-failure.ts'
import { SignIn, type ProviderMethod, type SignInHost } from '../../addin/sign-in.ts'
import { describeNextWay, explainSignIn } from '../../addin/sign-in-words.ts'
import { BrokerClient } from '../../client/broker-client.ts'
import { createMemoryStorage } from '../../client/session-storage.ts'
import { problem, sendJson, startTinyBroker, type TinyBroker } from '../client/tiny-broker.ts'
import { ManualClock } from '../support/manual-clock.ts'

const shared = { issuer: 'entra', label: 'Microsoft' }
const nested: SignInMethodBody = { kind: 'nested-app', ...shared, clientId: 'c', authority: 'a', scopes: ['s'] }
const office: SignInMethodBody = { kind: 'office-token', ...shared }
const dialog: SignInMethodBody = { kind: 'dialog', ...shared, url: 'https://broker/addin/sign-in.html?issuer=entra' }
const other: SignInMethodBody = {
  kind: 'dialog',
  issuer: 'company',
  label: 'Company',
  url: 'https://broker/x?issuer=c',
}
const all = [nested, office, dialog, other, { kind: 'invitation' } as const]

/** Excel as a test wants it: what it can do, and how each way ends. */
class FakeHost implements SignInHost {
  kinds: ProviderMethod['kind'][] = ['nested-app', 'office-token', 'dialog']
  faults: Partial<Record<string, SignInFault>> = {}
  readonly asked: string[] = []

  can(kind: ProviderMethod['kind']): boolean {
    return this.kinds.includes(kind)
  }
  nestedToken(method: { readonly issuer: string }, isInteractive: boolean): Promise<string> {
    return this.#answer('nested-app', isInteractive ? 'nested' : 'nested silent', `nested ${method.issuer}`)
  }
  officeToken(isInteractive: boolean): Promise<string> {
    return this.#answer('office-token', isInteractive ? 'office' : 'office silent', 'office')
  }
  dialogCode(url: string): Promise<string> {
    return this.#answer('dialog', `dialog ${new URL(url).search}`, 'code')
  }
  drawVerifier(): Promise<{ verifier: string; challenge: string }> {
    return Promise.resolve({ verifier: 'verifier', challenge: 'challenge' })
  }
  #answer(kind: string, asked: string, proof: string): Promise<string> {
    this.asked.push(asked)
    const fault = this.faults[asked] ?? this.faults[kind]
    return fault === undefined ? Promise.resolve(proof) : Promise.reject(new SignInFailure(fault))
  }
}

let broker: TinyBroker
let host: FakeHost
let clock: ManualClock
let client: BrokerClient
let signIn: SignIn
/** What the broker answers to a redemption: a problem's code, or nothing for a session. */
let refusals: (string | undefined)[]

beforeEach(async () => {
  broker = await startTinyBroker()
  host = new FakeHost()
  clock = new ManualClock(Date.now())
  refusals = []
  offer(all)
  broker.on('POST /api/v1/sessions', (_request, response) => {
    const code = refusals.shift()
    if (code !== undefined) sendJson(response, 403, problem(403, code))
    else sendJson(response, 201, { credential: 'c', session: { id: 's' }, user: { name: 'anna', displayName: 'Anna' } })
  })
  client = new BrokerClient({ brokerUrl: broker.url, storage: createMemoryStorage(), clock, fetch })
  signIn = new SignIn({ client, host, device: 'Excel', clock })
})
afterEach(() => broker.stop())

function offer(methods: readonly SignInMethodBody[]): void {
  broker.serveFile = () => false
  broker.onOpen('GET /api/v1/sign-in', (response) => sendJson(response, 200, { methods }))
}

/** The bodies that were redeemed. */
const redeemed = (): unknown[] => broker.seen.map(({ body }) => body)
const outcomeOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'signed in',
    (error: unknown) => (error instanceof SignInFailure ? error.fault : (error as { code: unknown }).code),
  )

describe('the providers', () => {
  test('are those that this Excel can use, each once, in the broker’s order', async () => {
    expect(await signIn.providers()).toEqual([
      { issuer: 'entra', label: 'Microsoft' },
      { issuer: 'company', label: 'Company' },
    ])
    host.kinds = ['office-token']
    expect(await signIn.providers()).toEqual([{ issuer: 'entra', label: 'Microsoft' }])
    host.kinds = []
    expect(await signIn.providers()).toEqual([])
  })

  test('are none when the broker is older, or cannot be asked', async () => {
    broker.onOpen('GET /api/v1/sign-in', (response) => sendJson(response, 404, problem(404, 'not-found')))
    expect(await signIn.providers()).toEqual([])
  })
})

describe('signing in with a provider', () => {
  const ways = async (): Promise<{ outcome: unknown; why: string[] }> => {
    const why: string[] = []
    const outcome = await outcomeOf(signIn.withProvider('entra', (error) => why.push(describeNextWay(error).text)))
    return { outcome, why }
  }

  test('takes the best way first, and no other when that works', async () => {
    expect(await ways()).toEqual({ outcome: 'signed in', why: [] })
    expect(host.asked).toEqual(['nested'])
    expect(redeemed()).toEqual([{ token: 'nested entra', issuer: 'entra', device: 'Excel' }])
    expect(await client.isSignedIn()).toBe(true)
  })

  test('falls to the next way, saying why each time', async () => {
    host.faults = { 'nested-app': 'unavailable', 'office-token': 'needs-user' }
    expect(await ways()).toEqual({
      outcome: 'signed in',
      why: [
        'This way of signing in does not work in this Excel. Trying another way…',
        'Office needs you to sign in. Trying another way…',
      ],
    })
    expect(host.asked).toEqual(['nested', 'office', 'dialog ?issuer=entra&challenge=challenge'])
    expect(redeemed()).toEqual([{ code: 'code', verifier: 'verifier', device: 'Excel' }])
  })

  test('goes on when the broker does not take a token', async () => {
    refusals = ['token-invalid']
    const { outcome, why } = await ways()
    expect([outcome, why.length, host.asked]).toEqual(['signed in', 1, ['nested', 'office']])
  })

  test.each<{ fault: SignInFault }>([{ fault: 'cancelled' }, { fault: 'refused' }])(
    'ends when it was $fault: nobody is asked twice',
    async ({ fault }) => {
      host.faults = { 'nested-app': fault }
      expect(await ways()).toEqual({ outcome: fault, why: [] })
      expect(host.asked).toEqual(['nested'])
    },
  )

  test.each(['account-required', 'user-inactive', 'issuer-unreachable', 'rate-limited'])(
    'ends when the broker says %s',
    async (code) => {
      refusals = [code]
      expect(await ways()).toEqual({ outcome: code, why: [] })
    },
  )

  test('ends with the last way’s failure', async () => {
    host.faults = { 'nested-app': 'unavailable', 'office-token': 'unavailable', dialog: 'popup-blocked' }
    const { outcome } = await ways()
    expect(outcome).toBe('popup-blocked')
    expect(explainSignIn(new SignInFailure('popup-blocked')).text).toContain('Allow pop-up windows')
  })

  test('uses only ways of that provider', async () => {
    expect(await outcomeOf(signIn.withProvider('company', () => undefined))).toBe('signed in')
    expect(host.asked).toEqual(['dialog ?issuer=c&challenge=challenge'])
  })

  test('is not possible with one that is not offered any more', async () => {
    expect(await outcomeOf(signIn.withProvider('x', () => undefined))).toBe('unavailable')
  })
})

describe('an identity without an account', () => {
  test('is linked by the next invitation', async () => {
    refusals = ['account-required']
    await outcomeOf(signIn.withProvider('entra', () => undefined))
    expect(signIn.isLinking).toBe(true)
    await signIn.withInvitation('CODE')
    expect(redeemed()[1]).toEqual({ token: 'nested entra', issuer: 'entra', invitation: 'CODE', device: 'Excel' })
    expect(signIn.isLinking).toBe(false)
  })

  test('stays when the code is wrong', async () => {
    refusals = ['account-required', 'invitation-invalid']
    await outcomeOf(signIn.withProvider('entra', () => undefined))
    expect(await outcomeOf(signIn.withInvitation('WRONG'))).toBe('invitation-invalid')
    expect(signIn.isLinking).toBe(true)
  })

  test('is left out when it took too long to find the code', async () => {
    refusals = ['account-required', 'token-invalid']
    await outcomeOf(signIn.withProvider('entra', () => undefined))
    await signIn.withInvitation('CODE')
    expect(redeemed().at(-1)).toEqual({ invitation: 'CODE', device: 'Excel' })
    expect(signIn.isLinking).toBe(false)
  })

  test('is no matter for who only has an invitation', async () => {
    await signIn.withInvitation('CODE')
    expect(redeemed()).toEqual([{ invitation: 'CODE', device: 'Excel' }])
  })
})

describe('signing in without the user', () => {
  test('takes a way that shows nothing', async () => {
    expect(await signIn.silently()).toBe(true)
    expect(host.asked).toEqual(['nested silent'])
  })

  test('tries the next one, and opens no window', async () => {
    host.faults = { 'nested-app': 'needs-user', 'office-token': 'needs-user' }
    expect(await signIn.silently()).toBe(false)
    expect(host.asked).toEqual(['nested silent', 'office silent'])
    expect(redeemed()).toEqual([])
  })

  test('is not done for somebody who has signed out, until they sign in again', async () => {
    await signIn.withInvitation('CODE')
    await client.signOut()
    expect(await signIn.silently()).toBe(false)
    expect(host.asked).toEqual([])
    await signIn.withInvitation('CODE')
    expect(await signIn.silently()).toBe(true)
  })

  test('is done three times in an hour at most', async () => {
    for (let times = 0; times < 3; times += 1) expect(await signIn.silently()).toBe(true)
    expect(await signIn.silently()).toBe(false)
    await clock.advance(3_600_000)
    expect(await signIn.silently()).toBe(true)
  })

  test('is given up after eight seconds when Excel does not answer', async () => {
    host.nestedToken = () => new Promise(() => undefined)
    host.faults = { 'office-token': 'needs-user' }
    const { result, elapsedMs } = await clock.drive(signIn.silently(), 60_000)
    expect([result, elapsedMs]).toEqual([false, 8_000])
  })

  test('is nothing that fails', async () => {
    refusals = ['user-inactive', 'user-inactive']
    expect(await signIn.silently()).toBe(false)
    await broker.stop()
    const { result } = await clock.drive(signIn.silently(), 60_000)
    expect(result).toBe(false)
  })
})
