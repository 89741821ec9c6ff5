import { beforeEach, describe, expect, test } from 'vitest'
import type { NodeExcel } from '../../excel-host/node.ts'
import { startExcelInNode } from '../../excel-host/node.ts'

let host: NodeExcel

beforeEach(async () => {
  host = await startExcelInNode()
})

async function writeAndRead(raw: unknown, numberFormat = 'General'): Promise<Record<string, unknown>> {
  return await host.Excel.run(async (context) => {
    const cell = context.workbook.worksheets.getActiveWorksheet().getRange('B2')
    cell.numberFormat = [[numberFormat]]
    cell.values = [[raw]]
    cell.load('values,formulas,text,numberFormat,valueTypes')
    await context.sync()
    return {
      value: cell.values[0]![0] as unknown,
      formula: cell.formulas[0]![0] as unknown,
      text: cell.text[0]![0],
      format: cell.numberFormat[0]![0] as unknown,
      type: cell.valueTypes[0]![0],
    }
  })
}

describe('what Excel makes of a value', () => {
  test.each([
    { raw: '1.5', value: 1.5, format: 'General' },
    { raw: '007', value: 7, format: 'General' },
    { raw: '1,234', value: 1234, format: '#,##0' },
    { raw: '5%', value: 0.05, format: '0%' },
    { raw: '1E5', value: 100_000, format: '0.00E+00' },
    { raw: '2024-02-29', value: 45_351, format: 'm/d/yyyy' },
    { raw: '2023-02-29', value: '2023-02-29', format: 'General' },
    { raw: '13:30', value: 0.5625, format: 'h:mm' },
    { raw: 'TRUE', value: true, format: 'General' },
    { raw: '1234567890123456789', value: 1_234_567_890_123_460_000, format: 'General' },
    { raw: "'007", value: '007', format: 'General' },
    { raw: 'plain', value: 'plain', format: 'General' },
    { raw: true, value: true, format: 'General' },
    { raw: '', value: '', format: 'General' },
  ])('$raw becomes $value with format $format', async ({ raw, value, format }) => {
    expect(await writeAndRead(raw)).toMatchObject({ value, format })
  })

  test.each(['=SUM(A1:A2)', '+A1', '-A1'])('a text starting like %s becomes a formula', async (raw) => {
    const formula = raw.startsWith('=') ? raw : `=${raw}`
    expect(await writeAndRead(raw)).toMatchObject({ formula })
    expect(host.workbook.activeSheet.grid.formula(1, 1)).toBe(formula)
  })

  test.each(['=1+1', '-5', '007', '2024-01-01', 'TRUE'])('the text format keeps %s as text', async (raw) => {
    expect(await writeAndRead(raw, '@')).toEqual({ value: raw, formula: raw, text: raw, format: '@', type: 'String' })
    expect(host.workbook.activeSheet.grid.formula(1, 1)).toBeUndefined()
  })

  test('keeps a format that was set before', async () => {
    expect(await writeAndRead('2024-02-29', 'yyyy-mm-dd')).toMatchObject({ value: 45_351, text: '2024-02-29' })
  })

  test('refuses a text of more than 32,767 characters', async () => {
    expect(await writeAndRead('x'.repeat(32_767))).toMatchObject({ value: 'x'.repeat(32_767) })
    await expect(writeAndRead('x'.repeat(32_768))).rejects.toMatchObject({ code: 'InvalidArgument' })
  })
})

test.each([
  { value: 45_351.5, format: 'yyyy-mm-dd hh:mm', text: '2024-02-29 12:00' },
  { value: 45_351.75, format: 'h:mm AM/PM', text: '6:00 PM' },
  { value: 1, format: 'yyyy-mm-dd', text: '1900-01-01' },
  { value: 60, format: 'dd mmm yyyy', text: '29 Feb 1900' },
  { value: 61, format: 'd mmmm yy', text: '1 March 00' },
  { value: -1, format: 'yyyy-mm-dd', text: '########' },
  { value: 1.5, format: '[h]:mm', text: '36:00' },
  { value: 1_234_567.891, format: '#,##0.00', text: '1,234,567.89' },
  { value: -1_234.5, format: '#,##0', text: '-1,235' },
  { value: 1.005, format: '0.00', text: '1.01' },
  { value: 0.125, format: '0%', text: '13%' },
  { value: -5, format: '0;(0)', text: '(5)' },
  { value: 12.5, format: '€ #,##0.00', text: '€ 12.50' },
  { value: 7, format: '00000', text: '00007' },
  { value: 1_500_000, format: '0.0,,"M"', text: '1.5M' },
  { value: 0.1, format: '0.##', text: '0.1' },
  { value: 12_345, format: '0.00E+00', text: '1.23E+04' },
  { value: 123_456_789_012, format: 'General', text: '1.23457E+11' },
  { value: 1 / 3, format: 'General', text: '0.333333333' },
])('shows $value as $text with format $format', async ({ value, format, text }) => {
  expect(await writeAndRead(value, format)).toMatchObject({ text })
})

