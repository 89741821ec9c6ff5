import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { wholeDataset } from '../../addin/table-choice.ts'
import { linksNamespace, parseLinks, printLinks, type Link } from '../../addin/links.ts'

const link: Link = {
  tableId: '{00000000-0001}',
  tableName: 'Jobs_data',
  dataset: 'jobs',
  title: 'Jobs <open> & "closed"',
  brokerUrl: 'https://broker.example',
  revision: 7,
  rows: 3,
  digest: '3-a-b',
  key: ['Second', 'First'],
  columns: [
    { name: 'First', type: 'text', header: 'First', columnId: '1' },
    { name: 'Second', type: 'date', header: "It's\nsecond", columnId: '2' },
    { name: 'Third', type: 'decimal', header: 'Third', columnId: '3' },
  ],
  refreshedAt: '2026-05-01T10:00:00.000Z',
  refreshedBy: 'Ana',
  isUnfinished: false,
  choice: {
    columns: ['Second', 'First'],
    conditions: [
      { column: 'First', comparison: 'one-of', operand: { kind: 'values', values: ['a "b" <c> & \n', 1, true] } },
      { column: 'Second', comparison: 'at-least', operand: { kind: 'cell', name: 'Since' } },
    ],
    orderBy: [{ column: 'Third', isDescending: true }],
    top: 500,
  },
  mode: 'merge',
  vanished: 'mark',
}

describe('links', () => {
  test('survive being printed and read', () => {
    const links = [
      link,
      { ...link, tableId: '3', choice: wholeDataset },
      { ...link, tableId: '2', isUnfinished: true, key: [] },
    ]
    expect(parseLinks(printLinks(links))).toEqual(links)
    expect(printLinks(links)).toContain(`xmlns="${linksNamespace}"`)
  })

  test('survive with any text in them, and leave no way out of an attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (title) => {
        const xml = printLinks([{ ...link, title }])
        expect(parseLinks(xml)[0]?.title).toBe(title)
        expect(xml.match(/<link /g)).toHaveLength(1)
      }),
    )
  })

  test('are read as another program may have printed them', () => {
    const xml = `<?xml version='1.0'?>\n<s:links xmlns:s='${linksNamespace}'>
      <s:link tableId='t' dataset="jobs" revision="2" title='A &amp; B &#x41;'><s:column name='Id' type='integer' key='1'></s:column></s:link>
      <s:link tableId="no dataset"/></s:links>`
    expect(parseLinks(xml)).toMatchObject([
      { tableId: 't', title: 'A & B A', key: ['Id'], columns: [{ header: 'Id' }] },
    ])
  })

  test('of older versions show the whole dataset', () => {
    const xml = '<links><link tableId="t" dataset="jobs" revision="2"/></links>'
    expect(parseLinks(xml)).toMatchObject([{ choice: wholeDataset, mode: 'replace', vanished: 'delete' }])
  })

  test.each(['{', '[]', '{"columns":[1],"conditions":[],"orderBy":[]}', '{"conditions":[],"orderBy":[],"top":0}'])(
    'whose choice is %s are left out, rather than showing another one',
    (choice) => {
      const xml = printLinks([{ ...link, choice: wholeDataset }]).replace('choice=""', `choice='${choice}'`)
      expect(parseLinks(xml)).toEqual([])
    },
  )

  test('that make no sense are left out', () => {
    expect(parseLinks('<links><link tableId="t" dataset="d" revision="many"/></links>')).toEqual([])
    expect(parseLinks('not xml')).toEqual([])
  })
})
