import type { WindowDefinition } from '../dataset/paging-definition.ts'
import type { JsonObject } from './json.ts'
import type { Search } from './search.ts'
import type { SourcePage } from './source-page.ts'
import { edgeValues, sharesEdges, type Slice } from './window-edges.ts'

/**
 * Takes out the records that a source gives for two neighbouring slices, where it takes both edges as included and instants
 * have no "last one before". Which records those are is not guessed: when two neighbours have a record in common, the source
 * is asked for the edge alone. So it does not matter how finely the source keeps time, or whether it looks at the day only.
 */
export class EdgeFilter {
  readonly #search: Search
  readonly #window: WindowDefinition
  readonly #whole: Slice
  #before: ReadonlySet<string> = new Set()
  #present: { readonly first: number; readonly texts: Set<string>; readonly surplus: Surplus } | undefined

  constructor(search: Search, window: WindowDefinition, whole: Slice) {
    this.#search = search
    this.#window = window
    this.#whole = whole
  }

  /** The pages without the records that were given for the slice before, or lie behind the whole window. */
  async *filter(
    slice: Slice,
    pages: Iterable<SourcePage> | AsyncIterable<SourcePage>,
    signal: AbortSignal,
  ): AsyncGenerator<SourcePage> {
    if (!sharesEdges(this.#window)) {
      yield* pages
      return
    }
    const { texts, surplus } = this.#enter(slice)
    const isLast = slice.end === this.#whole.end
    if (isLast) await surplus.addEdge(this.#window, slice.end, signal)
    for await (const page of pages) {
      const records: JsonObject[] = []
      for (const record of page.records) {
        const text = JSON.stringify(record)
        if (!isLast) texts.add(text)
        if (this.#before.has(text)) await surplus.addEdge(this.#window, slice.first, signal)
        if (!surplus.take(text)) records.push(record)
      }
      if (records.length > 0) yield { records }
    }
  }

  #enter(slice: Slice): { readonly texts: Set<string>; readonly surplus: Surplus } {
    if (this.#present?.first !== slice.first) {
      this.#before = this.#present?.texts ?? new Set()
      this.#present = { first: slice.first, texts: new Set(), surplus: new Surplus(this.#search) }
    }
    return this.#present
  }
}

/** The records at one slice's edges, each as often as the source gives it there. */
class Surplus {
  readonly #search: Search
  readonly #edges = new Set<number>()
  readonly #left = new Map<string, number>()

  constructor(search: Search) {
    this.#search = search
  }

  /** Asks the source for the records exactly at `edge`, once. */
  async addEdge(window: WindowDefinition, edge: number, signal: AbortSignal): Promise<void> {
    if (this.#edges.has(edge)) return
    this.#edges.add(edge)
    const values = edgeValues(window, { first: edge, end: edge })
    for await (const page of this.#search.pages({ values }, signal)) {
      for (const record of page.records) {
        const text = JSON.stringify(record)
        this.#left.set(text, (this.#left.get(text) ?? 0) + 1)
      }
    }
  }

  /** Whether the record is one of them, not yet counted off. */
  take(text: string): boolean {
    const left = this.#left.get(text) ?? 0
    if (left > 0) this.#left.set(text, left - 1)
    return left > 0
  }
}
