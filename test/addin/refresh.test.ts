import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { insertDataset } from '../../addin/insert.ts'
import { readLinks, saveLink, type Link } from '../../addin/links.ts'
import { refreshTable, type RefreshOptions } from '../../addin/refresh.ts'
import { plainSettings } from '../../addin/table-choice.ts'
import { people, peopleColumns } from './people.ts'
import {
  asUser,
  readTable,
  readValues,
  settle,
  startTables,
  TinyDataset,
  writeValues,
  type SourceRow,
  type TableFixture,
} from './table-fixture.ts'

let fixture: TableFixture
let link: Link

async function start(dataset: TinyDataset, rows: readonly SourceRow[]): Promise<void> {
  fixture = await startTables(dataset)
  dataset.publish(rows)
  await asUser(fixture, async (sheet, context) => {
    sheet.getRange('B3').select()
    await context.sync()
  })
  link = (await insertDataset(fixture.deps, 'people', plainSettings, fixture.options)).link
  await settle(fixture)
}

beforeEach(() => start(new TinyDataset(peopleColumns, ['Id']), people))

afterEach(() => fixture.stop())

async function refresh(options: Partial<RefreshOptions> = {}) {
  const refreshed = await refreshTable(fixture.deps, link, { ...fixture.options, ...options })
  ;({ link } = refreshed)
  return refreshed
}

/** A column of the user's own beside ours, in the table. */
async function addNotes(notes: readonly string[]): Promise<void> {
  await asUser(fixture, async (_sheet, context) => {
    const table = context.workbook.tables.getItemAt(0)
    table.columns.add(undefined, [['Note'], ...notes.map((note) => [note])])
    await context.sync()
  })
}

const body = async () => (await readTable(fixture)).slice(1)

