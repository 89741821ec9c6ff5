import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { Secret } from '../../../broker/kernel/secret.ts'

const secret = new Secret('hunter2')

test.each([
  { name: 'String()', text: String(secret) },
  { name: 'joining', text: [secret].join('') },
  { name: 'JSON', text: JSON.stringify({ secret }) },
  { name: 'inspect', text: inspect({ deep: { secret } }, { depth: 9, showHidden: true }) },
  { name: 'an error that quotes it', text: String(new Error(`bad ${secret.toString()}`)) },
])('$name does not show the value', ({ text }) => {
  expect(text).toContain('[secret]')
  expect(text).not.toContain('hunter2')
})

test('reveal gives the value', () => {
  expect(secret.reveal()).toBe('hunter2')
})
