import { beforeEach, describe, expect, test } from 'vitest'
import type { NodeExcel } from '../../excel-host/node.ts'
import { startExcelInNode } from '../../excel-host/node.ts'

let host: NodeExcel

beforeEach(async () => {
  host = await startExcelInNode()
})

function writeCell(value: string): Promise<void> {
  return host.Excel.run(async (context) => {
    context.workbook.worksheets.getActiveWorksheet().getRange('A1').values = [[value]]
    await context.sync()
  })
}

describe('worksheets', () => {
  test('are added, renamed, moved and found by name or id', async () => {
    await host.Excel.run(async (context) => {
      const sheet = context.workbook.worksheets.add('Data')
      sheet.position = 0
      sheet.load('id')
      await context.sync()
      sheet.name = 'Our data'
      const byId = context.workbook.worksheets.getItem(sheet.id)
      const byName = context.workbook.worksheets.getItem('OUR DATA')
      byId.load('name')
      byName.load('id')
      context.workbook.worksheets.load('items/name')
      await context.sync()
      expect(byId.name).toBe('Our data')
      expect(byName.id).toBe(sheet.id)
      expect(context.workbook.worksheets.items.map((item) => item.name)).toEqual(['Our data', 'Sheet1'])
    })
  })

  test.each(['a/b', '', 'x'.repeat(32), "'quoted'"])('refuse the name %j', async (name) => {
    const wrong = host.Excel.run(async (context) => {
      context.workbook.worksheets.add(name)
      await context.sync()
    })
    await expect(wrong).rejects.toMatchObject({ code: 'InvalidArgument' })
  })

  test('the last visible one cannot be deleted', async () => {
    const last = host.Excel.run(async (context) => {
      context.workbook.worksheets.getActiveWorksheet().delete()
      await context.sync()
    })
    await expect(last).rejects.toMatchObject({ code: 'InvalidOperation' })
  })

  test('selecting a range shows its sheet', async () => {
    await host.Excel.run(async (context) => {
      context.workbook.worksheets.add('Two').getRange('C3:D4').select()
      const selected = context.workbook.getSelectedRange()
      selected.load('address')
      await context.sync()
      expect(selected.address).toBe('Two!C3:D4')
    })
  })
})

describe('custom XML parts', () => {
  const xml = '<links xmlns="urn:sheet"><link table="1"/></links>'

  test('are found by namespace, changed and deleted', async () => {
    await host.Excel.run(async (context) => {
      const parts = context.workbook.customXmlParts
      const none = parts.getByNamespace('urn:sheet').getOnlyItemOrNullObject()
      parts.add(xml)
      parts.add('<?xml version="1.0"?><o:other xmlns:o="urn:other">&amp;</o:other>')
      const only = parts.getByNamespace('urn:sheet').getOnlyItemOrNullObject()
      const text = only.getXml()
      none.load('id')
      only.load('id,namespaceUri')
      await context.sync()
      expect(none.isNullObject).toBe(true)
      expect(text.value).toBe(xml)
      only.setXml('<links xmlns="urn:moved"/>')
      const moved = parts.getByNamespace('urn:moved')
      moved.load('items/id')
      await context.sync()
      expect(moved.items.map((part) => part.id)).toEqual([only.id])
      moved.items[0]!.delete()
      const gone = parts.getItemOrNullObject(only.id)
      gone.load('id')
      await context.sync()
      expect(gone.isNullObject).toBe(true)
    })
  })

  test.each(['', 'text', '<a>', '<a></b>', '<a/><b/>', '<a>&</a>', '<a b=c/>'])('refuse %j', async (bad) => {
    const wrong = host.Excel.run(async (context) => {
      context.workbook.customXmlParts.add(bad)
      await context.sync()
    })
    await expect(wrong).rejects.toMatchObject({ code: 'InvalidArgument' })
  })
})

test('settings and names are kept', async () => {
  await host.Excel.run(async (context) => {
    context.workbook.settings.add('choice', { rows: 3 })
    const setting = context.workbook.settings.getItemOrNullObject('choice')
    setting.load('value')
    context.workbook.names.add('Start', context.workbook.worksheets.getActiveWorksheet().getRange('B2'))
    context.workbook.worksheets.getActiveWorksheet().getRange('1:1').insert('Down')
    const range = context.workbook.names.getItem('start').getRange()
    range.load('address')
    await context.sync()
    expect(setting.value).toEqual({ rows: 3 })
    expect(range.address).toBe('Sheet1!B3')
  })
})

