// Keys that a user typed over: which row was whose, as far as it can be proven.
import { canonicalText } from './cells.ts'
import { groupRows, type Comparison } from './comparison.ts'
import type { OwnCells } from './delta-plan.ts'
import { Digest } from './digest.ts'
import { isBlank } from './row-key.ts'

/** A record of the dataset that no row of the sheet is named after. */
export interface Unmatched {
  readonly name: string | undefined
  readonly cells: OwnCells
}

/** Up to this many things that may have happened by hand, every combination is tried. */
const mostSuspicions = 16

/**
 * The rows whose keys were typed over, with the record of each: their other cells are those of one record alone, and the digest of the
 * names after the last refresh comes out right with these keys given back and nothing else. Where rows were deleted or typed in by hand
 * as well, more than one story fits, and no key is given back: a note must never pass to another record.
 */
export function proveRepairs(
  comparison: Comparison,
  left: readonly number[],
  unmatched: readonly Unmatched[],
): ReadonlyMap<number, OwnCells> {
  const former = comparison.digest === undefined ? undefined : Digest.parse(comparison.digest)
  if (!former || left.length === 0 || unmatched.length === 0) return new Map()
  const proposals = matchByRest(left, unmatched, comparison)
  if (proposals.length === 0) return new Map()
  const suspicions = proposals.map(({ row, record }) =>
    Digest.of([record.name]).minus(Digest.of([comparison.sheetNames[row]])),
  )
  const difference = former.minus(Digest.of(comparison.sheetNames))
  const happened = findCombination(suspicions, difference)
  return new Map(proposals.flatMap(({ row, record }, index) => (happened.has(index) ? [[row, record.cells]] : [])))
}

/** Which of the suspicions add up to the difference; all or none where there are too many to try. */
function findCombination(suspicions: readonly Digest[], difference: Digest): ReadonlySet<number> {
  const sum = suspicions.reduce((total, each) => total.plus(each), new Digest())
  if (sum.equals(difference)) return new Set(suspicions.keys())
  if (suspicions.length > mostSuspicions) return new Set()
  const search = (index: number, rest: Digest): readonly number[] | undefined => {
    const suspicion = suspicions[index]
    if (!suspicion) return rest.equals(new Digest()) ? [] : undefined
    const without = search(index + 1, rest)
    if (without) return without
    const found = search(index + 1, rest.minus(suspicion))
    return found ? [index, ...found] : undefined
  }
  return new Set(search(0, difference) ?? [])
}

/** Rows and records with the same other cells, where nothing else has them. */
function matchByRest(left: readonly number[], unmatched: readonly Unmatched[], comparison: Comparison) {
  const isKey = new Set(comparison.keyColumns)
  const restOf = (cells: OwnCells): string | undefined => {
    const rest = cells.filter((_cell, index) => !isKey.has(index))
    return isBlank(rest) ? undefined : rest.map(canonicalText).join('\u0000')
  }
  const sheetGroups = groupRows(left.map((row) => restOf(comparison.sheetRows[row] ?? [])))
  const datasetGroups = groupRows(unmatched.map(({ cells }) => restOf(cells)))
  return [...datasetGroups].flatMap(([rest, [index = -1, ...others]]) => {
    const [place = -1, ...otherPlaces] = sheetGroups.get(rest) ?? []
    const row = left[place]
    const record = unmatched[index]
    return others.length > 0 || otherPlaces.length > 0 || row === undefined || !record ? [] : [{ row, record }]
  })
}
