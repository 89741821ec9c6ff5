// The rows of the sheet that a delta builds on, after a look whether they are as the last refresh left them.
import { needComparison } from './comparison-needed.ts'
import type { RowPlan } from './delta-plan.ts'
import { Digest } from './digest.ts'
import type { Link } from './links.ts'
import { createRowNaming, digestCells } from './row-key.ts'
import { readNames, readOwnCells, readRowsAt, type Target } from './table-reader.ts'
import type { TableSession } from './table-session.ts'
import type { SheetRows } from './table-writer.ts'

/** The own cells of tables up to this size are all looked at in every refresh, so that nothing typed over them stays. */
const mostCheckedCells = 50_000

interface Look {
  readonly link: Link
  readonly session: TableSession
  readonly checksEveryCell: boolean
}

/**
 * All rows, or their names alone.
 *
 * @throws {ComparisonNeeded} when they are not as they were left
 */
export async function readSheet(target: Target, { link, session, checksEveryCell }: Look): Promise<SheetRows> {
  const { shape, layout } = target
  const isSmall = shape.rows * layout.own.length <= mostCheckedCells
  const isWhole = isSmall || session.isTouched(shape.id) || checksEveryCell
  const known = isWhole ? undefined : session.findNames(target, link.revision)
  if (known) return { names: known, cells: [], isWhole: false }
  const cells = isWhole ? await readOwnCells(target) : []
  const naming = createRowNaming(layout)
  const names = isWhole ? cells.map((row) => naming.nameRow(row)) : await readNames(target)
  if (Digest.of(names).toString() !== link.digest) needComparison()
  const former = link.memory?.cells ?? ''
  if (isWhole && former !== '' && digestCells(cells) !== former) needComparison()
  return { names, cells, isWhole }
}

/** The sheet's rows with the cells of those that the plan is about. */
export async function readTouched(target: Target, sheet: SheetRows, plan: RowPlan): Promise<SheetRows> {
  const rows = [...plan.updates.map(({ row }) => row), ...plan.deletes].sort((one, other) => one - other)
  if (sheet.isWhole || rows.length === 0) return sheet
  return { ...sheet, cells: await readRowsAt(target, rows, sheet.names) }
}
