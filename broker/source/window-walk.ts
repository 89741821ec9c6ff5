import type { DatasetDefinition } from '../dataset/definition.ts'
import type { WindowDefinition } from '../dataset/paging-definition.ts'
import { describePlace } from '../dataset/request-definition.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { findTimeOrder } from './date-order.ts'
import { EdgeFilter } from './edge-filter.ts'
import { fingerprintPage } from './page-memory.ts'
import type { Search } from './search.ts'
import { SliceWidth } from './slice-width.ts'
import type { NumberedPage, SourcePage } from './source-page.ts'
import { ValueSplit } from './value-split.ts'
import { edgeValues, instantsOf, unitOf, wholeSlice, writeEdge, type Slice } from './window-edges.ts'

/** What the source's cap limits: a search however it is paged, or a single call, so that paging leads past it. */
type CapKind = 'unknown' | 'search' | 'call'

interface Proposal {
  readonly slice: Slice
  readonly ahead?: NumberedPage
}

/** A slice that reached the cap, with what the source gave of it. */
interface CutOff {
  readonly held: readonly SourcePage[]
}

/** Slices with fewer records may be alike by chance. */
const fewestForLoop = 20

/**
 * Reads a dataset in slices of time, one after the other, and yields a slice's pages only when the slice is known to be
 * complete: it holds fewer records than the cap, or this read has seen paging go past the cap. A slice that reaches the cap
 * is split.
 */
export class WindowWalk {
  readonly #search: Search
  readonly #key: readonly string[]
  readonly #window: WindowDefinition
  readonly #whole: Slice
  readonly #edges: EdgeFilter
  #capKind: CapKind = 'unknown'
  #canLookAhead = true
  /** Fingerprints of all pages read, to notice a source that ignores the window's parameters. */
  readonly #known = new Set<string>()

  constructor(
    search: Search,
    { window, key }: { readonly window: WindowDefinition; readonly key: DatasetDefinition['key'] },
    nowMs: number,
  ) {
    this.#search = search
    this.#key = key
    this.#window = window
    this.#whole = wholeSlice(window, nowMs)
    this.#edges = new EdgeFilter(search, window, this.#whole)
  }

