// Rows that the user has hidden stay hidden wherever they go. Excel leaves them where they are when it sorts, so that they are shown for
// as long as that takes.
import type { RowNames } from './delta-plan.ts'
import { readNames, type Target } from './table-reader.ts'

/** Does something for which no row may be hidden; `names` are those of the rows before. */
export async function withRowsShown<Result>(
  target: Target,
  names: RowNames,
  work: () => Promise<Result>,
): Promise<Result> {
  const { workbook, shape } = target
  const hidden = new Set((await workbook.showRows(shape.id)).map((row) => names[row]))
  if (hidden.size === 0) return work()
  try {
    return await work()
  } finally {
    const now = await readNames(target)
    const rows = now.flatMap((name, row) => (name !== undefined && hidden.has(name) ? [row] : []))
    await workbook.hideRows(shape.id, rows)
  }
}
