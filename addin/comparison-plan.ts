// Comparing a whole table with its whole dataset. Pure: nothing here touches Excel.
import { isSameValue } from './cells.ts'
import { groupRows, type Comparison } from './comparison.ts'
import { byRow, type OwnCells, type RowNames, type RowPlan } from './delta-plan.ts'
import { proveRepairs } from './key-repair.ts'

/**
 * Plans a comparison: afterwards the table holds every row of the dataset once, and each row that was there before is still in its
 * place, beside what the user wrote. A row whose key cells were damaged is recognised by its other cells where these are unique, and where
 * the digest proves that the table had the key: a new record that looks like one that is gone must not get its row, and the user's notes.
 * A row without a key that has something of the user's stays, without what was typed into our columns.
 */
export function planComparison(comparison: Comparison): RowPlan {
  const { sheetNames, sheetRows, names, rows } = comparison
  const candidates = groupRows(numberRepeats(sheetNames, comparison.names))
  const updates: { row: number; cells: OwnCells }[] = []
  const unmatched: { name: string | undefined; cells: OwnCells }[] = []
  const taken = new Set<number>()
  for (const [index, name] of numberRepeats(names, names).entries()) {
    const cells = rows[index] ?? []
    const row = pickMostAlike(name === undefined ? [] : (candidates.get(name) ?? []), cells, comparison)
    if (row === undefined) unmatched.push({ name: names[index], cells })
    else {
      taken.add(row)
      updates.push({ row, cells })
    }
  }
  const left = [...sheetRows.keys()].filter((row) => !taken.has(row))
  const repairs = proveRepairs(comparison, left, unmatched)
  for (const [row, cells] of repairs) updates.push({ row, cells })
  const gone = left.filter((row) => !repairs.has(row))
  const isUsers = (row: number): boolean => sheetNames[row] === undefined && comparison.isUserRow(row)
  for (const row of gone) if (isUsers(row)) updates.push({ row, cells: (sheetRows[row] ?? []).map(() => '') })
  const repaired = new Set(repairs.values())
  return {
    updates: updates.filter(({ row, cells }) => !haveSameCells(sheetRows[row] ?? [], cells)).sort(byRow),
    deletes: gone.filter((row) => !isUsers(row)),
    appends: unmatched.flatMap(({ cells }) => (repaired.has(cells) ? [] : [cells])),
    marks: [],
  }
}

function haveSameCells(one: OwnCells, other: OwnCells): boolean {
  return other.every((cell, index) => isSameValue(one[index] ?? '', cell))
}

/**
 * Tells equal names apart by their number of occurrence, where the dataset itself repeats a name (it has no key). Where it does not, a
 * repeated name in the sheet stays one name with several candidates.
 */
function numberRepeats(names: RowNames, datasetNames: RowNames): RowNames {
  const repeats = new Set<string>()
  const once = new Set<string>()
  for (const name of datasetNames) {
    if (name === undefined) continue
    if (once.has(name)) repeats.add(name)
    once.add(name)
  }
  if (repeats.size === 0) return names
  const counts = new Map<string, number>()
  return names.map((name) => {
    if (name === undefined || !repeats.has(name)) return name
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    return `${name}\u0000#${count}`
  })
}

/** Of rows of the same name: one that has something of the user's before all others, and then the one with the most cells in common. */
function pickMostAlike(
  candidates: readonly number[],
  cells: OwnCells,
  { sheetRows, isUserRow }: Comparison,
): number | undefined {
  if (candidates.length < 2) return candidates[0]
  let best: { row: number; score: number } | undefined
  for (const row of candidates) {
    const alike = cells.filter((cell, index) => isSameValue(sheetRows[row]?.[index] ?? '', cell)).length
    const score = alike + (isUserRow(row) ? cells.length + 1 : 0)
    if (!best || score > best.score) best = { row, score }
  }
  return best?.row
}
