import { describe, expect, test } from 'vitest'
import type { FunctionName } from '../../../addin/functions/definitions.ts'
import { readArguments } from '../../../addin/functions/question.ts'

/** The question, without its dataset; or the mistake. */
function read(name: FunctionName, ...given: readonly unknown[]): unknown {
  const result = readArguments(name, given)
  if ('mistake' in result) return result.mistake
  const { dataset, ...question } = result.question
  expect(dataset).toBe('people')
  return question
}

describe('VALUE', () => {
  test.each<{ name: string; given: readonly unknown[]; question: unknown }>([
    { name: 'a key', given: [[[12]], 'Name', []], question: { key: [12], column: 'Name' } },
    { name: 'a text', given: [[['a-1']], 'Name'], question: { key: ['a-1'], column: 'Name' } },
    { name: 'a range across', given: [[['a', 2]], 'Name', []], question: { key: ['a', 2], column: 'Name' } },
    { name: 'a range down', given: [[['a'], [2]], 'Name', []], question: { key: ['a', 2], column: 'Name' } },
    { name: 'arguments', given: [[['a']], 2, [true, 'Name']], question: { key: ['a', 2, true], column: 'Name' } },
    { name: 'nested repeats', given: [[['a']], 2, [[['Name']]]], question: { key: ['a', 2], column: 'Name' } },
    { name: 'a part left empty', given: [[['a', '']], 'Name'], question: { key: ['a', ''], column: 'Name' } },
    {
      name: 'numbers with a format',
      given: [[[{ type: 'FormattedNumber', basicValue: 45292, numberFormat: 'yyyy' }]], 'Name'],
      question: { key: [45292], column: 'Name' },
    },
  ])('takes as key $name', ({ given, question }) => {
    expect(read('VALUE', 'people', ...given)).toEqual({ kind: 'value', ...(question as object) })
  })

  test.each([
    { given: [[['']], 'Name'], mistake: 'no-key' },
    { given: [[[null]], 'Name'], mistake: 'no-key' },
    { given: [[[1]], ''], mistake: 'no-column' },
    { given: [[[1]], 5], mistake: 'no-column' },
    { given: [[[1]], null, []], mistake: 'no-column' },
  ])('is wrong: $mistake', ({ given, mistake }) => {
    expect(read('VALUE', 'people', ...given)).toBe(mistake)
  })
})

describe('COUNT and SUM', () => {
  test.each<{ criteria: readonly unknown[]; meant: unknown }>([
    { criteria: [], meant: {} },
    { criteria: [[]], meant: {} },
    { criteria: [['Pay gt 5']], meant: { filter: 'Pay gt 5' } },
    { criteria: [['Status', 'Open']], meant: { where: [{ column: 'Status', value: 'Open' }] } },
    {
      criteria: [['Status', 'Open', 'Town', null]],
      meant: {
        where: [
          { column: 'Status', value: 'Open' },
          { column: 'Town', value: null },
        ],
      },
    },
    {
      criteria: [['IsActive', true, 'Pay gt 5']],
      meant: { where: [{ column: 'IsActive', value: true }], filter: 'Pay gt 5' },
    },
    {
      criteria: [['Status', "' or 1 eq 1 or Status eq '"]],
      meant: { where: [{ column: 'Status', value: "' or 1 eq 1 or Status eq '" }] },
    },
  ])('read criteria: $criteria', ({ criteria, meant }) => {
    expect(read('COUNT', 'people', ...criteria)).toEqual({ kind: 'count', ...(meant as object) })
    expect(read('SUM', 'people', 'Pay', ...criteria)).toEqual({ kind: 'sum', column: 'Pay', ...(meant as object) })
  })

  test.each([
    { criteria: [['', 'Open']], mistake: 'no-column' },
    { criteria: [[5, 'Open']], mistake: 'no-column' },
    { criteria: [['Status', 'Open', '']], mistake: 'no-filter' },
    { criteria: [[7]], mistake: 'no-filter' },
  ])('are wrong: $criteria', ({ criteria, mistake }) => {
    expect(read('COUNT', 'people', ...criteria)).toBe(mistake)
  })
})

test('LOOKUP searches one column', () => {
  const where = [{ column: 'Email', value: 'a@example.com' }]
  expect(read('LOOKUP', 'people', 'Email', 'a@example.com', 'Name')).toEqual({ kind: 'lookup', column: 'Name', where })
  expect(read('LOOKUP', 'people', 'Email', '', 'Name')).toBe('no-search-value')
  expect(read('LOOKUP', 'people', '', 'x', 'Name')).toBe('no-column')
  expect(read('LOOKUP', 'people', 'Email', 'x', null)).toBe('no-column')
})

test('every function needs a dataset', () => {
  expect(read('REFRESHED', ' people ')).toEqual({ kind: 'refreshed' })
  for (const name of ['VALUE', 'COUNT', 'SUM', 'LOOKUP', 'REFRESHED'] as const)
    for (const wrong of ['', ' ', null, 5, undefined])
      expect(readArguments(name, [wrong])).toEqual({ mistake: 'no-dataset' })
})

test('a whole column is not taken for a key or for criteria', () => {
  const column = Array.from({ length: 1_048_576 }, () => [null])
  expect(read('VALUE', 'people', column, 'Name')).toBe('too-many-cells')
  expect(read('COUNT', 'people', 'Status', column)).toBe('too-many-cells')
})