describe('refreshTable', () => {
  test('writes nothing and reads no rows when the source is unchanged', async () => {
    const before = { writes: fixture.excel.counters.cellWrites, seen: fixture.broker.seen.length }
    const refreshed = await refresh()
    expect(refreshed).toMatchObject({ changed: 0, deleted: 0, added: 0 })
    expect(fixture.excel.counters.cellWrites).toBe(before.writes)
    expect(fixture.broker.seen.slice(before.seen).map(({ path }) => path)).toEqual([
      '/api/v1/datasets/people/pulls',
      '/api/v1/pulls/p/events',
    ])
  })

  test('updates, removes and adds rows, and leaves all else as it was', async () => {
    await addNotes(['note a', 'note b', 'note c', '=1+1'])
    await writeValues(fixture, 'G4:G7', [['right'], ['of'], ['the'], ['table']])
    await writeValues(fixture, 'B1:C1', [['above', 'it']])
    fixture.dataset.publish([
      ['a', 'Ann', 32],
      ['d', 'Dia', 64],
      ['c', 'Cemil', 53],
      ['e', '=Eve', 21],
    ])
    const writes = fixture.excel.counters.cellWrites
    const refreshed = await refresh()
    expect(refreshed).toMatchObject({ changed: 2, deleted: 1, added: 1, link: { revision: 2, rows: 4 } })
    expect(await body()).toEqual([
      ['a', 'Ann', 32, 'note a'],
      ['c', 'Cemil', 53, 'note c'],
      ['d', 'Dia', 64, 2],
      ['e', '=Eve', 21, ''],
    ])
    expect(fixture.excel.counters.cellWrites - writes).toBe(1 + 1 + 3)
    expect(await readValues(fixture, 'G4:G7')).toEqual([['right'], ['of'], ['the'], ['table']])
    expect(await readValues(fixture, 'B1:C1')).toEqual([['above', 'it']])
    expect(fixture.broker.seen.at(-1)).toMatchObject({ query: '?since=1' })
    expect(await readLinks(fixture.deps.workbook)).toEqual([link])
  })

  test('keeps what stands below the table at its place when rows go', async () => {
    await writeValues(fixture, 'B9:C9', [['total', '=SUM(D4:D7)']])
    fixture.dataset.publish(people.slice(0, 2))
    await refresh()
    expect(await readValues(fixture, 'B9')).toEqual([['total']])
    expect(await readValues(fixture, 'B6:D8')).toEqual([
      ['', '', ''],
      ['', '', ''],
      ['', '', ''],
    ])
    expect(await body()).toHaveLength(2)
  })

  test('asks before it grows over something, and has written nothing by then', async () => {
    await writeValues(fixture, 'B9', [['total']])
    await writeValues(fixture, 'F9', [['beside']])
    fixture.dataset.publish([['a', 'Ann', 1], ...people.slice(1), ['e', 'Eve', 1], ['f', 'Fox', 2], ['g', 'Gil', 3]])
    const writes = fixture.excel.counters.cellWrites
    await expect(refresh()).rejects.toMatchObject({
      kind: 'growth-blocked',
      details: {
        obstacle: {
          cells: 1,
          address: 'Sheet1!B9',
          text: 'total',
          table: undefined,
          hasMergedCells: false,
          isBeside: false,
        },
      },
    })
    expect(fixture.excel.counters.cellWrites).toBe(writes)
    expect(await readLinks(fixture.deps.workbook)).toEqual([link])
    await refresh({ growth: 'insert', remembersGrowth: true })
    expect(await body()).toHaveLength(7)
    expect(await readValues(fixture, 'B12')).toEqual([['total']])
    expect(await readValues(fixture, 'F9')).toEqual([['beside']])
    fixture.dataset.publish([...fixture.dataset.rows, ['h', 'Hal', 1], ['i', 'Ida', 2], ['j', 'Jon', 3]])
    await refresh()
    expect(await readValues(fixture, 'B15')).toEqual([['total']])
  })

  test.each([
    { what: 'a table that begins beside it', cells: 'A9:C10', from: 'A9', to: 'A12' },
    { what: 'merged cells', cells: 'D9:F9', from: 'D9', to: 'D12' },
  ])('moves $what out of its way whole', async ({ cells, from, to }) => {
    await asUser(fixture, async (sheet, context) => {
      const range = sheet.getRange(cells)
      if (cells === 'D9:F9') range.merge()
      else context.workbook.tables.add(range, true)
      sheet.getRange(from).values = [['theirs']]
      await context.sync()
    })
    fixture.dataset.publish([...people, ['e', 'Eve', 1], ['f', 'Fox', 2]])
    await expect(refresh()).rejects.toMatchObject({ kind: 'growth-blocked' })
    await refresh({ growth: 'move' })
    expect(await body()).toHaveLength(6)
    expect(await readValues(fixture, to)).toEqual([['theirs']])
    const { tables, merges } = fixture.excel.workbook
    const places = [...tables.slice(1), ...merges].map(({ area }) => [area.row, area.rowCount, area.columnCount])
    expect(places).toEqual([[11, cells === 'D9:F9' ? 1 : 2, 3]])
  })

  test('takes cells that only have a format for free', async () => {
    await asUser(fixture, async (sheet, context) => {
      sheet.getRange('B8:D9').format.fill.color = '#ff0000'
      await context.sync()
    })
    fixture.dataset.publish([...people, ['e', 'Eve', 1]])
    expect(await refresh()).toMatchObject({ added: 1 })
  })

  test('adds rows above a total row', async () => {
    await asUser(fixture, async (_sheet, context) => {
      context.workbook.tables.getItemAt(0).showTotals = true
      await context.sync()
    })
    fixture.dataset.publish([...people.slice(1), ['e', 'Eve', 1], ['f', 'Fox', 2]])
    await refresh()
    const cells = await readTable(fixture)
    expect(cells.slice(1, 6).map(([id]) => id)).toEqual(['b', 'c', 'd', 'e', 'f'])
    expect(cells).toHaveLength(7)
    expect(cells[6]).toContain('Total')
  })

  test('follows rows and columns that the user has moved', async () => {
    await addNotes(['note a', 'note b', 'note c', 'note d'])
    // Rows reversed, a column of the user's between ours, two rows inserted above the table.
    await asUser(fixture, async (sheet, context) => {
      const table = context.workbook.tables.getItemAt(0)
      const rows = table.getDataBodyRange().load('values')
      await context.sync()
      table.getDataBodyRange().values = rows.values.toReversed()
      table.columns.add(1, [['Mine'], ['4'], ['3'], ['2'], ['1']])
      sheet.getRange('1:2').insert('Down')
      await context.sync()
    })
    fixture.dataset.publish([['a', 'Ann', 99], people[1]!, people[3]!, ['e', 'Eve', 1]])
    await refresh()
    expect(await body()).toEqual([
      ['d', '4', 'Dia', 64, 'note d'],
      ['b', '2', 'Bob', 42, 'note b'],
      ['a', '1', 'Ann', 99, 'note a'],
      ['e', '', 'Eve', 1, ''],
    ])
  })

  test('empties a table and fills it again', async () => {
    await addNotes(['note a', 'note b', 'note c', 'note d'])
    fixture.dataset.publish([])
    await refresh()
    expect(await body()).toEqual([['', '', '', '']])
    fixture.dataset.publish(people.slice(0, 2))
    await refresh()
    expect(await body()).toEqual([
      ['a', 'Ann', 31, ''],
      ['b', 'Bob', 42, ''],
    ])
  })

  test('replaces every row at once', async () => {
    fixture.dataset.publish([
      ['x', 'Xia', 1],
      ['y', 'Yul', 2],
    ])
    await refresh()
    expect((await body()).map(([id]) => id)).toEqual(['x', 'y'])
  })

  test('empties a cell that has no value any more', async () => {
    fixture.dataset.publish([['a', null, null], ...people.slice(1)])
    await refresh()
    expect((await body())[0]).toEqual(['a', '', ''])
  })
})

