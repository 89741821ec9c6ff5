import { beforeEach, describe, expect, test } from 'vitest'
import type { NodeExcel } from '../../excel-host/node.ts'
import { startExcelInNode } from '../../excel-host/node.ts'

let host: NodeExcel

beforeEach(async () => {
  host = await startExcelInNode()
})

type Cells = (string | number | boolean)[][]

function cells(address: string): Cells {
  const range = host.workbook.resolve(address, host.workbook.activeSheet)
  const { row, column, rowCount, columnCount } = range.area
  return Array.from({ length: rowCount }, (_r, r) =>
    Array.from({ length: columnCount }, (_c, c) => range.sheet.grid.value(row + r, column + c) ?? ''),
  )
}

// A table of two columns and three rows in B2:C5, with a person's own cells around it.
async function withTable(work: (table: Excel.Table, context: Excel.RequestContext) => Promise<void>): Promise<void> {
  await host.Excel.run(async (context) => {
    const sheet = context.workbook.worksheets.getActiveWorksheet()
    sheet.getRange('A1:D7').values = [
      ['a1', 'b1', 'c1', 'd1'],
      ['a2', 'Key', 'Name', 'd2'],
      ['a3', 1, 'one', 'd3'],
      ['a4', 2, 'two', 'd4'],
      ['a5', 3, 'three', 'd5'],
      ['a6', '', '', 'd6'],
      ['a7', 'b7', 'c7', 'd7'],
    ]
    const table = sheet.tables.add('B2:C5', true)
    table.name = 'People'
    await context.sync()
    await work(table, context)
  })
}

describe('making tables', () => {
  test('names columns after the header cells, filling gaps and doubles', async () => {
    await host.Excel.run(async (context) => {
      const sheet = context.workbook.worksheets.getActiveWorksheet()
      sheet.getRange('A1:D1').values = [['Name', '', 'name', 2024]]
      const table = sheet.tables.add('A1:D3', true)
      table.columns.load('items/name')
      table.load('name,style,showTotals')
      await context.sync()
      expect(table.columns.items.map((column) => column.name)).toEqual(['Name', 'Column2', 'name2', '2024'])
      expect(table.name).toBe('Table1')
      expect(cells('A1:D1')).toEqual([['Name', 'Column2', 'name2', '2024']])
    })
  })

  test('without headers, moves the data down below a new header row', async () => {
    await host.Excel.run(async (context) => {
      const sheet = context.workbook.worksheets.getActiveWorksheet()
      sheet.getRange('A1:A2').values = [[1], [2]]
      const table = sheet.tables.add('A1:A2', false)
      const range = table.getRange()
      range.load('address')
      await context.sync()
      expect(range.address).toBe('Sheet1!A1:A3')
      expect(cells('A1:A3')).toEqual([['Column1'], [1], [2]])
    })
  })

  test('refuses to overlap another table', async () => {
    await withTable(async (_table, context) => {
      context.workbook.tables.add('C5:D8', true)
      await expect(context.sync()).rejects.toMatchObject({
        code: 'InvalidArgument',
        message: "A table can't overlap another table.",
      })
    })
  })

  test('a table that does not exist is a null object, and so is all that hangs on it', async () => {
    await host.Excel.run(async (context) => {
      const table = context.workbook.tables.getItemOrNullObject('Nobody')
      const body = table.getDataBodyRange()
      table.load('name')
      body.load('values')
      await context.sync()
      expect([table.isNullObject, body.isNullObject]).toEqual([true, true])
    })
    const strict = host.Excel.run(async (context) => {
      context.workbook.tables.getItem('Nobody').load('name')
      await context.sync()
    })
    await expect(strict).rejects.toMatchObject({ code: 'ItemNotFound' })
  })
})

test('a table and its ranges know their sheet', async () => {
  await withTable(async (table, context) => {
    const range = table.getDataBodyRange()
    table.load('worksheet/name')
    range.worksheet.load('name')
    range.load('worksheet/name')
    await context.sync()
    expect([table.worksheet.name, range.worksheet.name]).toEqual(['Sheet1', 'Sheet1'])
  })
})

