import { describe, expect, test } from 'vitest'
import type { JsonRecord } from '../../../broker/dataset/flatten.ts'
import { tableDefinition } from '../../../broker/dataset/table-definition.ts'
import { createRecordMaker } from '../../../broker/dataset/table-records.ts'

function make(record: JsonRecord, definition: object): readonly JsonRecord[] {
  return createRecordMaker(tableDefinition.parse(definition), 'crm')(record)
}

const malformed = (message: RegExp) =>
  expect.objectContaining({ code: 'source-malformed', message: expect.stringMatching(message) as string }) as Error

describe('createRecordMaker', () => {
  const order = { Id: 7, Items: [{ Sku: 'a' }, { Sku: 'b' }], Note: 'n' }

  test('leaves a record as it is where nothing is defined', () => {
    expect(make(order, {})[0]).toBe(order)
  })

  test.each([
    {
      name: 'a row an element, with its position and the rest of the record beside it',
      record: order,
      expand: '/Items',
      rows: [
        { Id: 7, Items: { Sku: 'a' }, Note: 'n', _position: 1 },
        { Id: 7, Items: { Sku: 'b' }, Note: 'n', _position: 2 },
      ],
    },
    {
      name: 'elements that are plain values',
      record: { Id: 7, Tags: ['x', null] },
      expand: '/Tags',
      rows: [
        { Id: 7, Tags: 'x', _position: 1 },
        { Id: 7, Tags: null, _position: 2 },
      ],
    },
    {
      name: 'a list deep inside, and one with a slash in its name',
      record: { Id: 7, 'a/b': { list: [1], other: 2 } },
      expand: '/a~1b/list',
      rows: [{ Id: 7, 'a/b': { list: 1, other: 2 }, _position: 1 }],
    },
    {
      name: 'a list of one that is written as an object',
      record: { Items: { Sku: 'a' } },
      expand: '/Items',
      rows: [{ Items: { Sku: 'a' }, _position: 1 }],
    },
    { name: 'no row of an empty list', record: { Id: 1, Items: [] }, expand: '/Items', rows: [] },
    { name: 'no row of null', record: { Id: 1, Items: null }, expand: '/Items', rows: [] },
    { name: 'no row of nothing', record: { Id: 1 }, expand: '/Deep/Items', rows: [] },
  ])('makes $name', ({ record, expand, rows }) => {
    expect(make(record, { expand })).toEqual(rows)
  })

  test('does not take a plain value for a list', () => {
    expect(() => make({ Items: 'a,b' }, { expand: '/Items' })).toThrow(malformed(/no list at \/Items/))
  })

  test('adds constants and the name of the source to every row', () => {
    const definition = { constants: { Region: 'EMEA', Year: 2026 }, sourceColumn: 'From', expand: '/Items' }
    expect(make({ Items: [1, 2] }, definition)).toEqual([
      { Items: 1, Region: 'EMEA', Year: 2026, From: 'crm', _position: 1 },
      { Items: 2, Region: 'EMEA', Year: 2026, From: 'crm', _position: 2 },
    ])
  })

  test.each([
    { record: { Region: null }, definition: { constants: { Region: 'EMEA' } } },
    { record: { From: 'x' }, definition: { sourceColumn: 'From' } },
    { record: { _position: 1, Items: [1] }, definition: { expand: '/Items' } },
  ])('does not write over $record', ({ record, definition }) => {
    expect(() => make(record, definition)).toThrow(malformed(/column "\w+" of their own/))
  })
})
