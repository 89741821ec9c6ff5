// What stands below a table, and stays where it is. Deleting rows pulls it up, and rows that come above a total row push it down; each
// request puts it back, but nothing undoes half a request that Excel stopped in the middle.
import type { CellsBelow } from './link-memory.ts'
import { explainRefusal } from './make-room.ts'
import type { Target } from './table-reader.ts'
import { mostSheetRows, type Area, type Batch, type UsedCells } from './workbook.ts'

/** By so many rows somebody may push the table down meanwhile. */
const movedRowsAllowed = 5_000

/** Finds what stands below the table, if anything does, before a refresh that may move it by so many rows. */
export async function findCellsBelow(target: Target, mostMoved: number): Promise<CellsBelow | undefined> {
  const { workbook, shape } = target
  const used = await workbook.batch({ table: shape.id }, (batch) => batch.findUsed(areaBelow(target, shape.rows)))
  return used && { row: used.row, rows: used.rows, mostMoved }
}

/**
 * Moves what stands below the table back to where it was; leaves it when it is something else by now, or when the table needs its place.
 *
 * @throws {TableError} `no-room` when Excel cannot move it
 */
export async function putCellsBack(target: Target, { row, rows, mostMoved }: CellsBelow): Promise<void> {
  const { workbook, shape } = target
  const anchor = { table: shape.id }
  const { used, end } = await workbook.batch(anchor, (batch) => {
    const found = batch.findUsed(areaBelow(target, shape.rows + mostMoved))
    const count = batch.countRows()
    return () => ({ used: found(), end: count() + totalRows(target) })
  })
  if (used?.rows !== rows || used.row === row || Math.abs(used.row - row) > mostMoved || row < end) return
  await explainRefusal(shape.name, () =>
    used.row < row
      ? insertBelow(target, freeArea(target, row - used.row))
      : takeBlank(target, freeArea(target, used.row - row)),
  )
}

async function insertBelow({ workbook, shape }: Target, area: Area): Promise<void> {
  await workbook.batch({ table: shape.id }, (batch) => {
    insertBlank(batch, area)
    return () => undefined
  })
}

/** Takes blank cells out; what somebody has put there meanwhile comes back. */
async function takeBlank({ workbook, shape }: Target, area: Area): Promise<void> {
  const taken = await workbook.batch({ table: shape.id }, (batch) => {
    const formulas = batch.readFormulas(area)
    batch.deleteCells(area)
    return formulas
  })
  if (taken.every((cells) => cells.every((cell) => cell === ''))) return
  await workbook.batch({ table: shape.id }, (batch) => {
    batch.insertCells(area)
    batch.writeFormulas(area, taken)
    return () => undefined
  })
}

/** Gives what a table has grown over, although it was to be blank, a place right below it. */
export async function giveBack(target: Target, { column, formulas }: UsedCells): Promise<void> {
  await explainRefusal(target.shape.name, () =>
    target.workbook.batch({ table: target.shape.id }, (batch) => {
      const area = freeArea(target, formulas.length)
      insertBlank(batch, area)
      batch.writeFormulas({ ...area, column, columns: formulas[0]?.length ?? 0 }, formulas)
      return () => undefined
    }),
  )
}

/** Records that blank cells come below the table; what they would take on from the table's last row goes. */
export function insertBlank(batch: Batch, area: Area): void {
  batch.insertCells(area)
  batch.clear(area, 'contents-and-formats')
}

/** The first so many rows below the table. */
export function freeArea(target: Target, rows: number): Area {
  return { fromEnd: true, row: totalRows(target), column: 0, rows, columns: target.shape.columns.length }
}

function areaBelow(target: Target, tableRows: number): Area {
  return freeArea(target, Math.max(1, mostSheetRows - target.shape.row - tableRows - movedRowsAllowed))
}

function totalRows({ shape }: Target): number {
  return shape.hasTotals ? 1 : 0
}