describe('what the workbook does not have', () => {
  test('a method answers ApiNotFound with its name', async () => {
    const missing = host.Excel.run(async (context) => {
      context.workbook.worksheets.getActiveWorksheet().charts.load('count')
      await context.sync()
    })
    await expect(missing).rejects.toMatchObject({
      code: 'ApiNotFound',
      message: expect.stringContaining('charts') as string,
    })
  })

  test('a property answers ApiNotFound with its name', async () => {
    const missing = host.Excel.run(async (context) => {
      context.workbook.worksheets.getActiveWorksheet().getRange('A1').load('hyperlink')
      await context.sync()
    })
    await expect(missing).rejects.toMatchObject({
      code: 'ApiNotFound',
      message: expect.stringContaining('hyperlink') as string,
    })
  })
})

describe('limits', () => {
  test('40,000 rows of 15 columns go in by chunks and come back equal', async () => {
    const rows = Array.from({ length: 40_000 }, (_row, row) =>
      Array.from({ length: 15 }, (_cell, column) =>
        column % 2 === 0 ? row * column : `row ${row} of column ${column}`,
      ),
    )
    const back: unknown[][] = []
    await host.Excel.run(async (context) => {
      const sheet = context.workbook.worksheets.getActiveWorksheet()
      for (let start = 0; start < rows.length; start += 4_000) {
        const range = sheet.getRangeByIndexes(start, 0, 4_000, 15)
        range.values = rows.slice(start, start + 4_000)
        range.untrack()
        await context.sync()
      }
      for (let start = 0; start < rows.length; start += 8_000) {
        const range = sheet.getRangeByIndexes(start, 0, 8_000, 15)
        range.load('values')
        await context.sync()
        back.push(...(range.values as unknown[][]))
      }
    })
    expect(back).toEqual(rows)
    expect(host.counters.cellWrites).toBe(600_000)
  }, 20_000)

  test('a request of more than 5 MB is refused and changes nothing', async () => {
    const large = host.Excel.run(async (context) => {
      const text = 'x'.repeat(30_000)
      const range = context.workbook.worksheets.getActiveWorksheet().getRange('A1:A200')
      range.values = Array.from({ length: 200 }, () => [text])
      await context.sync()
    })
    await expect(large).rejects.toMatchObject({ code: 'RequestPayloadSizeLimitExceeded' })
    expect(host.counters.cellWrites).toBe(0)
  })

  test('an answer of more than 5 MB is refused', async () => {
    const large = host.Excel.run(async (context) => {
      const sheet = context.workbook.worksheets.getActiveWorksheet()
      const range = sheet.getRange('A1:A400')
      range.values = 'x'.repeat(20_000) as never
      range.load('values')
      await context.sync()
    })
    await expect(large).rejects.toMatchObject({ code: 'ResponsePayloadSizeLimitExceeded' })
    expect(host.counters.cellWrites).toBe(400)
  })
})

describe('tests', () => {
  test.each([
    { error: 5103, code: 'RequestPayloadSizeLimitExceeded' },
    { error: 5102, code: 'ActivityLimitReached' },
    { error: 7000, code: 'AccessDenied' },
    { error: 'InvalidOperationInCellEditMode', code: 'InvalidOperationInCellEditMode' },
  ])('inject $error into one batch, which then is not carried out', async ({ error, code }) => {
    host.injectError({ error })
    await expect(writeCell('lost')).rejects.toMatchObject({ code })
    expect(host.counters.cellWrites).toBe(0)
    await writeCell('kept')
    expect(host.workbook.activeSheet.grid.value(0, 0)).toBe('kept')
  })

  test('inject an error into a batch that is carried out all the same', async () => {
    host.injectError({ error: 'GeneralException', executed: true })
    await expect(writeCell('done')).rejects.toMatchObject({ code: 'GeneralException' })
    expect(host.workbook.activeSheet.grid.value(0, 0)).toBe('done')
  })

  test('a failing batch keeps what it did before the failure and says where it failed', async () => {
    const failing = host.Excel.run(async (context) => {
      const sheet = context.workbook.worksheets.getActiveWorksheet()
      sheet.getRange('A1').values = [['first']]
      sheet.getRange('ZZZZ1').values = [['never']]
      await context.sync()
    })
    await expect(failing).rejects.toMatchObject({ code: 'InvalidArgument' })
    expect(host.workbook.activeSheet.grid.value(0, 0)).toBe('first')
  })

  test('count requests, bytes and tracked objects', async () => {
    const context = new host.Excel.RequestContext()
    const range = context.workbook.worksheets.getActiveWorksheet().getRange('A1')
    context.trackedObjects.add(range)
    range.load('values')
    await context.sync()
    expect(host.counters).toMatchObject({ batches: 1, trackedObjects: 1 })
    expect(host.counters.bytesIn).toBeGreaterThan(100)
    expect(host.counters.bytesOut).toBeGreaterThan(20)
    context.trackedObjects.remove(range)
    await context.sync()
    expect(host.counters).toMatchObject({ batches: 2, trackedObjects: 0 })
  })
})
