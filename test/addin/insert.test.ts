import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ColumnBody } from '../../broker/http/contract.ts'
import { insertDataset } from '../../addin/insert.ts'
import { plainSettings } from '../../addin/table-choice.ts'
import { readLinks } from '../../addin/links.ts'
import { sendJson } from '../client/tiny-broker.ts'
import {
  asUser,
  readTable,
  readValues,
  startTables,
  TinyDataset,
  writeValues,
  type TableFixture,
} from './table-fixture.ts'

const columns: readonly ColumnBody[] = [
  { name: 'Id', type: 'text' },
  { name: 'Count', type: 'integer' },
  { name: 'Price', type: 'decimal' },
  { name: 'Open', type: 'boolean' },
  { name: 'Day', type: 'date' },
  { name: 'At', type: 'datetime' },
]

let fixture: TableFixture

beforeEach(async () => {
  fixture = await startTables(new TinyDataset(columns, ['Id']))
})

afterEach(() => fixture.stop())

const row = (id: string) => [id, 7, 1.5, true, '2026-01-31', '2026-01-31T12:00:00Z']

function readFormats(address: string): Promise<unknown> {
  return asUser(fixture, async (sheet, context) => {
    const range = sheet.getRange(address).load('numberFormat')
    await context.sync()
    return range.numberFormat[0]
  })
}

function select(address: string): Promise<void> {
  return asUser(fixture, async (sheet, context) => {
    sheet.getRange(address).select()
    await context.sync()
  })
}

