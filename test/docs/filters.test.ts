import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { mostCharacters, mostItems, mostLevels, parseFilter } from '../../broker/query/filter/parse-filter.ts'
import { functionRules, operatorRules } from '../../broker/query/filter/rules.ts'

const page = readFileSync(new URL('../../docs/API.md', import.meta.url), 'utf8')
const section = page.slice(page.indexOf('### Filters'), page.indexOf('## Pulls'))

test('docs/API.md names every function, operator and limit of filters', () => {
  const words = new Set(section.match(/\w+/g))
  expect([...functionRules.keys(), 'now', ...Object.keys(operatorRules)].filter((name) => !words.has(name))).toEqual([])
  expect(section).toContain(`${mostCharacters.toLocaleString('en')} characters, ${mostLevels} levels`)
  expect(section).toContain(`${mostItems.toLocaleString('en')} values`)
})

test.each([
  "O''Neil",
  'not (A eq 1)',
  "tolower(Name) eq 'zoë'",
  "Name ne 'x'",
  'null or true',
  '7 div 2',
  "duration'P1DT12H'",
])('docs/API.md shows a filter that can be read: %s', (filter) => {
  expect(section).toContain(filter)
  expect(() => parseFilter(filter.startsWith('O') ? `'${filter}'` : filter)).not.toThrow()
})
