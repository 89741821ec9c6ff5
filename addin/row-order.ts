// Rows in the order of the source, where that is wanted. Excel sorts them, so that everything in a row goes with it: formulas, comments,
// colours. The place of each row stands for a moment in one of our own columns.
import { numberFormatOf } from './cells.ts'
import { toSheetDates } from './date-system.ts'
import type { OwnCells, RowNames } from './delta-plan.ts'
import { rowBytes, sendInChunks } from './chunks.ts'
import { withRowsShown } from './hidden-rows.ts'
import { recordGuard } from './row-guard.ts'
import { createRowNaming } from './row-key.ts'
import { RowsMoved, type Misnamed } from './table-error.ts'
import { readNames, type Target } from './table-reader.ts'
import type { Batch } from './workbook.ts'

/** Where keys make way for the places, they must fit into the link. */
const mostLinkedCharacters = 200_000
/** No key begins like this. Places are texts, as numbers may become some in a column that the user has formatted so. */
const placePrefix = 'sheetbroker:'

interface Arranging {
  readonly signal: AbortSignal
  /** Comes before the first change, with the names that rows have while they are sorted, and the ones that they had before. */
  readonly begin: (misnamed: Misnamed) => Promise<void>
}

/**
 * Arranges the rows as in `wanted`; rows that are not among these stay behind them, in the order that they have. The places stand in a
 * column that names no row. Where there is none they stand among the keys, which the link knows meanwhile; where these are too many for
 * it, the rows stay as they are.
 *
 * @throws {RowsMoved} when somebody moved rows meanwhile
 */
export async function arrangeRows(
  target: Target,
  wanted: readonly OwnCells[],
  { signal, begin }: Arranging,
): Promise<RowNames> {
  const { layout } = target
  const names = await readNames(target)
  const naming = createRowNaming(layout)
  const places = new Map(wanted.map((cells, place) => [naming.nameRow(cells) ?? '', place]))
  const ranks = names.map((name, row) => places.get(name ?? '') ?? wanted.length + row)
  const order = [...ranks.keys()].sort((one, other) => (ranks[one] ?? 0) - (ranks[other] ?? 0))
  const spare = layout.own.findIndex((_column, own) => !layout.keyColumns.includes(own) && own !== layout.mark)
  const index = spare < 0 ? (layout.keyColumns[0] ?? -1) : spare
  if (!layout.own[index] || order.every((row, place) => row === place)) return names
  const texts = writePlaces(order)
  const placed = names.map((name, row) => {
    if (spare >= 0) return name
    return naming.nameRow((wanted[ranks[row] ?? -1] ?? layout.own.map(() => '')).with(index, texts[row] ?? ''))
  })
  const misnamed = findMisnamed(placed, names)
  if ([...misnamed].flat().join('').length > mostLinkedCharacters) return names
  await begin(misnamed)
  return withRowsShown(target, names, () =>
    sortRows({ target, wanted, names, placed, texts, misnamed, ranks, order, index, signal }),
  )
}

/** The place of each row, so that they sort as texts like the numbers do. */
function writePlaces(order: readonly number[]): readonly string[] {
  const digits = String(order.length).length
  const placeOf = new Map(order.map((row, place) => [row, place]))
  return order.map((_row, row) => placePrefix + String(placeOf.get(row) ?? 0).padStart(digits, '0'))
}

function findMisnamed(given: RowNames, former: RowNames): Misnamed {
  return new Map(
    given.flatMap((name, row) => (name === undefined || name === former[row] ? [] : [[name, former[row]]])),
  )
}

interface Sorting {
  readonly target: Target
  readonly wanted: readonly OwnCells[]
  readonly names: RowNames
  /** What the rows are called while the places stand in them. */
  readonly placed: RowNames
  /** The places as they are written. */
  readonly texts: readonly string[]
  readonly misnamed: Misnamed
  /** The place in `wanted` of each row, or one behind all of them. */
  readonly ranks: readonly number[]
  /** The rows as they are to stand. */
  readonly order: readonly number[]
  /** The own column that holds the places meanwhile. */
  readonly index: number
  readonly signal: AbortSignal
}

async function sortRows(sorting: Sorting): Promise<RowNames> {
  const { target, wanted, names, placed, texts, ranks, order, index } = sorting
  const { workbook, layout } = target
  const column = layout.own[index]
  if (!column) return names
  const former = await readColumn(target, index)
  const placeCells = texts.map((text) => [text])
  await writeColumn(sorting, placeCells, { names })
  const values = order.map((row) => {
    const place = ranks[row] ?? 0
    const cell = wanted[place]?.[index]
    if (cell === undefined) return [former[row]?.[0] ?? '']
    return toSheetDates([[cell]], [column], workbook.daysLater)[0] ?? ['']
  })
  let isSorted = false
  await writeColumn(sorting, values, {
    names: order.map((row) => placed[row]),
    // A text could become a number, a date or a formula where the user has given the column another format.
    format: column.type === 'text' ? numberFormatOf(column) : undefined,
    before: (batch) => {
      if (!isSorted) batch.sortRows(column.sheetColumn)
      isSorted = true
    },
  })
  return order.map((row) => names[row])
}

interface ColumnWrite {
  /** Of the rows before. */
  readonly names: RowNames
  readonly format?: string | undefined
  readonly before?: (batch: Batch) => void
}

async function writeColumn(
  { target, misnamed, index, signal }: Sorting,
  rows: readonly OwnCells[],
  { names, format, before }: ColumnWrite,
): Promise<void> {
  const naming = createRowNaming(target.layout)
  const column = target.layout.own[index]?.sheetColumn ?? 0
  await sendInChunks(rows.map(rowBytes), async (first, count) => {
    signal.throwIfAborted()
    const numbers = Array.from({ length: count }, (_none, offset) => first + offset)
    const moved = await target.workbook.batch({ table: target.shape.id }, (batch) => {
      before?.(batch)
      const guard = recordGuard(batch, target, names, numbers)
      const part = { row: first, column, rows: count, columns: 1 }
      if (format !== undefined) batch.setFormat(part, format)
      batch.write(part, rows.slice(first, first + count))
      return guard
    })
    if (moved.length === 0) return
    const given = moved.map(({ row, cells }) => naming.nameRow(cells.with(index, rows[row]?.[0] ?? '')))
    const former = moved.map(({ name }) => (name !== undefined && misnamed.has(name) ? misnamed.get(name) : name))
    throw new RowsMoved({ misnamed: findMisnamed(given, former) })
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
