// Columns that come, go and change their type.
import type { ColumnBody } from '../broker/http/contract.ts'
import { numberFormatOf } from './cells.ts'
import { texts } from './language.ts'
import type { LinkedColumn } from './links.ts'
import { makeRoomBeside } from './make-room.ts'
import { readOwnCells, type Target } from './table-reader.ts'
import type { Growth } from './table-choice.ts'
import { RowsMoved } from './table-error.ts'
import { mostSheetColumns, type TableShape } from './workbook.ts'

/**
 * Adds columns at the right end of the table, with their headers and formats; returns them as Excel has them. Columns that an unfinished
 * refresh has added already, to a table that had the headers `former`, are used for them.
 *
 * @throws {TableError} `growth-blocked` before anything is written
 */
export async function addColumns(
  target: Target,
  columns: readonly ColumnBody[],
  { growth, former }: { readonly growth: Growth; readonly former: readonly string[] | undefined },
): Promise<readonly LinkedColumn[]> {
  const { workbook, shape } = target
  const found = former ? await findAdded(target, columns, former) : []
  let width = shape.columns.length
  const placed = columns.map((column, index) => ({ column, place: found[index] ?? width++ }))
  const missing = width - shape.columns.length
  if (missing > 0) await makeRoomBeside(target, missing, growth)
  await workbook.batch({ table: shape.id }, (batch) => {
    if (missing > 0) batch.addColumns(missing)
    for (const { column, place } of placed) {
      const header = { row: -1, column: place, rows: 1, columns: 1 }
      batch.setFormat(header, '@')
      batch.write(header, [[column.name]])
    }
    return () => undefined
  })
  const wider = (await workbook.findTable(shape.id)) ?? shape
  await workbook.batch({ table: shape.id }, (batch) => {
    for (const { column, place } of placed) {
      batch.setFormat({ row: 0, column: place, rows: wider.rows, columns: 1 }, numberFormatOf(column))
    }
    return () => undefined
  })
  return placed.map(({ column, place }) => {
    const { header = column.name, id = '' } = wider.columns[place] ?? {}
    return { ...column, header, columnId: id }
  })
}

/**
 * Where columns are that were added already: a table that had other headers before has them under their names, or without name and
 * content when Excel stopped halfway.
 */
async function findAdded(
  { workbook, shape, layout }: Target,
  columns: readonly ColumnBody[],
  former: readonly string[],
): Promise<readonly (number | undefined)[]> {
  const own = new Set(layout.own.map(({ sheetColumn }) => sheetColumn))
  const others = [...shape.columns.keys()].filter(
    (place) => !own.has(place) && !former.includes(shape.columns[place]?.header ?? ''),
  )
  if (others.length === 0) return []
  const isUsed = await workbook.batch({ table: shape.id }, (batch) => {
    const used = others.map((column) => batch.findUsed({ row: 0, column, rows: shape.rows, columns: 1 }))
    return () => used.map((later) => later() !== undefined)
  })
  const nameless = others.filter(
    (place, index) => !isUsed[index] && !columns.some(({ name }) => name === shape.columns[place]?.header),
  )
  return columns.map(({ name }) => others.find((place) => shape.columns[place]?.header === name) ?? nameless.shift())
}

/** The column that says since when a row is gone at the source, as a column to add. */
export function markColumn(): ColumnBody {
  return { name: texts.refreshing.goneSince, type: 'date' }
}

/** A column whose type or format has changed gets its new number format, before its cells are written. */
export async function changeFormats({ workbook, shape }: Target, changed: Target['layout']['own']): Promise<void> {
  await workbook.batch({ table: shape.id }, (batch) => {
    for (const column of changed) {
      const area = { row: 0, column: column.sheetColumn, rows: shape.rows, columns: 1 }
      batch.setFormat(area, numberFormatOf(column))
    }
    return () => undefined
  })
}

/**
 * Takes columns that the user no longer wants out of the table. Those stay that have something of the user's in them, or that formulas
 * beside them use: they are the user's from now on.
 */
export async function dropColumns(target: Target, unwanted: ReadonlySet<string>): Promise<void> {
  const { workbook, shape, layout } = target
  const dropped = layout.own.filter(({ name }) => unwanted.has(name))
  if (dropped.length === 0) return
  const cells = await readOwnCells(target)
  const own = new Set(layout.own.map(({ sheetColumn }) => sheetColumn))
  const users = shape.columns.flatMap((_column, index) => (own.has(index) ? [] : [index]))
  const formulas = await workbook.batch({ table: shape.id }, (batch) => {
    const parts = users.map((column) => batch.readFormulas({ row: 0, column, rows: shape.rows, columns: 1 }))
    return () => parts.flatMap((part) => part().flat().map(String))
  })
  const computed = new Set(formulas.filter((formula) => formula.startsWith('=')))
  const isNeeded = (column: (typeof dropped)[number]): boolean =>
    cells.some((row) => isFormula(row[layout.own.indexOf(column)], column.type)) ||
    [...computed].some((text) => refersTo(text, column, shape))
  const gone = dropped.filter((column) => !isNeeded(column)).sort((one, other) => other.sheetColumn - one.sheetColumn)
  for (const column of gone) await dropColumn(target, column)
}

async function dropColumn({ workbook, shape }: Target, column: Target['layout']['own'][number]): Promise<void> {
  const now = (await workbook.findTable(shape.id)) ?? shape
  const rows = now.rows + 1 + (now.hasTotals ? 1 : 0)
  const width = now.columns.length
  const beside = { row: -1, column: width, rows, columns: mostSheetColumns - now.column - width }
  const before = beside.columns > 0 ? await workbook.findObstacle(shape.id, beside) : undefined
  await workbook.deleteColumn(shape.id, column.columnId, column.header)
  if (!before) return
  // What stands at the right of the table stays where it is, whether or not this Excel moved it along.
  const after = await workbook.findObstacle(shape.id, { ...beside, column: width - 1, columns: beside.columns + 1 })
  if (after?.address === before.address) return
  await workbook.batch({ table: shape.id }, (batch) => {
    batch.insertCells({ ...beside, column: width - 1, columns: 1 }, 'right')
    return () => undefined
  })
}

/** A text of the source may begin like a formula; anything else that does is the user's. */
function isFormula(cell: unknown, type: string): boolean {
  return typeof cell === 'string' && cell.startsWith('=') && type !== 'text'
}

function refersTo(
  formula: string,
  { header, sheetColumn }: Target['layout']['own'][number],
  shape: TableShape,
): boolean {
  if (formula.toLowerCase().includes(`[${header.toLowerCase()}]`)) return true
  if (formula.toLowerCase().includes(`[@${header.toLowerCase()}]`)) return true
  return new RegExp(`(?<![A-Za-z])\\$?${columnLetters(shape.column + sheetColumn)}\\$?\\d`).test(formula)
}

/** `AB` for column 27. */
function columnLetters(column: number): string {
  const rest = Math.floor(column / 26)
  return `${rest > 0 ? columnLetters(rest - 1) : ''}${String.fromCharCode(65 + (column % 26))}`
}

/** @throws {RowsMoved} when the table's columns are not, one by one, those that it was read with */
export function expectColumns({ shape }: Target, now: TableShape | undefined): void {
  const isSame = shape.columns.every(({ id, header }, index) => {
    const column = now?.columns[index]
    return column?.id === id && column.header === header
  })
  if (!isSame || now?.columns.length !== shape.columns.length) throw new RowsMoved()
}
