import { describe, expect, test } from 'vitest'
import { Secret } from '../../../broker/kernel/secret.ts'
import { claim, publish, type TokenBudget } from '../../../broker/source/token-rules.ts'
import { Instances, engines } from './support/instances.ts'
import { grantTokens, problemOf, sealedForTest } from './support/reading.ts'
import { sendJson, type Respond } from './support/upstream.ts'

const never = new AbortController().signal
const minuteMs = 60_000
const hourMs = 3_600_000
const budget: TokenBudget = { perMinute: 8, perHour: 24 }

const textOf = ({ accessToken }: { accessToken: Secret }): string => accessToken.reveal()

describe.each(engines)('instances over one database (%s)', (engine) => {
  test.each([1, 5])('%d: an hour of steady use costs at most seven exchanges', { timeout: 60_000 }, async (count) => {
    const instances = await Instances.start(grantTokens(599), { engine, count })
    for (let second = 0; second < 3_600; second += 10) {
      for (let index = 0; index < count; index += 1) await instances.get(index)
      await instances.quiet()
      await instances.clock.advance(10_000)
    }
    expect(instances.upstream.requests.length).toBeGreaterThanOrEqual(6)
    expect(instances.upstream.requests.length).toBeLessThanOrEqual(7)
  })

  test('five cold instances with a hundred callers each make one exchange', async () => {
    const instances = await Instances.start(grantTokens(599), { engine, count: 5 })
    const tokens = await instances.getAll(100)
    expect(new Set(tokens.map(textOf))).toEqual(new Set(['token-1']))
    expect(instances.upstream.requests).toHaveLength(1)
  })

  test('a token outlives the process that exchanged it, and cannot be read in the database', async () => {
    const instances = await Instances.start(grantTokens(599), { engine, count: 2 })
    await instances.get(0)
    instances.keepers[0]?.stop()
    await instances.clock.advance(400_000)
    expect(textOf(await instances.get(1))).toBe('token-1')
    expect((await instances.get(1)).expiresAtMs).toBe(598_000)
    expect(instances.upstream.requests).toHaveLength(1)
    const rows = JSON.stringify(await instances.database.query('select * from token_states'))
    expect(rows).toContain('sealed')
    for (const writing of ['token-1', Buffer.from('token-1').toString('base64').slice(0, 8)]) {
      expect(rows).not.toContain(writing)
    }
  })

  test('a dead holder is replaced within five seconds', async () => {
    const instances = await Instances.start(grantTokens(599), { engine, count: 1 })
    await leaseToNobody(instances)
    await instances.get(0)
    expect(instances.clock.monotonicMs()).toBeGreaterThan(3_000)
    expect(instances.clock.monotonicMs()).toBeLessThanOrEqual(5_000)
    expect(instances.upstream.requests).toHaveLength(1)
  })

  test('a late answer does not replace a newer token', async () => {
    const instances = await Instances.start(grantTokens(599), { engine, count: 2 })
    const fence = await leaseToNobody(instances)
    await instances.get(0)
    const { ledger, digest } = instances
    const late = {
      seal: await ledger.seal(new Secret('late'), digest),
      grantedAtMs: 0,
      lifetimeMs: 599_000,
      secret: '',
    }
    expect(
      await ledger.apply((state) => {
        const { state: after, answer } = publish(state, digest, fence, late)
        return { state: after, answer }
      }),
    ).toBeUndefined()
    expect(textOf(await instances.get(1))).toBe('token-1')
  })

  test('a 401 seen by five instances leads to one new token', async () => {
    const instances = await Instances.start(grantTokens(599), { engine, count: 5 })
    const tokens = await instances.getAll()
    await instances.drive(
      Promise.all(instances.keepers.map((keeper, index) => keeper.renewAfter401(tokens[index]!, true, never))),
    )
    expect(new Set((await instances.getAll()).map(textOf))).toEqual(new Set(['token-2']))
    // One that sees the old generation's 401 late takes the token that is there.
    await instances.drive(instances.keepers[3]!.renewAfter401(tokens[3]!, true, never))
    expect(textOf(await instances.get(3))).toBe('token-2')
    expect(instances.upstream.requests).toHaveLength(2)
  })

  test.each([
    { name: 'an hour back', byMs: -hourMs },
    { name: 'an hour forward', byMs: hourMs },
    { name: 'a year back', byMs: -365 * 24 * hourMs },
    { name: 'a minute back', byMs: -minuteMs },
  ])('a clock set $name costs one exchange at most, and no token is used after its end', async ({ byMs }) => {
    const instances = await Instances.start(grantTokens(599), { engine, count: 5 })
    await instances.get(0)
    await instances.get(1)
    await instances.clock.advance(300_000)
    instances.clock.setWallClock(instances.clock.nowMs() + byMs)
    await instances.getAll()
    expect(instances.upstream.requests.length).toBeLessThanOrEqual(2)
    await instances.clock.advance(1_200_000)
    const before = instances.upstream.requests.length
    const tokens = await instances.getAll()
    expect(new Set(tokens.map(textOf)).size).toBe(1)
    expect(instances.upstream.requests.length).toBe(before + 1)
  })

  test('the budget holds over all instances, whatever the lives of the tokens', { timeout: 60_000 }, async () => {
    const askedAtMs: number[] = []
    const respond = grantTokens(2)
    const instances: Instances = await Instances.start(
      (...exchange) => {
        askedAtMs.push(instances.clock.monotonicMs())
        return respond(...exchange)
      },
      { engine, count: 3, auth: { tokenBudget: budget } },
    )
    while (instances.clock.monotonicMs() < 1.2 * hourMs) {
      await instances.getAll()
      await instances.quiet()
      await instances.clock.advance(1_000)
    }
    // Counted when the right to ask is given; a request may be on its way for a moment longer than the next one.
    const slackMs = 1_000
    for (const atMs of askedAtMs) {
      const within = (spanMs: number): number =>
        askedAtMs.filter((other) => other >= atMs && other < atMs + spanMs - slackMs).length
      expect(within(minuteMs)).toBeLessThanOrEqual(budget.perMinute)
      expect(within(hourMs)).toBeLessThanOrEqual(budget.perHour)
    }
    expect(askedAtMs.length).toBeGreaterThan(budget.perHour)
    expect(instances.keepers[0]?.warnings.join()).toContain('budget')
  })

  test('wrong credentials are sent once for all instances, then after growing holds', async () => {
    const instances = await Instances.start(refuse('invalid_client'), { engine, count: 5 })
    const fail = async (index: number): Promise<string> => (await problemOf(instances.get(index))).message
    for (let round = 0; round < 20; round += 1)
      expect(await fail(round % 5)).toContain('npx sheetbroker secret set vendor')
    expect(instances.upstream.requests).toHaveLength(1)
    const asked: number[] = []
    for (let minute = 1; minute <= 64; minute += 1) {
      await instances.clock.advance(minuteMs)
      await fail(minute % 5)
      if (instances.upstream.requests.length > asked.length + 1) asked.push(minute)
    }
    expect(asked).toEqual([1, 3, 7, 15, 30, 45, 60])
    instances.secrets = [sealedForTest(new Secret('new secret'))]
    await fail(2)
    expect(instances.upstream.requests).toHaveLength(9)
  })

  test('the second secret takes over when the first is refused, and is remembered', async () => {
    const grant = grantTokens(599)
    const instances = await Instances.start(
      (seen, ...rest) =>
        seen.body.includes('second') ? grant(seen, ...rest) : refuse('invalid_client')(seen, ...rest),
      { engine, count: 2 },
    )
    instances.secrets = [sealedForTest(new Secret('first')), sealedForTest(new Secret('second'))]
    expect(textOf(await instances.get(0))).toBe('token-1')
    expect(instances.upstream.requests).toHaveLength(2)
    expect(instances.keepers[0]?.warnings.join()).toContain('secret promote vendor')
    await instances.clock.advance(600_000)
    expect(textOf(await instances.get(1))).toBe('token-2')
    expect(instances.upstream.requests).toHaveLength(3)
  })

  test('a limit that one instance met is waited out by all', async () => {
    const grant = grantTokens(599)
    let calls = 0
    const instances = await Instances.start(
      (seen, response, request) => {
        calls += 1
        if (calls === 1) sendJson(response, {}, { status: 429, headers: { 'retry-after': '42' } })
        else return grant(seen, response, request)
      },
      { engine, count: 5 },
    )
    await instances.getAll()
    expect(calls).toBe(2)
    expect(instances.clock.monotonicMs()).toBeGreaterThanOrEqual(42_000)
    expect(instances.clock.monotonicMs()).toBeLessThanOrEqual(43_000)
  })
})

const refuse =
  (error: string): Respond =>
  (_seen, response) =>
    sendJson(response, { error }, { status: 401 })

/** Gives the lease to a process that never comes back; resolves with its fence. */
async function leaseToNobody({ ledger, digest }: Instances): Promise<number> {
  const request = { digest, holder: 'nobody', newerThan: 0, isUrgent: true, secrets: '', budget }
  const answer = await ledger.apply((state, nowMs) => claim(state, request, nowMs))
  if (answer.kind !== 'lease') throw new Error('Expected a lease.')
  return answer.fence
}
