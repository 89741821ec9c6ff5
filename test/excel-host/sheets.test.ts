import { beforeEach, describe, expect, test } from 'vitest'
import { openCopy } from '../../excel-host/engine/copies.ts'
import { Person } from '../../excel-host/engine/person.ts'
import type { NodeExcel } from '../../excel-host/node.ts'
import { startExcelInNode } from '../../excel-host/node.ts'

let host: NodeExcel

beforeEach(async () => {
  host = await startExcelInNode()
})

function run<T>(work: (context: Excel.RequestContext) => Promise<T> | T, on: NodeExcel = host): Promise<T> {
  return on.Excel.run(async (context) => {
    const result = await work(context)
    await context.sync()
    return result
  })
}

const fill = (): Promise<void> =>
  run((context) => {
    const sheet = context.workbook.worksheets.getItem('Sheet1')
    sheet.getRange('A1:C3').values = [
      ['Key', 'Amount', 'Twice'],
      ['a', 1, ''],
      ['b', 2, ''],
    ]
    const table = sheet.tables.add('A1:C3', true)
    table.name = 'Rows'
    table.style = 'TableStyleMedium7'
    sheet.getRange('C2').formulas = [['=[@Amount]*2']]
    sheet.getRange('E1').formulas = [['=SUM(Rows[Twice])']]
    sheet.getRange('A:A').format.columnWidth = 99
    sheet.getRange('B2').format.fill.color = '#FFFF00'
    sheet.comments.add('A2', 'look')
    sheet.customProperties.add('link', '1')
    context.workbook.customXmlParts.add('<links xmlns="urn:links"/>')
  })

describe('a copied sheet', () => {
  test('has tables of its own, which its formulas use, and everything else of the sheet', async () => {
    await fill()
    const seen = await run(async (context) => {
      const { worksheets } = context.workbook
      const original = worksheets.getItem('Sheet1')
      const copy = original.copy('After', original)
      copy.load('name,id,position')
      copy.tables.load('items/id,items/name,items/style')
      original.tables.load('items/id,items/name')
      const sum = copy.getRange('E1').load('formulas,values')
      const fillColor = copy.getRange('B2').format.fill.load('color')
      const comments = copy.comments.load('items/content')
      const link = copy.customProperties.getItem('link').load('value')
      const parts = context.workbook.customXmlParts.getCount()
      const width = copy.getRange('A1').format.load('columnWidth')
      await context.sync()
      expect(copy.tables.items[0]!.id).not.toBe(original.tables.items[0]!.id)
      return {
        name: copy.name,
        position: copy.position,
        table: copy.tables.items[0]!.name,
        style: copy.tables.items[0]!.style,
        formula: (sum.formulas as unknown[][])[0]![0],
        value: (sum.values as unknown[][])[0]![0],
        fill: fillColor.color,
        comments: comments.items.map(({ content }) => content),
        link: link.value,
        parts: parts.value,
        width: width.columnWidth,
      }
    })
    expect(seen).toEqual({
      name: 'Sheet1 (2)',
      position: 1,
      table: 'Rows2',
      style: 'TableStyleMedium7',
      formula: '=SUM(Rows2[Twice])',
      value: 6,
      fill: '#FFFF00',
      comments: ['look'],
      link: '1',
      parts: 1,
      width: 99,
    })
    const person = new Person(host.workbook)
    person.type("'Sheet1 (2)'!B2", '10')
    person.appendRow('Rows2', ['c', 5])
    const [first, second] = host.workbook.sheets
    expect(second!.grid.value(0, 4)).toBe(34)
    expect(first!.grid.value(0, 4)).toBe(6)
  })

  test.each([
    { where: 'Beginning', order: ['Sheet1 (2)', 'Sheet1', 'Last'] },
    { where: 'End', order: ['Sheet1', 'Last', 'Sheet1 (2)'] },
    { where: 'Before', order: ['Sheet1', 'Sheet1 (2)', 'Last'] },
  ] as const)('goes $where', async ({ where, order }) => {
    await run((context) => {
      const last = context.workbook.worksheets.add('Last')
      context.workbook.worksheets.getItem('Sheet1').copy(where, where === 'Before' ? last : undefined)
    })
    expect(host.workbook.sheets.map(({ name }) => name)).toEqual(order)
  })
})

