// Where a new table can go.
import { askForDates } from './excel-dates.ts'
import { readWith, type ExcelMembers } from './excel-members.ts'
import { run } from './excel-run.ts'
import type { Area, FoundPlace, Place } from './workbook.ts'
import { WorkbookError } from './workbook-error.ts'

/** The first selected cell, and whether so many rows and columns from there are empty and on the sheet. */
export async function findPlace(members: ExcelMembers, rows: number, columns: number): Promise<FoundPlace> {
  try {
    return await lookForPlace(members, rows, columns)
  } catch (error) {
    // So many cells from there are not on the sheet.
    if (error instanceof WorkbookError && error.kind === 'other') return lookForPlace(members, 1, 1, false)
    throw error
  }
}

/** The names of the workbook matter less than the place: an Excel that has none to tell gets its table all the same. */
function lookForPlace(members: ExcelMembers, rows: number, columns: number, isOnSheet = true): Promise<FoundPlace> {
  return readWith(members, async (context) => {
    const { workbook } = context
    const selection = workbook.getSelectedRange()
    const cell = selection.getCell(0, 0).load('rowIndex,columnIndex')
    const sheet = cell.worksheet.load('id,name')
    const area = cell.getResizedRange(rows - 1, columns - 1)
    const used = area.getUsedRangeOrNullObject(true).load('rowIndex')
    const tables = workbook.tables.load('items/name')
    const names = members.has('names') ? workbook.names.load('items/name') : undefined
    for (const range of [selection, cell, area, used]) range.untrack()
    const learnDates = askForDates(members, context)
    await context.sync()
    learnDates()
    return {
      place: { sheet: sheet.id, sheetName: sheet.name, row: cell.rowIndex, column: cell.columnIndex },
      isFree: isOnSheet && used.isNullObject,
      takenNames: new Set([...tables.items, ...(names?.items ?? [])].map(({ name }) => name.toLowerCase())),
    }
  })
}

/** A new sheet at the end, named as asked or, when that is taken, with a number after it. */
export async function addSheet(name: string): Promise<Place> {
  const free = await run(async (context) => {
    const sheets = context.workbook.worksheets.load('items/name')
    await context.sync()
    const taken = new Set(sheets.items.map((sheet) => sheet.name.toLowerCase()))
    let found = name
    for (let number = 2; taken.has(found.toLowerCase()); number += 1) found = `${name.slice(0, 26)} ${number}`
    return found
  })
  try {
    return await run(async (context) => {
      const sheet = context.workbook.worksheets.add(free).load('id,name')
      sheet.activate()
      await context.sync()
      return { sheet: sheet.id, sheetName: sheet.name, row: 0, column: 0 }
    })
  } catch (error) {
    // Excel may have added it all the same.
    await removeSheet(free).catch(() => undefined)
    throw error
  }
}

/** Takes a sheet away that has nothing in it, by its id or name; leaves any other. */
export function removeSheet(id: string): Promise<void> {
  return run(async (context) => {
    const sheet = context.workbook.worksheets.getItemOrNullObject(id).load('id')
    await context.sync()
    if (sheet.isNullObject) return
    const used = sheet.getUsedRangeOrNullObject(true).load('rowIndex')
    used.untrack()
    await context.sync()
    if (!used.isNullObject) return
    sheet.delete()
    await context.sync()
  })
}

/** Records that the columns of an area, counted from the sheet's first cell, become as wide as its content. */
export function fitColumns(context: Excel.RequestContext, sheet: string, { row, column, rows, columns }: Area): void {
  const first = context.workbook.worksheets.getItem(sheet).getCell(row, column)
  const range = first.getResizedRange(rows - 1, columns - 1)
  range.format.autofitColumns()
  for (const each of [first, range]) each.untrack()
}
