import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { numberFormatOf, toSheetValue } from '../../addin/cells.ts'
import { durationToSerial, serialToDuration, serialToTime, timeToSerial } from '../../addin/time-cells.ts'
import { toDuration, toTimeOfDay } from '../../broker/dataset/time-of-day.ts'

const dayMs = 86_400_000

describe('times and durations', () => {
  test.each([
    { type: 'time', cell: '06:00:00', value: 0.25, format: 'hh:mm:ss' },
    { type: 'time', cell: 'noon', value: 'noon', format: 'hh:mm:ss' },
    { type: 'duration', cell: 'P1DT12H', value: 1.5, format: '[h]:mm:ss' },
    { type: 'duration', cell: 'PT0S', value: 0, format: '[h]:mm:ss' },
    // Excel shows a negative time as ####.
    { type: 'duration', cell: '-PT1H', value: '-PT1H', format: '[h]:mm:ss' },
  ] as const)('$cell as $type is $value in a sheet', ({ type, cell, value, format }) => {
    expect(toSheetValue(cell, type)).toBe(value)
    expect(numberFormatOf({ type })).toBe(format)
  })

  test('can be read back as the broker writes them, to the millisecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: dayMs - 1 }), fc.integer({ min: 0, max: 20_000 }), (ms, days) => {
        const clock = new Date(ms).toISOString().slice(11, -1)
        const time = toTimeOfDay(clock)!
        expect(serialToTime(timeToSerial(time)!)).toBe(time)
        const duration = toDuration(`${days}.${clock}`)!
        expect(serialToDuration(durationToSerial(duration)!)).toBe(duration)
      }),
    )
  })
})
