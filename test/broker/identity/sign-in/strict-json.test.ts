import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseStrictJson } from '../../../../broker/identity/sign-in/strict-json.ts'

describe('parseStrictJson', () => {
  test('reads whatever JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        const value: unknown = JSON.parse(text)
        expect(parseStrictJson(JSON.stringify(value, null, 2))).toEqual(value)
      }),
    )
  })

  test.each([
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":2}',
    '{"b":{"a":1,"a":2}}',
    '[{"a":[{"x":1}],"a":2}]',
    '{"a":"}","b":",","a":1}',
    '{"a\\"":1,"a\\"":2}',
    '{"":1,"":2}',
    '{"__proto__":1,"__proto__":2}',
  ])('refuses %s, in which a name stands twice', (text) => {
    expect(() => parseStrictJson(text)).toThrow(SyntaxError)
  })

  test.each(['{"a":{"a":{"a":1}}}', '[{"a":1},{"a":1}]', '{"a":"a","b":"a"}', '{"a":["b","b"],"b":1}', '"a"', '5'])(
    'reads %s, in which none does',
    (text) => {
      expect(parseStrictJson(text)).toEqual(JSON.parse(text))
    },
  )

  test.each(['', '{', '{"a":1,}', "{'a':1}", 'NaN', '{"a":1}x'])('refuses what is no JSON: %s', (text) => {
    expect(() => parseStrictJson(text)).toThrow(SyntaxError)
  })
})
