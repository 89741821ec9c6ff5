import { describe, expect, test } from 'vitest'
import { findCronMistake, isQuiet, isTimeZone, nextRunAfter } from '../../../broker/dataset/schedule.ts'

const at = (text: string): number => Date.parse(text)

describe('nextRunAfter', () => {
  test.each([
    {
      name: 'the next time of day',
      cron: '30 6 * * *',
      timeZone: 'UTC',
      after: '2026-03-01T06:29:59Z',
      next: '2026-03-01T06:30:00Z',
    },
    {
      name: 'never the same moment',
      cron: '30 6 * * *',
      timeZone: 'UTC',
      after: '2026-03-01T06:30:00Z',
      next: '2026-03-02T06:30:00Z',
    },
    {
      name: 'in the time zone',
      cron: '0 7 * * *',
      timeZone: 'Europe/London',
      after: '2026-07-01T00:00:00Z',
      next: '2026-07-01T06:00:00Z',
    },
    {
      name: 'over a weekend',
      cron: '0 7 * * MON-FRI',
      timeZone: 'UTC',
      after: '2026-03-06T07:00:00Z',
      next: '2026-03-09T07:00:00Z',
    },
    {
      name: 'once where the clocks skip it',
      cron: '30 1 * * *',
      timeZone: 'Europe/London',
      after: '2026-03-28T02:00:00Z',
      next: '2026-03-29T01:00:00Z',
    },
    {
      name: 'and as ever the day after',
      cron: '30 1 * * *',
      timeZone: 'Europe/London',
      after: '2026-03-29T01:00:00Z',
      next: '2026-03-30T00:30:00Z',
    },
    {
      name: 'once where the clocks repeat it',
      cron: '30 1 * * *',
      timeZone: 'Europe/London',
      after: '2026-10-25T00:30:00Z',
      next: '2026-10-26T01:30:00Z',
    },
  ])('$name', ({ cron, timeZone, after, next }) => {
    expect(new Date(nextRunAfter({ cron, timeZone }, at(after)) ?? 0)).toEqual(new Date(next))
  })
})

describe('findCronMistake', () => {
  test.each(['0 3 * * *', '*/15 8-18 * * MON-FRI', '0 0 1 1 *', '0 0 29 2 *'])('%s is right', (pattern) => {
    expect(findCronMistake(pattern)).toBeUndefined()
  })

  test.each(['', 'daily', '0 3 * *', '61 3 * * *', '0 3 * * * *', '0 0 30 2 *'])('"%s" is not', (pattern) => {
    expect(findCronMistake(pattern)).toMatch(/^(?:Write five parts|This names no moment)/)
  })
})

describe('isTimeZone', () => {
  test.each([
    ['Europe/London', true],
    ['UTC', true],
    ['Mars/Base', false],
    ['', false],
  ])('%s: %s', (name, answer) => {
    expect(isTimeZone(name)).toBe(answer)
  })
})

describe('isQuiet', () => {
  const night = { from: '22:00', to: '06:00' }
  test.each([
    { hours: night, timeZone: 'UTC', now: '2026-01-01T21:59:59Z', quiet: false },
    { hours: night, timeZone: 'UTC', now: '2026-01-01T22:00:00Z', quiet: true },
    { hours: night, timeZone: 'UTC', now: '2026-01-01T00:00:00Z', quiet: true },
    { hours: night, timeZone: 'UTC', now: '2026-01-01T06:00:00Z', quiet: false },
    { hours: { from: '12:00', to: '13:00' }, timeZone: 'UTC', now: '2026-01-01T12:30:00Z', quiet: true },
    { hours: { from: '12:00', to: '13:00' }, timeZone: 'UTC', now: '2026-01-01T13:00:00Z', quiet: false },
    { hours: night, timeZone: 'America/New_York', now: '2026-01-01T04:00:00Z', quiet: true },
    { hours: undefined, timeZone: 'UTC', now: '2026-01-01T00:00:00Z', quiet: false },
  ])('$now in $timeZone: $quiet', ({ hours, timeZone, now, quiet }) => {
    expect(isQuiet(hours, timeZone, at(now))).toBe(quiet)
  })
})
