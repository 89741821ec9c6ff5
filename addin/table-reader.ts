// Reading a table's own cells, in portions that Excel can answer.
import { sendInChunks } from './chunks.ts'
import type { OwnCells } from './delta-plan.ts'
import type { Layout } from './layout.ts'
import { createRowNaming } from './row-key.ts'
import type { SheetValue } from './cells.ts'
import type { Batch, Later, Rows, TableShape, Workbook } from './workbook.ts'

/** A table, and how the dataset lies in it. */
export interface Target {
  readonly workbook: Workbook
  readonly shape: TableShape
  readonly layout: Layout
}

/** What a cell is taken to weigh in an answer, until the answer proves to be too large. */
const readCellBytes = 25

/** All rows with the own cells at `columns` (indexes in the layout); the other cells are empty. */
export async function readRows(target: Target, columns: readonly number[]): Promise<readonly OwnCells[]> {
  const { workbook, shape } = target
  const rows: OwnCells[] = []
  const sizes = new Array<number>(shape.rows).fill(columns.length * readCellBytes)
  await sendInChunks(sizes, async (first, count) => {
    const block = await workbook.batch({ table: shape.id }, (batch) =>
      readBlock(batch, target, columns, { row: first, count }),
    )
    rows.push(...block)
  })
  return rows
}

/** The rows' names, from their key cells. */
export async function readNames(target: Target): Promise<readonly (string | undefined)[]> {
  const naming = createRowNaming(target.layout)
  const rows = await readRows(target, target.layout.keyColumns)
  return rows.map((cells) => naming.nameRow(cells))
}

/** Records the reading of some rows' own cells at `columns`. */
export function readBlock(
  batch: Batch,
  { layout }: Pick<Target, 'layout'>,
  columns: readonly number[],
  block: { readonly row: number; readonly count: number },
): Later<readonly OwnCells[]> {
  const runs = findRuns(layout, columns)
  const parts = runs.map(({ sheetColumn, first, count }) => ({
    first,
    values: batch.read({ row: block.row, column: sheetColumn, rows: block.count, columns: count }),
  }))
  return () => {
    const read = parts.map(({ first, values }): { first: number; rows: Rows } => ({ first, rows: values() }))
    return Array.from({ length: block.count }, (_none, index) => {
      const cells = new Array<SheetValue>(layout.own.length).fill('')
      for (const { first, rows } of read) {
        for (const [offset, value] of (rows[index] ?? []).entries()) cells[first + offset] = value
      }
      return cells
    })
  }
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
