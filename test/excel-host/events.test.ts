import { beforeEach, describe, expect, test } from 'vitest'
import type { NodeExcel } from '../../excel-host/node.ts'
import { startExcelInNode } from '../../excel-host/node.ts'

let host: NodeExcel
let told: Record<string, unknown>[]

beforeEach(async () => {
  host = await startExcelInNode()
  told = []
})

// What is worth comparing: neither the functions of an event nor the sheet's id, which is always the same.
const hear = (event: object): Promise<void> => {
  const isTold = ([name, value]: [string, unknown]): boolean =>
    value !== undefined && typeof value !== 'function' && name !== 'worksheetId'
  told.push(Object.fromEntries(Object.entries(event).filter(isTold)))
  return Promise.resolve()
}

/** Events come after the answer to a batch. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))

function onSheet<T>(work: (sheet: Excel.Worksheet, context: Excel.RequestContext) => Promise<T> | T): Promise<T> {
  return host.Excel.run(async (context) => {
    const result = await work(context.workbook.worksheets.getItem('Sheet1'), context)
    await context.sync()
    return result
  })
}

const withTable = (): Promise<void> =>
  onSheet((sheet) => {
    sheet.getRange('B2:C4').values = [
      ['Key', 'Name'],
      [1, 'one'],
      [2, 'two'],
    ]
    sheet.tables.add('B2:C4', true).name = 'People'
  })

describe('worksheet.onChanged', () => {
  test('tells what a person typed, with the values before and after', async () => {
    await onSheet((sheet) => sheet.onChanged.add(hear))
    host.person.type('B2', '5')
    host.person.type('B2', '7')
    host.person.type('D1:D2', [['a'], ['b']])
    await settle()
    const common = { type: 'WorksheetChanged', changeType: 'RangeEdited', source: 'Local', triggerSource: 'Unknown' }
    expect(told).toEqual([
      {
        ...common,
        address: 'B2',
        details: { valueBefore: '', valueAfter: 5, valueTypeBefore: 'Empty', valueTypeAfter: 'Double' },
      },
      {
        ...common,
        address: 'B2',
        details: { valueBefore: 5, valueAfter: 7, valueTypeBefore: 'Double', valueTypeAfter: 'Double' },
      },
      { ...common, address: 'D1:D2' },
    ])
  })

  test('marks what an add-in and what a colleague did', async () => {
    await onSheet((sheet) => sheet.onChanged.add(hear))
    await onSheet((sheet) => (sheet.getRange('A1').values = [[1]]))
    host.colleague.clear('A1')
    await settle()
    expect(told).toMatchObject([
      { triggerSource: 'ThisLocalAddin', source: 'Local' },
      { triggerSource: 'Unknown', source: 'Remote' },
    ])
  })

  test.each([
    { address: '3:4', direction: 'Down', changeType: 'RowInserted', state: undefined },
    { address: 'B:B', direction: 'Right', changeType: 'ColumnInserted', state: undefined },
    { address: 'B2:C2', direction: 'Down', changeType: 'CellInserted', state: { insertShiftDirection: 'Down' } },
  ] as const)('tells $changeType at $address', async ({ address, direction, changeType, state }) => {
    await onSheet((sheet) => sheet.onChanged.add(hear))
    host.person.insert(address, direction)
    host.person.delete(address, direction === 'Down' ? 'Up' : 'Left')
    await settle()
    expect(told).toMatchObject([
      { address, changeType },
      { address, changeType: changeType.replace('Inserted', 'Deleted') },
    ])
    if (state !== undefined) expect(told[0]).toMatchObject({ changeDirectionState: state })
  })

  test('the event leads to the range, wherever it has moved', async () => {
    let address = ''
    await onSheet((sheet) =>
      sheet.onChanged.add((event) =>
        host.Excel.run(async (context) => {
          const range = event.getRange(context).load('address')
          await context.sync()
          address ||= range.address
        }),
      ),
    )
    host.person.type('B2', '5')
    host.person.insert('1:1', 'Down')
    await settle()
    expect(address).toBe('Sheet1!B3')
  })

  test('ends when the handler is removed, and counts handlers until then', async () => {
    const result = await onSheet((sheet) => sheet.onChanged.add(hear))
    expect(host.counters.handlers).toBe(1)
    await host.Excel.run(result.context, async (context) => {
      result.remove()
      await context.sync()
    })
    expect(host.counters.handlers).toBe(0)
    host.person.type('A1', '1')
    await settle()
    expect(told).toEqual([])
  })

  test('is silent while events are switched off', async () => {
    await onSheet((sheet, context) => {
      sheet.onChanged.add(hear)
      context.runtime.enableEvents = false
    })
    host.person.type('A1', '1')
    await onSheet((_sheet, context) => (context.runtime.enableEvents = true))
    host.person.type('A2', '1')
    await settle()
    expect(told.map(({ address }) => address)).toEqual(['A2'])
  })
})

describe('tables', () => {
  test('tell changes inside them only', async () => {
    await withTable()
    await onSheet((sheet) => sheet.tables.getItem('People').onChanged.add(hear))
    host.person.type('A9', 'outside')
    host.person.type('C3:D3', [['eins', 'beside']])
    host.person.appendRow('People', [3, 'three'])
    host.person.delete('B3:C3', 'Up')
    await settle()
    expect(told.map(({ address, changeType }) => [changeType, address])).toEqual([
      ['RangeEdited', 'C3'],
      ['RowInserted', 'B5:C5'],
      ['RowDeleted', 'B3:C3'],
    ])
  })

  test('that come and go are told to the collection', async () => {
    await onSheet((_sheet, context) => {
      context.workbook.tables.onAdded.add(hear)
      context.workbook.tables.onDeleted.add(hear)
    })
    await withTable()
    await onSheet((sheet) => sheet.tables.getItem('People').delete())
    await settle()
    expect(told).toMatchObject([
      { type: 'TableAdded', source: 'Local' },
      { type: 'TableDeleted', tableName: 'People' },
    ])
  })

  test('tell where the selection is inside them, and that it left', async () => {
    await withTable()
    await onSheet((sheet) => sheet.tables.getItem('People').onSelectionChanged.add(hear))
    host.person.select('A1:B3')
    host.person.select('E9')
    host.person.select('E10')
    await settle()
    expect(told).toMatchObject([
      { isInsideTable: true, address: 'B2:B3' },
      { isInsideTable: false, address: '' },
    ])
  })
})

test('sheets that come, go, are shown, renamed and moved are told', async () => {
  await onSheet((_sheet, context) => {
    const { worksheets } = context.workbook
    worksheets.onAdded.add(hear)
    worksheets.onDeleted.add(hear)
    worksheets.onActivated.add(hear)
    worksheets.onDeactivated.add(hear)
    worksheets.onNameChanged.add(hear)
    worksheets.onMoved.add(hear)
    worksheets.onVisibilityChanged.add(hear)
  })
  await onSheet(async (_sheet, context) => {
    const two = context.workbook.worksheets.add('Two')
    two.activate()
    await context.sync()
    two.name = 'Zwei'
    two.position = 0
    two.visibility = 'Hidden'
    await context.sync()
    two.delete()
  })
  await settle()
  expect(told.map(({ type }) => type)).toEqual([
    'WorksheetAdded',
    'WorksheetDeactivated',
    'WorksheetActivated',
    'WorksheetNameChanged',
    'WorksheetMoved',
    'WorksheetVisibilityChanged',
    'WorksheetDeactivated',
    'WorksheetActivated',
    'WorksheetDeleted',
  ])
})

test('coming back to the workbook is told', async () => {
  await onSheet((_sheet, context) => context.workbook.onActivated.add(hear))
  host.person.returnToWorkbook()
  await settle()
  expect(told).toEqual([{ type: 'WorkbookActivated' }])
})

test('a sheet with formulas tells that it was calculated', async () => {
  await onSheet((sheet) => {
    sheet.getRange('A1:B1').formulas = [[1, '=A1*2']]
    sheet.onCalculated.add(hear)
  })
  await settle()
  told = []
  host.person.type('A1', '5')
  await settle()
  expect(told).toMatchObject([{ type: 'WorksheetCalculated', address: 'B1' }])
})

describe('protection', () => {
  const code = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => 'done',
      (error: unknown) => (error as { code: string }).code,
    )

  const protect = (options?: Excel.WorksheetProtectionOptions): Promise<void> =>
    onSheet((sheet) => {
      sheet.getRange('A1').format.protection.locked = false
      sheet.protection.protect(options)
    })

  test('refuses writing to locked cells, and tells that it is on', async () => {
    await onSheet((sheet) => sheet.onProtectionChanged.add(hear))
    await protect()
    expect(await code(onSheet((sheet) => (sheet.getRange('A1').values = [[1]])))).toBe('done')
    expect(await code(onSheet((sheet) => (sheet.getRange('A1:A2').values = [[1], [2]])))).toBe('AccessDenied')
    expect(() => host.person.type('B1', 'x')).toThrow('You cannot perform the requested operation.')
    const { isOn, options } = await onSheet(async (sheet, context) => {
      sheet.protection.load('protected,options')
      await context.sync()
      return { isOn: sheet.protection.protected, options: sheet.protection.options }
    })
    expect(isOn).toBe(true)
    expect(options).toMatchObject({ allowSort: false, selectionMode: 'Normal' })
    await onSheet((sheet) => sheet.protection.unprotect())
    expect(await code(onSheet((sheet) => (sheet.getRange('A2').values = [[2]])))).toBe('done')
    await settle()
    expect(told).toMatchObject([{ isProtected: true }, { isProtected: false }])
  })

  const acts: Record<string, { allow: Excel.WorksheetProtectionOptions; act: (sheet: Excel.Worksheet) => unknown }> = {
    'formatting cells': {
      allow: { allowFormatCells: true },
      act: (sheet) => (sheet.getRange('B9').format.fill.color = '#FF0000'),
    },
    'number formats': {
      allow: { allowFormatCells: true },
      act: (sheet) => (sheet.getRange('B9').numberFormat = [['0']]),
    },
    'column widths': {
      allow: { allowFormatColumns: true },
      act: (sheet) => (sheet.getRange('B:B').format.columnWidth = 30),
    },
    'hiding rows': { allow: { allowFormatRows: true }, act: (sheet) => (sheet.getRange('9:9').rowHidden = true) },
    'inserting rows': { allow: { allowInsertRows: true }, act: (sheet) => sheet.getRange('9:9').insert('Down') },
    'inserting columns': { allow: { allowInsertColumns: true }, act: (sheet) => sheet.getRange('G:G').insert('Right') },
    filtering: {
      allow: { allowAutoFilter: true },
      act: (sheet) => sheet.tables.getItem('People').columns.getItem('Name').filter.applyValuesFilter(['one']),
    },
  }

  test.each(Object.keys(acts))('%s needs to be allowed', async (name) => {
    const { allow, act } = acts[name]!
    await withTable()
    await protect()
    expect(await code(onSheet((sheet) => void act(sheet)))).toBe('AccessDenied')
    await onSheet((sheet) => {
      sheet.protection.unprotect()
      sheet.protection.protect(allow)
    })
    expect(await code(onSheet((sheet) => void act(sheet)))).toBe('done')
  })

  test.each<[string, (table: Excel.Table, sheet: Excel.Worksheet) => unknown]>([
    ['adding rows to a table', (table) => table.rows.add(undefined, [[3, 'three']])],
    ['deleting rows of a table', (table) => table.rows.deleteRowsAt(0, 1)],
    ['resizing a table', (table) => table.resize('B2:C6')],
    ['inserting cells', (_table, sheet) => sheet.getRange('B3:C3').insert('Down')],
    ['sorting locked cells', (table) => table.sort.apply([{ key: 0, ascending: false }])],
  ])('%s is refused whatever is allowed', async (_name, act) => {
    await withTable()
    await protect({ allowInsertRows: true, allowDeleteRows: true, allowSort: true, allowFormatCells: true })
    const refused = code(onSheet((sheet) => void act(sheet.tables.getItem('People'), sheet)))
    expect(await refused).toBe('AccessDenied')
  })

  test('a wrong password does not lift it', async () => {
    await onSheet((sheet) => sheet.protection.protect({}, 'secret'))
    expect(await code(onSheet((sheet) => sheet.protection.unprotect('guess')))).toBe('InvalidArgument')
    expect(await code(onSheet((sheet) => sheet.protection.unprotect('secret')))).toBe('done')
  })

  test('of the workbook keeps its sheets as they are', async () => {
    await onSheet((_sheet, context) => context.workbook.protection.protect())
    expect(await code(onSheet((_sheet, context) => void context.workbook.worksheets.add('New')))).toBe('AccessDenied')
    expect(await code(onSheet((sheet) => (sheet.name = 'Other')))).toBe('AccessDenied')
    expect(await code(onSheet((sheet) => (sheet.getRange('A1').values = [['free']])))).toBe('done')
  })

  test('a read-only file refuses every change and can be read', async () => {
    await withTable()
    host.workbook.isReadOnly = true
    expect(await code(onSheet((sheet) => (sheet.getRange('A1').values = [[1]])))).toBe('AccessDenied')
    expect(await code(onSheet((sheet) => void sheet.tables.getItem('People').rows.add(undefined, [[1, 'x']])))).toBe(
      'AccessDenied',
    )
    expect(await code(onSheet((_sheet, context) => void context.workbook.customXmlParts.add('<a/>')))).toBe(
      'AccessDenied',
    )
    const read = await onSheet(async (sheet, context) => {
      const range = sheet.getRange('B3').load('values')
      context.workbook.load('readOnly')
      await context.sync()
      return [context.workbook.readOnly, range.values as unknown]
    })
    expect(read).toEqual([true, [[1]]])
  })
})

describe('editing a cell', () => {
  const write = (value: number): Promise<unknown> =>
    onSheet((sheet) => (sheet.getRange('A1').values = [[value]])).catch(
      (error: unknown) => (error as { code: string }).code,
    )

  test('refuses batches until it ends', async () => {
    host.startCellEdit()
    expect(await write(1)).toBe('InvalidOperationInCellEditMode')
    host.endCellEdit()
    await write(2)
    expect(host.workbook.activeSheet.grid.value(0, 0)).toBe(2)
  })

  test('makes batches wait that asked for it, or all of them', async () => {
    host.startCellEdit()
    const delayed = host.Excel.run({ delayForCellEdit: true }, async (context) => {
      context.workbook.worksheets.getActiveWorksheet().getRange('A1').values = [['late']]
      await context.sync()
    })
    await settle()
    expect(host.workbook.activeSheet.grid.value(0, 0)).toBeUndefined()
    host.endCellEdit()
    await delayed
    expect(host.workbook.activeSheet.grid.value(0, 0)).toBe('late')
    host.startCellEdit('wait')
    const silent = write(3)
    await settle()
    expect(host.workbook.activeSheet.grid.value(0, 0)).toBe('late')
    host.endCellEdit()
    await silent
    expect(host.workbook.activeSheet.grid.value(0, 0)).toBe(3)
  })
})

describe('failures on purpose', () => {
  const write = (): Promise<unknown> =>
    onSheet((sheet) => {
      sheet.getRange('A1').values = [[1]]
      sheet.getRange('A2').values = [[2]]
    }).catch((error: unknown) => (error as { code: string }).code)
  const column = (): unknown[] => [0, 1].map((row) => host.workbook.activeSheet.grid.value(row, 0))

  test('a batch can end in its middle', async () => {
    host.injectError({ error: 'GeneralException', afterChanges: 1 })
    expect(await write()).toBe('GeneralException')
    expect(column()).toEqual([1, undefined])
  })

  test('an answer can get lost after the batch was carried out', async () => {
    host.injectError({ error: 'GeneralException', executed: true, lost: true })
    const answered = await Promise.race([write(), settle().then(() => 'silence')])
    expect(answered).toBe('silence')
    expect(column()).toEqual([1, 2])
  })

  test('counters tell kinds of work apart', async () => {
    await write()
    await settle()
    const { batches, syncs, cellWrites, formatWrites } = host.counters
    expect({ syncs, cellWrites, formatWrites }).toEqual({ syncs: 1, cellWrites: 2, formatWrites: 0 })
    expect(batches).toBeGreaterThan(1)
    await onSheet((sheet) => (sheet.getRange('A1:B3').format.font.bold = true))
    expect(host.counters.formatWrites).toBe(6)
  })
})
