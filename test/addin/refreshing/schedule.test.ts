import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Schedule } from '../../../addin/refreshing/schedule.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const minuteMs = 60_000

let clock: ManualClock
let schedule: Schedule
let due: string[]
let isPaused: boolean
let random: () => number

beforeEach(() => {
  clock = new ManualClock()
  due = []
  isPaused = false
  random = () => 0.5
  schedule = new Schedule({
    clock,
    random: () => random(),
    isPaused: () => isPaused,
    onDue: (tableIds) => due.push(tableIds.join()),
  })
  schedule.start()
})

afterEach(() => schedule.stop())

describe('the schedule', () => {
  test('says which tables are due, each at its own interval', async () => {
    schedule.set(
      new Map([
        ['often', 5],
        ['rare', 15],
      ]),
    )
    await clock.advance(16 * minuteMs)
    expect(due).toEqual(['often', 'often', 'often,rare'])
  })

  test('keeps the turn of a table whose interval stays the same', async () => {
    schedule.set(new Map([['table', 5]]))
    await clock.advance(4 * minuteMs)
    schedule.set(new Map([['table', 5]]))
    await clock.advance(minuteMs + 15_000)
    expect(due).toEqual(['table'])
  })

  test('begins anew after a refresh that it did not ask for', async () => {
    schedule.set(new Map([['table', 5]]))
    await clock.advance(4 * minuteMs)
    schedule.reset('table')
    await clock.advance(4 * minuteMs)
    expect(due).toEqual([])
    await clock.advance(minuteMs + 15_000)
    expect(due).toEqual(['table'])
  })

  test('catches up once after a long pause, within a minute', async () => {
    schedule.set(new Map([['table', 5]]))
    isPaused = true
    await clock.advance(8 * 60 * minuteMs)
    isPaused = false
    await clock.advance(15_000)
    expect(due).toEqual([])
    await clock.advance(minuteMs)
    expect(due).toEqual(['table'])
    await clock.advance(4 * minuteMs)
    expect(due).toEqual(['table'])
  })

  test('spreads desks that wake at the same instant over a minute', async () => {
    const delays: number[] = []
    for (let desk = 0; desk < 20; desk += 1) {
      random = () => desk / 20
      due = []
      isPaused = true
      schedule.set(new Map([[`table ${desk}`, 5]]))
      await clock.advance(60 * minuteMs)
      isPaused = false
      let waitedMs = 0
      while (due.length === 0) {
        await clock.advance(1_000)
        waitedMs += 1_000
      }
      delays.push(waitedMs)
    }
    expect(Math.max(...delays)).toBeLessThanOrEqual(90_000)
    expect(new Set(delays).size).toBeGreaterThan(3)
  })

  test('forgets tables that are gone, and says nothing after its end', async () => {
    schedule.set(new Map([['table', 5]]))
    schedule.set(new Map())
    await clock.advance(60 * minuteMs)
    schedule.set(new Map([['table', 5]]))
    schedule.stop()
    await clock.advance(60 * minuteMs)
    expect(due).toEqual([])
  })
})