describe('refreshTable, with rows that are not as they were left,', () => {
  test.each([
    { name: 'a row deleted by hand', damage: (sheet: Excel.Worksheet) => sheet.getRange('B5:D5').delete('Up') },
    { name: 'a key cleared', damage: (sheet: Excel.Worksheet) => void (sheet.getRange('B5').values = [['']]) },
    { name: 'a key typed over', damage: (sheet: Excel.Worksheet) => void (sheet.getRange('B5').values = [['zz']]) },
    { name: 'a key doubled', damage: (sheet: Excel.Worksheet) => void (sheet.getRange('B5').values = [['a']]) },
    {
      name: 'a row typed below',
      damage: (sheet: Excel.Worksheet) => void (sheet.getRange('B8:D8').values = [['q', 'Q', 1]]),
    },
  ])('mends $name, also when the source is unchanged', async ({ damage }) => {
    await asUser(fixture, async (sheet, context) => {
      damage(sheet)
      await context.sync()
    })
    await refresh()
    const byId = (await body()).toSorted((one, other) => String(one[0]).localeCompare(String(other[0])))
    expect(byId).toEqual(people)
  })

  test("gives a damaged key back to its row, so that the user's note stays with it", async () => {
    await addNotes(['note a', 'note b', 'note c', 'note d'])
    await writeValues(fixture, 'B5', [['a']])
    await refresh()
    expect(await body()).toEqual(people.map((row, index) => [...row, `note ${'abcd'[index]!}`]))
  })

  test("leaves a row that is the user's own", async () => {
    await addNotes(['note a', 'note b', 'note c', 'note d'])
    await asUser(fixture, async (_sheet, context) => {
      context.workbook.tables.getItemAt(0).rows.add(undefined, [['', '', '', 'remember the milk']])
      await context.sync()
    })
    fixture.dataset.oldestKnown = 99
    fixture.dataset.publish(people.slice(1))
    await refresh()
    expect((await body()).map(([id, , , note]) => [id, note])).toEqual([
      ['b', 'note b'],
      ['c', 'note c'],
      ['d', 'note d'],
      ['', 'remember the milk'],
    ])
  })
})

