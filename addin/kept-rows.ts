// What the user has in the rows of a table from which rows are about to be deleted. Should somebody sort at that very moment, and the
// answer get lost or the add-in end before it has put things right, the link still knows what was there.
import { sendInChunks } from './chunks.ts'
import type { RowNames } from './delta-plan.ts'
import { findLost, readWholeRows } from './row-removal.ts'
import type { LostRow } from './table-error.ts'
import type { Target } from './table-reader.ts'

/** The rows of tables up to this size are read before any is deleted. */
const mostKeptCells = 100_000
/** What a cell costs in an answer, at a guess. */
const keptCellBytes = 40
/** So much of it goes into the link, which every refresh reads; more than that is remembered for as long as the pane lives. */
const mostLinkedCharacters = 200_000

/** What the user has in all rows but those that are to go; nothing for a table that is too large for that. */
export async function keepRows(
  target: Target,
  names: RowNames,
  deletes: readonly number[],
): Promise<readonly LostRow[]> {
  const { workbook, shape, layout } = target
  const columns = shape.columns.length
  if (deletes.length === 0 || layout.own.length === columns || shape.rows * columns > mostKeptCells) return []
  const meant = new Set(deletes.map((row) => names[row]))
  const kept: LostRow[] = []
  await sendInChunks(new Array<number>(shape.rows).fill(columns * keptCellBytes), async (row, count) => {
    const saved = await workbook.batch({ table: shape.id }, (batch) => readWholeRows(batch, target, [{ row, count }]))
    kept.push(...findLost(target, saved, (_row, name) => name === undefined || meant.has(name)))
  })
  return kept.filter(({ cells }) => cells.size > 0)
}

/** The rows for the link, or none when they are too much for it. */
export function fitLink(rows: readonly LostRow[]): readonly LostRow[] {
  let characters = 0
  for (const { name, cells } of rows) {
    characters += 20 + (name ?? '').length
    for (const [id, cell] of cells) characters += id.length + String(cell).length + 6
  }
  return characters > mostLinkedCharacters ? [] : rows
}
