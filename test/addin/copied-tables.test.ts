import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findCopiedTables } from '../../addin/copied-tables.ts'
import { noMemory } from '../../addin/link-memory.ts'
import { readLinks, saveLink, type Link } from '../../addin/links.ts'
import type { Pane } from '../../addin/pane.ts'
import { refreshTable } from '../../addin/refresh.ts'
import { plainSettings } from '../../addin/table-choice.ts'
import type { TableShape } from '../../addin/workbook.ts'
import { insertTables, startPane, type PaneFixture } from './pane-fixture.ts'

const link: Link = {
  ...plainSettings,
  tableId: 'original',
  tableName: 'People_data',
  dataset: 'people',
  title: 'People',
  brokerUrl: 'https://broker.example',
  revision: 3,
  rows: 2,
  digest: 'abc',
  key: ['Id'],
  columns: [
    { name: 'Id', type: 'text', header: 'Id', columnId: '1' },
    { name: 'Age', type: 'integer', header: 'Age', columnId: '2' },
  ],
  refreshedAt: '2026-05-01T10:00:00Z',
  refreshedBy: 'Ana',
  isUnfinished: false,
}

function shape(id: string, name: string, ...headers: readonly string[]): TableShape {
  const columns = headers.map((header, index) => ({ id: String(index + 1), header }))
  return { id, name, sheet: 's', sheetName: 'Sheet1', row: 1, column: 0, rows: 2, columns, hasTotals: false }
}

const original = shape('original', 'People_data', 'Id', 'Age', 'Note')

function find(shapes: readonly TableShape[], links: readonly Link[] = [link], isOther = false) {
  return findCopiedTables({ links, shapes, isOther: () => isOther })
}

describe('a table without a link', () => {
  test('with all columns of a linked one, in any order, is a copy, and its link has columns of its own', () => {
    const copies = find([original, shape('copy', 'People_data3', 'Note', 'Age', 'Id')])
    expect(copies).toMatchObject([{ tableId: 'copy', name: 'People_data3', original: 'People_data' }])
    expect(copies[0]?.link).toEqual({
      ...link,
      tableId: 'copy',
      tableName: 'People_data3',
      digest: '',
      isUnfinished: true,
      columns: [
        { name: 'Id', type: 'text', header: 'Id', columnId: '3' },
        { name: 'Age', type: 'integer', header: 'Age', columnId: '2' },
      ],
      memory: noMemory,
    })
  })

  test('with only some of them is none', () => {
    expect(find([original, shape('mine', 'People_data2', 'Id', 'Note')])).toEqual([])
  })

  test('is compared with the original as it is: with columns renamed and taken out', () => {
    const changed = shape('original', 'People_data', 'Number')
    const copies = find([changed, shape('copy', 'People_data3', 'Number')])
    expect(copies[0]?.link.columns).toEqual([
      { name: 'Id', type: 'text', header: 'Number', columnId: '1' },
      { name: 'Age', type: 'integer', header: 'Age', columnId: '' },
    ])
    // Copied before the original was changed.
    expect(find([shape('original', 'P', 'Number', 'Age'), shape('copy', 'Q', 'Id', 'Age')])).toHaveLength(1)
  })

  test('is found when the original is gone, but is not the linked table itself under another id', () => {
    expect(find([shape('copy', 'People_data3', 'Id', 'Age')])).toMatchObject([{ original: 'People_data' }])
    const others = [{ ...link, tableId: 'second', tableName: 'Second' }, link]
    expect(find([shape('new', 'people_DATA', 'Id', 'Age')], others)).toEqual([])
    expect(find([shape('copy', 'People_data', 'Id', 'Age')], [link], true)).toHaveLength(1)
  })

  test('with the only column of a linked one is a copy when its name says so too', () => {
    const narrow = { ...link, columns: link.columns.slice(0, 1) }
    const first = shape('original', 'People_data', 'Id')
    const found = find([first, shape('a', 'Orders', 'Id', 'Price'), shape('b', 'People_data_2', 'Id')], [narrow])
    expect(found.map(({ tableId }) => tableId)).toEqual(['b'])
  })

  test('belongs to the link that fits best', () => {
    const narrow = { ...link, tableId: 'narrow', tableName: 'Ids', columns: link.columns.slice(0, 1) }
    const twin = { ...link, tableId: 'twin', tableName: 'Twin', dataset: 'twins' }
    const shapes = [original, shape('narrow', 'Ids', 'Id'), shape('twin', 'Twin', 'Id', 'Age')]
    const copies = find([...shapes, shape('copy', 'Twin4', 'Id', 'Age')], [narrow, link, twin])
    expect(copies).toMatchObject([{ original: 'Twin', link: { dataset: 'twins' } }])
  })
})

