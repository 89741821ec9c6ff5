import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ExactSum } from '../../../../broker/feed/figures/exact-sum.ts'

function sumOf(values: readonly number[]): string {
  const sum = new ExactSum()
  for (const value of values) sum.add(value)
  return String(sum)
}

test.each([
  { values: [], sum: '0' },
  { values: [0.1, 0.2], sum: '0.3' },
  { values: Array<number>(10_000).fill(0.01), sum: '100' },
  { values: [1e16, 1, -1e16], sum: '1' },
  { values: [9_007_199_254_740_991, 9_007_199_254_740_991], sum: '18014398509481982' },
  { values: [1e21, 0.5], sum: '1000000000000000000000.5' },
  { values: [-0.25, 0.2], sum: '-0.05' },
  { values: [1e-7, 2e-7], sum: '0.0000003' },
  { values: [1.5e-7, -0], sum: '0.00000015' },
  { values: [123456789.12, -123456789.12], sum: '0' },
  { values: [Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324], sum: `0.${'0'.repeat(323)}5` },
])('$sum', ({ values, sum }) => {
  expect(sumOf(values)).toBe(sum)
})

test('is what adding the digits by hand gives, in any order', () => {
  const cents = fc.integer({ min: -9_999_999_999, max: 9_999_999_999 })
  fc.assert(
    fc.property(fc.array(fc.tuple(cents, fc.nat(4)), { maxLength: 50 }), (numbers) => {
      const values = numbers.map(([digits, places]) => Number(`${digits}e-${places}`))
      const tenThousandths = numbers.reduce(
        (sum, [digits, places]) => sum + BigInt(digits) * 10n ** BigInt(4 - places),
        0n,
      )
      const exact = sumOf(values)
      expect(sumOf(values.toReversed())).toBe(exact)
      const [whole = '', fraction = ''] = exact.replace('-', '').split('.')
      const back = BigInt(whole + fraction.padEnd(4, '0')) * (exact.startsWith('-') ? -1n : 1n)
      expect(back).toBe(tenThousandths)
    }),
  )
})
