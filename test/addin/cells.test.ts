import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromSerial, mostCellCharacters, numberFormatOf, toSerial, toSheetValue } from '../../addin/cells.ts'

describe('toSerial', () => {
  test.each([
    { text: '1900-01-01', serial: 1 },
    { text: '1900-02-28', serial: 59 },
    { text: '1900-02-28T18:00:00Z', serial: 59.75 },
    { text: '1900-03-01', serial: 61 },
    { text: '2026-01-31', serial: 46_053 },
    { text: '9999-12-31', serial: 2_958_465 },
    { text: '2026-01-31T18:00:00Z', serial: 46_053.75 },
    { text: '1899-12-31', serial: undefined },
    { text: '0001-01-01', serial: undefined },
    { text: 'tomorrow', serial: undefined },
  ])('makes $serial of $text', ({ text, serial }) => {
    expect(toSerial(text)).toBe(serial)
  })

  test('can be undone for every day and every millisecond that Excel has', () => {
    const instant = fc.date({
      min: new Date('1900-01-01'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(instant, (date) => {
        const iso = date.toISOString()
        expect(fromSerial(toSerial(iso.slice(0, 10))!, 'date')).toBe(iso.slice(0, 10))
        expect(fromSerial(toSerial(iso)!, 'datetime')).toBe(iso.replace('.000Z', 'Z'))
      }),
    )
  })
})

describe('numberFormatOf', () => {
  test.each([
    { column: { type: 'decimal' }, format: 'General' },
    { column: { type: 'integer' }, format: '0' },
    { column: { type: 'decimal', format: 'percent' }, format: '0.00%' },
    { column: { type: 'decimal', format: 'percent-points' }, format: '0.00"%"' },
    { column: { type: 'integer', format: 'percent-points' }, format: '0"%"' },
    { column: { type: 'decimal', format: 'money' }, format: '#,##0.00' },
    { column: { type: 'integer', format: 'money', currency: 'EUR' }, format: '[$EUR] #,##0.00;-[$EUR] #,##0.00' },
    { column: { type: 'decimal', format: 'money', currency: 'JPY' }, format: '[$JPY] #,##0;-[$JPY] #,##0' },
    { column: { type: 'decimal', format: 'money', currency: 'KWD' }, format: '[$KWD] #,##0.000;-[$KWD] #,##0.000' },
    // A workbook that somebody has tampered with.
    { column: { type: 'decimal', format: 'money', currency: '];@' }, format: '#,##0.00' },
    { column: { type: 'text', format: 'money', currency: 'EUR' }, format: '@' },
  ] as const)('shows $column as $format', ({ column, format }) => {
    expect(numberFormatOf(column)).toBe(format)
  })
})

describe('toSheetValue', () => {
  test.each([
    { name: 'nothing as an empty cell', cell: null, type: 'decimal', value: '' },
    { name: 'a number', cell: 0, type: 'integer', value: 0 },
    { name: 'false', cell: false, type: 'boolean', value: false },
    { name: 'a date that Excel has not got as its text', cell: '1066-10-14', type: 'date', value: '1066-10-14' },
    { name: 'line breaks as Excel keeps them', cell: 'a\r\nb\rc', type: 'text', value: 'a\nb\nc' },
    {
      name: 'control characters and half characters as unknown ones',
      cell: 'a\u0000\uD800',
      type: 'text',
      value: 'a\uFFFD\uFFFD',
    },
  ] as const)('writes $name', ({ cell, type, value }) => {
    expect(toSheetValue(cell, type)).toBe(value)
  })

  test('cuts a text that is too long for a cell, with a mark, and not through a character', () => {
    const value = String(toSheetValue('😀'.repeat(20_000), 'text'))
    expect(value.length).toBeLessThanOrEqual(mostCellCharacters)
    expect(value).toMatch(/… \[cut\]$/)
    expect(value.isWellFormed()).toBe(true)
    expect(toSheetValue('x'.repeat(mostCellCharacters), 'text')).toHaveLength(mostCellCharacters)
  })
})
