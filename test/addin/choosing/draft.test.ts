import { describe, expect, test } from 'vitest'
import type { ColumnBody } from '../../../broker/http/contract.ts'
import { foresee } from '../../../addin/choosing/change.ts'
import { chosenNames } from '../../../addin/choosing/columns.ts'
import { finishDraft, readTop, startDraft, typesOf } from '../../../addin/choosing/draft.ts'
import {
  withAllColumns,
  withColumns,
  withMovedColumn,
  withNewCondition,
  withNewOrder,
  withOrder,
  withTexts,
  withToggledColumn,
} from '../../../addin/choosing/edits.ts'
import { noMemory } from '../../../addin/link-memory.ts'
import type { Link } from '../../../addin/links.ts'
import { plainSettings, wholeDataset, type TableSettings } from '../../../addin/table-choice.ts'

const columns: readonly ColumnBody[] = [
  { name: 'Id', type: 'integer' },
  { name: 'Name', type: 'text' },
  { name: 'Town', type: 'text' },
  { name: 'Since', type: 'date' },
]
const known = { columns, key: ['Id'] }
const types = typesOf(known)
const plain = startDraft(known, plainSettings)

const settings: TableSettings = {
  choice: {
    columns: ['Since', 'Id'],
    conditions: [
      { column: 'Name', comparison: 'one-of', operand: { kind: 'values', values: ['Ann', 'Zoë'] } },
      { column: 'Since', comparison: 'at-least', operand: { kind: 'cell', name: 'Sheetbroker_filter_1' } },
    ],
    orderBy: [
      { column: 'Town', isDescending: false },
      { column: 'Since', isDescending: true },
    ],
    top: 500,
  },
  mode: 'merge',
  vanished: 'mark',
}

describe('a draft', () => {
  test('of settings means these settings', () => {
    expect(finishDraft(startDraft(known, settings), types)).toEqual(settings)
    expect(finishDraft(plain, types)).toEqual(plainSettings)
  })

  test('leaves out what the dataset has not got any more', () => {
    const draft = startDraft({ columns: columns.slice(0, 2), key: ['Id'] }, settings)
    expect(finishDraft(draft, types)?.choice).toEqual({
      columns: ['Id'],
      conditions: [settings.choice.conditions[0]],
      orderBy: [],
      top: 500,
    })
  })

  test('means nothing while something in it is wrong', () => {
    const open = withNewCondition(plain, types)
    expect(finishDraft(open, types)).toBeUndefined()
    expect(finishDraft(withTexts(open, open.conditions[0]!.id, ['A']), types)).toBeDefined()
    expect(finishDraft({ ...plain, top: '1.5' }, types)).toBeUndefined()
  })

  test.each([
    ['', undefined],
    [' 500 ', 500],
    ['0', 'wrong'],
    ['-1', 'wrong'],
    ['1e3', 'wrong'],
    ['12345678901', 'wrong'],
  ])('whose limit is %j has %j', (text, top) => {
    expect(readTop(text)).toBe(top)
  })
})

describe('columns', () => {
  test('of the key are always chosen, first when not named', () => {
    const draft = startDraft(known, { ...plainSettings, choice: { ...wholeDataset, columns: ['Town'] } })
    expect(chosenNames(draft.columns)).toEqual(['Id', 'Town'])
    expect(chosenNames(withToggledColumn(draft, 'Id').columns)).toEqual(['Id', 'Town'])
    expect(chosenNames(withColumns(draft, new Set(['Id', 'Town']), false).columns)).toEqual(['Id'])
  })

  test('follow the dataset until one is ticked or moved, and again when asked', () => {
    const moved = withMovedColumn(plain, 'Since', 0)
    expect(finishDraft(moved, types)?.choice.columns).toEqual(['Since', 'Id', 'Name', 'Town'])
    expect(finishDraft(withToggledColumn(plain, 'Town'), types)?.choice.columns).toEqual(['Id', 'Name', 'Since'])
    expect(finishDraft(withAllColumns(moved, known), types)).toEqual(plainSettings)
  })

  test.each([
    [-5, ['Town', 'Id', 'Name', 'Since']],
    [1, ['Id', 'Town', 'Name', 'Since']],
    [3, ['Id', 'Name', 'Since', 'Town']],
    [99, ['Id', 'Name', 'Since', 'Town']],
  ])('move to place %d', (to, order) => {
    expect(withMovedColumn(plain, 'Town', to).columns.map(({ name }) => name)).toEqual(order)
  })
})

describe('sorting', () => {
  test('takes each column once: choosing one that another line has swaps them', () => {
    const two = withNewOrder(withNewOrder(plain))
    expect(two.orderBy.map(({ column }) => column)).toEqual(['Name', 'Town'])
    const swapped = withOrder(two, two.orderBy[1]!.id, { column: 'Name', isDescending: true })
    expect(swapped.orderBy.map(({ column, isDescending }) => [column, isDescending])).toEqual([
      ['Town', false],
      ['Name', true],
    ])
  })
})

describe('what a change will do', () => {
  const link: Link = {
    ...{ tableId: 't', tableName: 'T', dataset: 'd', title: 'D', brokerUrl: 'https://b', revision: 1, rows: 3 },
    ...{ digest: '', key: ['Id'], refreshedAt: '', refreshedBy: '', isUnfinished: false, memory: noMemory },
    columns: ['Id', 'Name', 'Gone'].map((name) => ({ name, type: 'text', header: name, columnId: name })),
    ...settings,
  }

  test('names the columns that come and go, and the rows', () => {
    expect(foresee(link, { ...plainSettings, choice: { ...wholeDataset, columns: ['Town'] } }, known, 900)).toEqual({
      addedColumns: ['Town'],
      removedColumns: ['Name'],
      rowsBefore: 3,
      rowsAfter: 900,
      isSame: false,
    })
  })

  test('says no number of rows where rows are kept, and knows when nothing changes', () => {
    expect(foresee(link, settings, known, 900)).toMatchObject({ rowsAfter: undefined, isSame: true })
    expect(foresee(link, { ...plainSettings, choice: settings.choice }, known, 900).rowsAfter).toBe(500)
  })
})
