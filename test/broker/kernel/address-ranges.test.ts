import { describe, expect, test } from 'vitest'
import { AddressRanges, isAddressRange } from '../../../broker/kernel/address-ranges.ts'

describe('isAddressRange', () => {
  test.each(['10.0.0.0/8', '10.1.2.3', '::1', 'fd00::/8', '0.0.0.0/0'])('takes %s', (text) => {
    expect(isAddressRange(text)).toBe(true)
  })

  test.each([
    '',
    '10.0.0/8',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    'localhost',
    '0x7f.1',
    'fe80::1%1',
    '10.0.0.0/-1',
  ])('refuses %j', (text) => {
    expect(isAddressRange(text)).toBe(false)
  })
})

describe('AddressRanges', () => {
  const ranges = new AddressRanges(['10.0.0.0/8', '192.168.7.7', 'fd00::/8'])

  test.each([
    '10.255.0.1',
    '192.168.7.7',
    'fd12::1',
    '::ffff:10.0.0.1',
    '::ffff:a00:1',
    '0:0:0:0:0:FFFF:0a00:0001',
    'fd12::1%eth0',
  ])('has %s', (address) => {
    expect(ranges.has(address)).toBe(true)
  })

  test.each(['11.0.0.1', '192.168.7.8', 'fe80::1', '::10.0.0.1', '::ffff:11.0.0.1', 'name', ''])(
    'has no %j',
    (address) => {
      expect(ranges.has(address)).toBe(false)
    },
  )
})
