import { expect, test } from 'vitest'
import { readLooseValue } from '../../../broker/query/loose-value.ts'

test.each([
  { type: 'date', value: 43_860, read: '2024-01-31' },
  { type: 'date', value: 0, read: '1904-01-01' },
  { type: 'date', value: '2024-01-31', read: '2024-01-31' },
  { type: 'datetime', value: 43_860.5, read: '2024-01-31T12:00:00' },
  { type: 'time', value: 0.5, read: '12:00:00' },
  { type: 'duration', value: 0.5, read: 43_200_000 },
  { type: 'integer', value: 43_860, read: 43_860 },
] as const)('$value from a workbook that counts days from 1904 on is $read as $type', ({ type, value, read }) => {
  expect(readLooseValue(value, type, 1904)).toEqual({ value: read })
})
