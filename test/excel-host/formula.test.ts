import { beforeEach, describe, expect, test } from 'vitest'
import type { NodeExcel } from '../../excel-host/node.ts'
import { startExcelInNode } from '../../excel-host/node.ts'

let host: NodeExcel

beforeEach(async () => {
  host = await startExcelInNode()
})

function onSheet<T>(work: (sheet: Excel.Worksheet, context: Excel.RequestContext) => Promise<T> | T): Promise<T> {
  return host.Excel.run(async (context) => {
    const result = await work(context.workbook.worksheets.getItem('Sheet1'), context)
    await context.sync()
    return result
  })
}

function read(address: string): Promise<{ values: unknown[][]; formulas: unknown[][] }> {
  return onSheet(async (sheet, context) => {
    const range = sheet.getRange(address).load('values,formulas')
    await context.sync()
    return { values: range.values as unknown[][], formulas: range.formulas as unknown[][] }
  })
}

const valuesOf = async (address: string): Promise<unknown[]> => (await read(address)).values.flat()
const formulasOf = async (address: string): Promise<unknown[]> => (await read(address)).formulas.flat()

// A null leaves the cell as it is, which the type of the library does not know.
const rowWithGap = [['d', 40, null]] as unknown as string[][]

// Prices in B2:D5 with a table around them: two of three columns filled.
const withTable = (): Promise<void> =>
  onSheet((sheet) => {
    sheet.getRange('B2:D5').values = [
      ['Item', 'Price', 'Own'],
      ['a', 10, ''],
      ['b', 20, ''],
      ['c', 30, ''],
    ]
    sheet.tables.add('B2:D5', true).name = 'Prices'
  })

describe('calculating', () => {
  test.each([
    { formula: '=1+2*3', value: 7 },
    { formula: '=(1+2)*3', value: 9 },
    { formula: '=-2^2', value: 4 },
    { formula: '=2^3^2', value: 64 },
    { formula: '=10%', value: 0.1 },
    { formula: '="a"&1&TRUE', value: 'a1TRUE' },
    { formula: '="say ""hi"""', value: 'say "hi"' },
    { formula: '=1/0', value: '#DIV/0!' },
    { formula: '="x"+1', value: '#VALUE!' },
    { formula: '="2"+1', value: 3 },
    { formula: '=Nobody', value: '#NAME?' },
    { formula: '=NOFUNCTION(1)', value: '#NAME?' },
    { formula: '=IF(A1>1,"big","small")', value: 'big' },
    { formula: '=IFERROR(1/0,"none")', value: 'none' },
    { formula: '=SUM(A1:A3,1)', value: 13 },
    { formula: '=SUM(A:A)', value: 12 },
    { formula: '=A9', value: 0 },
    { formula: '=A4&"!"', value: 'text!' },
    { formula: '=COUNTA(A1:A4)', value: 4 },
    { formula: '=AVERAGE(A1:A4)', value: 4 },
    { formula: "='Sheet1'!$A$2*2", value: 8 },
    { formula: '=ROUND(2.345,2)', value: 2.35 },
    { formula: '=ROUND(-2.5,0)', value: -3 },
    { formula: '="a"="A"', value: true },
    { formula: '=1<>1', value: false },
    { formula: '=LEN(A4)', value: 4 },
  ])('$formula is $value', async ({ formula, value }) => {
    await onSheet((sheet) => {
      sheet.getRange('A1:A4').values = [[2], [4], [6], ['text']]
      sheet.getRange('C1').formulas = [[formula]]
    })
    expect(await valuesOf('C1')).toEqual([value])
  })

  test('follows changes through a long chain of cells', async () => {
    const rows = 3_000
    await onSheet((sheet) => {
      sheet.getRange('A1').values = [[1]]
      sheet.getRange(`A2:A${rows}`).formulas = Array.from({ length: rows - 1 }, (_row, row) => [`=A${row + 1}+1`])
    })
    expect(await valuesOf(`A${rows}`)).toEqual([rows])
    await onSheet((sheet) => (sheet.getRange('A1').values = [[101]]))
    expect(await valuesOf(`A${rows}`)).toEqual([rows + 100])
  })

  test('a circle is 0, an error value has its own type', async () => {
    await onSheet((sheet) => (sheet.getRange('A1:C1').formulas = [['=B1+1', '=A1+1', '=1/0']]))
    expect((await valuesOf('A1:B1')).every((value) => typeof value === 'number')).toBe(true)
    const types = await onSheet(async (sheet, context) => {
      const range = sheet.getRange('C1').load('valueTypes')
      await context.sync()
      return range.valueTypes
    })
    expect(types).toEqual([['Error']])
  })

  test('in manual mode waits until it is asked', async () => {
    await onSheet((sheet, context) => {
      context.workbook.application.calculationMode = 'Manual'
      sheet.getRange('A1:B1').formulas = [[1, '=A1*10']]
    })
    expect(await valuesOf('B1')).toEqual([10])
    await onSheet((sheet) => (sheet.getRange('A1').values = [[5]]))
    expect(await valuesOf('B1')).toEqual([10])
    await onSheet((_sheet, context) => context.workbook.application.calculate('Recalculate'))
    expect(await valuesOf('B1')).toEqual([50])
  })

  test('suspended calculation takes place after the batch', async () => {
    await onSheet((sheet) => (sheet.getRange('A1:B1').formulas = [[1, '=A1*10']]))
    expect(await valuesOf('B1')).toEqual([10])
    const during = await onSheet(async (sheet, context) => {
      context.application.suspendApiCalculationUntilNextSync()
      sheet.getRange('A1').values = [[2]]
      const range = sheet.getRange('B1').load('values')
      await context.sync()
      return range.values as unknown[][]
    })
    expect(during).toEqual([[10]])
    expect(await valuesOf('B1')).toEqual([20])
  })
})

