import { expect, test } from 'vitest'
import { canonicalJson } from '../../../broker/store/canonical-json.ts'

test.each([
  {
    name: 'order of members',
    one: '{"a":1,"b":{"d":[1,2],"c":null}}',
    other: '{"b":{"c":null,"d":[1,2]}, "a":1}',
    same: true,
  },
  { name: 'order of items', one: '[1,2]', other: '[2,1]', same: false },
  { name: 'absent and null', one: '{}', other: '{"a":null}', same: false },
  { name: 'text and number', one: '{"a":"1"}', other: '{"a":1}', same: false },
  { name: 'empty list and object', one: '{"a":[]}', other: '{"a":{}}', same: false },
  { name: 'a member named __proto__', one: '{"a":{"__proto__":1}}', other: '{"a":{}}', same: false },
  { name: 'names like numbers', one: '{"a":{"2":1,"10":2}}', other: '{"a":{"10":2,"2":1}}', same: true },
])('compares by value: $name', ({ one, other, same }) => {
  expect(canonicalJson(one) === canonicalJson(other)).toBe(same)
})

test('leaves out members of the outermost object only', () => {
  expect(canonicalJson('{"title":1,"a":{"title":2}}', ['title'])).toBe(canonicalJson('{"a":{"title":2}}'))
  expect(canonicalJson('{"a":{"title":2}}', ['title'])).not.toBe(canonicalJson('{"a":{}}'))
})
