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

const code = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: unknown) => (error as { code: string }).code,
  )

// Amounts in B2:C7.
const withTable = (): Promise<void> =>
  onSheet((sheet) => {
    sheet.getRange('B2:C7').values = [
      ['Name', 'Amount'],
      ['Ann', 30],
      ['Bob', 10],
      ['Cid', 50],
      ['Dan', 20],
      ['Eve', 40],
    ]
    sheet.tables.add('B2:C7', true).name = 'People'
  })

const names = (): unknown[] =>
  Array.from({ length: 5 }, (_row, row) => host.workbook.activeSheet.grid.value(row + 2, 1))

const shown = (): unknown[] => names().filter((_name, index) => !host.workbook.activeSheet.hiddenRows.has(index + 2))

describe('comments', () => {
  const places = (): Promise<string[]> =>
    onSheet(async (sheet, context) => {
      const comments = sheet.comments.load('items/content')
      await context.sync()
      const cells = comments.items.map((comment) => comment.getLocation().load('address'))
      await context.sync()
      return comments.items.map((comment, index) => `${comment.content} at ${cells[index]!.address}`)
    })

  test('and notes go where their cells go, through sorting, inserting and deleting', async () => {
    await withTable()
    await onSheet((sheet) => sheet.comments.add('B3', 'on Ann'))
    host.person.comment('C4', 'on Bob', 'note')
    host.person.sort('People', 'Amount')
    expect(names()).toEqual(['Bob', 'Dan', 'Ann', 'Eve', 'Cid'])
    expect(await places()).toEqual(['on Ann at Sheet1!B5'])
    const note = host.workbook.comments.all.find(({ kind }) => kind === 'note')!
    expect(note.range.area).toMatchObject({ row: 2, column: 2 })
    host.person.insert('1:1', 'Down')
    expect(await places()).toEqual(['on Ann at Sheet1!B6'])
    host.person.delete('B6:C6', 'Up')
    expect(await places()).toEqual([])
    expect(host.workbook.comments.all).toEqual([note])
  })

  test('are found by cell and id, answered, changed, resolved and deleted', async () => {
    await onSheet(async (sheet, context) => {
      const comment = context.workbook.comments.add('Sheet1!A1', 'first')
      comment.replies.add('answer')
      await context.sync()
      const found = sheet.comments.getItemByCell('A1').load('id,content,authorName,resolved')
      found.replies.load('items/content')
      await context.sync()
      expect([found.content, found.resolved, found.replies.items.map(({ content }) => content)]).toEqual([
        'first',
        false,
        ['answer'],
      ])
      found.content = 'second'
      found.resolved = true
      const again = context.workbook.comments.getItem(found.id).load('content,resolved')
      await context.sync()
      expect([again.content, again.resolved]).toEqual(['second', true])
      again.delete()
      const count = sheet.comments.getCount()
      await context.sync()
      expect(count.value).toBe(0)
    })
    expect(await code(onSheet((sheet) => sheet.comments.getItemByCell('A1').load('id')))).toBe('ItemNotFound')
  })
})

