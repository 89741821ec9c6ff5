// What keeps a table from growing, or from being changed at all.
import { run, runIfThere } from './excel-run.ts'
import type { Obstacle } from './table-error.ts'
import type { Area, TableAccess } from './workbook.ts'

/** More cells than this are not counted one by one. */
const mostCountedCells = 100_000

/** What stands in an area counted from the first data row of a table. Cells that only have formats count as free. */
export async function findObstacle(tableId: string, area: Area): Promise<Obstacle | undefined> {
  const cells = await describeCells(tableId, area)
  // A table without content, or merged cells without, are in the way too.
  const table = await runIfThere(async (context) => {
    const range = locate(context, tableId, area)
    const tables = range.getTables(false).load('items/id,items/name')
    range.untrack()
    await context.sync()
    return tables.items.find(({ id }) => id !== tableId)?.name
  }, undefined)
  const merged = await runIfThere(async (context) => {
    const range = locate(context, tableId, area)
    const areas = range.getMergedAreasOrNullObject().load('address')
    range.untrack()
    await context.sync()
    return areas.isNullObject ? undefined : areas.address
  }, undefined)
  if (!cells && table === undefined && merged === undefined) return undefined
  return {
    cells: cells?.cells ?? 0,
    address: cells?.address ?? merged ?? '',
    text: cells?.text ?? '',
    table,
    hasMergedCells: merged !== undefined,
    isBeside: area.row < 0,
  }
}

/** What may keep a table from being changed. */
export async function describeAccess(tableId: string): Promise<TableAccess> {
  const all = await runIfThere(async (context) => {
    const workbook = context.workbook.load('readOnly')
    const table = context.workbook.tables.getItem(tableId)
    const protection = table.worksheet.protection.load('protected')
    const filter = table.autoFilter.load('isDataFiltered')
    await context.sync()
    return {
      isWorkbookReadOnly: workbook.readOnly,
      isSheetProtected: protection.protected,
      isFiltered: filter.isDataFiltered,
    }
  }, undefined)
  return all ?? describeAccessByParts(tableId)
}

/** The same in an Excel that cannot tell all of it. */
async function describeAccessByParts(tableId: string): Promise<TableAccess> {
  const isWorkbookReadOnly = await runIfThere(async (context) => {
    const workbook = context.workbook.load('readOnly')
    await context.sync()
    return workbook.readOnly
  }, false)
  const isSheetProtected = await runIfThere(async (context) => {
    const protection = context.workbook.tables.getItem(tableId).worksheet.protection.load('protected')
    await context.sync()
    return protection.protected
  }, false)
  const isFiltered = await runIfThere(async (context) => {
    const filter = context.workbook.tables.getItem(tableId).autoFilter.load('isDataFiltered')
    await context.sync()
    return filter.isDataFiltered
  }, false)
  return { isWorkbookReadOnly, isSheetProtected, isFiltered }
}

/** An Excel that cannot tell particulars still tells whether something is there. */
async function describeCells(tableId: string, area: Area): Promise<FoundCells | undefined> {
  const found = await runIfThere<FoundCells | 'unknown' | undefined>(lookAtCells(tableId, area), 'unknown')
  if (found !== 'unknown') return found
  return run(async (context) => {
    const range = locate(context, tableId, area)
    const used = range.getUsedRangeOrNullObject(true).load('rowIndex')
    for (const each of [range, used]) each.untrack()
    await context.sync()
    return used.isNullObject ? undefined : { cells: 1, address: '', text: '' }
  })
}

type FoundCells = Pick<Obstacle, 'cells' | 'address' | 'text'>

function lookAtCells(tableId: string, area: Area) {
  return async (context: Excel.RequestContext) => {
    const range = locate(context, tableId, area)
    const used = range.getUsedRangeOrNullObject(true).load('address,cellCount')
    range.untrack()
    await context.sync()
    if (used.isNullObject) return undefined
    const part = used.cellCount > mostCountedCells ? used.getRow(0) : used
    part.load('text,rowIndex,columnIndex')
    const sheet = part.worksheet.load('name')
    await context.sync()
    const texts = part.text.flatMap((row, rowIndex) =>
      row.map((text, columnIndex) => ({ text, rowIndex, columnIndex })),
    )
    const filled = texts.filter(({ text }) => text !== '')
    const first = filled[0]
    const found = {
      cells: part === used ? filled.length : used.cellCount,
      address: first
        ? `${sheet.name}!${nameCellAt(part.rowIndex + first.rowIndex, part.columnIndex + first.columnIndex)}`
        : used.address,
      text: (first?.text ?? '').slice(0, 200),
    }
    used.untrack()
    if (part !== used) part.untrack()
    await context.sync()
    return found
  }
}

function locate(context: Excel.RequestContext, tableId: string, area: Area): Excel.Range {
  const header = context.workbook.tables.getItem(tableId).getHeaderRowRange()
  const first = header.getCell(0, 0).getOffsetRange(area.row + 1, area.column)
  const range = first.getResizedRange(area.rows - 1, area.columns - 1)
  for (const each of [header, first]) each.untrack()
  return range
}

/** `AB12` for row 11 and column 27. */
function nameCellAt(row: number, column: number): string {
  let letters = ''
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters
  }
  return `${letters}${row + 1}`
}