describe('refreshTable, when the dataset itself changes,', () => {
  test('compares everything when changes since the revision are not known', async () => {
    fixture.dataset.publish([['a', 'Ann', 1], ...people.slice(2)])
    fixture.dataset.oldestKnown = 2
    expect(await refresh()).toMatchObject({ changed: 1, deleted: 1, added: 0 })
    expect(await body()).toEqual([['a', 'Ann', 1], ...people.slice(2)])
  })

  test('adds a new column at the right end, and says which columns are gone', async () => {
    await addNotes(['note a', 'note b', 'note c', 'note d'])
    fixture.dataset.columns = [peopleColumns[0]!, peopleColumns[2]!, { name: 'Since', type: 'date' }]
    fixture.dataset.publish(people.map(([id = null, , age = null]) => [id, age, '2026-01-01']))
    const refreshed = await refresh()
    expect(refreshed.orphanedColumns).toEqual(['Name'])
    expect(await readTable(fixture)).toEqual([
      ['Id', 'Name', 'Age', 'Note', 'Since'],
      ...people.map((row, index) => [...row, `note ${'abcd'[index]!}`, 46_023]),
    ])
  })

  test('changes the format with the type', async () => {
    fixture.dataset.columns = [peopleColumns[0]!, peopleColumns[1]!, { name: 'Age', type: 'text' }]
    fixture.dataset.publish(people.map(([id = null, name = null, age]) => [id, name, `0${String(age)}`]))
    await refresh()
    expect((await body())[0]).toEqual(['a', 'Ann', '031'])
  })

  test('does not bring back a column that the user removed', async () => {
    await asUser(fixture, async (_sheet, context) => {
      context.workbook.tables.getItemAt(0).columns.getItem('Name').delete()
      await context.sync()
    })
    fixture.dataset.publish([['a', 'Ann', 1], ...people.slice(1)])
    expect(await refresh()).toMatchObject({ removedColumns: ['Name'] })
    expect((await body())[0]).toEqual(['a', 1])
  })

  test('follows a header that the user renamed', async () => {
    await writeValues(fixture, 'D3', [['Alter']])
    fixture.dataset.publish([['a', 'Ann', 1], ...people.slice(1)])
    await refresh()
    expect((await readTable(fixture)).slice(0, 2)).toEqual([
      ['Id', 'Name', 'Alter'],
      ['a', 'Ann', 1],
    ])
    expect(link.columns[2]).toMatchObject({ name: 'Age', header: 'Alter' })
  })

  test('leaves a column of the user alone that has got the name of one of ours', async () => {
    await addNotes(['n1', 'n2', 'n3', 'n4'])
    await writeValues(fixture, 'C3:E3', [['Title', 'Years', 'Name']])
    fixture.dataset.publish([['a', 'Anna', 7], ...people.slice(1)])
    await refresh()
    expect((await readTable(fixture)).slice(0, 3)).toEqual([
      ['Id', 'Title', 'Years', 'Name'],
      ['a', 'Anna', 7, 'n1'],
      [...people[1]!, 'n2'],
    ])
    expect(link.columns[1]).toMatchObject({ name: 'Name', header: 'Title' })
  })

  test('follows headers that two columns of ours have taken over from one another', async () => {
    await writeValues(fixture, 'C3', [['Title']])
    await writeValues(fixture, 'D3', [['Name']])
    fixture.dataset.publish([['a', 'Anna', 7], ...people.slice(1)])
    await refresh()
    expect((await readTable(fixture)).slice(0, 2)).toEqual([
      ['Id', 'Title', 'Name'],
      ['a', 'Anna', 7],
    ])
  })

  test('asks for the key column when it was removed', async () => {
    await asUser(fixture, async (_sheet, context) => {
      context.workbook.tables.getItemAt(0).columns.getItem('Id').delete()
      await context.sync()
    })
    await expect(refresh()).rejects.toMatchObject({ kind: 'key-missing', subject: 'Id' })
  })
})

