import { describe, expect, test } from 'vitest'
import { BrokerError } from '../../../broker/errors/broker-error.ts'
import { findAt, parseJson } from '../../../broker/source/json.ts'

const parse = (text: string): unknown => parseJson(Buffer.from(text))

describe('parseJson', () => {
  test.each<[text: string, value: unknown]>([
    ['12345678901234567890', '12345678901234567890'],
    ['-9007199254740993', '-9007199254740993'],
    ['999999999999999', 999_999_999_999_999],
    ['12345678901234567.25', '12345678901234567.25'],
    ['0.30000000000000004', 0.300_000_000_000_000_04],
    ['1e20', 1e20],
    ['"12345678901234567890"', '12345678901234567890'],
    ['{"a":[1234567890123456,{"b":true}]}', { a: ['1234567890123456', { b: true }] }],
    ['"a\\"[[[\\\\"', 'a"[[[\\'],
    ['\ufeff[]', []],
  ])('reads %s', (text, value) => expect(parse(text)).toEqual(value))

  test('leaves a member called __proto__ a member, also where numbers are kept as text', () => {
    for (const number of ['1', '12345678901234567890']) {
      const value = parse(`{"__proto__":{"admin":${number}}}`)
      expect(Object.keys(value as object)).toEqual(['__proto__'])
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    }
  })

  test('any cut of a list is source-truncated', () => {
    const text = '[{"name":"caf\u00e9 \\" ]","n":12.5e3},{"x":[null,true]}]'
    const bytes = Buffer.from(text)
    for (let length = 0; length < bytes.length; length += 1) {
      expect(problem(bytes.subarray(0, length)).code).toBe('source-truncated')
    }
  })

  test.each(['[1e400]', '[-1e999]', `[${'9'.repeat(400)}.5e1]`, '[1,]', '[tru]', 'NaN', '[1]]', '{"a":1}}'])(
    '%s is source-malformed',
    (text) => expect(problem(Buffer.from(text)).code).toBe('source-malformed'),
  )

  test('takes 100 levels and no more', () => {
    expect(parse('['.repeat(100) + ']'.repeat(100))).toHaveLength(1)
    expect(problem(Buffer.from('['.repeat(101) + ']'.repeat(101))).code).toBe('source-malformed')
  })

  test('quotes nothing of the text, in message or cause', () => {
    const error = problem(Buffer.from('secret-looking text'))
    expect(`${error.message} ${String(error.cause)}`).not.toContain('secret')
  })
})

describe('findAt', () => {
  const value = { a: { 'b/c': [{ '~': 1 }] }, '': 2 }
  test.each<[pointer: string, found: unknown]>([
    ['', value],
    ['/a/b~1c/0/~0', 1],
    ['/', 2],
    ['/a/b~1c/1', undefined],
    ['/a/b~1c/00', undefined],
    ['/a/b~1c/length', undefined],
    ['/a/toString', undefined],
    ['/__proto__', undefined],
  ])('%s', (pointer, found) => expect(findAt(value, pointer)).toEqual(found))
})

function problem(bytes: Uint8Array): BrokerError {
  try {
    parseJson(bytes)
  } catch (error) {
    if (error instanceof BrokerError) return error
  }
  throw new Error('Expected a BrokerError.')
}
