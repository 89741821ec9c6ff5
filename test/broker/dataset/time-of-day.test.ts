import { describe, expect, test } from 'vitest'
import { toDuration, toTimeOfDay } from '../../../broker/dataset/time-of-day.ts'

describe('toTimeOfDay', () => {
  test.each([
    ['09:30', '09:30:00'],
    ['23:59:59', '23:59:59'],
    ['00:00:00.000', '00:00:00'],
    ['09:30:00.5', '09:30:00.500'],
    ['09:30:00,1239999', '09:30:00.123'],
    ['24:00', undefined],
    ['9:30', undefined],
    ['09:60', undefined],
    ['09:30Z', undefined],
    ['2026-01-31T09:30:00Z', undefined],
    ['', undefined],
  ])('%s: %s', (text, time) => {
    expect(toTimeOfDay(text)).toBe(time)
  })
})

describe('toDuration', () => {
  test.each([
    ['PT1H30M', 'PT1H30M'],
    ['PT90M', 'PT1H30M'],
    ['PT5400S', 'PT1H30M'],
    ['P1W', 'P7D'],
    ['P1DT26H', 'P2DT2H'],
    ['PT0.5S', 'PT0.5S'],
    ['PT1.2345678S', 'PT1.234S'],
    ['-PT5M', '-PT5M'],
    ['+PT5M', 'PT5M'],
    ['P0D', 'PT0S'],
    ['-PT0S', 'PT0S'],
    ['01:30:00', 'PT1H30M'],
    ['26:00:00', 'P1DT2H'],
    ['1.02:03:04', 'P1DT2H3M4S'],
    ['-00:00:01.500', '-PT1.5S'],
    ['P', undefined],
    ['PT', undefined],
    ['P1DT', undefined],
    ['P1M', undefined],
    ['P1Y', undefined],
    ['1h30', undefined],
    ['01:60:00', undefined],
    ['', undefined],
  ])('%s: %s', (text, duration) => {
    expect(toDuration(text)).toBe(duration)
  })
})