describe('references', () => {
  test('move with their cells when rows and columns are inserted and deleted, on other sheets too', async () => {
    await onSheet((sheet, context) => {
      sheet.getRange('A1:A3').values = [[1], [2], [3]]
      sheet.getRange('C1:C3').formulas = [['=A2*10'], ['=SUM($A$1:A3)'], ['="A2"&A2']]
      context.workbook.worksheets.add('Other').getRange('A1').formulas = [['=Sheet1!A2']]
    })
    await onSheet((sheet) => sheet.getRange('2:2').insert('Down'))
    expect(await formulasOf('C1:C4')).toEqual(['=A3*10', '', '=SUM($A$1:A4)', '="A2"&A3'])
    await onSheet((sheet) => sheet.getRange('A:A').insert('Right'))
    expect(await formulasOf('D1')).toEqual(['=B3*10'])
    expect(host.workbook.findSheet('Other')!.grid.formula(0, 0)).toBe('=Sheet1!B3')
    await onSheet((sheet) => sheet.getRange('3:3').delete('Up'))
    expect(await read('D1')).toEqual({ formulas: [['=#REF!*10']], values: [['#REF!']] })
    expect(host.workbook.findSheet('Other')!.grid.value(0, 0)).toBe('#REF!')
  })

  test('follow the names of sheets, tables and columns', async () => {
    await withTable()
    await onSheet((sheet, context) => {
      sheet.getRange('F1:F2').formulas = [['=SUM(Prices[Price])'], ['=Sheet1!C3']]
      sheet.getRange('D3').formulas = [['=[@Price]*2']]
      const table = context.workbook.tables.getItem('Prices')
      table.columns.getItem('Price').name = 'Net price'
      table.name = 'Sales'
      sheet.name = 'My data'
    })
    const { grid } = host.workbook.sheets[0]!
    expect([grid.formula(0, 5), grid.formula(1, 5), grid.formula(3, 3)]).toEqual([
      '=SUM(Sales[Net price])',
      "='My data'!C3",
      '=[@[Net price]]*2',
    ])
    expect([grid.value(0, 5), grid.value(3, 3)]).toEqual([60, 40])
  })

  test('sorting a table copies formulas with their rows', async () => {
    await withTable()
    await onSheet((sheet, context) => {
      sheet.getRange('D3:D5').formulas = [['=C3+1'], ['x'], ['=C5*C$3']]
      context.workbook.tables.getItem('Prices').sort.apply([{ key: 1, ascending: false }])
    })
    expect(await read('B3:D5')).toEqual({
      values: [
        ['c', 30, 900],
        ['b', 20, 'x'],
        ['a', 10, 11],
      ],
      formulas: [
        ['c', 30, '=C3*C$3'],
        ['b', 20, 'x'],
        ['a', 10, '=C5+1'],
      ],
    })
  })

  test('to whole columns of a table take in the rows it grows by', async () => {
    await withTable()
    await onSheet((sheet, context) => {
      sheet.getRange('F1').formulas = [['=SUM(C3:C5)']]
      context.workbook.tables.getItem('Prices').rows.add(undefined, [['d', 40, '']])
    })
    expect(await read('F1')).toEqual({ formulas: [['=SUM(C3:C6)']], values: [[100]] })
  })
})