describe('rows', () => {
  test('added rows push down what is below the table, and nothing beside it', async () => {
    await withTable(async (table, context) => {
      table.rows.add(undefined, [
        [4, 'four'],
        [5, 'five'],
      ])
      await context.sync()
      expect(cells('A1:D9')).toEqual([
        ['a1', 'b1', 'c1', 'd1'],
        ['a2', 'Key', 'Name', 'd2'],
        ['a3', 1, 'one', 'd3'],
        ['a4', 2, 'two', 'd4'],
        ['a5', 3, 'three', 'd5'],
        ['a6', 4, 'four', 'd6'],
        ['a7', 5, 'five', 'd7'],
        ['', '', '', ''],
        ['', 'b7', 'c7', ''],
      ])
    })
  })

  test('deleteRowsAt takes rows out and moves up what is below', async () => {
    await withTable(async (table, context) => {
      table.rows.deleteRowsAt(0, 2)
      table.rows.load('count')
      await context.sync()
      expect(table.rows.count).toBe(1)
      expect(cells('A2:D5')).toEqual([
        ['a2', 'Key', 'Name', 'd2'],
        ['a3', 3, 'three', 'd3'],
        ['a4', '', '', 'd4'],
        ['a5', 'b7', 'c7', 'd5'],
      ])
    })
  })

  test('a table that lost every row shows an empty one, which the next rows fill', async () => {
    await withTable(async (table, context) => {
      table.rows.deleteRowsAt(0, 3)
      table.rows.load('count')
      const body = table.getDataBodyRange()
      body.load('address,values')
      await context.sync()
      expect(table.rows.count).toBe(0)
      expect(body.address).toBe('Sheet1!B3:C3')
      expect(body.values).toEqual([['', '']])
      table.rows.add(undefined, [[9, 'nine']])
      table.rows.load('count')
      await context.sync()
      expect(table.rows.count).toBe(1)
      expect(cells('B2:C3')).toEqual([
        ['Key', 'Name'],
        [9, 'nine'],
      ])
    })
  })

  test('a header alone becomes a table without rows', async () => {
    await host.Excel.run(async (context) => {
      const sheet = context.workbook.worksheets.getActiveWorksheet()
      sheet.getRange('A1:B1').values = [['Key', 'Name']]
      const table = sheet.tables.add('A1:B1', true)
      table.rows.load('count')
      await context.sync()
      expect(table.rows.count).toBe(0)
      table.rows.add(undefined, [[1, 'one']])
      const range = table.getRange()
      range.load('address')
      await context.sync()
      expect(range.address).toBe('Sheet1!A1:B2')
    })
  })

  test('refuses rows that would split a table below, and changes nothing', async () => {
    await withTable(async (table, context) => {
      context.workbook.tables.add('C9:D10', true)
      await context.sync()
      table.rows.add(undefined, [[4, 'four']])
      await expect(context.sync()).rejects.toMatchObject({ code: 'InsertDeleteConflict' })
      expect(cells('B6:C6')).toEqual([['', '']])
    })
  })

  test('values written directly below join the table down to the last filled row', async () => {
    await withTable(async (table, context) => {
      context.workbook.worksheets.getActiveWorksheet().getRange('B6:C6').values = [[4, 'four']]
      table.rows.load('count')
      await context.sync()
      expect(table.rows.count).toBe(4)
    })
  })

  test('inserted sheet rows grow the table they run through', async () => {
    await withTable(async (table, context) => {
      context.workbook.worksheets.getActiveWorksheet().getRange('4:5').insert('Down')
      const range = table.getRange()
      range.load('address')
      await context.sync()
      expect(range.address).toBe('Sheet1!B2:C7')
    })
  })

  test('sorting moves whole rows with their formats', async () => {
    await withTable(async (table, context) => {
      context.workbook.worksheets.getActiveWorksheet().getRange('C3').format.font.bold = true
      table.sort.apply([{ key: 0, ascending: false }])
      const bold = context.workbook.worksheets.getActiveWorksheet().getRange('C5')
      bold.load('format/font/bold')
      await context.sync()
      expect(bold.format.font.bold).toBe(true)
      expect(cells('B3:C5')).toEqual([
        [3, 'three'],
        [2, 'two'],
        [1, 'one'],
      ])
    })
  })
})

