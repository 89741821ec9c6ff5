import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isDate, toInstant } from '../../../broker/dataset/calendar.ts'

describe('isDate', () => {
  test.each(['2024-02-29', '2000-02-29', '0001-01-01', '9999-12-31', '2023-04-30'])('%s is a day', (text) => {
    expect(isDate(text)).toBe(true)
  })

  test.each([
    '2023-02-29',
    '1900-02-29',
    '2024-02-30',
    '2024-04-31',
    '2024-13-01',
    '2024-00-10',
    '2024-01-00',
    '0000-01-01',
    '2024-1-01',
    '24-01-01',
    '2024/01/01',
    '2024-01-01 ',
    '2024-01-0x',
    '+024-01-01',
    '',
  ])('%j is none', (text) => {
    expect(isDate(text)).toBe(false)
  })

  test('agrees with the platform on every day', () => {
    const day = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T00:00:00Z'),
      noInvalidDate: true,
    })
    fc.assert(fc.property(day, (date) => isDate(date.toISOString().slice(0, 10))))
  })
})

describe('toInstant', () => {
  test.each([
    ['2024-01-31T10:11:12Z', '2024-01-31T10:11:12Z'],
    ['2024-01-31t10:11:12z', undefined],
    ['2024-01-31T10:11:12', '2024-01-31T10:11:12Z'],
    ['2024-01-31 10:11:12', '2024-01-31T10:11:12Z'],
    ['2024-01-31T10:11', '2024-01-31T10:11:00Z'],
    ['2024-01-31T10:11:12.5Z', '2024-01-31T10:11:12.500Z'],
    ['2024-01-31T10:11:12.1234567Z', '2024-01-31T10:11:12.123Z'],
    ['2024-01-31T10:11:12.000Z', '2024-01-31T10:11:12Z'],
    ['2024-01-31T23:30:00-02:00', '2024-02-01T01:30:00Z'],
    ['2024-03-01T00:30:00+0100', '2024-02-29T23:30:00Z'],
    ['2024-01-31T10:11:12.5+05', '2024-01-31T05:11:12.500Z'],
    ['0001-01-01T00:00:00', '0001-01-01T00:00:00Z'],
    ['0001-01-01T00:00:00+01:00', undefined],
    ['9999-12-31T23:59:59-01:00', undefined],
    ['2024-02-30T10:00:00Z', undefined],
    ['2024-01-31T24:00:00Z', undefined],
    ['2024-01-31T10:60:00Z', undefined],
    ['2024-01-31T10:00:60Z', undefined],
    ['2024-01-31T10:00:00+24:00', undefined],
    ['2024-01-31T10', undefined],
    ['2024-01-31T10:00:00Zulu', undefined],
    ['2024-01-31', undefined],
  ])('%j is %j', (text, instant) => {
    expect(toInstant(text)).toBe(instant)
  })

  test('agrees with the platform on every instant and zone', () => {
    const instant = fc.date({
      min: new Date('0002-01-01T00:00:00Z'),
      max: new Date('9998-12-31T00:00:00Z'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(instant, fc.integer({ min: -23 * 60, max: 23 * 60 }), (date, offset) => {
        const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1)
        const digits = (value: number) => String(Math.floor(Math.abs(value))).padStart(2, '0')
        const zone = `${offset < 0 ? '-' : '+'}${digits(offset / 60)}:${digits(offset % 60)}`
        expect(toInstant(local + zone)).toBe(date.toISOString().replace('.000Z', 'Z'))
      }),
    )
  })
})
