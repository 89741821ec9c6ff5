import { describe, expect, test } from 'vitest'
import { parseDefinitionFile, type KnownNames } from '../../../broker/dataset/definition-file.ts'
import { BrokerError } from '../../../broker/errors/broker-error.ts'

const nothingKnown: KnownNames = { sources: new Set(), datasets: new Map(), users: new Set() }

const good = `
sources:
  api:
    baseUrl: https://api.example.com
    auth: { method: client_secret_post, tokenUrl: https://api.example.com/token, clientId: abc }
datasets:
  people:
    source: api
    request: { path: /people, query: { active: true, limit: 100 } }
    paging: { type: link-header }
    key: [id]
users:
  ada@example.com: { displayName: Ada }
grants:
  - { user: ada@example.com, dataset: people, columns: [id, name] }
`

function detailsOf(text: string, known = nothingKnown): string[] {
  try {
    parseDefinitionFile(text, known)
  } catch (error) {
    if (error instanceof BrokerError) return error.details.map((detail) => `${detail.at} ${detail.message}`)
    throw error
  }
  return []
}

describe('parseDefinitionFile', () => {
  test('takes a whole file, with defaults and query values as text', () => {
    const file = parseDefinitionFile(good, nothingKnown)
    expect(file.datasets['people']).toMatchObject({
      request: { query: { active: 'true', limit: '100' } },
      records: '',
      freshnessSeconds: 0,
    })
    expect(file.grants).toHaveLength(1)
  })

  test('takes JSON, being YAML', () => {
    expect(parseDefinitionFile('{"users": {"ada": {}}}', nothingKnown).users).toEqual({ ada: {} })
  })

  test.each([
    ['user: { ada: {} }', '1:7 user: There is no such setting here; there are sources, datasets, users, grants.'],
    [good.replace('columns:', 'column:'), 'there are user, dataset, columns.'],
    [good.replace('clientId:', 'client:'), 'sources.api.auth.client: There is no such setting here; there are method,'],
    [good.replace('clientId: abc', 'clientId: abc, clientSecret: x'), 'give it to npx sheetbroker secret set SOURCE.'],
    ['users: { ada: Ada }', '1:15 users.ada: Write a map (name: value; {} for an empty one) here.'],
  ])('says what there is instead of what is not: %#', (text, says) => {
    expect(detailsOf(text).join('\n')).toContain(says)
  })

  test('takes an empty file', () => {
    expect(parseDefinitionFile('', nothingKnown).grants).toEqual([])
  })

  test('takes names that exist already', () => {
    const text = 'grants: [{ user: ada, dataset: people }]'
    const people = parseDefinitionFile(good, nothingKnown).datasets['people']!
    expect(detailsOf(text)).toHaveLength(2)
    expect(
      detailsOf(text, { sources: new Set(), datasets: new Map([['people', people]]), users: new Set(['ada']) }),
    ).toEqual([])
  })

  test('reports every mistake with its line, in the order of the file', () => {
    const text = `sources:
  Api:
    baseUrl: http://api.example.com
    auth: { method: magic, tokenUrl: nowhere, clientId: abc }
    colour: red
datasets:
  people:
    source: other
    request: { path: people }
    paging: { type: page-number }
    window: { from: a, to: b, start: 2024-02-30 }
users:
  "a b": {}
grants:
  - { user: x, dataset: y }
  - { user: x, dataset: y }
`
    const lines = detailsOf(text).map((detail) => Number(detail.split(':')[0]))
    expect(lines).toEqual(lines.toSorted((a, b) => a - b))
    expect(new Set(lines)).toEqual(new Set([3, 4, 5, 8, 9, 10, 11, 13, 15, 16]))
  })

  test.each([
    { name: 'broken YAML', text: 'a: [', line: '1:5' },
    { name: 'a list for a map', text: '[1]', line: '1:1' },
    { name: 'a repeated name', text: 'users:\n  a: {}\n  a: {}', line: '3:3' },
    { name: 'an alias of nothing', text: 'users: *nobody', line: '1:' },
    {
      name: 'a password in a URL',
      text: good.replace('https://api.example.com\n', 'https://u:p@api.example.com\n'),
      line: '4:14',
    },
    { name: 'a grant without the key', text: good.replace('[id, name]', '[name]'), line: '15:56' },
  ])('names the place of $name', ({ text, line }) => {
    const details = detailsOf(text)
    expect(details).toHaveLength(1)
    expect(details[0]).toMatch(new RegExp(`^${line}`))
  })

  test.each([
    {
      name: 'another way of paging',
      text: good.replace('link-header', 'foo'),
      words: 'Write one of: none, page-number',
    },
    { name: 'an empty text', text: good.replace('key: [id]', "key: ['']"), words: 'This must not be empty.' },
    { name: 'two documents', text: `${good}---\nusers: {}\n`, words: 'apply takes one' },
    { name: 'a name that stands twice', text: 'users:\n  a: {}\n  a: {}', words: 'stands twice' },
  ])('says in plain words what to do about $name', ({ text, words }) => {
    expect(detailsOf(text).join('\n')).toContain(words)
  })

  test.each([
    '{format: money, currency: EUR}',
    '{format: money}',
    '{type: integer, format: percent}',
    '{format: percent-points}',
  ])('takes a column with %s', (rule) => {
    expect(detailsOf(good.replace('key: [id]', `key: [id]\n    columns: {Share: ${rule}}`))).toEqual([])
  })

  test.each([
    { rule: '{type: text, format: money}', words: 'format: A column of type text has no format' },
    { rule: '{type: date, format: percent}', words: 'format: A column of type date has no format' },
    { rule: '{format: dollars}', words: 'format: Write one of: money, percent, percent-points.' },
    { rule: '{format: money, currency: eur}', words: 'currency: Write the three capital letters of ISO 4217' },
    { rule: '{format: money, currency: EURO}', words: 'currency: Write the three capital letters of ISO 4217' },
    { rule: '{format: percent, currency: EUR}', words: 'currency: A currency goes with format: money.' },
    { rule: '{type: decimal, currency: EUR}', words: 'currency: A currency goes with format: money.' },
  ])('says what is wrong with a column of $rule', ({ rule, words }) => {
    const details = detailsOf(good.replace('key: [id]', `key: [id]\n    columns: {Share: ${rule}}`))
    expect(details).toHaveLength(1)
    expect(details[0]).toContain(`datasets.people.columns.Share.${words}`)
  })

  test('does not repeat what was written, which may be a secret in the wrong place', () => {
    const text = good.replace('clientId: abc', 'clientId: abc, clientSecret: hunter2')
    expect(detailsOf(text).join()).not.toContain('hunter2')
  })
})