describe('shape', () => {
  test('resize moves the edges and no cell', async () => {
    await withTable(async (table, context) => {
      table.resize('B2:D7')
      table.columns.load('items/name')
      table.rows.load('count')
      await context.sync()
      expect(table.rows.count).toBe(5)
      expect(table.columns.items.map((column) => column.name)).toEqual(['Key', 'Name', 'd2'])
      expect(cells('A7:D7')).toEqual([['a7', 'b7', 'c7', 'd7']])
    })
  })

  test.each([
    { address: 'B3:C6', why: 'the header row moved' },
    { address: 'E2:F6', why: 'no cell in common' },
    { address: 'B2:C2', why: 'no room for a row' },
  ])('resize refuses $address: $why', async ({ address }) => {
    await withTable(async (table, context) => {
      table.resize(address)
      await expect(context.sync()).rejects.toMatchObject({ code: 'InvalidArgument' })
    })
  })

  test('columns are added, renamed by their header cell, and deleted', async () => {
    await withTable(async (table, context) => {
      table.columns.add(1, [['Age'], [10], [20], [30]])
      context.workbook.worksheets.getActiveWorksheet().getRange('B2').values = [['Id']]
      table.columns.getItem('Name').delete()
      table.columns.load('items/name,items/index')
      await context.sync()
      expect(table.columns.items.map(({ name, index }) => [name, index])).toEqual([
        ['Id', 0],
        ['Age', 1],
      ])
      expect(cells('A2:D3')).toEqual([
        ['a2', 'Id', 'Age', 'd2'],
        ['a3', 1, 10, 'd3'],
      ])
    })
  })

  test('a total row moves with the table', async () => {
    await withTable(async (table, context) => {
      table.showTotals = true
      table.rows.add(undefined, [[4, 'four']])
      const totals = table.getTotalRowRange()
      totals.load('address,values')
      await context.sync()
      expect(totals.address).toBe('Sheet1!B7:C7')
      expect(totals.values).toEqual([['Total', '']])
    })
  })

  test('convertToRange keeps the cells, delete empties them', async () => {
    await withTable(async (table, context) => {
      table.convertToRange()
      await context.sync()
      expect(cells('B2:C3')).toEqual([
        ['Key', 'Name'],
        [1, 'one'],
      ])
      const again = context.workbook.tables.add('B2:C5', true)
      again.delete()
      context.workbook.tables.load('count')
      await context.sync()
      expect(context.workbook.tables.count).toBe(0)
      expect(cells('B2:C3')).toEqual([
        ['', ''],
        ['', ''],
      ])
    })
  })

  test('a name is unique, and what looks like a cell is none', async () => {
    await withTable(async (table, context) => {
      table.name = 'AB12'
      await expect(context.sync()).rejects.toMatchObject({ code: 'InvalidArgument' })
      const other = context.workbook.tables.add('F1:G2', true)
      other.name = 'people'
      await expect(context.sync()).rejects.toMatchObject({ code: 'ItemAlreadyExists' })
    })
  })

  test('a filter hides rows until it is cleared', async () => {
    await withTable(async (table, context) => {
      table.columns.getItem('Name').filter.applyValuesFilter(['two'])
      await context.sync()
      expect([...host.workbook.activeSheet.hiddenRows]).toEqual([2, 4])
      table.clearFilters()
      await context.sync()
      expect(host.workbook.activeSheet.hiddenRows.size).toBe(0)
    })
  })
})
