import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { problems } from '../../broker/errors/problems.ts'

const page = readFileSync(new URL('../../docs/ERRORS.md', import.meta.url), 'utf8')
const row = /^\| `(?<code>[\w-]+)` \| (?<status>\d+) \| (?<again>yes|no) \| (?<meaning>.+) \| (?<cure>.+) \|$/gm

test('docs/ERRORS.md has every problem code, and no other, in the table’s order', () => {
  const documented = [...page.matchAll(row)].map(({ groups }) => [groups!['code'], groups!['status'], groups!['again']])
  const known = Object.entries(problems).map(([code, { status, retryable }]) => [
    code,
    `${status}`,
    retryable ? 'yes' : 'no',
  ])
  expect(documented).toEqual(known)
})

test('every row of docs/ERRORS.md is one that the test above reads', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| `'))
  expect(rows).toHaveLength([...page.matchAll(row)].length)
})
