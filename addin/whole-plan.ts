// The plan of a comparison of a whole table, for which the sheet is read as far as the comparison needs it.
import { groupRows } from './comparison.ts'
import { planComparison } from './comparison-plan.ts'
import { byRow, type OwnCells, type RowNames, type RowPlan } from './delta-plan.ts'
import { createRowNaming } from './row-key.ts'
import type { Target } from './table-reader.ts'
import type { SheetRows } from './table-writer.ts'
import { findUserRows } from './user-rows.ts'

export interface WholeTable {
  readonly cells: readonly OwnCells[]
  /** Of the rows of the sheet, without those that rows have by mistake. */
  readonly names: RowNames
  /** The dataset's. */
  readonly rows: readonly OwnCells[]
  readonly digest: string | undefined
  /** Whether rows stay that are gone at the source. */
  readonly keepsRows: boolean
}

/**
 * Plans what makes the table the same as the dataset, whatever the mode. A double of a row in which the user wrote something of its own
 * stays: as it is where rows stay, otherwise without what is in our columns.
 */
export async function planWhole(
  target: Target,
  { cells, names, rows, digest, keepsRows }: WholeTable,
): Promise<{ readonly sheet: SheetRows; readonly plan: RowPlan }> {
  const { layout } = target
  const naming = createRowNaming(layout)
  // Rows of the user's own that were taken for ours by mistake.
  const taken = cells.map((row, index) => names[index] === undefined && naming.nameRow(row) !== undefined)
  const blank = layout.own.map(() => '')
  const doubled = layout.hasKey ? [...groupRows(names).values()].filter((group) => group.length > 1).flat() : []
  const nameless = names.flatMap((name, row) => (name === undefined ? [row] : []))
  const userRows = await findUserRows(target, [...nameless, ...doubled], keepsRows)
  const planned = planComparison({
    sheetNames: names,
    sheetRows: cells.map((row, index) => (taken[index] ? blank : row)),
    isUserRow: (row) => userRows.has(row),
    names: rows.map((row) => naming.nameRow(row)),
    rows,
    keyColumns: layout.keyColumns,
    digest,
  })
  const noted = findNotedDoubles(names, planned.deletes, userRows)
  const isGiven = (row: number): boolean => taken[row] === true || (noted.has(row) && !keepsRows)
  const given = [...userRows.keys()].filter(isGiven).map((row) => ({ row, cells: blank }))
  return {
    sheet: { names: cells.map((row) => naming.nameRow(row)), cells, isWhole: true },
    plan: {
      ...planned,
      updates: [...planned.updates, ...given].sort(byRow),
      deletes: planned.deletes.filter((row) => !noted.has(row)),
    },
  }
}

/** Rows that are to go as another row has their record, but in which the user wrote something else than in that one. */
function findNotedDoubles(
  names: RowNames,
  deletes: readonly number[],
  userRows: ReadonlyMap<number, string>,
): ReadonlySet<number> {
  const gone = new Set(deletes)
  const staying = new Map(names.flatMap((name, row) => (name === undefined || gone.has(row) ? [] : [[name, row]])))
  return new Set(
    deletes.filter((row) => {
      const other = staying.get(names[row] ?? '')
      return other !== undefined && userRows.has(row) && userRows.get(row) !== userRows.get(other)
    }),
  )
}

/**
 * Names that somebody typed over keys, or into rows of his own with something else of his: those of rows that are to go although the
 * source never had them. `readFormer` tells which names the table got from the source, where that is known.
 */
export async function findTypedNames(
  target: Target,
  { names, deletes }: { readonly names: RowNames; readonly deletes: readonly number[] },
  readFormer: () => Promise<ReadonlySet<string> | undefined>,
): Promise<readonly string[]> {
  const named = deletes.filter((row) => names[row] !== undefined)
  const userRows = await findUserRows(target, named, false)
  if (userRows.size === 0) return []
  const former = await readFormer()
  if (!former) return []
  const present = new Set(names.filter((_name, row) => !deletes.includes(row)))
  return [...userRows.keys()].flatMap((row) => {
    const name = names[row]
    return name === undefined || former.has(name) || present.has(name) ? [] : [name]
  })
}