  /**
   * Yields every record of the window once.
   *
   * @throws {BrokerError} `window-over-cap` when a single day or second reaches the cap and no other parameter splits it; `source-loop` when a slice gives the
   * records of an earlier one; whatever `Search.pages` throws
   */
  async *pages(signal: AbortSignal): AsyncGenerator<SourcePage> {
    const { cap } = this.#window
    if (cap === undefined) {
      const pages = this.#search.pages({ values: edgeValues(this.#window, this.#whole) }, signal)
      yield* this.#edges.filter(this.#whole, pages, signal)
      return
    }
    const width = new SliceWidth(cap, this.#whole.end - this.#whole.first)
    for (let first = this.#whole.first; first < this.#whole.end;) {
      const { slice, ahead } = await this.#propose(first, width, cap, signal)
      const units = slice.end - slice.first
      const outcome = yield* this.#slice(slice, { cap, ahead, signal })
      if (typeof outcome !== 'number' && units > 1) {
        width.cutOff(units)
        this.#canLookAhead = false
        continue
      }
      const records = typeof outcome === 'number' ? outcome : yield* this.#byValue(slice, outcome, { cap, signal })
      width.complete(units, records)
      first = slice.end
    }
  }

  /** Reads a slice that cannot be split by time. */
  async *#byValue(
    slice: Slice,
    { held }: CutOff,
    { cap, signal }: { readonly cap: number; readonly signal: AbortSignal },
  ): AsyncGenerator<SourcePage, number> {
    const { split } = this.#window
    if (split === undefined) throw this.#overCap(slice, cap)
    const whole = {
      values: edgeValues(this.#window, slice),
      pages: held,
      name: writeEdge(this.#window, slice.first),
    }
    return yield* new ValueSplit(this.#search, split, { cap, key: this.#key }).pages(whole, signal)
  }

  /**
   * The next slice to read. Where pages have numbers, the page at the cap is asked for first, for all the time that is
   * left: it shows whether the rest fits, and if the records come in order of time, up to which day it does. Where that
   * does not work, the slice's width follows from how many records the ones before held.
   */
  async #propose(first: number, width: SliceWidth, cap: number, signal: AbortSignal): Promise<Proposal> {
    const rest = { first, end: this.#whole.end }
    const byWidth = { slice: { first, end: Math.min(rest.end, first + width.units) } }
    if (this.#capKind === 'call') return { slice: rest }
    if (!this.#canLookAhead) return byWidth
    const options = { values: edgeValues(this.#window, rest), cap }
    const found = await this.#search.findPageOf(cap, options, signal)
    if (found?.holdsIt === false) return { slice: rest, ahead: found.page }
    if (found && this.#capKind === 'unknown') {
      const beyond = await this.#search.findPageOf(cap + 1, options, signal)
      this.#capKind = beyond?.holdsIt === true ? 'call' : 'search'
      if (beyond?.holdsIt === true) return { slice: rest, ahead: beyond.page }
    }
    const lastMs = found && findTimeOrder(found.page.records, instantsOf(this.#window, rest))?.at(-1)
    if (lastMs !== undefined) {
      return { slice: { first, end: Math.max(first + 1, unitOf(this.#window, lastMs)) } }
    }
    this.#canLookAhead = false
    return byWidth
  }

  /** Yields a slice's pages and returns the number of records; yields nothing when the cap cut it off. */
  async *#slice(
    slice: Slice,
    { cap, ahead, signal }: { cap: number; ahead: NumberedPage | undefined; signal: AbortSignal },
  ): AsyncGenerator<SourcePage, number | CutOff> {
    const isSplittable = slice.end - slice.first > 1
    let held: SourcePage[] = []
    let records = 0
    for await (const page of this.#search.pages({ values: edgeValues(this.#window, slice), cap, ahead }, signal)) {
      records += page.records.length
      held.push(page)
      // A lone day is read on even so: it may show that paging does go past the cap.
      if (records >= cap && this.#capKind === 'search' && isSplittable) return { held }
      if (records > cap) this.#capKind = 'call'
      if (this.#capKind === 'call') {
        yield* this.#give(slice, held, signal)
        held = []
      }
    }
    if (records === cap && this.#capKind !== 'call') {
      this.#capKind = 'search'
      return { held }
    }
    yield* this.#give(slice, held, signal)
    return records
  }

  async *#give(slice: Slice, pages: readonly SourcePage[], signal: AbortSignal): AsyncGenerator<SourcePage> {
    const given: SourcePage[] = []
    for await (const page of this.#edges.filter(slice, pages, signal)) given.push(page)
    this.#checkIsNew(given)
    yield* given
  }

  #checkIsNew(pages: readonly SourcePage[]): void {
    const prints = pages.map((page) => fingerprintPage(page.records))
    const records = pages.reduce((sum, page) => sum + page.records.length, 0)
    if (records >= fewestForLoop && prints.every((print) => this.#known.has(print))) {
      const { from, to } = this.#window
      throw new BrokerError(
        'source-loop',
        `The source gave the same records for two different dates. Does it know ${describePlace(from)} and ${describePlace(to)}?`,
      )
    }
    for (const print of prints) this.#known.add(print)
  }

  #overCap(slice: Slice, cap: number): BrokerError {
    const unit = this.#window.format === 'date' ? 'day' : 'second'
    return new BrokerError(
      'window-over-cap',
      `${writeEdge(this.#window, slice.first)} alone reaches the ${cap} records that the source gives for one search, and a ${unit} ` +
        'cannot be split. Name another parameter to split by, and its values, in window.split (such as a status or an office), or ' +
        'read it with several datasets, each narrowed in request.query, or ask the vendor for a higher cap and raise window.cap.',
    )
  }
}
