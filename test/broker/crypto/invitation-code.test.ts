import { describe, expect, test } from 'vitest'
import {
  digestInvitationCode,
  invitationSelector,
  makeInvitationCode,
  normaliseInvitationCode,
} from '../../../broker/crypto/invitation-code.ts'
import { systemRandom } from '../../../broker/kernel/system.ts'

describe('makeInvitationCode', () => {
  test('makes four groups of Crockford’s base 32, each letter as likely as any', () => {
    const counts = new Map<string, number>()
    for (let index = 0; index < 4_000; index++) {
      const code = makeInvitationCode(systemRandom).reveal()
      expect(code).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/)
      for (const letter of code.replaceAll('-', '').split('')) counts.set(letter, (counts.get(letter) ?? 0) + 1)
    }
    expect(counts.size).toBe(32)
    // 2,000 expected each; five standard deviations are 220.
    for (const count of counts.values()) expect(Math.abs(count - 2_000)).toBeLessThan(220)
  })

  test('is not printed', () => {
    expect(String(makeInvitationCode(systemRandom))).toBe('[secret]')
  })
})

describe('normaliseInvitationCode', () => {
  const code = '7K3M-Q0XT-91AB-CDEF'

  test.each([
    code,
    code.toLowerCase(),
    '7K3MQ0XT91ABCDEF',
    '  7k3m q0xt 91ab cdef \n',
    '7K3M–Q0XT—91AB‑CDEF',
    '7K3M-QOXT-9LAB-CDEF',
    '7k3m-qoxt-9iab-cdef',
    '7K-3MQ0-XT91-ABCDEF',
    '7K3M\u00a0Q0XT\u200b91AB\u2212CDEF',
  ])('reads %j', (typed) => {
    expect(normaliseInvitationCode(typed)).toBe(code)
  })

  test.each(['', '7K3M-Q0XT-91AB-CDE', `${code}0`, '7K3M-Q0XT-91AB-CDEU', '7K3M_Q0XT_91AB_CDEF', code.repeat(1_000)])(
    'refuses %j',
    (typed) => {
      expect(normaliseInvitationCode(typed)).toBeUndefined()
    },
  )

  test('leaves every code as it was made', () => {
    for (let index = 0; index < 500; index++) {
      const made = makeInvitationCode(systemRandom).reveal()
      expect(normaliseInvitationCode(made)).toBe(made)
    }
  })
})

test('the selector is the first group; the digest covers all groups', () => {
  expect(invitationSelector('7K3M-Q0XT-91AB-CDEF')).toBe('7K3M')
  expect(digestInvitationCode('7K3M-Q0XT-91AB-CDEF')).toMatch(/^[\w-]{43}$/)
  expect(digestInvitationCode('7K3M-Q0XT-91AB-CDEF')).not.toBe(digestInvitationCode('7K3M-Q0XT-91AB-CDEG'))
})