describe('what else moves with cells', () => {
  test('borders, fills and fonts go with sorted rows', async () => {
    await withTable()
    await onSheet((sheet) => {
      sheet.getRange('B4').format.fill.color = '#FFFF00'
      sheet.getRange('B4').format.font.bold = true
      const bottom = sheet.getRange('B4').format.borders.getItem('EdgeBottom')
      bottom.style = 'Double'
      bottom.color = '#ff0000'
    })
    host.person.sort('People', 'Amount', false)
    const look = await onSheet(async (sheet, context) => {
      const range = sheet.getRange('B7').load('values,format/fill/color,format/font/bold')
      const bottom = range.format.borders.getItem('EdgeBottom').load('style,color')
      const top = range.format.borders.getItem('EdgeTop').load('style')
      await context.sync()
      const { fill, font } = range.format
      return [range.values[0]![0] as unknown, fill.color, font.bold, bottom.style, bottom.color, top.style]
    })
    expect(look).toEqual(['Bob', '#FFFF00', true, 'Double', '#FF0000', 'None'])
  })

  test('conditional formats, validation and names follow, and take in new rows of their table', async () => {
    await withTable()
    await onSheet((sheet, context) => {
      const format = sheet.getRange('C3:C7').conditionalFormats.add('Custom')
      format.custom.rule.formula = '=C3>25'
      format.custom.format.font.color = '#FF0000'
      sheet.getRange('C3:C7').dataValidation.rule = {
        wholeNumber: { formula1: 0, operator: 'GreaterThan' },
      }
      context.workbook.names.add('Amounts', sheet.getRange('C3:C7'))
    })
    host.person.insert('A:A', 'Right')
    host.person.appendRow('People', ['Fay', 60])
    const kept = await onSheet(async (sheet, context) => {
      const formats = sheet.getRange('D3:D8').conditionalFormats.load('items/type')
      await context.sync()
      const format = formats.items[0]!
      const range = format.getRange().load('address')
      const rule = format.custom.rule.load('formula')
      const validation = sheet.getRange('D8').dataValidation.load('type,rule')
      const none = sheet.getRange('C8').dataValidation.load('type')
      const name = context.workbook.names.getItem('Amounts').getRange().load('address')
      const elsewhere = sheet.getRange('A1').conditionalFormats.getCount()
      await context.sync()
      return [range.address, rule.formula, validation.type, none.type, name.address, elsewhere.value]
    })
    expect(kept).toEqual(['Sheet1!D3:D8', '=C3>25', 'WholeNumber', 'None', 'Sheet1!D3:D8', 0])
    await onSheet((sheet) => sheet.getRange('D3:D8').conditionalFormats.clearAll())
    expect(
      host.workbook.rules.formatsIn(host.workbook.activeSheet, { row: 0, column: 0, rowCount: 9, columnCount: 9 }),
    ).toEqual([])
  })

  test('merged cells keep the first content and cannot be split', async () => {
    await onSheet((sheet) => {
      sheet.getRange('A1:B2').values = [
        ['first', 2],
        [3, 4],
      ]
      sheet.getRange('A1:B2').merge()
    })
    expect(host.workbook.activeSheet.grid.value(1, 1)).toBeUndefined()
    expect(host.workbook.activeSheet.grid.value(0, 0)).toBe('first')
    expect(await code(onSheet((sheet) => sheet.getRange('A1:A1').insert('Down')))).toBe('InvalidOperation')
    await onSheet((sheet) => sheet.getRange('1:1').insert('Down'))
    expect(host.workbook.merges[0]!.area).toEqual({ row: 1, column: 0, rowCount: 2, columnCount: 2 })
    await onSheet((sheet) => sheet.getRange('B3').unmerge())
    expect(await code(onSheet((sheet) => sheet.getRange('A2').insert('Down')))).toBe('done')
    await withTable()
    expect(await code(onSheet((sheet) => sheet.getRange('B4:C4').merge()))).toBe('InvalidOperation')
  })
})