describe('insertDataset', () => {
  test('writes typed cells with their formats, and makes them a linked table', async () => {
    fixture.dataset.publish([row('007')])
    const { link, newSheet } = await insertDataset(fixture.deps, 'people', plainSettings, fixture.options)
    expect(newSheet).toBeUndefined()
    expect(await readTable(fixture)).toEqual([
      ['Id', 'Count', 'Price', 'Open', 'Day', 'At'],
      ['007', 7, 1.5, true, 46_053, 46_053.5],
    ])
    expect(await readFormats('A2:F2')).toEqual(['@', '0', 'General', 'General', 'yyyy-mm-dd', 'yyyy-mm-dd hh:mm'])
    expect(await readLinks(fixture.deps.workbook)).toEqual([link])
    expect(link).toMatchObject({ tableName: 'People_places_data', dataset: 'people', revision: 1, refreshedBy: 'Ana' })
  })

  test('keeps every text a text, whatever it looks like', async () => {
    const texts = [
      '=1+1',
      '+49 30',
      '-5',
      '@home',
      '00042',
      '1e5',
      "'s-Hertogenbosch",
      "''",
      'TRUE',
      '2026-01-01',
      'a\nb',
      'ÅÄÖ 😀',
    ]
    fixture.dataset.publish(texts.map((text) => row(text)))
    await insertDataset(fixture.deps, 'people', plainSettings, fixture.options)
    const cells = await readTable(fixture)
    expect(cells.slice(1).map(([id]) => id)).toEqual(texts)
    const formulas = await asUser(fixture, async (sheet, context) => {
      const range = sheet.getRange('A2:A13').load('formulas')
      await context.sync()
      return range.formulas.flat() as unknown[]
    })
    expect(formulas).toEqual(texts)
  })

  test('goes to a sheet of its own when something is in the way, and says so', async () => {
    fixture.dataset.publish([row('a'), row('b')])
    await writeValues(fixture, 'C4', [['mine']])
    await select('B2')
    const { newSheet } = await insertDataset(fixture.deps, 'people', plainSettings, fixture.options)
    expect(newSheet).toBe('People & places')
    expect(await readValues(fixture, 'B2:C4')).toEqual([
      ['', ''],
      ['', ''],
      ['', 'mine'],
    ])
    expect(await readTable(fixture)).toHaveLength(3)
  })

  test.each([
    {
      title: `1${'𠮷'.repeat(99)}\n[x]`,
      sheet: `1${'𠮷'.repeat(15)}`,
      table: `_1${'𠮷'.repeat(99)}`,
    },
    { title: "'Sales\n2026/27'", sheet: 'Sales 2026 27', table: 'Sales_2026_27_data' },
  ])('names table and sheet as Excel takes it: $table', async ({ title, sheet, table }) => {
    fixture.dataset.publish([row('1')])
    fixture.broker.on('GET /api/v1/datasets/people', (_request, response) =>
      sendJson(response, 200, { name: 'people', title, description: '', revision: 1, rows: 1, columns, key: ['Id'] }),
    )
    await writeValues(fixture, 'A1', [['mine']])
    const { link, newSheet } = await insertDataset(fixture.deps, 'people', plainSettings, fixture.options)
    expect([newSheet, link.tableName]).toEqual([sheet, table])
  })

  test('pulls a dataset that was never pulled', async () => {
    const { dataset } = fixture
    fixture.broker.on('POST /api/v1/datasets/people/pulls', (_request, response) => {
      dataset.publish([row('first')])
      response
        .writeHead(202, { 'Content-Type': 'application/json' })
        .end(JSON.stringify({ id: 'p', state: 'queued', rows: 0 }))
    })
    const { link } = await insertDataset(fixture.deps, 'people', plainSettings, fixture.options)
    expect(link.rows).toBe(1)
  })

  test('tells before anything is written that the rows do not fit', async () => {
    fixture.broker.on('GET /api/v1/datasets/people', (_request, response) =>
      response.end(JSON.stringify({ name: 'people', title: 'People', rows: 1_048_576, revision: 1, columns, key: [] })),
    )
    const writes = fixture.excel.counters.cellWrites
    await expect(insertDataset(fixture.deps, 'people', plainSettings, fixture.options)).rejects.toMatchObject({
      kind: 'too-many-rows',
    })
    expect(fixture.excel.counters.cellWrites).toBe(writes)
  })

  test('takes everything away again when Excel fails midway', async () => {
    fixture.dataset.publish(Array.from({ length: 20 }, (_none, index) => row(`r${index}`)))
    // A look at the place, and then the rows.
    fixture.excel.injectError({ error: 7000, batch: 2, executed: true })
    await expect(insertDataset(fixture.deps, 'people', plainSettings, fixture.options)).rejects.toMatchObject({
      kind: 'protected',
    })
    expect(fixture.excel.workbook.sheets[0]!.grid.usedArea(true)).toBeUndefined()
    expect(await readLinks(fixture.deps.workbook)).toEqual([])
  })

  test('takes the table away again, with the sheet made for it, when its link cannot be kept', async () => {
    fixture.dataset.publish([row('a')])
    await writeValues(fixture, 'A1', [['mine']])
    // A look at the place, two for the sheet, the rows, and then the link; again after a look, which is two requests.
    for (const batch of [5, 8]) fixture.excel.injectError({ error: 7000, batch })
    await expect(insertDataset(fixture.deps, 'people', plainSettings, fixture.options)).rejects.toMatchObject({
      kind: 'protected',
    })
    expect(fixture.excel.workbook.sheets).toHaveLength(1)
    expect(await fixture.deps.workbook.listTables()).toEqual([])
    expect(await readLinks(fixture.deps.workbook)).toEqual([])
    expect(await readValues(fixture, 'A1')).toEqual([['mine']])
  })

  test.each([
    ['made its link and said otherwise', { executed: true }],
    ['refuses to fit its columns', { executed: false }],
  ])('keeps the table when Excel %s', async (_what, how) => {
    fixture.dataset.publish([row('a')])
    fixture.excel.injectError({ error: 5012, batch: 3, ...how })
    const { link } = await insertDataset(fixture.deps, 'people', plainSettings, fixture.options)
    expect(await readLinks(fixture.deps.workbook)).toEqual([link])
    expect(await readTable(fixture)).toHaveLength(2)
  })

  test('halves its requests until they fit', async () => {
    fixture.dataset.pageSize = 5_000
    fixture.dataset.publish(Array.from({ length: 3_000 }, (_none, index) => row(`r${index}`)))
    fixture.excel.injectError({ error: 5103, batch: 2 })
    fixture.excel.injectError({ error: 5103, batch: 3 })
    await insertDataset(fixture.deps, 'people', plainSettings, fixture.options)
    expect(await readTable(fixture)).toHaveLength(3_001)
    expect(fixture.progress.at(-1)).toEqual({ phase: 'writing', done: 3_000, total: 3_000 })
  })

  test('writes 40,000 rows in as few requests as can be, and keeps no object of the host', async () => {
    fixture.dataset.pageSize = 20_000
    fixture.dataset.publish(Array.from({ length: 40_000 }, (_none, index) => row(`person ${index}`)))
    const before = fixture.excel.counters
    await insertDataset(fixture.deps, 'people', plainSettings, fixture.options)
    const { batches, bytesIn, trackedObjects } = fixture.excel.counters
    expect(trackedObjects).toBe(before.trackedObjects)
    expect(bytesIn - before.bytesIn).toBeLessThan(5_000_000)
    // A look, one megabyte twice or thrice, the link, and up to three registrations for events.
    expect(batches - before.batches).toBeLessThanOrEqual(6)
    expect(await readValues(fixture, 'A40001:B40001')).toEqual([['person 39999', 7]])
  })

  test('shows a dataset without rows as a table with an empty one', async () => {
    fixture.dataset.publish([])
    const { link } = await insertDataset(fixture.deps, 'people', plainSettings, fixture.options)
    expect(link.rows).toBe(0)
    expect((await readTable(fixture))[1]).toEqual(['', '', '', '', '', ''])
  })
})
