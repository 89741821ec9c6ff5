import { describe, expect, test } from 'vitest'
import { parseDefinitionFile } from '../../../broker/dataset/definition-file.ts'
import { BrokerError } from '../../../broker/errors/broker-error.ts'

const known = { sources: new Set(['s']), datasets: new Map(), users: new Set<string>() }

function mistakesOf(dataset: object): string {
  try {
    const datasets = { d: { source: 's', request: { path: '/x' }, paging: { type: 'none' }, ...dataset } }
    parseDefinitionFile(JSON.stringify({ datasets }), known)
    return ''
  } catch (error) {
    if (error instanceof BrokerError) return error.message
    throw error
  }
}

const post = { path: '/x', method: 'POST', body: { a: 1 } }
const window = { from: 'from', to: 'to', start: '2025-01-01', cap: 10 }
const split = { parameter: 'status', values: ['open', 'shut'] }

describe('what is taken', () => {
  test.each([
    { name: 'the paging of before', dataset: { paging: { type: 'page-number', parameter: 'p', total: '/n' } } },
    { name: 'a header', dataset: { paging: { type: 'offset', parameter: { header: 'X-Offset' } } } },
    {
      name: 'a member of a POST body',
      dataset: { request: post, paging: { type: 'cursor', parameter: { body: '/after' }, next: { header: 'X-Next' } } },
    },
    { name: 'a window with a split', dataset: { window: { ...window, split } } },
  ])('$name', ({ dataset }) => {
    expect(mistakesOf(dataset)).toBe('')
  })
})

describe('mistakes', () => {
  test.each([
    { dataset: { request: { path: '/x', body: {} } }, says: 'add method: POST' },
    { dataset: { paging: { type: 'offset', parameter: { body: '/n' } } }, says: 'add method: POST' },
    { dataset: { request: post, paging: { type: 'offset', parameter: { body: '' } } }, says: 'Name a member' },
    { dataset: { paging: { type: 'offset', parameter: { cookie: 'n' } } }, says: "query parameter's name" },
    { dataset: { paging: { type: 'offset', parameter: { header: 'a b' } } }, says: 'not a header name' },
    { dataset: { paging: { type: 'cursor', parameter: 'c' } }, says: 'paging.next: ' },
    { dataset: { paging: { type: 'keyset', parameter: 'c', field: '' } }, says: '/id' },
    { dataset: { paging: { type: 'keyset', parameter: 'c', field: '/id', end: 'short-page' } }, says: 'needs a size' },
    { dataset: { paging: { type: 'cursor', parameter: 'c', next: '/n', size: 5 } }, says: 'belong together' },
    { dataset: { paging: { type: 'offset', parameter: 'o', parallel: 3 } }, says: 'parallel needs total' },
    { dataset: { paging: { type: 'offset', parameter: 'o', total: '/n', parallel: 17 } }, says: 'paging.parallel' },
    { dataset: { paging: { type: 'offset', parameter: 'o', sizeParameter: 'o', size: 9 } }, says: 'o is taken' },
    { dataset: { request: { path: '/x', query: { from: 'a' } }, window }, says: 'leave it out of the query' },
    { dataset: { window: { ...window, end: '2024-01-01' } }, says: 'before the start' },
    { dataset: { window: { ...window, cap: undefined, split } }, says: 'split needs a cap' },
    { dataset: { window: { ...window, format: 'datetime', split } }, says: 'toIs: exclusive' },
    { dataset: { window: { ...window, split: { ...split, values: ['a', 'a'] } } }, says: 'twice' },
    { dataset: { request: { path: '/x', query: { status: 'a' } }, window: { ...window, split } }, says: 'sets status' },
  ])('$says', ({ dataset, says }) => {
    expect(mistakesOf(dataset)).toContain(says)
  })
})