describe('refreshTable, when something fails,', () => {
  test("leaves the table alone when the pull fails, and passes the source's problem on", async () => {
    fixture.dataset.pullProblem = 'source-timeout'
    const writes = fixture.excel.counters.cellWrites
    await expect(refresh()).rejects.toMatchObject({ code: 'source-timeout' })
    expect(fixture.excel.counters.cellWrites).toBe(writes)
    expect(await readLinks(fixture.deps.workbook)).toEqual([link])
  })

  test('finds the table by its name when its id has changed, and says when it is gone', async () => {
    await saveLink(fixture.deps.workbook, { ...link, tableId: 'other' }, link.tableId)
    link = { ...link, tableId: 'other' }
    expect((await refresh()).link.tableId).not.toBe('other')
    await asUser(fixture, async (_sheet, context) => {
      context.workbook.tables.getItemAt(0).delete()
      await context.sync()
    })
    await expect(refresh()).rejects.toMatchObject({ kind: 'table-gone' })
  })

  test.each([
    { how: 'as they stand', orderBy: [] },
    { how: 'in an order', orderBy: [{ column: 'Age', isDescending: true }] },
  ])('makes numbers of what became texts in cells that somebody formatted so, $how', async ({ orderBy }) => {
    await asUser(fixture, async (sheet, context) => {
      sheet.getRange('D4:D7').numberFormat = [['@'], ['@'], ['@'], ['@']]
      await context.sync()
    })
    link = { ...link, choice: { ...link.choice, orderBy } }
    const older = people.map(([id = '', name = '', age]) => [id, name, Number(age) + 1])
    fixture.dataset.publish(older)
    await refresh()
    expect((await body()).toSorted()).toEqual(older)
    expect(await refresh()).toMatchObject({ changed: 0, deleted: 0, added: 0 })
  })

  test("keeps a row without a key that has something of the user's, and takes back what was typed into ours", async () => {
    await addNotes(['n1', 'n2', 'n3', 'n4'])
    await asUser(fixture, async (_sheet, context) => {
      const { rows } = context.workbook.tables.getItemAt(0)
      rows.add(undefined, [
        ['', 'Zoe', 99, 'call her'],
        ['', 'Yan', 98, ''],
      ])
      await context.sync()
    })
    fixture.dataset.publish(people.slice(1))
    await refresh()
    expect(await body()).toEqual([
      ...people.slice(1).map((row, index) => [...row, `n${index + 2}`]),
      ['', '', '', 'call her'],
    ])
    expect(await refresh()).toMatchObject({ changed: 0, deleted: 0, added: 0 })
  })

  test('takes blank rows out, wherever they are among the others', async () => {
    await addNotes(['n1', 'n2', 'n3', 'n4'])
    const { name } = fixture.excel.workbook.tables[0]!
    for (const address of ['B7:E7', 'B5:E5']) fixture.excel.person.insert(address, 'Down')
    fixture.excel.person.appendRow(name, ['z', 'typed in', 1, ''])
    await refresh()
    expect(await body()).toEqual(people.map((row, index) => [...row, `n${index + 1}`]))
  })

  test('marks a refresh that fails midway, and mends it with the next one', async () => {
    let failures = 0
    for (let batch = 1; ; batch += 1) {
      // Rows come, go and change.
      const rows: SourceRow[] = [
        ['a', 'Ann', batch],
        [`n${batch}`, 'New', batch],
        ['d', 'Dia', 64],
      ]
      fixture.dataset.publish(rows)
      const { cellWrites, batches } = fixture.excel.counters
      fixture.excel.injectError({ error: 7000, batch, executed: batch % 2 === 0 })
      const outcome = await refresh().catch((error: unknown) => error)
      if (fixture.excel.counters.batches - batches < batch) break
      if (outcome instanceof Error) {
        failures += 1
        const [stored] = await readLinks(fixture.deps.workbook)
        const hasWritten = fixture.excel.counters.cellWrites > cellWrites
        if (hasWritten && stored?.revision === link.revision) expect(stored.isUnfinished).toBe(true)
        link = stored ?? link
        await refresh()
      }
      expect((await body()).toSorted()).toEqual(rows.toSorted())
      expect((await readLinks(fixture.deps.workbook))[0]).toMatchObject({
        isUnfinished: false,
        revision: link.revision,
      })
    }
    expect(failures).toBeGreaterThan(8)
  })

  test('stops when the user cancels during the pull, and withdraws from it', async () => {
    const controller = new AbortController()
    const withdrawn = new Promise<void>((resolve) => {
      fixture.broker.on('DELETE /api/v1/pulls/p', (_request, response) => {
        response.writeHead(204).end()
        resolve()
      })
    })
    fixture.broker.on('GET /api/v1/pulls/p/events', () => controller.abort(new Error('cancelled')))
    const options = { ...fixture.options, signal: controller.signal }
    await expect(refreshTable(fixture.deps, link, options)).rejects.toThrow('cancelled')
    await withdrawn
  })

  test('keeps no object of the host', async () => {
    const before = fixture.excel.counters.trackedObjects
    fixture.dataset.publish([
      ['a', 'Ann', 1],
      ['e', 'Eve', 2],
    ])
    await refresh()
    expect(fixture.excel.counters.trackedObjects).toBe(before)
  })
})

describe('refreshTable of a dataset without a key', () => {
  beforeEach(async () => {
    await fixture.stop()
    await start(new TinyDataset(peopleColumns, []), [...people, ['a', 'Ann', 31]])
  })

  test("keeps equal rows, doubled ones too, and the user's notes beside them", async () => {
    await addNotes(['first a', 'note b', 'note c', 'note d', 'second a'])
    fixture.dataset.publish([['e', 'Eve', 5], people[3]!, people[0]!, people[0]!, people[1]!])
    expect(await refresh()).toMatchObject({ changed: 0, deleted: 1, added: 1 })
    expect(await body()).toEqual([
      [...people[0]!, 'first a'],
      [...people[1]!, 'note b'],
      [...people[3]!, 'note d'],
      [...people[0]!, 'second a'],
      ['e', 'Eve', 5, ''],
    ])
    const seen = fixture.broker.seen.length
    expect(await refresh()).toMatchObject({ changed: 0, deleted: 0, added: 0 })
    expect(fixture.broker.seen.length - seen).toBe(2)
  })
})
