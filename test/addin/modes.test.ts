import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { insertDataset } from '../../addin/insert.ts'
import { createExcelWorkbook } from '../../addin/excel.ts'
import { readLinks, type Link } from '../../addin/links.ts'
import { refreshTable, type RefreshOptions } from '../../addin/refresh.ts'
import { plainSettings, wholeDataset, type TableSettings } from '../../addin/table-choice.ts'
import type { Workbook } from '../../addin/workbook.ts'
import { interruptWorkbook, noFate } from './interrupted-workbook.ts'
import { people, startPeople } from './people.ts'
import { asUser, readTable, writeValues, type SourceRow, type TableFixture } from './table-fixture.ts'

const today = 46_144

let fixture: TableFixture
let link: Link

beforeEach(async () => {
  fixture = await startPeople()
})

afterEach(() => fixture.stop())

async function insert(settings: Partial<TableSettings>): Promise<void> {
  link = (await insertDataset(fixture.deps, 'people', { ...plainSettings, ...settings }, fixture.options)).link
  await asUser(fixture, async (_sheet, context) => {
    const table = context.workbook.tables.getItemAt(0)
    const body = table.getDataBodyRange().load('values')
    await context.sync()
    table.columns.add(undefined, [['Note'], ...body.values.map(([id]) => [`note ${String(id)}`])])
    await context.sync()
  })
}

async function refresh(options: Partial<RefreshOptions> = {}) {
  const refreshed = await refreshTable(fixture.deps, link, { ...fixture.options, ...options })
  ;({ link } = refreshed)
  return refreshed
}

const body = async () => (await readTable(fixture)).slice(1)

/** The same by changes and, where they are not known, by comparison. */
const ways = [{ way: 'changes' }, { way: 'comparison' }]

function publish(way: string, rows: readonly SourceRow[]): void {
  fixture.dataset.publish(rows)
  if (way === 'comparison') fixture.dataset.oldestKnown = fixture.dataset.revision
}

describe.each(ways)('refreshTable by $way', ({ way }) => {
  test('only adds rows in mode append', async () => {
    await insert({ mode: 'append' })
    publish(way, [
      ['a', 'Anna', 1],
      ['e', 'Eve', 5],
    ])
    expect(await refresh()).toMatchObject({ changed: 0, deleted: 0, added: 1, link: { rows: 5 } })
    expect(await body()).toEqual([...people.map((row) => [...row, `note ${String(row[0])}`]), ['e', 'Eve', 5, '']])
    expect(await refresh()).toMatchObject({ changed: 0, deleted: 0, added: 0 })
  })

  test('updates and adds, and keeps what is gone, in mode merge with keep', async () => {
    await insert({ mode: 'merge', vanished: 'keep' })
    publish(way, [
      ['a', 'Anna', 1],
      ['e', 'Eve', 5],
    ])
    expect(await refresh()).toMatchObject({ changed: 1, deleted: 0, added: 1 })
    expect((await body()).map(([id, name, , note]) => [id, name, note])).toEqual([
      ['a', 'Anna', 'note a'],
      ['b', 'Bob', 'note b'],
      ['c', 'Cem', 'note c'],
      ['d', 'Dia', 'note d'],
      ['e', 'Eve', ''],
    ])
  })

  test('deletes what is gone in mode merge with delete', async () => {
    await insert({ mode: 'merge', vanished: 'delete' })
    publish(way, people.slice(2))
    expect(await refresh()).toMatchObject({ changed: 0, deleted: 2, added: 0 })
    expect((await body()).map(([id]) => id)).toEqual(['c', 'd'])
  })

  test('says since when a row is gone in mode merge with mark, until it is back', async () => {
    await insert({ mode: 'merge', vanished: 'mark' })
    publish(way, people.slice(1))
    expect(await refresh()).toMatchObject({ changed: 1, deleted: 0, added: 0 })
    expect(await readTable(fixture)).toEqual([
      ['Id', 'Name', 'Age', 'Note', 'Gone since'],
      ['a', 'Ann', 31, 'note a', today],
      ['b', 'Bob', 42, 'note b', ''],
      ['c', 'Cem', 53, 'note c', ''],
      ['d', 'Dia', 64, 'note d', ''],
    ])
    publish(way, people.slice(2))
    await refresh()
    expect((await body()).map((row) => row.at(-1))).toEqual([today, today, '', ''])
    expect(await refresh()).toMatchObject({ changed: 0, deleted: 0, added: 0 })
    publish(way, people)
    expect(await refresh()).toMatchObject({ changed: 2, deleted: 0, added: 0 })
    expect((await body()).map((row) => row.slice(3))).toEqual(['a', 'b', 'c', 'd'].map((id) => [`note ${id}`, '']))
  })

  test("shows rows in the source's order where one was chosen, with everything that the user has in them", async () => {
    const choice = { ...wholeDataset, orderBy: [{ column: 'Age', isDescending: true }] }
    await insert({ choice })
    expect((await body()).map(([id]) => id)).toEqual(['d', 'c', 'b', 'a'])
    publish(way, [['a', 'Ann', 99], ['b', 'Bob', 1], people[3]!, ['e', 'Eve', 70]])
    await refresh()
    expect(await body()).toEqual([
      ['a', 'Ann', 99, 'note a'],
      ['e', 'Eve', 70, ''],
      ['d', 'Dia', 64, 'note d'],
      ['b', 'Bob', 1, 'note b'],
    ])
    expect(await refresh()).toMatchObject({ changed: 0, deleted: 0, added: 0 })
  })
})

