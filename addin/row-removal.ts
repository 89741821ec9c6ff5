// Taking rows out of a table. Nothing brings a deleted row back, so the request that deletes rows also reads all that is in them: when
// somebody sorted at that very moment, what was lost is known, and goes back to the row it belongs to. Should the answer to that request
// get lost as well, what the user had in all rows is known from a reading before (`kept-rows.ts`).
import { freeArea, insertBlank } from './cells-below.ts'
import { groupBlocks, type OwnCells, type RowNames } from './delta-plan.ts'
import type { CellsBelow } from './link-memory.ts'
import { explainRefusal } from './make-room.ts'
import { recordGuard } from './row-guard.ts'
import { createRowNaming } from './row-key.ts'
import { RowsMoved, type LostRow } from './table-error.ts'
import { readBlock, type Target } from './table-reader.ts'
import { TableSession } from './table-session.ts'
import { createUserTest } from './user-rows.ts'
import type { Area, Batch, Later, Rows } from './workbook.ts'

export interface Removal {
  readonly names: RowNames
  /** From top to bottom. */
  readonly rows: readonly number[]
  readonly below: CellsBelow | undefined
  /** Records what comes in the same request, before the rows go: a table always keeps one row. */
  readonly replace?: (batch: Batch) => void
  readonly signal: AbortSignal | undefined
  readonly onProgress: (count: number) => void
}

const mostBlocksAtOnce = 200
const mostRowsAtOnce = 5_000

/**
 * Deletes rows from the bottom up; what stands below the table stays where it is.
 *
 * @throws {RowsMoved} when rows were not where they were taken to be, with those that were deleted by mistake
 * @throws {TableError} `no-room` when Excel cannot move what is below
 */
export async function deleteRows(target: Target, removal: Removal): Promise<void> {
  const { workbook, shape } = target
  const anchor = { table: shape.id, hasTotals: shape.hasTotals }
  for (const chunk of chunkBlocks(removal.rows)) {
    removal.signal?.throwIfAborted()
    const rows = chunk.flatMap(({ row, count }) => Array.from({ length: count }, (_none, index) => row + index))
    // A look before, so that it takes somebody who sorts between these two requests to delete a wrong row.
    await expectRows(target, removal.names, rows)
    await explainRefusal(shape.name, async () => {
      const saved = await workbook.batch(anchor, (batch) => {
        const contents = readWholeRows(batch, target, chunk)
        removal.replace?.(batch)
        for (const { row, count } of chunk) batch.deleteCells(wholeRows(target, row, count))
        if (removal.below) insertBlank(batch, freeArea(target, rows.length))
        return contents
      })
      keepDoubles(target, removal, saved)
      reportLost(target, removal.names, saved)
    })
    removal.onProgress(rows.length)
  }
}

/** @throws {RowsMoved} when rows have other names than they are taken to have, or no name and something of the user's */
async function expectRows(target: Target, names: RowNames, rows: readonly number[]): Promise<void> {
  const isUsers = createUserTest(target)
  const nameless = groupBlocks(rows.filter((row) => names[row] === undefined).toSorted((one, other) => one - other))
  const isMoved = await target.workbook.batch({ table: target.shape.id }, (batch) => {
    const mismatches = recordGuard(batch, target, names, rows)
    const blanks = nameless.map(({ row, count }) => batch.readFormulas(wholeRows(target, row, count)))
    return () => mismatches().length > 0 || blanks.some((block) => block().some(isUsers))
  })
  if (isMoved) throw new RowsMoved()
}

function wholeRows({ shape }: Target, row: number, count: number): Area {
  return { row, column: 0, rows: count, columns: shape.columns.length }
}

function* chunkBlocks(rows: readonly number[]) {
  const blocks = groupBlocks(rows).flatMap(({ row, count }) =>
    Array.from({ length: Math.ceil(count / mostRowsAtOnce) }, (_none, part) => ({
      row: row + part * mostRowsAtOnce,
      count: Math.min(mostRowsAtOnce, count - part * mostRowsAtOnce),
    })),
  )
  let chunk: (typeof blocks)[number][] = []
  let size = 0
  for (const block of blocks.toReversed()) {
    if (chunk.length > 0 && (chunk.length === mostBlocksAtOnce || size + block.count > mostRowsAtOnce)) {
      yield chunk
      chunk = []
      size = 0
    }
    chunk.push(block)
    size += block.count
  }
  if (chunk.length > 0) yield chunk
}

export interface SavedRow {
  readonly row: number
  readonly own: OwnCells
  /** By column of the table; undefined for own columns. */
  readonly formulas: Rows[number]
}

/** Records the reading of everything in the rows. */
export function readWholeRows(
  batch: Batch,
  target: Target,
  blocks: readonly { readonly row: number; readonly count: number }[],
): Later<readonly SavedRow[]> {
  const { layout, shape } = target
  const all = layout.own.map((_column, index) => index)
  const hasUserColumns = all.length < shape.columns.length
  const parts = blocks.map((block) => ({
    block,
    own: readBlock(batch, target, all, block),
    formulas: hasUserColumns ? batch.readFormulas(wholeRows(target, block.row, block.count)) : undefined,
  }))
  return () =>
    parts.flatMap(({ block, own, formulas }) => {
      const texts = formulas?.()
      return own().map((cells, index) => ({ row: block.row + index, own: cells, formulas: texts?.[index] ?? [] }))
    })
}

/** What the user had in deleted rows whose record has another row in the table goes there, once the rows are what they are to be. */
function keepDoubles(target: Target, { names, rows }: Removal, saved: readonly SavedRow[]): void {
  if (!target.layout.hasKey) return
  const deleted = new Set(rows)
  const staying = new Set(names.filter((_name, row) => !deleted.has(row)))
  const doubles = findLost(target, saved, (_row, name) => name === undefined || !staying.has(name))
  const written = doubles.filter(({ cells }) => cells.size > 0)
  if (written.length === 0) return
  const { lost } = TableSession.of(target.workbook)
  lost.set(target.shape.id, [...(lost.get(target.shape.id) ?? []), ...written])
}

/** @throws {RowsMoved} when other rows were deleted than those that were meant */
function reportLost(target: Target, names: RowNames, saved: readonly SavedRow[]): void {
  const lost = findLost(target, saved, isAsNamed(names))
  const naming = createRowNaming(target.layout)
  const isOther = saved.some(({ row, own }) => naming.nameRow(own) !== names[row])
  if (isOther || lost.length > 0) throw new RowsMoved({ lost })
}

/** Rows without a name are all called the same; only those were meant that have nothing of the user's. */
function isAsNamed(names: RowNames): IsMeant {
  return (row, name, isUsers) => name === names[row] && !(name === undefined && isUsers)
}

type IsMeant = (row: number, name: string | undefined, isUsers: boolean) => boolean

/** The saved rows that were not the ones that were meant. */
export function findLost(target: Target, saved: readonly SavedRow[], isMeant: IsMeant): readonly LostRow[] {
  const { layout, shape } = target
  const isUsers = createUserTest(target)
  const naming = createRowNaming(layout)
  const own = new Set(layout.own.map(({ sheetColumn }) => sheetColumn))
  return saved.flatMap(({ row, own: cells, formulas }) => {
    const name = naming.nameRow(cells)
    if (isMeant(row, name, isUsers(formulas))) return []
    const users = formulas.flatMap((formula, column): [string, string | number | boolean][] => {
      const id = shape.columns[column]?.id
      return own.has(column) || formula === '' || id === undefined ? [] : [[id, formula]]
    })
    return name === undefined && users.length === 0 ? [] : [{ name, row, cells: new Map(users) }]
  })
}
