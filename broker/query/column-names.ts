import type { Column } from '../dataset/column.ts'

export interface NamedColumn {
  readonly column: Column
  /** Its place in the snapshot. */
  readonly index: number
}

/** A name longer than this gets no suggestion: looking for one takes the product of both lengths. */
const longestCompared = 64

/** The columns that a request may name: those that its reader may see. */
export class ColumnNames {
  readonly #columns: ReadonlyMap<string, NamedColumn>

  constructor(columns: readonly NamedColumn[]) {
    this.#columns = new Map(columns.map((named) => [named.column.name, named]))
  }

  /** The column called `name`; parts of a nested name may be joined by slashes, as OData has it, instead of dots. */
  find(name: string): NamedColumn | undefined {
    return this.#columns.get(name) ?? this.#columns.get(name.replaceAll('/', '.'))
  }

  /** That there is no column `name`, and which one was perhaps meant. */
  explainMissing(name: string): string {
    const shown = name.length > 60 ? `${name.slice(0, 57)}...` : name
    const similar = this.#findSimilar(name.replaceAll('/', '.'))
    return `There is no column ${shown}.${similar === undefined ? '' : ` Did you mean ${similar}?`}`
  }

  #findSimilar(name: string): string | undefined {
    if (name.length > longestCompared) return undefined
    const wanted = name.toLowerCase()
    let best: { readonly name: string; readonly distance: number } | undefined
    for (const known of this.#columns.keys()) {
      if (Math.abs(known.length - name.length) > 2) continue
      const distance = countEdits(wanted, known.toLowerCase())
      if (distance <= Math.min(2, name.length / 3) && distance < (best?.distance ?? 3)) best = { name: known, distance }
    }
    const lastPart = (text: string): string => text.slice(text.lastIndexOf('.') + 1).toLowerCase()
    return best?.name ?? [...this.#columns.keys()].find((known) => lastPart(known) === lastPart(name))
  }
}

/** How many letters must be added, left out, changed or swapped with the next to make one text of the other. */
function countEdits(left: string, right: string): number {
  let before: readonly number[] = []
  let row: readonly number[] = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let place = 1; place <= left.length; place += 1) {
    const next = [place]
    for (let other = 1; other <= right.length; other += 1) {
      const [ours, theirs] = [left[place - 1], right[other - 1]]
      const isSwapped = place > 1 && other > 1 && ours === right[other - 2] && left[place - 2] === theirs
      const ways = [
        (row[other - 1] ?? 0) + (ours === theirs ? 0 : 1),
        (row[other] ?? 0) + 1,
        (next[other - 1] ?? 0) + 1,
        isSwapped ? (before[other - 2] ?? 0) + 1 : Infinity,
      ]
      next.push(Math.min(...ways))
    }
    before = row
    row = next
  }
  return row[right.length] ?? 0
}