describe('filters', () => {
  const filter = (apply: (filter: Excel.Filter) => void, column = 'Amount'): Promise<void> =>
    onSheet((sheet) => apply(sheet.tables.getItem('People').columns.getItem(column).filter))

  test.each<{ name: string; apply: (filter: Excel.Filter) => void; column?: string; rows: string[] }>([
    { name: 'values', apply: (each) => each.applyValuesFilter(['30', '40']), rows: ['Ann', 'Eve'] },
    { name: 'more than', apply: (each) => each.applyCustomFilter('>25'), rows: ['Ann', 'Cid', 'Eve'] },
    { name: 'a span', apply: (each) => each.applyCustomFilter('>=20', '<40', 'And'), rows: ['Ann', 'Dan'] },
    { name: 'either end', apply: (each) => each.applyCustomFilter('<20', '>40', 'Or'), rows: ['Bob', 'Cid'] },
    { name: 'wildcards', apply: (each) => each.applyCustomFilter('=*a*'), column: 'Name', rows: ['Ann', 'Dan'] },
    { name: 'the top two', apply: (each) => each.applyTopItemsFilter(2), rows: ['Cid', 'Eve'] },
    { name: 'the lowest fifth', apply: (each) => each.applyBottomPercentFilter(20), rows: ['Bob'] },
    {
      name: 'criteria',
      apply: (each) => each.apply({ filterOn: 'Custom', criterion1: '<>30' }),
      rows: ['Bob', 'Cid', 'Dan', 'Eve'],
    },
  ])('by $name', async ({ apply, column, rows }) => {
    await withTable()
    await filter(apply, column)
    expect(shown()).toEqual(rows)
  })

  test('by colour', async () => {
    await withTable()
    await onSheet((sheet) => (sheet.getRange('B5').format.fill.color = '#FFFF00'))
    await filter((each) => each.applyCellColorFilter('#FFFF00'), 'Name')
    expect(shown()).toEqual(['Cid'])
  })

  test('keep their rows until they are applied again, and can be read and put back', async () => {
    await withTable()
    await filter((each) => each.applyCustomFilter('>25'))
    await onSheet((sheet) => (sheet.getRange('C3').values = [[5]]))
    expect(shown()).toEqual(['Ann', 'Cid', 'Eve'])
    await onSheet((sheet) => sheet.tables.getItem('People').reapplyFilters())
    expect(shown()).toEqual(['Cid', 'Eve'])
    const criteria = await onSheet(async (sheet, context) => {
      const table = sheet.tables.getItem('People')
      const { filter: own } = table.columns.getItem('Amount')
      own.load('criteria')
      table.autoFilter.load('isDataFiltered,enabled,criteria')
      await context.sync()
      expect([table.autoFilter.isDataFiltered, table.autoFilter.enabled]).toEqual([true, true])
      expect(table.autoFilter.criteria).toEqual([{}, { filterOn: 'Custom', criterion1: '>25' }])
      table.clearFilters()
      return own.criteria
    })
    expect(shown()).toHaveLength(5)
    await filter((each) => each.apply(criteria))
    expect(shown()).toEqual(['Cid', 'Eve'])
  })

  test('a filtered table lets hidden rows be written, and no part of it be moved', async () => {
    await withTable()
    await filter((each) => each.applyCustomFilter('>25'))
    await onSheet((sheet) => (sheet.getRange('B4').values = [['Rob']]))
    expect(names()[1]).toBe('Rob')
    const refused: ((sheet: Excel.Worksheet) => unknown)[] = [
      (sheet: Excel.Worksheet) => sheet.getRange('B3:C3').delete('Up'),
      (sheet: Excel.Worksheet) => sheet.getRange('B3:C3').insert('Down'),
      (sheet: Excel.Worksheet) => sheet.tables.getItem('People').rows.deleteRowsAt(0, 1),
      (sheet: Excel.Worksheet) => sheet.tables.getItem('People').rows.add(0, [['Fay', 1]]),
    ]
    for (const act of refused) expect(await code(onSheet((sheet) => void act(sheet)))).toBe('GeneralException')
    await onSheet((sheet) => sheet.tables.getItem('People').rows.add(undefined, [['Fay', 1]]))
    await onSheet((sheet) => sheet.getRange('3:3').delete('Up'))
    expect(names()).toEqual(['Rob', 'Cid', 'Dan', 'Eve', 'Fay'])
    expect(shown()).toEqual(['Cid', 'Eve', 'Fay'])
  })

  test('sorting moves the visible rows only, and the table remembers it', async () => {
    await withTable()
    await filter((each) => each.applyCustomFilter('>25'))
    await onSheet((sheet) => sheet.tables.getItem('People').sort.apply([{ key: 1, ascending: false }]))
    expect(names()).toEqual(['Cid', 'Bob', 'Eve', 'Dan', 'Ann'])
    const fields = await onSheet(async (sheet, context) => {
      const { sort } = sheet.tables.getItem('People')
      sort.load('fields')
      await context.sync()
      return sort.fields
    })
    expect(fields).toMatchObject([{ key: 1, ascending: false }])
    await onSheet((sheet) => {
      sheet.tables.getItem('People').clearFilters()
      sheet.tables.getItem('People').sort.reapply()
    })
    expect(names()).toEqual(['Cid', 'Eve', 'Ann', 'Dan', 'Bob'])
  })
})
