/** Which columns and rows of a table, in the words of the request. Whole tables have no words. */
export interface TableChoice {
  /** Names of columns, as `readNames` takes them. */
  readonly columns: string | undefined
  /** As `parseFilter` takes it. */
  readonly filter: string | undefined
  /** Names of columns with directions, as `readOrder` takes them. */
  readonly orderBy: string | undefined
  /** Only the first so many rows. */
  readonly top: number | undefined
  /** What `now()` is in the filter, the same on every page; undefined when it is not asked for. */
  readonly nowMs: number | undefined
}

/** How far a read has come. Deleted keys go before rows. */
export interface PagePosition {
  /** The last key sent that is gone from the table; empty before the first. */
  readonly afterKey: string
  /** How many keys were sent whose rows the filter leaves out. */
  readonly afterLeft: number
  /** The number of the last row sent or, where rows are chosen, how many were sent; 0 before the first. */
  readonly afterRow: number
}

/**
 * Changes are found by comparing what the choice finds now with what it found in the snapshot of `since`, which every page then needs.
 * Without it, by what the new snapshot remembers of changes.
 */
export interface Comparison {
  /** What `now()` was in the read that changes are counted from; undefined when the filter does not ask for it. */
  readonly nowMs: number | undefined
}

/** One page to read: of which revision, which changes, from where. */
export interface PageRequest {
  readonly revision: number
  /** Only changes after this revision; null reads the whole table. */
  readonly since: number | null
  /** How the changes are found. */
  readonly comparison: Comparison | undefined
  readonly choice: TableChoice
  /** The most rows and deleted keys together. */
  readonly limit: number
  /** Where the page before ended; undefined for the first page. */
  readonly from: PagePosition | undefined
}
