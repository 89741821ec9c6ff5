// What a reader who has the rows that a choice found in one snapshot lacks of those that it finds in a later one.
import type { ResolvedChoice } from '../query/resolve-choice.ts'
import type { ChosenChanges, SnapshotReader } from '../snapshot/snapshot-reader.ts'

/** A choice and the snapshot that it is made in. */
export interface ChosenTable {
  readonly snapshot: SnapshotReader
  readonly choice: ResolvedChoice
}

/** How many keys are looked up at a time. */
const batchKeys = 1_000

/** Whether rows can come and go without having changed: they are the first so many, or depend on the time. */
export function dependsOnOthers({ most, isTimed }: ResolvedChoice): boolean {
  return most !== undefined || isTimed
}

/**
 * The rows of the later snapshot that are new to the choice or have changed, in the order chosen; and, as `others`, the rows of the earlier
 * snapshot whose keys the choice does not find in the later one. The choices differ in nothing but the snapshot, and in what `now()` is.
 */
export function compareChoices(later: ChosenTable, earlier: ChosenTable): ChosenChanges {
  if (!dependsOnOthers(later.choice)) return compareChanged(later, earlier)
  if (later.snapshot === earlier.snapshot && !later.choice.isTimed) return { matching: none, others: none }
  const { condition, order, most } = later.choice
  const parameters = [...(condition?.parameters ?? []), ...(earlier.choice.condition?.parameters ?? [])]
  const id = ['compared', earlier.snapshot.meta.revision, ...order, most, condition?.sql, ...parameters]
  return later.snapshot.remember(id, () => compareAll(later, earlier))
}

const none = new Uint32Array()

/** Where a row is chosen for what it holds, only rows that changed can come or go. */
function compareChanged(later: ChosenTable, earlier: ChosenTable): ChosenChanges {
  const since = earlier.snapshot.meta.revision
  const { matching, others } = later.snapshot.chooseChanges(since, later.choice)
  const gone: number[] = []
  const { condition } = earlier.choice
  const add = (keys: readonly string[]): void => {
    const found = earlier.snapshot.findRows(keys).filter((row) => row > 0)
    gone.push(...(condition && found.length > 0 ? earlier.snapshot.selectRows(found, condition) : found))
  }
  for (let at = 0; at < others.length; at += batchKeys)
    add(later.snapshot.rowsAt(others.subarray(at, at + batchKeys), []).keys)
  for (const keys of deletedKeys(later.snapshot, since)) add(keys)
  return { matching, others: Uint32Array.from(gone).sort() }
}

function compareAll(later: ChosenTable, earlier: ChosenTable): ChosenChanges {
  const before = earlier.snapshot.choose(earlier.choice)
  const after = later.snapshot.choose(later.choice)
  const changed = new RowSet(later.snapshot.chooseChanges(earlier.snapshot.meta.revision, everyChange).matching)
  const known = new RowSet(before)
  const staying = new RowSet()
  const present = new Uint32Array(after.length)
  let count = 0
  for (let at = 0; at < after.length; at += batchKeys) {
    const numbers = after.subarray(at, at + batchKeys)
    const rowsBefore = earlier.snapshot.findRows(later.snapshot.rowsAt(numbers, []).keys)
    numbers.forEach((row, index) => {
      const rowBefore = rowsBefore[index] ?? 0
      const isKnown = known.has(rowBefore)
      if (isKnown) staying.add(rowBefore)
      if (isKnown && !changed.has(row)) return
      present[count] = row
      count += 1
    })
  }
  return { matching: present.slice(0, count), others: before.filter((row) => !staying.has(row)) }
}

const everyChange = { condition: undefined, order: [] }

function* deletedKeys(snapshot: SnapshotReader, since: number): Generator<readonly string[]> {
  for (let after = ''; ;) {
    const keys = snapshot.deletedKeys(since, after, batchKeys)
    const last = keys.at(-1)
    if (last === undefined) return
    yield keys
    after = last
  }
}

/** Row numbers, one bit each up to the highest. */
class RowSet {
  #bits = new Uint8Array(1_024)

  constructor(rows: Uint32Array = new Uint32Array()) {
    const most = rows.reduce((highest, row) => Math.max(highest, row), 0)
    this.#reach(most)
    for (const row of rows) this.add(row)
  }

  has(row: number): boolean {
    return ((this.#bits[row >>> 3] ?? 0) & (1 << (row & 7))) !== 0
  }

  add(row: number): void {
    const at = row >>> 3
    this.#reach(row)
    this.#bits[at] = (this.#bits[at] ?? 0) | (1 << (row & 7))
  }

  #reach(row: number): void {
    const needed = (row >>> 3) + 1
    if (needed <= this.#bits.length) return
    const bits = new Uint8Array(Math.max(needed, 2 * this.#bits.length))
    bits.set(this.#bits)
    this.#bits = bits
  }
}
