// Where a new table can go.
import { run } from './excel-run.ts'
import type { FoundPlace, Place } from './workbook.ts'
import { WorkbookError } from './workbook-error.ts'

/** The first selected cell, and whether so many rows and columns from there are empty and on the sheet. */
export async function findPlace(rows: number, columns: number): Promise<FoundPlace> {
  try {
    return await lookForPlace(rows, columns)
  } catch (error) {
    // So many cells from there are not on the sheet.
    if (error instanceof WorkbookError && error.kind === 'other') return lookForPlace(1, 1, false)
    throw error
  }
}

function lookForPlace(rows: number, columns: number, isOnSheet = true): Promise<FoundPlace> {
  return run(async (context) => {
    const { workbook } = context
    const selection = workbook.getSelectedRange()
    const cell = selection.getCell(0, 0).load('rowIndex,columnIndex')
    const sheet = cell.worksheet.load('id,name')
    const area = cell.getResizedRange(rows - 1, columns - 1)
    const used = area.getUsedRangeOrNullObject(true).load('rowIndex')
    const tables = workbook.tables.load('items/name')
    const names = workbook.names.load('items/name')
    for (const range of [selection, cell, area, used]) range.untrack()
    await context.sync()
    return {
      place: { sheet: sheet.id, sheetName: sheet.name, row: cell.rowIndex, column: cell.columnIndex },
      isFree: isOnSheet && used.isNullObject,
      takenNames: new Set([...tables.items, ...names.items].map(({ name }) => name.toLowerCase())),
    }
  })
}

/** A new sheet at the end, named as asked or, when that is taken, with a number after it. */
export function addSheet(name: string): Promise<Place> {
  return run(async (context) => {
    const sheets = context.workbook.worksheets.load('items/name')
    await context.sync()
    const taken = new Set(sheets.items.map((sheet) => sheet.name.toLowerCase()))
    let free = name
    for (let number = 2; taken.has(free.toLowerCase()); number += 1) free = `${name.slice(0, 26)} ${number}`
    const sheet = context.workbook.worksheets.add(free).load('id,name')
    sheet.activate()
    await context.sync()
    return { sheet: sheet.id, sheetName: sheet.name, row: 0, column: 0 }
  })
}
