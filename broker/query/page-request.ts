/** How far a read has come. Deleted keys go before rows. */
export interface PagePosition {
  /** The last deleted key sent; empty before the first. */
  readonly afterKey: string
  /** The number of the last row sent; 0 before the first. */
  readonly afterRow: number
}

/** One page to read: of which revision, which changes, from where. */
export interface PageRequest {
  readonly revision: number
  /** Only changes after this revision; null reads the whole table. */
  readonly since: number | null
  /** The most rows and deleted keys together. */
  readonly limit: number
  /** Where the page before ended; undefined for the first page. */
  readonly from: PagePosition | undefined
}
