// From what the sheet holds and what the broker sent to the least that has to be written. Pure: nothing here touches Excel.
import { canonicalText, isSameValue, type SheetValue } from './cells.ts'
import { isBlank } from './row-key.ts'

export type OwnCells = readonly SheetValue[]

/** Rows side by side. */
export interface RowBlock {
  readonly row: number
  readonly count: number
}

/** What is to be done to a table's rows. Row numbers are those before anything is done. */
export interface RowPlan {
  /** Rows to compare with these cells, and to write where they differ; from top to bottom. */
  readonly updates: readonly { readonly row: number; readonly cells: OwnCells }[]
  /** Rows to delete; from top to bottom. */
  readonly deletes: readonly number[]
  /** Rows to add at the end. */
  readonly appends: readonly OwnCells[]
}

/** Names of the rows of a sheet or dataset, in order; undefined for a row without one. */
export type RowNames = readonly (string | undefined)[]

/** What the broker says has changed since the table's revision. */
export interface Delta {
  readonly changed: ReadonlyMap<string, OwnCells>
  readonly deleted: readonly string[]
  /** How many rows the table is to have; undefined where the broker cannot tell. */
  readonly tableRows: number | undefined
}

/**
 * Plans a delta. Undefined when the sheet's rows are not what the delta builds on (keys doubled, rows missing or added by hand): then
 * only a comparison with the whole dataset helps.
 */
export function planDelta(names: RowNames, delta: Delta): RowPlan | undefined {
  const rows = new Map<string, number>()
  let named = 0
  for (const [row, name] of names.entries()) {
    if (name === undefined) continue
    named += 1
    rows.set(name, row)
  }
  const isNothing = delta.changed.size + delta.deleted.length === 0
  // Names may repeat in a dataset without a key; that is no obstacle while there is nothing to look up.
  if (rows.size !== named && !isNothing) return undefined
  const updates: { row: number; cells: OwnCells }[] = []
  const appends: OwnCells[] = []
  for (const [name, cells] of delta.changed) {
    const row = rows.get(name)
    if (row === undefined) appends.push(cells)
    else updates.push({ row, cells })
  }
  const deletes = delta.deleted.flatMap((name) => rows.get(name) ?? [])
  const rowsAfter = named - deletes.length + appends.length
  if (delta.tableRows !== undefined && rowsAfter !== delta.tableRows) return undefined
  return { updates: updates.sort(byRow), deletes: deletes.sort((one, other) => one - other), appends }
}

/** The whole sheet and the whole dataset, for a comparison. */
export interface Comparison {
  readonly sheetNames: RowNames
  readonly sheetRows: readonly OwnCells[]
  /** True for rows that hold nothing of ours but something of the user's: they stay. */
  readonly isUserRow: (row: number) => boolean
  readonly names: RowNames
  readonly rows: readonly OwnCells[]
  /** Indexes in the cells that make up the name; the others can tell whose a row is when its key was damaged. */
  readonly keyColumns: readonly number[]
}

/**
 * Plans a comparison: afterwards the table holds every row of the dataset once, and each row that was there before is still in its
 * place, beside what the user wrote. A row whose key cells were damaged is recognised by its other cells where these are unique.
 */
export function planComparison(comparison: Comparison): RowPlan {
  const { sheetNames, sheetRows, names, rows } = comparison
  const candidates = groupRows(numberRepeats(sheetNames, comparison.names))
  const updates: { row: number; cells: OwnCells }[] = []
  const unmatched: OwnCells[] = []
  const taken = new Set<number>()
  for (const [index, name] of numberRepeats(names, names).entries()) {
    const cells = rows[index] ?? []
    const row = pickMostAlike(name === undefined ? [] : (candidates.get(name) ?? []), cells, sheetRows)
    if (row === undefined) unmatched.push(cells)
    else {
      taken.add(row)
      updates.push({ row, cells })
    }
  }
  const left = sheetRows.flatMap((cells, row) => {
    const stays = taken.has(row) || (isBlank(cells) && comparison.isUserRow(row))
    return stays ? [] : [row]
  })
  const repairs = matchByRest(left, unmatched, comparison)
  for (const [row, cells] of repairs) updates.push({ row, cells })
  const repaired = new Set(repairs.values())
  return {
    updates: updates.filter(({ row, cells }) => !haveSameCells(sheetRows[row] ?? [], cells)).sort(byRow),
    deletes: left.filter((row) => !repairs.has(row)),
    appends: unmatched.filter((cells) => !repaired.has(cells)),
  }
}

