// Reading a table's own cells, in portions that Excel can answer.
import { sendInChunks } from './chunks.ts'
import { fromSheetDates } from './date-system.ts'
import { groupBlocks, type OwnCells, type RowBlock, type RowNames } from './delta-plan.ts'
import type { Layout } from './layout.ts'
import { createRowNaming, rowText } from './row-key.ts'
import type { SheetValue } from './cells.ts'
import { RowsMoved } from './table-error.ts'
import type { Area, Batch, Later, Rows, TableShape, Workbook } from './workbook.ts'

/** A table, and how the dataset lies in it. */
export interface Target {
  readonly workbook: Workbook
  readonly shape: TableShape
  readonly layout: Layout
}

/** What a cell is taken to weigh in an answer, until the answer proves to be too large. */
export const readCellBytes = 25
/** What a range costs in a request. */
export const rangeBytes = 500

/** All rows' own cells, as formulas where somebody put one into a column of ours, so that it is noticed. */
export function readOwnCells(target: Target): Promise<readonly OwnCells[]> {
  return readAll(
    target,
    target.layout.own.map((_column, index) => index),
    'formulas',
  )
}

/** The rows' names, from their key cells. */
export async function readNames(target: Target): Promise<RowNames> {
  const naming = createRowNaming(target.layout)
  const rows = await readAll(target, target.layout.keyColumns, 'values')
  return rows.map((cells) => naming.nameRow(cells))
}

/**
 * The own cells of some rows, by row; the other rows are left out.
 *
 * @throws {RowsMoved} when a row has not the name that it is taken to have
 */
export async function readRowsAt(
  target: Target,
  rows: readonly number[],
  names: RowNames,
): Promise<readonly (OwnCells | undefined)[]> {
  const { workbook, shape, layout } = target
  const cells: OwnCells[] = []
  const blocks = groupBlocks(rows, 8)
  const columns = layout.own.map((_column, index) => index)
  const sizes = blocks.map(({ count }) => rangeBytes + count * columns.length * readCellBytes)
  await sendInChunks(sizes, async (first, count) => {
    const chunk = blocks.slice(first, first + count)
    const read = await workbook.batch({ table: shape.id }, (batch) => {
      const parts = chunk.map((block) => ({
        block,
        rows: readBlock(batch, target, columns, { ...block, as: 'formulas' }),
      }))
      return () => parts.map(({ block, rows: later }) => ({ block, rows: later() }))
    })
    for (const { block, rows: found } of read) {
      for (const [index, row] of found.entries()) cells[block.row + index] = row
    }
  })
  const naming = createRowNaming(layout)
  if (rows.some((row) => naming.nameRow(cells[row] ?? []) !== names[row])) throw new RowsMoved()
  return cells
}

/**
 * All rows with the own cells at `columns` (indexes in the layout); the other cells are empty. Of rows that move between two requests,
 * some would be read twice and others not at all: where names repeat, only what reads the same once more is believed.
 *
 * @throws {RowsMoved} when rows have come, gone or moved since the table was found: one that was not read would be taken for missing
 */
async function readAll(
  target: Target,
  columns: readonly number[],
  what: 'values' | 'formulas',
): Promise<readonly OwnCells[]> {
  const { rows, requests } = await readOnce(target, columns, what)
  const naming = createRowNaming(target.layout)
  const names = new Set(rows.map((row) => naming.nameRow(row)))
  if (requests === 1 || names.size === rows.length) return rows
  const again = await readOnce(target, columns, what)
  if (rows.some((row, index) => rowText(row) !== rowText(again.rows[index] ?? []))) throw new RowsMoved()
  return rows
}

async function readOnce(target: Target, columns: readonly number[], what: 'values' | 'formulas') {
  const { workbook, shape } = target
  const rows: OwnCells[] = []
  let requests = 0
  const sizes = new Array<number>(shape.rows).fill(columns.length * readCellBytes)
  await sendInChunks(sizes, async (first, count) => {
    const isLast = first + count === shape.rows
    const { block, rowsNow } = await workbook.batch({ table: shape.id }, (batch) => {
      const block = readBlock(batch, target, columns, { row: first, count, as: what })
      const rowsNow = isLast ? batch.countRows() : undefined
      return () => ({ block: block(), rowsNow: rowsNow?.() })
    })
    if (rowsNow !== undefined && rowsNow !== shape.rows) throw new RowsMoved()
    for (const row of block) rows.push(row)
    requests += 1
  })
  return { rows, requests }
}

/** Records the reading of some rows' own cells at `columns`. */
export function readBlock(
  batch: Batch,
  { layout }: Pick<Target, 'layout'>,
  columns: readonly number[],
  block: RowBlock & { readonly as?: 'values' | 'formulas' },
): Later<readonly OwnCells[]> {
  const runs = findRuns(layout, columns)
  const parts = runs.map(({ sheetColumn, first, count }) => ({
    first,
    values: read(
      batch,
      { row: block.row, column: sheetColumn, rows: block.count, columns: count },
      block.as ?? 'values',
    ),
  }))
  return () => {
    const found = parts.map(({ first, values }): { first: number; rows: Rows } => ({
      first,
      rows: fromSheetDates(values(), layout.own.slice(first), batch.daysLater),
    }))
    return Array.from({ length: block.count }, (_none, index) => {
      const cells = new Array<SheetValue>(layout.own.length).fill('')
      for (const { first, rows } of found) {
        for (const [offset, value] of (rows[index] ?? []).entries()) cells[first + offset] = value
      }
      return cells
    })
  }
}

function read(batch: Batch, area: Area, what: 'values' | 'formulas'): Later<Rows> {
  return what === 'values' ? batch.read(area) : batch.readFormulas(area)
}

/** The columns as runs that lie side by side in the sheet. */
function findRuns(layout: Layout, columns: readonly number[]) {
  const runs: { sheetColumn: number; first: number; count: number }[] = []
  for (const index of [...columns].sort((one, other) => one - other)) {
    const sheetColumn = layout.own[index]?.sheetColumn
    if (sheetColumn === undefined) continue
    const last = runs.at(-1)
    if (last && last.first + last.count === index && last.sheetColumn + last.count === sheetColumn) last.count += 1
    else runs.push({ sheetColumn, first: index, count: 1 })
  }
  return runs
}
