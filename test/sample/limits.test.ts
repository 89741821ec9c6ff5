import { describe, expect, test } from 'vitest'
import { CallLimiter } from '../../sample/limits.ts'

describe('CallLimiter', () => {
  const twoASecond = { calls: 2, windowMs: 1_000 }
  const threeAMinute = { calls: 3, windowMs: 60_000 }

  test('refuses a call beyond the limit and says after how many seconds it will pass', () => {
    let nowMs = 0
    const limiter = new CallLimiter([twoASecond, threeAMinute], () => nowMs)
    expect([limiter.admit('a'), limiter.admit('a'), limiter.admit('a')]).toEqual([0, 0, 1])
    nowMs = 1_000
    expect(limiter.admit('a')).toBe(0)
    nowMs = 2_500
    expect(limiter.admit('a')).toBe(58)
    nowMs = 60_000
    expect(limiter.admit('a')).toBe(0)
  })

  test('slides: a burst over the border of two seconds counts together', () => {
    let nowMs = 900
    const limiter = new CallLimiter([twoASecond], () => nowMs)
    expect([limiter.admit('a'), limiter.admit('a')]).toEqual([0, 0])
    nowMs = 1_100
    expect(limiter.admit('a')).toBe(1)
    nowMs = 1_900
    expect(limiter.admit('a')).toBe(0)
  })

  test('counts each caller alone', () => {
    const limiter = new CallLimiter([{ calls: 1, windowMs: 1_000 }], () => 0)
    expect([limiter.admit('a'), limiter.admit('b'), limiter.admit('a')]).toEqual([0, 0, 1])
  })
})
