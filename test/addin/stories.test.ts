// Random stories of a user and a source that both change things, told on the real Excel library: after each refresh the table must hold
// the dataset, each note must stand beside its row, and the cells around the table must be what they were.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ColumnBody } from '../../broker/http/contract.ts'
import { toSheetValue } from '../../addin/cells.ts'
import { insertDataset } from '../../addin/insert.ts'
import { refreshTable } from '../../addin/refresh.ts'
import { plainSettings } from '../../addin/table-choice.ts'
import { asUser, readValues, startTables, TinyDataset, type SourceRow, type TableFixture } from './table-fixture.ts'

const columns: readonly ColumnBody[] = [
  { name: 'Id', type: 'text' },
  { name: 'Name', type: 'text' },
  { name: 'Since', type: 'date' },
  { name: 'Count', type: 'integer' },
]

const name = fc.constantFrom('Ann', '=1+1', "'s", '', '007', 'TRUE', null)
const row = (id: string): fc.Arbitrary<SourceRow> =>
  fc.tuple(fc.constant(id), name, fc.constantFrom('2026-01-31', '1850-05-05', null), fc.nat({ max: 3 }))
const ids = Array.from({ length: 14 }, (_none, index) => (index % 2 === 0 ? `0${index}` : `id ${index}`))
const revision = fc.subarray(ids).chain((some) => fc.tuple(...some.map(row)))

type Table = Excel.Table
type UserAct = (table: Table, sheet: Excel.Worksheet, context: Excel.RequestContext) => Promise<void>

const userActs: Readonly<Record<string, UserAct>> = {
  'reverses the rows': async (table, _sheet, context) => {
    const body = table.getDataBodyRange().load('formulas')
    await context.sync()
    // As a sort does: formats go with the cells here, because every column has one format.
    table.getDataBodyRange().formulas = body.formulas.map((cells) => cells.map(quote)).toReversed()
  },
  'inserts a row above the table': (_table, sheet) => Promise.resolve(void sheet.getRange('1:1').insert('Down')),
  'inserts a column before the table': (_table, sheet) => Promise.resolve(void sheet.getRange('A:A').insert('Right')),
  'puts a column of their own into the table': async (table, _sheet, context) => {
    const body = table.getDataBodyRange().load('rowCount')
    await context.sync()
    const cells = Array.from({ length: body.rowCount }, () => ['own'])
    table.columns.add(1, [
      [`Own ${Math.abs(cells.length * 31)} ${String(await countColumns(table, context))}`],
      ...cells,
    ])
  },
  'deletes the first row': (table) => {
    table.getDataBodyRange().getRow(0).delete('Up')
    return Promise.resolve()
  },
  'clears a key': (table) =>
    Promise.resolve(void (table.columns.getItem('Id').getDataBodyRange().getCell(0, 0).values = [['']])),
}

async function countColumns(table: Table, context: Excel.RequestContext): Promise<number> {
  const count = table.columns.getCount()
  await context.sync()
  return count.value
}

/** A text that begins with an apostrophe needs another one when it is written back. */
const quote = (value: unknown): unknown => (typeof value === 'string' && /^['=+]/.test(value) ? `'${value}` : value)

interface TableCells {
  readonly own: ReadonlyMap<string, readonly unknown[]>
  readonly notes: ReadonlyMap<string, unknown>
  readonly count: number
}

function readByKey(fixture: TableFixture): Promise<TableCells> {
  return asUser(fixture, async (_sheet, context) => {
    const range = context.workbook.tables.getItemAt(0).getRange().load('values')
    await context.sync()
    const [header = [], ...rows] = range.values as unknown[][]
    const places = columns.map((column) => header.indexOf(column.name))
    const filled = rows.filter((cells) => places.some((place) => cells[place] !== ''))
    const keyOf = (cells: unknown[]): string => String(cells[places[0]!])
    return {
      own: new Map(filled.map((cells) => [keyOf(cells), places.map((place) => cells[place])])),
      notes: new Map(filled.map((cells) => [keyOf(cells), cells[header.indexOf('Note')]])),
      count: filled.length,
    }
  })
}

/** Every constant outside the table that the stories put there, wherever it has moved to. */
async function readAround(fixture: TableFixture): Promise<readonly unknown[]> {
  const cells = (await readValues(fixture, 'A1:AC90')).flat()
  return cells.filter((value) => typeof value === 'string' && value.startsWith('around '))
}

async function prepare(fixture: TableFixture): Promise<void> {
  await asUser(fixture, async (sheet, context) => {
    const table = context.workbook.tables.getItemAt(0)
    const keys = table.columns.getItem('Id').getDataBodyRange().load('values')
    await context.sync()
    table.columns.add(undefined, [
      ['Note'],
      ...keys.values.map(([key]) => [key === '' ? '' : `note of ${String(key)}`]),
    ])
    sheet.getRange('A1').values = [['around above']]
    sheet.getRange('L4').values = [['around right']]
    sheet.getRange('D26:E26').values = [['around below', 'around beside below']]
    await context.sync()
  })
}

async function act(fixture: TableFixture, work: UserAct): Promise<void> {
  await asUser(fixture, async (sheet, context) => {
    const table = context.workbook.tables.getItemAt(0)
    const body = table.getDataBodyRange().load('rowCount')
    await context.sync()
    if (body.rowCount < 3) return
    await work(table, sheet, context)
    await context.sync()
  })
}

describe('a table that user and source both change', () => {
  test('holds the dataset after each refresh, with every note beside its row', async () => {
    const step = fc.record({
      rows: revision,
      acts: fc.array(fc.constantFrom(...Object.keys(userActs)), { maxLength: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(revision, fc.array(step, { minLength: 1, maxLength: 4 }), async (first, steps) => {
        const dataset = new TinyDataset(columns, ['Id'])
        const fixture = await startTables(dataset)
        try {
          dataset.publish(first)
          await asUser(fixture, async (sheet, context) => {
            sheet.getRange('C5').select()
            await context.sync()
          })
          let { link } = await insertDataset(fixture.deps, 'people', plainSettings, fixture.options)
          await prepare(fixture)
          const around = (await readAround(fixture)).toSorted()
          for (const { rows, acts } of steps) {
            for (const each of acts) await act(fixture, userActs[each]!)
            const before = await readByKey(fixture)
            dataset.publish(rows)
            ;({ link } = await refreshTable(fixture.deps, link, fixture.options))
            const after = await readByKey(fixture)
            const expected = rows.map((cells) => cells.map((cell, index) => toSheetValue(cell, columns[index]!.type)))
            expect(after.count).toBe(rows.length)
            expect(after.own).toEqual(new Map(expected.map((cells) => [String(cells[0]), cells])))
            for (const [key, note] of before.notes)
              if (key !== '' && after.notes.has(key)) expect(after.notes.get(key)).toBe(note)
            expect((await readAround(fixture)).toSorted()).toEqual(around)
          }
        } finally {
          await fixture.stop()
        }
      }),
      { numRuns: 40, seed: 7 },
    )
  }, 120_000)
})
