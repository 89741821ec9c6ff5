// Every request that touches rows by their number also reads the names that these rows have at that moment: a user may sort, insert or
// delete at any time, and only an answer of the same request tells which rows it was about.
import { groupBlocks, type OwnCells, type RowNames } from './delta-plan.ts'
import { createRowNaming } from './row-key.ts'
import { readBlock, type Target } from './table-reader.ts'
import type { Batch, Later } from './workbook.ts'

/** A row that did not have the name it was taken to have. */
export interface Mismatch {
  readonly row: number
  readonly name: string | undefined
  /** Its own cells, as far as they name it. */
  readonly cells: OwnCells
}

/** Rows nearer to each other than this are read in one range. */
const mostGap = 40

/** Records the reading of the rows' names, and tells afterwards which ones were not as in `names`. */
export function recordGuard(
  batch: Batch,
  target: Target,
  names: RowNames,
  rows: readonly number[],
): Later<readonly Mismatch[]> {
  const naming = createRowNaming(target.layout)
  const wanted = new Set(rows)
  const blocks = groupBlocks(
    [...wanted].sort((one, other) => one - other),
    mostGap,
  )
  const last = blocks.at(-1)
  // Below the table are cells that are none of ours.
  if (last) batch.expectRows(last.row + last.count)
  const parts = blocks.map((block) => ({ block, cells: readBlock(batch, target, target.layout.keyColumns, block) }))
  return () =>
    parts.flatMap(({ block, cells }) =>
      cells().flatMap((own: OwnCells, index) => {
        const row = block.row + index
        const name = naming.nameRow(own)
        return wanted.has(row) && name !== names[row] ? [{ row, name, cells: own }] : []
      }),
    )
}
