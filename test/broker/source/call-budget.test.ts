import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CallBudget, type BudgetedCall } from '../../../broker/source/call-budget.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const { signal } = new AbortController()

describe('CallBudget', () => {
  test('whenever the vendor counts a call between sending and answer, no window holds more than the limit', async () => {
    const call = fc.record({
      delayMs: fc.nat(300),
      tookMs: fc.nat(1_500),
      countedAt: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 60 }), async (calls) => {
        const clock = new ManualClock()
        const budget = new CallBudget(clock, { perSecond: 3, perMinute: 20 })
        const counted: number[] = []
        const send = async ({ tookMs, countedAt }: (typeof calls)[number]): Promise<void> => {
          let place: BudgetedCall | undefined
          while (!place) {
            await budget.join(true).ready(signal)
            place = budget.take(true)
          }
          counted.push(clock.monotonicMs() + tookMs * countedAt)
          await clock.wait(tookMs)
          place.end()
        }
        const work = calls.map(async (each) => {
          await clock.wait(each.delayMs)
          await send(each)
        })
        await clock.drive(Promise.all(work))
        counted.sort((a, b) => a - b)
        expect(counted).toHaveLength(calls.length)
        for (const [limit, windowMs] of [
          [3, 1_000],
          [20, 60_000],
        ] as const) {
          counted.forEach((atMs, index) => {
            const later = counted[index + limit]
            if (later !== undefined) expect(later - atMs).toBeGreaterThanOrEqual(windowMs)
          })
        }
      }),
      { numRuns: 40 },
    )
  })

  test('uses the whole limit', async () => {
    const clock = new ManualClock()
    const budget = new CallBudget(clock, { perSecond: 10, perMinute: 200 })
    let sent = 0
    const work = async (): Promise<void> => {
      for (; sent < 400; sent += 1) {
        await budget.join(true).ready(signal)
        budget.take(true)?.end()
      }
    }
    const { elapsedMs } = await clock.drive(work())
    expect(elapsedMs).toBeLessThan(80_000)
  })

  test('an abort ends both kinds of waiting', async () => {
    const clock = new ManualClock()
    const budget = new CallBudget(clock, { perSecond: 1 })
    const place = budget.take(true)
    const first = new AbortController()
    const waitsForEnd = budget.join(true).ready(first.signal)
    first.abort(new Error('enough'))
    await expect(waitsForEnd).rejects.toThrow('enough')
    place?.end()
    const second = new AbortController()
    const waitsForTime = budget.join(true).ready(second.signal)
    second.abort(new Error('enough'))
    await expect(waitsForTime).rejects.toThrow('enough')
  })

  test('a call that nobody waits for gives way to those that somebody waits for, and goes on behind them', async () => {
    const clock = new ManualClock()
    const budget = new CallBudget(clock, { perSecond: 1 })
    const order: string[] = []
    const send = async (name: string, isUrgent: boolean): Promise<void> => {
      const wait = budget.join(isUrgent)
      try {
        for (;;) {
          await wait.ready(signal)
          const place = budget.take(isUrgent)
          if (!place) continue
          order.push(name)
          place.end()
          return
        }
      } finally {
        wait.leave()
      }
    }
    const scheduled = ['s1', 's2', 's3'].map((name) => send(name, false))
    await Promise.resolve()
    const urgent = ['u1', 'u2', 'u3'].map((name) => send(name, true))
    await clock.drive(Promise.all([...scheduled, ...urgent]))
    expect(order.slice(0, 4)).toEqual(['s1', 'u1', 'u2', 'u3'])
    expect(order.slice(4).sort()).toEqual(['s2', 's3'])
  })

  test('an urgent caller that gives up lets the others go', async () => {
    const budget = new CallBudget(new ManualClock(), { perSecond: 1 })
    const place = budget.take(true)
    const abort = new AbortController()
    const urgent = budget.join(true)
    const waiting = urgent.ready(abort.signal)
    abort.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    urgent.leave()
    place?.end()
    expect(budget.hasRoom(false)).toBe(budget.hasRoom(true))
  })
})