describe('ranges', () => {
  test('null leaves a cell and an empty text clears it', async () => {
    await host.Excel.run(async (context) => {
      const range = context.workbook.worksheets.getActiveWorksheet().getRange('A1:C1')
      range.values = [['a', 'b', 'c']]
      range.values = [[null, '', 'd']]
      range.load('values')
      await context.sync()
      expect(range.values).toEqual([['a', '', 'd']])
    })
  })

  test('refuses an array of another size and says so', async () => {
    const wrong = host.Excel.run(async (context) => {
      context.workbook.worksheets.getActiveWorksheet().getRange('A1:B2').values = [[1, 2]]
      await context.sync()
    })
    await expect(wrong).rejects.toMatchObject({ code: 'InvalidArgument' })
  })

  test('reading before load and sync throws PropertyNotLoaded', async () => {
    const early = host.Excel.run((context) => {
      const range = context.workbook.worksheets.getActiveWorksheet().getRange('A1')
      return Promise.resolve(range.values)
    })
    await expect(early).rejects.toMatchObject({ code: 'PropertyNotLoaded' })
  })

  test.each([
    ['A:B', 'Sheet1!A:B'],
    ['2:3', 'Sheet1!2:3'],
    ['$C$7', 'Sheet1!C7'],
    ['B3:A1', 'Sheet1!A1:B3'],
    ['XFD1048576', 'Sheet1!XFD1048576'],
  ])('%s names %s', async (given, address) => {
    await host.Excel.run(async (context) => {
      const range = context.workbook.worksheets.getActiveWorksheet().getRange(given)
      range.load('address')
      await context.sync()
      expect(range.address).toBe(address)
    })
  })

  test('a cell beyond the last column does not exist', async () => {
    const outside = host.Excel.run(async (context) => {
      context.workbook.worksheets.getActiveWorksheet().getRange('XFE1').load('values')
      await context.sync()
    })
    await expect(outside).rejects.toMatchObject({ code: 'InvalidArgument' })
  })

  test('the used range of an empty sheet is a null object, or A1', async () => {
    await host.Excel.run(async (context) => {
      const sheet = context.workbook.worksheets.getActiveWorksheet()
      const none = sheet.getUsedRangeOrNullObject(true)
      const first = sheet.getUsedRange()
      none.load('address')
      first.load('address')
      await context.sync()
      expect(none.isNullObject).toBe(true)
      expect(first.address).toBe('Sheet1!A1')
    })
  })

  test('formats are read back, and null where cells differ', async () => {
    await host.Excel.run(async (context) => {
      const sheet = context.workbook.worksheets.getActiveWorksheet()
      const left = sheet.getRange('A1')
      left.format.font.bold = true
      left.format.fill.color = 'yellow'
      const both = sheet.getRange('A1:B1')
      left.load('format/font/bold,format/fill/color')
      both.load('format/font/bold')
      await context.sync()
      expect(left.format.font.bold).toBe(true)
      expect(left.format.fill.color).toBe('#FFFF00')
      expect(both.format.font.bold).toBeNull()
    })
  })

  test('a tracked range follows its cells, and is invalid once they are deleted', async () => {
    await host.Excel.run(async (context) => {
      const sheet = context.workbook.worksheets.getActiveWorksheet()
      const range = sheet.getRange('B5')
      range.values = [['mine']]
      await context.sync()
      sheet.getRange('1:3').insert('Down')
      range.load('address,values')
      await context.sync()
      expect(range.address).toBe('Sheet1!B8')
      expect(range.values).toEqual([['mine']])
      sheet.getRange('8:8').delete('Up')
      await context.sync()
      range.load('values')
      await expect(context.sync()).rejects.toMatchObject({ code: 'InvalidReference' })
    })
  })

  test('content is never pushed off the sheet', async () => {
    const pushed = host.Excel.run(async (context) => {
      const sheet = context.workbook.worksheets.getActiveWorksheet()
      sheet.getRange('A1048576').values = [['last']]
      sheet.getRange('B1').insert('Down')
      await context.sync()
      sheet.getRange('A1').insert('Down')
      await context.sync()
    })
    await expect(pushed).rejects.toMatchObject({ code: 'NonBlankCellOffSheet' })
    expect(host.workbook.activeSheet.grid.value(1_048_575, 0)).toBe('last')
  })

  test('inserting and deleting cells moves only the columns concerned', async () => {
    await host.Excel.run(async (context) => {
      const sheet = context.workbook.worksheets.getActiveWorksheet()
      sheet.getRange('A1:C3').values = [
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
      ]
      sheet.getRange('B2').insert('Down')
      sheet.getRange('A1').delete('Left')
      const all = sheet.getRange('A1:C4')
      all.load('values')
      await context.sync()
      expect(all.values).toEqual([
        [2, 3, ''],
        [4, '', 6],
        [7, 5, 9],
        ['', 8, ''],
      ])
    })
  })
})