describe('refreshTable', () => {
  test('gives a kept row back what it had when somebody sorts right before another is written', async () => {
    await insert({ mode: 'merge', vanished: 'keep' })
    fixture.dataset.publish([...people.slice(1, 3), ['d', 'Dora', 65]])
    let isSorted = false
    const batch: Workbook['batch'] = (anchor, record) =>
      fixture.deps.workbook.batch(anchor, (steps) => {
        const isWrite = record.toString().includes('recordGuard')
        if (isWrite && !isSorted) fixture.excel.person.sort(link.tableName, 'Id', false)
        isSorted ||= isWrite
        return record(steps)
      })
    await refreshTable({ ...fixture.deps, workbook: { ...fixture.deps.workbook, batch } }, link, fixture.options)
    expect((await body()).toReversed()).toEqual(
      [...people.slice(0, 3), ['d', 'Dora', 65]].map((row, index) => [...row, `note ${String(people[index]?.[0])}`]),
    )
  })

  test.each(['append', 'merge'] as const)(
    'leaves one of a record that two panes have added, in mode %s',
    async (mode) => {
      await insert({ mode, vanished: 'keep' })
      await asUser(fixture, async (_sheet, context) => {
        context.workbook.tables.getItemAt(0).rows.add(undefined, [['b', 'Bob', 42, '']])
        await context.sync()
      })
      fixture.dataset.publish([...people, ['e', 'Eve', 1]])
      await refresh({ checksEveryCell: true })
      expect(await body()).toEqual([...people.map((row) => [...row, `note ${String(row[0])}`]), ['e', 'Eve', 1, '']])
    },
  )

  test.each(['replace', 'merge'] as const)(
    'takes back what was typed over a cell of ours, in mode %s',
    async (mode) => {
      await insert({ mode, vanished: 'keep' })
      await writeValues(fixture, 'B3:C3', [['Bobby', '=1+1']])
      const writes = fixture.excel.counters.cellWrites
      expect(await refresh()).toMatchObject({ changed: 1, deleted: 0, added: 0 })
      expect((await body())[1]).toEqual([...people[1]!, 'note b'])
      expect(fixture.excel.counters.cellWrites - writes).toBe(2)
      expect(await refresh()).toMatchObject({ changed: 0 })
    },
  )

  test.each(['replace', 'merge'] as const)(
    'keeps what the user has in a row whose key was typed over, also where nobody can tell whose it was, in mode %s',
    async (mode) => {
      await insert({ mode })
      await writeValues(fixture, 'A3:B3', [['zz', 'Zoe']])
      fixture.dataset.publish(people.slice(1))
      await refresh()
      expect(await body()).toEqual([
        ['', '', '', 'note b'],
        [...people[2]!, 'note c'],
        [...people[3]!, 'note d'],
        [...people[1]!, ''],
      ])
      expect(await refresh()).toMatchObject({ changed: 0, deleted: 0, added: 0 })
    },
  )

  test('puts rows in order of which the user has hidden some, and hides these again', async () => {
    await insert({ choice: { ...wholeDataset, orderBy: [{ column: 'Age', isDescending: true }] } })
    const hiddenKeys = (range?: string) =>
      asUser(fixture, async (sheet, context) => {
        if (range !== undefined) sheet.getRange(range).rowHidden = true
        const cells = ['A2', 'A3', 'A4', 'A5'].map((cell) => sheet.getRange(cell).load('values,rowHidden'))
        await context.sync()
        return cells.filter(({ rowHidden }) => rowHidden).map(({ values }) => values[0]?.[0] as unknown)
      })
    expect(await hiddenKeys('3:4')).toEqual(['c', 'b'])
    fixture.dataset.publish([['a', 'Ann', 99], ['b', 'Bob', 1], ...people.slice(2)])
    await refresh()
    expect((await body()).map(([id, , , note]) => [id, note])).toEqual(
      ['a', 'd', 'c', 'b'].map((id) => [id, `note ${id}`]),
    )
    expect(await hiddenKeys()).toEqual(['c', 'b'])
  })

  test('keeps rows of one key apart when it writes cells once more', async () => {
    await insert({ mode: 'merge', vanished: 'keep' })
    fixture.excel.person.appendRow(link.tableName, ['a', '', '', 'mine'])
    await asUser(fixture, async (sheet, context) => {
      sheet.getRange('B3').numberFormat = [['General']]
      await context.sync()
    })
    fixture.dataset.publish([people[0]!, ['b', '007', 2], ...people.slice(2)])
    await refresh()
    const rows = await body()
    expect(rows.slice(0, 2)).toEqual([
      [...people[0]!, 'note a'],
      ['b', '007', 2, 'note b'],
    ])
    expect(rows.at(-1)).toEqual(['a', '', '', 'mine'])
  })

  test.each([
    { mode: 'replace', vanished: 'delete', own: ['', '', ''] },
    { mode: 'merge', vanished: 'delete', own: ['', '', ''] },
    { mode: 'merge', vanished: 'keep', own: people[1]! },
    { mode: 'append', vanished: 'delete', own: people[1]! },
  ] as const)(
    'keeps the notes of both rows of a record that the user copied, in mode $mode with $vanished',
    async ({ mode, vanished, own }) => {
      await insert({ mode, vanished })
      for (const note of ['note b', 'mine']) fixture.excel.person.appendRow(link.tableName, [...people[1]!, note])
      const expected = [...people.map((row) => [...row, `note ${String(row[0])}`]), [...own, 'mine']]
      await refresh()
      expect(await body()).toEqual(expected)
      fixture.dataset.publish([...people, ['e', 'Eve', 1]])
      await refresh()
      expect(await body()).toEqual([...expected, ['e', 'Eve', 1, '']])
    },
  )

  describe.each([{ key: ['Id'] }, { key: ['Id', 'Name'] }])('with the key $key alone', ({ key }) => {
    const reorder = (most: number) => fixture.dataset.publish([['a', 'Ann', most], ['b', 'Bob', 1], ...people.slice(2)])
    const insertKeys = async () => {
      fixture.dataset.key = key
      await insert({ choice: { ...wholeDataset, columns: key, orderBy: [{ column: 'Age', isDescending: true }] } })
    }
    const inOrder = [people[0]!, people[3]!, people[2]!, people[1]!].map((row) => [
      ...row.slice(0, key.length),
      `note ${String(row[0])}`,
    ])

    test("puts rows in the source's order", async () => {
      await insertKeys()
      reorder(99)
      await refresh()
      expect(await body()).toEqual(inOrder)
    })

    test('does so whenever the pane goes or somebody sorts on the way', async () => {
      await insertKeys()
      const happenings = Array.from({ length: 25 }, (_none, request) =>
        (['gone-before', 'gone-after', 'sorted'] as const).map((how) => ({ how, at: request + 1 })),
      )
      for (const { how, at } of happenings.flat()) {
        fixture.dataset.publish(people)
        await refresh()
        reorder(99)
        const act = () => fixture.excel.person.sort(link.tableName, 'Note', at % 2 === 0)
        const what = how === 'sorted' ? { acts: [{ at, act }] } : { ending: { at, how } }
        const workbook = interruptWorkbook(createExcelWorkbook(), { ...noFate(), ...what })
        await refreshTable({ ...fixture.deps, workbook }, link, fixture.options).catch(() => undefined)
        link = (await readLinks(fixture.deps.workbook))[0]!
        reorder(98)
        await refresh()
        expect(await body(), `${how} at ${at}`).toEqual(inOrder)
      }
    })
  })

  test('takes back a formula that has the right value today', async () => {
    await insert({})
    await writeValues(fixture, 'C3', [['=40+2']])
    await refresh()
    await asUser(fixture, async (sheet, context) => {
      const cell = sheet.getRange('C3').load('formulas')
      await context.sync()
      expect(cell.formulas).toEqual([[42]])
    })
  })
})