describe('hidden sheets', () => {
  test('can be written, not activated, and one sheet stays visible', async () => {
    const codes = await run(async (context) => {
      const sheet = context.workbook.worksheets.add('Store')
      sheet.visibility = 'VeryHidden'
      sheet.getRange('A1').values = [['kept']]
      await context.sync()
      const code = (error: unknown): string => (error as { code: string }).code
      sheet.activate()
      const activated = await context.sync().catch(code)
      context.workbook.worksheets.getItem('Sheet1').visibility = 'Hidden'
      const last = await context.sync().catch(code)
      return [activated, last]
    })
    expect(codes).toEqual(['InvalidOperation', 'InvalidArgument'])
    expect(host.workbook.findSheet('Store')!.grid.value(0, 0)).toBe('kept')
  })
})

describe('a copy of the file', () => {
  test('has the same ids, tables, settings and parts, and goes its own way from there', async () => {
    await fill()
    await run((context) => context.workbook.settings.add('choice', { rows: 3 }))
    await run((context) => {
      context.workbook.names.add('Amounts', context.workbook.worksheets.getItem('Sheet1').getRange('B2:B3'))
    })
    const other = await startExcelInNode(openCopy(host.workbook, 'Copy.xlsx'))
    const look = (on: NodeExcel): Promise<unknown> =>
      run(async (context) => {
        const table = context.workbook.tables.getItem('Rows').load('id')
        const sheet = table.worksheet.load('id,name')
        const setting = context.workbook.settings.getItem('choice').load('value')
        const parts = context.workbook.customXmlParts.load('items/id')
        const range = context.workbook.names.getItem('Amounts').getRange().load('address,values')
        const sum = sheet.getRange('E1').load('values')
        await context.sync()
        return [
          [table.id, sheet.id, sheet.name, setting.value],
          parts.items.map(({ id }) => id),
          [range.address, range.values, sum.values],
        ]
      }, on)
    expect(await look(other)).toEqual(await look(host))
    const name = await run(async (context) => {
      context.workbook.load('name')
      await context.sync()
      return context.workbook.name
    }, other)
    expect(name).toBe('Copy.xlsx')
    other.person.type('B2', '100')
    expect(other.workbook.activeSheet.grid.value(0, 4)).toBe(204)
    expect(host.workbook.activeSheet.grid.value(0, 4)).toBe(6)
  })
})

describe('the 1904 date system', () => {
  test('counts dates from another day; an add-in sees it in a formatted cell', async () => {
    host.workbook.uses1904Dates = true
    const [text, value, typed] = await run(async (context) => {
      const sheet = context.workbook.worksheets.getItem('Sheet1')
      sheet.getRange('A1').numberFormat = [['yyyy-mm-dd']]
      sheet.getRange('A1').values = [[0]]
      sheet.getRange('A2').values = [['2024-02-29']]
      const probe = sheet.getRange('A1').load('text')
      const date = sheet.getRange('A2').load('values,text')
      await context.sync()
      return [probe.text[0]![0], (date.values as unknown[][])[0]![0], date.text[0]![0]]
    })
    expect([text, value, typed]).toEqual(['1904-01-01', 45_351 - 1_462, '2/29/2024'])
  })

  test.each([false, true])('shows in the worksheet function DATE (%s)', async (uses1904Dates) => {
    host.workbook.uses1904Dates = uses1904Dates
    const results = await run(async (context) => {
      const { functions } = context.workbook
      const [later, early] = [functions.date(2000, 1, 1).load(), functions.date(1901, 1, 1).load()]
      await context.sync()
      return [later.value, later.error, early.error]
    })
    expect(results).toEqual(uses1904Dates ? [35_064, null, '#NUM!'] : [36_526, null, null])
  })
})
