import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { insertDataset } from '../../addin/insert.ts'
import type { Link } from '../../addin/links.ts'
import { changeTable, refreshTable } from '../../addin/refresh.ts'
import { plainSettings, wholeDataset, type TableChoice } from '../../addin/table-choice.ts'
import { people, startPeople } from './people.ts'
import { asUser, readTable, writeValues, type TableFixture } from './table-fixture.ts'

let fixture: TableFixture
let link: Link

beforeEach(async () => {
  fixture = await startPeople()
})

afterEach(() => fixture.stop())

async function insert(choice: Partial<TableChoice> = {}): Promise<void> {
  const settings = { ...plainSettings, choice: { ...wholeDataset, ...choice } }
  link = (await insertDataset(fixture.deps, 'people', settings, fixture.options)).link
}

async function change(choice: Partial<TableChoice>): Promise<void> {
  const settings = { ...plainSettings, choice: { ...wholeDataset, ...choice } }
  link = (await changeTable(fixture.deps, link, settings, fixture.options)).link
}

async function refresh() {
  const refreshed = await refreshTable(fixture.deps, link, fixture.options)
  ;({ link } = refreshed)
  return refreshed
}

const body = async () => (await readTable(fixture)).slice(1)

/** Gives every row a note in a column of the user's own. */
async function addNotes(): Promise<void> {
  const rows = await body()
  await asUser(fixture, async (_sheet, context) => {
    const notes = rows.map(([id]) => [`note ${String(id)}`])
    context.workbook.tables.getItemAt(0).columns.add(undefined, [['Note'], ...notes])
    await context.sync()
  })
}

const over40 = { column: 'Age', comparison: 'greater', operand: { kind: 'values', values: [40] } } as const

describe('a table with a choice', () => {
  test('shows the chosen columns and rows, and stays like that', async () => {
    await insert({ columns: ['Age', 'Id'], conditions: [over40], top: 2 })
    expect(await readTable(fixture)).toEqual([
      ['Age', 'Id'],
      [42, 'b'],
      [53, 'c'],
    ])
    fixture.dataset.publish([['a', 'Ann', 41], ['b', 'Bob', 40], ...people.slice(2)])
    expect(await refresh()).toMatchObject({ changed: 0, deleted: 1, added: 1 })
    expect(fixture.broker.seen.at(-1)?.query).toContain('since=1')
    expect((await body()).toSorted()).toEqual([
      [41, 'a'],
      [53, 'c'],
    ])
  })

  test('follows the cell that its filter is bound to', async () => {
    await writeValues(fixture, 'J20', [[50]])
    await asUser(fixture, async (sheet, context) => {
      sheet.getRange('J20').select()
      await context.sync()
    })
    const { name, address } = await fixture.deps.workbook.nameCell()
    expect([name, address]).toEqual(['Sheetbroker_filter_1', 'Sheet1!J20'])
    await asUser(fixture, async (sheet, context) => {
      sheet.getRange('A1').select()
      await context.sync()
    })
    await insert({ conditions: [{ column: 'Age', comparison: 'at-least', operand: { kind: 'cell', name } }] })
    expect((await body()).map(([id]) => id)).toEqual(['c', 'd'])
    await addNotes()
    await asUser(fixture, async (sheet, context) => {
      sheet.getRange('J20').insert('Right')
      await context.sync()
    })
    expect(await fixture.deps.workbook.describeName(name)).toBe('Sheet1!K20')
    await writeValues(fixture, 'K20', [[60]])
    await refresh()
    expect(await body()).toEqual([['d', 'Dia', 64, 'note d']])
    await writeValues(fixture, 'K20', [['']])
    await refresh()
    expect((await body()).map(([id]) => id)).toEqual(['d', 'a', 'b', 'c'])
    await writeValues(fixture, 'K20', [['old']])
    await expect(refresh()).rejects.toMatchObject({ kind: 'filter-value', details: { address: 'Sheet1!K20' } })
    await asUser(fixture, async (sheet, context) => {
      sheet.getRange('K20').delete('Up')
      await context.sync()
    })
    await expect(refresh()).rejects.toMatchObject({ kind: 'filter-cell-gone', subject: 'Age' })
  })
})

describe('changeTable', () => {
  test('shows other rows, and keeps notes with theirs', async () => {
    await insert()
    await addNotes()
    await change({ conditions: [over40] })
    expect(await body()).toEqual(people.slice(1).map((row) => [...row, `note ${String(row[0])}`]))
    expect(link.choice.conditions).toEqual([over40])
    await change({})
    expect((await body()).map((row) => row.at(-1))).toEqual(['note b', 'note c', 'note d', ''])
    expect(await refresh()).toMatchObject({ changed: 0, deleted: 0, added: 0 })
  })

  test.each([
    { what: 'other rows', choice: { conditions: [over40] }, notes: ['note b', 'note c', 'note d', ''] },
    { what: 'the first row alone', choice: { top: 1 }, notes: ['note a', 'note b'] },
    { what: 'key columns alone', choice: { columns: ['Id'] }, notes: ['note a', 'note b', 'note c', 'note d', ''] },
  ])('keeps a note in a row whose key was typed over, and the notes of $what', async ({ choice, notes }) => {
    await insert()
    await addNotes()
    await writeValues(fixture, 'A3:B3', [['zz', 'Zoe']])
    await change(choice)
    expect((await body()).map((row) => row.at(-1))).toEqual(notes)
    expect(await refresh()).toMatchObject({ changed: 0, deleted: 0, added: 0 })
  })

  test('keeps a note in a row whose key was typed over while the cell of a filter gets another value', async () => {
    await writeValues(fixture, 'J20', [[30]])
    fixture.excel.person.select('J20')
    const { name } = await fixture.deps.workbook.nameCell()
    fixture.excel.person.select('A1')
    await insert({ conditions: [{ column: 'Age', comparison: 'at-least', operand: { kind: 'cell', name } }] })
    await addNotes()
    await writeValues(fixture, 'A3:B3', [['zz', 'Zoe']])
    await writeValues(fixture, 'J20', [[60]])
    await refresh()
    expect((await body()).map((row) => [row[0], row.at(-1)])).toEqual([
      ['', 'note b'],
      ['d', 'note d'],
    ])
  })

  test('brings a column back that was deleted by hand; a refresh leaves it away', async () => {
    await insert()
    await addNotes()
    await asUser(fixture, async (_sheet, context) => {
      context.workbook.tables.getItemAt(0).columns.getItem('Name').delete()
      await context.sync()
    })
    await refresh()
    expect((await readTable(fixture))[0]).toEqual(['Id', 'Age', 'Note'])
    await change({ columns: ['Id', 'Name', 'Age'] })
    expect(await readTable(fixture)).toEqual([
      ['Id', 'Age', 'Note', 'Name'],
      ...people.map(([id, name, age]) => [id, age, `note ${String(id)}`, name]),
    ])
    fixture.dataset.publish([['a', 'Anna', 31], ...people.slice(1)])
    expect(await refresh()).toMatchObject({ changed: 1, deleted: 0, added: 0 })
    expect((await body())[0]).toEqual(['a', 31, 'note a', 'Anna'])
  })

  test('takes a column away and brings it back', async () => {
    await insert()
    await addNotes()
    await change({ columns: ['Id', 'Age'] })
    expect((await readTable(fixture))[0]).toEqual(['Id', 'Age', 'Note'])
    await change({})
    expect((await body()).map((row) => row.at(-1))).toEqual(people.map(([, name]) => name))
    expect((await body()).map((row) => row.at(-2))).toEqual(people.map(([id]) => `note ${String(id)}`))
  })
})