/** One rectangle of cells to write; its column counts in own cells. */
export interface CellWrite {
  readonly row: number
  readonly column: number
  readonly values: readonly OwnCells[]
}

/** Own cells side by side in the sheet: a write must not reach over its end. */
export interface ColumnRun {
  readonly first: number
  readonly count: number
}

/** A changed cell costs less than a range of its own, so up to this many unchanged cells between two are written along. */
const mostCellsWrittenAlong = 3

/** The cells that differ, in as few rectangles as pays off, from top to bottom. */
export function planWrites(
  updates: readonly { readonly row: number; readonly current: OwnCells; readonly target: OwnCells }[],
  runs: readonly ColumnRun[],
): readonly CellWrite[] {
  const writes: { row: number; column: number; values: OwnCells[] }[] = []
  const open = new Map<string, { row: number; column: number; values: OwnCells[] }>()
  for (const { row, current, target } of updates) {
    for (const { from, to } of findChangedRuns(current, target, runs)) {
      const cells = target.slice(from, to)
      const above = open.get(`${from}:${to}`)
      if (above && above.row + above.values.length === row) above.values.push(cells)
      else {
        const write = { row, column: from, values: [cells] }
        writes.push(write)
        open.set(`${from}:${to}`, write)
      }
    }
  }
  return writes
}

/** Row numbers in ascending order as blocks; rows with a gap of at most `mostGap` between them share one. */
export function groupBlocks(rows: readonly number[], mostGap = 0): readonly RowBlock[] {
  const blocks: RowBlock[] = []
  for (const row of rows) {
    const last = blocks.at(-1)
    const gap = last ? row - last.row - last.count : 0
    if (last && gap <= mostGap) blocks[blocks.length - 1] = { row: last.row, count: last.count + gap + 1 }
    else blocks.push({ row, count: 1 })
  }
  return blocks
}

function haveSameCells(one: OwnCells, other: OwnCells): boolean {
  return other.every((cell, index) => isSameValue(one[index] ?? '', cell))
}

function byRow(one: { readonly row: number }, other: { readonly row: number }): number {
  return one.row - other.row
}

function findChangedRuns(current: OwnCells, target: OwnCells, runs: readonly ColumnRun[]) {
  const changed: { from: number; to: number }[] = []
  for (const { first, count } of runs) {
    let open: { from: number; to: number } | undefined
    for (let column = first; column < first + count; column += 1) {
      if (isSameValue(current[column] ?? '', target[column] ?? '')) continue
      if (open && column - open.to <= mostCellsWrittenAlong) open.to = column + 1
      else {
        open = { from: column, to: column + 1 }
        changed.push(open)
      }
    }
  }
  return changed
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

function groupRows(names: RowNames): ReadonlyMap<string, number[]> {
  const groups = new Map<string, number[]>()
  for (const [row, name] of names.entries()) {
    if (name === undefined) continue
    const group = groups.get(name)
    if (group) group.push(row)
    else groups.set(name, [row])
  }
  return groups
}

function pickMostAlike(
  candidates: readonly number[],
  cells: OwnCells,
  sheetRows: readonly OwnCells[],
): number | undefined {
  if (candidates.length < 2) return candidates[0]
  let best: { row: number; score: number } | undefined
  for (const row of candidates) {
    const score = cells.filter((cell, index) => isSameValue(sheetRows[row]?.[index] ?? '', cell)).length
    if (!best || score > best.score) best = { row, score }
  }
  return best?.row
}

function matchByRest(
  left: readonly number[],
  unmatched: readonly OwnCells[],
  { sheetRows, keyColumns }: Comparison,
): ReadonlyMap<number, OwnCells> {
  const matches = new Map<number, OwnCells>()
  if (left.length === 0 || unmatched.length === 0) return matches
  const isKey = new Set(keyColumns)
  const restOf = (cells: OwnCells): string | undefined => {
    const rest = cells.filter((_cell, index) => !isKey.has(index))
    return isBlank(rest) ? undefined : rest.map(canonicalText).join('\u0000')
  }
  const sheetGroups = groupRows(left.map((row) => restOf(sheetRows[row] ?? [])))
  const datasetGroups = groupRows(unmatched.map(restOf))
  for (const [rest, [index = -1, ...others]] of datasetGroups) {
    const [place = -1, ...otherPlaces] = sheetGroups.get(rest) ?? []
    const row = left[place]
    const cells = unmatched[index]
    if (others.length > 0 || otherPlaces.length > 0 || row === undefined || !cells) continue
    matches.set(row, cells)
  }
  return matches
}
