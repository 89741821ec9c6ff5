import { describe, expect, test } from 'vitest'
import { formatCode, isWholeCode } from '../../addin/invitation-code.ts'

describe('formatCode', () => {
  test.each([
    ['abcd', 'ABCD'],
    ['abcde', 'ABCD-E'],
    [' abcd-efgh jkmn.pqrs ', 'ABCD-EFGH-JKMN-PQRS'],
    ['oOiIlL', '0011-11'],
    ['ABCD-EFGH-JKMN-PQRS-TOO-LONG', 'ABCD-EFGH-JKMN-PQRS'],
    ['u!?', ''],
  ])('writes %j as %j', (typed, code) => {
    expect(formatCode(typed)).toBe(code)
    expect(formatCode(code)).toBe(code)
  })

  test('tells a whole code from a part of one', () => {
    expect(isWholeCode('ABCD-EFGH-JKMN-PQRS')).toBe(true)
    expect(isWholeCode('ABCD-EFGH-JKMN-PQR')).toBe(false)
  })
})
