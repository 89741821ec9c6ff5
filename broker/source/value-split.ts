import { hash } from 'node:crypto'
import type { SplitDefinition } from '../dataset/paging-definition.ts'
import { describePlace } from '../dataset/request-definition.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { findAt, type JsonObject } from './json.ts'
import type { PlacedValue } from './request-template.ts'
import type { Search } from './search.ts'
import type { SourcePage } from './source-page.ts'

/** A search that the source cut off, and that no narrower dates can help. */
export interface CutOffSearch {
  readonly values: readonly PlacedValue[]
  /** What the source did give. */
  readonly pages: readonly SourcePage[]
  /** Which it is, for messages: `2025-01-04`. */
  readonly name: string
}

/**
 * Reads a search that reaches the source's cap once for each value of another parameter. That the values leave no record out
 * cannot be proved, so whatever shows the contrary fails the pull: a value that reaches the cap itself, a record of the search as
 * a whole that comes under no value, a stated total that the values together do not reach.
 */
export class ValueSplit {
  readonly #search: Search
  readonly #split: SplitDefinition
  readonly #cap: number
  readonly #key: readonly string[]

  constructor(
    search: Search,
    split: SplitDefinition,
    options: { readonly cap: number; readonly key: readonly string[] },
  ) {
    this.#search = search
    this.#split = split
    this.#cap = options.cap
    this.#key = options.key
  }

  /**
   * Yields the pages value by value, and returns the number of records.
   *
   * @throws {BrokerError} `window-over-cap` when records are known to be missing; `source-malformed` when two values give the
   * same record and no key tells which is which
   */
  async *pages(whole: CutOffSearch, signal: AbortSignal): AsyncGenerator<SourcePage, number> {
    const missing = new Set(whole.pages.flatMap(({ records }) => records.map((record) => this.#identify(record))))
    const valueOf = new Map<string, string>()
    let records = 0
    for (const value of this.#split.values) {
      for (const page of await this.#readValue(value, whole, signal)) {
        for (const record of page.records) {
          const identity = this.#identify(record)
          missing.delete(identity)
          if (this.#key.length === 0) this.#checkIsAlone(identity, value, valueOf)
        }
        records += page.records.length
        yield page
      }
    }
    if (missing.size > 0) throw this.#gap(whole, `no value gives ${missing.size} of the records that are there`)
    const total = whole.pages.at(-1)?.total
    if (total !== undefined && total > records) {
      throw this.#gap(whole, `they give ${records} records where the source says that there are ${total}`)
    }
    return records
  }

  /** All pages of one value: fewer records than the cap, or visibly more than it. */
  async #readValue(value: string, { values, name }: CutOffSearch, signal: AbortSignal): Promise<SourcePage[]> {
    const pages: SourcePage[] = []
    let records = 0
    const options = { values: [...values, { place: this.#split.parameter, value }], cap: this.#cap }
    for await (const page of this.#search.pages(options, signal)) {
      pages.push(page)
      records += page.records.length
    }
    if (records !== this.#cap) return pages
    throw new BrokerError(
      'window-over-cap',
      `${name} with ${describePlace(this.#split.parameter)} = ${value} alone reaches the ${this.#cap} records that the source gives ` +
        'for one search. Does it know that parameter? If it does, split by another one that has more values.',
    )
  }

  #checkIsAlone(identity: string, value: string, valueOf: Map<string, string>): void {
    const other = valueOf.get(identity) ?? value
    if (other !== value) {
      throw new BrokerError(
        'source-malformed',
        `The same record came for two values of ${describePlace(this.#split.parameter)} (${other}, ${value}), and the dataset ` +
          'has no key by which to put them together. Name a key, or values that do not overlap.',
      )
    }
    valueOf.set(identity, value)
  }

  /** By the key where there is one: the rest of a record may change while it is read. */
  #identify(record: JsonObject): string {
    const cells = this.#key.map((column) => record[column] ?? findAt(record, `/${column.replaceAll('.', '/')}`))
    const isKeyed = cells.length > 0 && cells.every((cell) => cell !== undefined)
    return hash('sha256', JSON.stringify(isKeyed ? cells : record), 'base64')
  }

  #gap({ name }: CutOffSearch, what: string): BrokerError {
    return new BrokerError(
      'window-over-cap',
      `${name} reaches the ${this.#cap} records that the source gives for one search, and the values of ` +
        `${describePlace(this.#split.parameter)} do not cover it: ${what}. Add the missing values to window.split.values.`,
    )
  }
}
