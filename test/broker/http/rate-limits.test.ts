import { expect, test } from 'vitest'
import { addressKey } from '../../../broker/http/rate-limits.ts'

test.each([
  { address: '192.0.2.7', key: '192.0.2.7' },
  { address: '::ffff:192.0.2.7', key: '192.0.2.7' },
  { address: '2001:db8:1:2:3:4:5:6', key: '2001:db8:1:2::/64' },
  { address: '2001:db8::6', key: '2001:db8:0:0::/64' },
  { address: '::1', key: '0:0:0:0::/64' },
  { address: undefined, key: 'unknown' },
])('$address counts as $key', ({ address, key }) => {
  expect(addressKey(address)).toBe(key)
})