describe('a copied sheet', () => {
  let fixture: PaneFixture
  let pane: Pane

  beforeEach(async () => {
    fixture = await startPane(['1', '2', '3'])
    pane = fixture.openPane()
    await pane.start()
    await insertTables(fixture, pane, 1)
  })

  afterEach(() => fixture.stop())

  const run = <Result>(work: (context: Excel.RequestContext) => Promise<Result>): Promise<Result> =>
    fixture.excel.Excel.run(work)

  function write(sheet: string, address: string, values: readonly (readonly string[])[]): Promise<void> {
    return run(async (context) => {
      context.workbook.worksheets.getItem(sheet).getRange(address).values = values.map((row) => [...row])
      await context.sync()
    })
  }

  function read(sheet: string): Promise<unknown[][]> {
    return run(async (context) => {
      const range = context.workbook.worksheets.getItem(sheet).getUsedRange().load('values')
      await context.sync()
      return range.values as unknown[][]
    })
  }

  /** The original with notes, and a copy of it that has notes of its own. */
  async function copySheet(): Promise<void> {
    await write('Sheet1', 'B1:B4', [['Note'], ['one'], ['two'], ['three']])
    await run(async (context) => {
      const sheet = context.workbook.worksheets.getItem('Sheet1')
      sheet.tables.getItemAt(0).resize(sheet.getRange('A1:B4'))
      await context.sync()
      sheet.copy('After', sheet)
      await context.sync()
    })
    await write('Sheet1 (2)', 'B2:B4', [['uno'], ['due'], ['tre']])
    await pane.loadTables()
  }

  async function deleteOriginal(nameOfCopy?: string): Promise<void> {
    await run(async (context) => {
      const { tables, worksheets } = context.workbook
      worksheets.getItem('Sheet1').delete()
      await context.sync()
      if (nameOfCopy !== undefined) tables.getItemAt(0).name = nameOfCopy
      await context.sync()
    })
  }

  const linked = (): Link => pane.state.tables.items[0]!.link

  test('is looked for in as many requests, however many other tables there are', async () => {
    const cost = async (): Promise<number> => {
      const before = fixture.excel.counters.batches
      await pane.loadTables()
      return fixture.excel.counters.batches - before
    }
    const addTable = (address: string): Promise<void> =>
      run(async (context) => {
        context.workbook.worksheets.getItem('Sheet1').tables.add(address, false)
        await context.sync()
      })
    await addTable('H1:I3')
    const withOne = await cost()
    for (const address of ['K1:L3', 'N1:O3', 'Q1:R3', 'T1:U3']) await addTable(address)
    expect(await cost()).toBe(withOne)
  })

  test('is listed, linked when asked, and both tables are refreshed with their own notes', async () => {
    await copySheet()
    const [copy] = pane.state.copies
    expect(pane.state.copies).toHaveLength(1)
    expect(copy?.original).toBe(linked().tableName)
    await pane.refreshAll()
    expect(await read('Sheet1 (2)')).toEqual([
      ['Id', 'Note'],
      ['1', 'uno'],
      ['2', 'due'],
      ['3', 'tre'],
    ])
    // Both are changed by hand before the copy is linked: rows sorted, a key typed over in the original.
    await write('Sheet1 (2)', 'A2:B4', [
      ['3', 'tre'],
      ['1', 'uno'],
      ['2', 'due'],
    ])
    fixture.dataset.publish([['0'], ['2'], ['3']])
    await pane.linkCopy(copy!.tableId)
    expect(pane.state.copies).toEqual([])
    expect(pane.state.tables.items).toHaveLength(2)
    expect(await read('Sheet1 (2)')).toEqual([
      ['Id', 'Note'],
      ['3', 'tre'],
      ['2', 'due'],
      ['0', ''],
    ])
    expect(await read('Sheet1')).toEqual([
      ['Id', 'Note'],
      ['1', 'one'],
      ['2', 'two'],
      ['3', 'three'],
    ])
    await pane.refreshAll()
    expect(await read('Sheet1')).toEqual([
      ['Id', 'Note'],
      ['2', 'two'],
      ['3', 'three'],
      ['0', ''],
    ])
    expect(pane.state.tables.items.map((item) => item.link.isUnfinished)).toEqual([false, false])
    // From now on both know their rows.
    fixture.dataset.publish([['2'], ['3'], ['4']])
    await pane.refreshAll()
    expect(await read('Sheet1')).toEqual([
      ['Id', 'Note'],
      ['2', 'two'],
      ['3', 'three'],
      ['4', ''],
    ])
    expect(await read('Sheet1 (2)')).toEqual([
      ['Id', 'Note'],
      ['3', 'tre'],
      ['2', 'due'],
      ['4', ''],
    ])
  })

  test('stays as it is when the original is deleted, even with its name', async () => {
    await copySheet()
    const { tableId, tableName } = linked()
    await deleteOriginal(tableName)
    fixture.dataset.publish([['3'], ['4']])
    await pane.refreshAll()
    expect(pane.state.refreshes.get(tableId)).toMatchObject({ outcome: 'failed', notice: { action: 'forget' } })
    expect(await read('Sheet1 (2)')).toEqual([
      ['Id', 'Note'],
      ['1', 'uno'],
      ['2', 'due'],
      ['3', 'tre'],
    ])
    // It can still be linked, and the original's link be forgotten.
    await pane.linkCopy(pane.state.copies[0]!.tableId)
    await pane.forget(tableId)
    expect(await read('Sheet1 (2)')).toEqual([
      ['Id', 'Note'],
      ['3', 'tre'],
      ['4', ''],
    ])
    expect(pane.state.tables.items).toHaveLength(1)
  })

  test('that has a link of its own is not taken for the original after the workbook was opened anew', async () => {
    await copySheet()
    const before = linked()
    await saveLink(fixture.deps.workbook, pane.state.copies[0]!.link)
    await deleteOriginal(before.tableName)
    fixture.dataset.publish([['4']])
    await expect(refreshTable(fixture.deps, before, fixture.options)).rejects.toMatchObject({ kind: 'table-gone' })
    expect(await read('Sheet1 (2)')).toHaveLength(4)
    expect(await readLinks(fixture.deps.workbook)).toHaveLength(2)
  })

  test('is not linked when it has been deleted meanwhile', async () => {
    await copySheet()
    const [copy] = pane.state.copies
    await run(async (context) => {
      context.workbook.worksheets.getItem('Sheet1 (2)').delete()
      await context.sync()
    })
    await pane.linkCopy(copy!.tableId)
    expect(pane.state.copies).toEqual([])
    expect(await readLinks(fixture.deps.workbook)).toHaveLength(1)
  })
})