describe('calculated columns', () => {
  test('a formula in one cell of an empty column goes into all', async () => {
    await withTable()
    await onSheet((sheet) => (sheet.getRange('D4').formulas = [['=[@Price]*2']]))
    expect(await valuesOf('D3:D5')).toEqual([20, 40, 60])
  })

  test('A1 references are copied as relative ones', async () => {
    await withTable()
    await onSheet((sheet) => (sheet.getRange('D4').formulas = [['=C4*$C$3']]))
    expect(await formulasOf('D3:D5')).toEqual(['=C3*$C$3', '=C4*$C$3', '=C5*$C$3'])
  })

  test('a new formula in one cell replaces that of all, unless a cell holds something else', async () => {
    await withTable()
    await onSheet((sheet) => (sheet.getRange('D4').formulas = [['=C4']]))
    await onSheet((sheet) => (sheet.getRange('D5').formulas = [['=C5+1']]))
    expect(await formulasOf('D3:D5')).toEqual(['=C3+1', '=C4+1', '=C5+1'])
    await onSheet((sheet) => (sheet.getRange('D3').values = [['mine']]))
    await onSheet((sheet) => (sheet.getRange('D5').formulas = [['=C5+2']]))
    expect(await formulasOf('D3:D5')).toEqual(['mine', '=C4+1', '=C5+2'])
  })

  test('different formulas written at once all end as the last one, constants below it stay', async () => {
    await withTable()
    await onSheet((sheet) => (sheet.getRange('D3:D5').formulas = [['=1+1'], ['=1+2'], ['kept']]))
    expect(await formulasOf('D3:D5')).toEqual(['=1+2', '=1+2', 'kept'])
  })

  test('a formula among values does not spread', async () => {
    await withTable()
    await onSheet((sheet) => (sheet.getRange('D3:D5').values = [['note'], ['=C4'], ['']]))
    expect(await formulasOf('D3:D5')).toEqual(['note', '=C4', ''])
  })

  test('with the habit switched off nothing is filled', async () => {
    host.workbook.autoCorrect.fillFormulas = false
    await withTable()
    await onSheet((sheet) => (sheet.getRange('D4').formulas = [['=C4']]))
    expect(await formulasOf('D3:D5')).toEqual(['', '=C4', ''])
  })

  test.each<{ name: string; grow: (sheet: Excel.Worksheet, table: Excel.Table) => void; row: number }>([
    { name: 'rows.add at the end', grow: (_sheet, table) => table.rows.add(undefined, rowWithGap), row: 6 },
    { name: 'rows.add inside', grow: (_sheet, table) => table.rows.add(1, rowWithGap), row: 4 },
    { name: 'resizing', grow: (_sheet, table) => table.resize('B2:D6'), row: 6 },
    { name: 'typing below', grow: (sheet) => (sheet.getRange('B6').values = [['d']]), row: 6 },
    { name: 'inserting cells', grow: (sheet) => sheet.getRange('B4:D4').insert('Down'), row: 4 },
    { name: 'inserting whole rows', grow: (sheet) => sheet.getRange('4:4').insert('Down'), row: 4 },
  ])('a row that comes by $name gets the formula', async ({ grow, row }) => {
    await withTable()
    await onSheet((sheet) => (sheet.getRange('D3').formulas = [['=C3*2']]))
    await onSheet((sheet) => grow(sheet, sheet.tables.getItem('Prices')))
    expect(await formulasOf(`D${row}`)).toEqual([`=C${row}*2`])
  })

  test('values over part of the column are exceptions: new rows still get the formula', async () => {
    await withTable()
    await onSheet((sheet) => (sheet.getRange('D3').formulas = [['=C3*2']]))
    await onSheet((sheet) => (sheet.getRange('D3:D4').values = [[1], [2]]))
    await onSheet((sheet) => (sheet.getRange('D5').values = [[3]]))
    await onSheet((sheet) => sheet.tables.getItem('Prices').rows.add(undefined, rowWithGap))
    expect(await formulasOf('D3:D6')).toEqual([1, 2, 3, '=C6*2'])
  })

  test('values over the whole column end it', async () => {
    await withTable()
    await onSheet((sheet) => (sheet.getRange('D3').formulas = [['=C3*2']]))
    await onSheet((sheet) => (sheet.getRange('D3:D5').values = [[1], [2], [3]]))
    await onSheet((sheet) => sheet.tables.getItem('Prices').rows.add(undefined, rowWithGap))
    expect(await formulasOf('D6')).toEqual([''])
  })

  test('the formula survives the loss of the row it was typed into, and of all rows', async () => {
    await withTable()
    await onSheet((sheet) => (sheet.getRange('D3').formulas = [['=C3*2']]))
    await onSheet((sheet) => sheet.tables.getItem('Prices').rows.deleteRowsAt(0, 2))
    await onSheet((sheet) => sheet.tables.getItem('Prices').rows.add(undefined, rowWithGap))
    expect(await formulasOf('D3:D4')).toEqual(['=C3*2', '=C4*2'])
    await onSheet((sheet) => sheet.tables.getItem('Prices').rows.deleteRowsAt(0, 2))
    await onSheet((sheet) => (sheet.getRange('B3:C3').values = [['e', 7]]))
    expect(await valuesOf('B3:D3')).toEqual(['e', 7, 14])
  })
})
