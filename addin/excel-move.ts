// Moving what stands below a table out of its way. Tables and merged cells move as a whole: Excel takes the former apart when only some of
// their cells move, and refuses to do so with the latter.
import { run, runIfThere } from './excel-run.ts'
import { mostSheetRows, type SheetArea } from './workbook.ts'
import { WorkbookError } from './workbook-error.ts'

/**
 * Moves what is in the next `rows` rows below a table, with all that hangs together with it, below the table's future end; to a sheet of
 * its own where something is there too.
 *
 * @throws {WorkbookError} `in-the-way` when it reaches up beside the table
 */
export async function moveBelow(tableId: string, rows: number): Promise<void> {
  const below = await locateBelow(tableId, rows)
  const block = await findBlock(below)
  if (!block) return
  if (block.row < below.row) throw new WorkbookError('in-the-way', 'What is below the table reaches up beside it.')
  // Its own height of rows further down, and a blank one between.
  const target = { ...block, row: block.row + rows + 1 }
  const isFree = target.row + target.rows <= mostSheetRows && (await findContents(target)).length === 0
  await (isFree ? move(block, target.row) : moveToNewSheet(block))
}

function locateBelow(tableId: string, rows: number): Promise<SheetArea> {
  return run(async (context) => {
    const table = context.workbook.tables.getItem(tableId)
    const sheet = table.worksheet.load('id')
    const whole = table.getRange().load(place)
    whole.untrack()
    await context.sync()
    const { row, column, rows: height, columns } = toArea(sheet.id, whole)
    return { sheet: sheet.id, row: row + height, column, rows, columns }
  })
}

/** The smallest block that holds all that has cells in the area, and takes nothing apart. */
async function findBlock(below: SheetArea): Promise<SheetArea | undefined> {
  let block = join(await findContents(below))
  for (;;) {
    if (!block) return undefined
    const larger: SheetArea = join([block, ...(await findContents(block))]) ?? block
    if (larger.rows === block.rows && larger.columns === block.columns) return block
    block = larger
  }
}

/** The used cells of an area, and the tables and merged cells that have cells there. */
async function findContents(area: SheetArea): Promise<readonly SheetArea[]> {
  const used = await run(async (context) => {
    const range = locate(context, area)
    const found = range.getUsedRangeOrNullObject(true).load(place)
    for (const each of [range, found]) each.untrack()
    await context.sync()
    return found.isNullObject ? [] : [toArea(area.sheet, found)]
  })
  const tables = await runIfThere(async (context) => {
    const range = locate(context, area)
    const found = range.getTables(false).load('items/id')
    range.untrack()
    await context.sync()
    const ranges = found.items.map((table) => table.getRange().load(place))
    for (const each of ranges) each.untrack()
    await context.sync()
    return ranges.map((each) => toArea(area.sheet, each))
  }, [])
  const merged = await runIfThere(async (context) => {
    const range = locate(context, area)
    const found = range.getMergedAreasOrNullObject().load('cellCount')
    const parts = found.areas.load(`items/${place.replaceAll(',', ',items/')}`)
    range.untrack()
    await context.sync()
    return found.isNullObject ? [] : parts.items.map((each) => toArea(area.sheet, each))
  }, [])
  return [...used, ...tables, ...merged]
}

function move(block: SheetArea, row: number): Promise<void> {
  return run(async (context) => {
    const range = locate(context, block)
    const target = context.workbook.worksheets.getItem(block.sheet).getCell(row, block.column)
    range.moveTo(target)
    for (const each of [range, target]) each.untrack()
    await context.sync()
  })
}

function moveToNewSheet(block: SheetArea): Promise<void> {
  return run(async (context) => {
    const sheets = context.workbook.worksheets.load('items/id,items/name')
    await context.sync()
    const known = new Set(sheets.items.map(({ name }) => name.toLowerCase()))
    const { name: former = '' } = sheets.items.find(({ id }) => id === block.sheet) ?? {}
    let name = `${former.slice(0, 26)} (2)`
    for (let number = 3; known.has(name.toLowerCase()); number += 1) name = `${former.slice(0, 26)} (${number})`
    const range = locate(context, block)
    const target = context.workbook.worksheets.add(name).getRange('A1')
    range.moveTo(target)
    for (const each of [range, target]) each.untrack()
    await context.sync()
  })
}

const place = 'rowIndex,columnIndex,rowCount,columnCount'

function toArea(sheet: string, { rowIndex, columnIndex, rowCount, columnCount }: Excel.Range): SheetArea {
  return { sheet, row: rowIndex, column: columnIndex, rows: rowCount, columns: columnCount }
}

function locate(context: Excel.RequestContext, { sheet, row, column, rows, columns }: SheetArea): Excel.Range {
  const first = context.workbook.worksheets.getItem(sheet).getCell(row, column)
  first.untrack()
  return first.getResizedRange(rows - 1, columns - 1)
}

/** The smallest area with all of them in it. */
function join(areas: readonly SheetArea[]): SheetArea | undefined {
  const [first] = areas
  if (!first) return undefined
  const row = Math.min(...areas.map((area) => area.row))
  const column = Math.min(...areas.map((area) => area.column))
  const rows = Math.max(...areas.map((area) => area.row + area.rows)) - row
  const columns = Math.max(...areas.map((area) => area.column + area.columns)) - column
  return { ...first, row, column, rows, columns }
}
