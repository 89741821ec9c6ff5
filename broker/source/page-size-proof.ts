/**
 * Judges short pages. A page with fewer records than were asked for is the last one only at a source that honours the size: one
 * that gives 50 however many are asked for would otherwise end with its first page. A full page is the proof.
 */
export class PageSizeProof {
  #isProven = false

  /** Whether a page of so many records ends a search that ends with a short page. */
  isLast(records: number, size: number): boolean {
    if (records >= size) this.#isProven = true
    return records === 0 || (this.#isProven && records < size)
  }
}
