// Rows in the order of the source, where that is wanted. Excel sorts them, so that everything in a row goes with it: formulas, comments,
// colours. The place of each row stands for a moment in one of our own columns.
import { numberFormatOf } from './cells.ts'
import { toSheetDates } from './date-system.ts'
import type { OwnCells, RowNames } from './delta-plan.ts'
import { rowBytes, sendInChunks } from './chunks.ts'
import { withRowsShown } from './hidden-rows.ts'
import { recordGuard } from './row-guard.ts'
import { createRowNaming } from './row-key.ts'
import { RowsMoved } from './table-error.ts'
import { readNames, type Target } from './table-reader.ts'
import type { Batch } from './workbook.ts'

/**
 * Arranges the rows as in `wanted`; rows that are not among these stay behind them, in the order that they have. Does nothing without a
 * column that may hold the places: all of them are needed to tell the rows apart.
 *
 * @throws {RowsMoved} when somebody moved rows meanwhile
 */
export async function arrangeRows(
  target: Target,
  wanted: readonly OwnCells[],
  { signal, begin }: { readonly signal: AbortSignal; readonly begin: () => Promise<void> },
): Promise<RowNames> {
  const { layout } = target
  const names = await readNames(target)
  const naming = createRowNaming(layout)
  const places = new Map(wanted.map((cells, place) => [naming.nameRow(cells) ?? '', place]))
  const ranks = names.map((name, row) => places.get(name ?? '') ?? wanted.length + row)
  const order = [...ranks.keys()].sort((one, other) => (ranks[one] ?? 0) - (ranks[other] ?? 0))
  const index = layout.own.findIndex((_column, own) => !layout.keyColumns.includes(own) && own !== layout.mark)
  const column = layout.own[index]
  if (!column || order.every((row, place) => row === place)) return names
  await begin()
  return withRowsShown(target, names, () => sortRows(target, { wanted, names, ranks, order, index, column, signal }))
}

interface Sorting {
  readonly wanted: readonly OwnCells[]
  readonly names: RowNames
  /** The place in `wanted` of each row, or one behind all of them. */
  readonly ranks: readonly number[]
  /** The rows as they are to stand. */
  readonly order: readonly number[]
  /** The own column that holds the places meanwhile. */
  readonly index: number
  readonly column: Target['layout']['own'][number]
  readonly signal: AbortSignal
}

async function sortRows(
  target: Target,
  { wanted, names, ranks, order, index, column, signal }: Sorting,
): Promise<RowNames> {
  const { workbook, shape } = target
  const former = await readColumn(target, index)
  const digits = String(shape.rows).length
  const placeOf = new Map(order.map((row, place) => [row, place]))
  const cells = names.map((_name, row) => {
    // Texts, as numbers may become some in a column that the user has formatted so; they sort like numbers when they have the same length.
    return [`a${String(placeOf.get(row) ?? 0).padStart(digits, '0')}`]
  })
  const area = { row: 0, column: column.sheetColumn, rows: names.length, columns: 1 }
  await writeColumn({ target, area, rows: cells, signal }, () => undefined, names)
  const sorted = order.map((row) => names[row])
  const values = order.map((row) => {
    const place = ranks[row] ?? 0
    const cell = wanted[place]?.[index]
    if (cell === undefined) return [former[row]?.[0] ?? '']
    return toSheetDates([[cell]], [column], workbook.daysLater)[0] ?? ['']
  })
  let isSorted = false
  // A text could become a number, a date or a formula where the user has given the column another format.
  const format = column.type === 'text' ? numberFormatOf(column) : undefined
  await writeColumn(
    { target, area, rows: values, signal, format },
    (batch) => {
      if (!isSorted) batch.sortRows(column.sheetColumn)
      isSorted = true
    },
    sorted,
  )
  return sorted
}

interface ColumnWrite {
  readonly target: Target
  readonly area: { readonly row: number; readonly column: number; readonly rows: number; readonly columns: number }
  readonly rows: readonly OwnCells[]
  readonly signal: AbortSignal
  readonly format?: string | undefined
}

async function writeColumn(
  { target, area, rows, signal, format }: ColumnWrite,
  before: (batch: Batch) => void,
  names: RowNames,
): Promise<void> {
  await sendInChunks(rows.map(rowBytes), async (first, count) => {
    signal.throwIfAborted()
    const numbers = Array.from({ length: count }, (_none, offset) => first + offset)
    const moved = await target.workbook.batch({ table: target.shape.id }, (batch) => {
      before(batch)
      const guard = recordGuard(batch, target, names, numbers)
      const part = { ...area, row: first, rows: count }
      if (format !== undefined) batch.setFormat(part, format)
      batch.write(part, rows.slice(first, first + count))
      return guard
    })
    if (moved.length > 0) throw new RowsMoved()
  })
}

async function readColumn(target: Target, index: number): Promise<readonly OwnCells[]> {
  const { workbook, shape, layout } = target
  const rows: OwnCells[] = []
  const column = layout.own[index]?.sheetColumn ?? 0
  await sendInChunks(new Array<number>(shape.rows).fill(25), async (first, count) => {
    const read = await workbook.batch({ table: shape.id }, (batch) =>
      batch.readFormulas({ row: first, column, rows: count, columns: 1 }),
    )
    for (const row of read) rows.push(row)
  })
  return rows
}
