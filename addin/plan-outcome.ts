// What a table holds once a plan is carried out, worked out beforehand.
import type { OwnCells, RowNames, RowPlan } from './delta-plan.ts'
import { Digest } from './digest.ts'
import type { Layout } from './layout.ts'
import { createRowNaming, digestCells, isBlank, rowText } from './row-key.ts'
import type { SheetRows } from './table-writer.ts'

/** A plan with all that its outcome depends on; `mark` is what marked rows get in the mark column. */
export interface Outcome {
  readonly layout: Layout
  readonly sheet: SheetRows
  readonly plan: RowPlan
  readonly mark: number
}

/** The names of the table's rows, in order, after the plan. */
export function namesAfter(layout: Layout, { names }: SheetRows, plan: RowPlan): RowNames {
  const naming = createRowNaming(layout)
  const after = [...names]
  for (const { row, cells } of plan.updates) after[row] = naming.nameRow(cells)
  const deleted = new Set(plan.deletes)
  const kept = after.filter((_name, row) => !deleted.has(row))
  const all = [...kept, ...plan.appends.map((cells) => naming.nameRow(cells))]
  // A table without any row shows an empty one.
  return all.length === 0 ? [undefined] : all
}

/** The own cells of all rows after the plan, where those before are all known. */
export function cellsAfter({ layout, sheet, plan, mark }: Outcome): readonly OwnCells[] {
  const after = [...sheet.cells]
  for (const { row, cells: target } of plan.updates) after[row] = target
  for (const row of plan.marks) {
    after[row] = (after[row] ?? []).map((cell, index) => (index === layout.mark ? mark : cell))
  }
  const deleted = new Set(plan.deletes)
  const kept = after.flatMap((row, index) => (row === undefined || deleted.has(index) ? [] : [row]))
  return [...kept, ...plan.appends]
}

/** The digest of the own cells after the plan, from the one before and the cells of the rows that change. */
export function digestAfter(before: string, { layout, sheet, plan, mark }: Outcome): string {
  const digest = Digest.parse(before)
  if (!digest) return ''
  const touched = new Set([...plan.updates.map(({ row }) => row), ...plan.deletes, ...plan.marks])
  for (const row of touched) {
    const cells = sheet.cells[row]
    if (cells && !isBlank(cells)) digest.remove(rowText(cells))
  }
  const onlyTouched = { ...sheet, cells: sheet.cells.map((cells, row) => (touched.has(row) ? cells : undefined)) }
  const added = Digest.parse(digestCells(cellsAfter({ layout, sheet: onlyTouched, plan, mark })))
  return added ? digest.plus(added).toString() : ''
}
