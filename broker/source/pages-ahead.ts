/** Asks for pages before their turn, a few at a time. Whoever takes them out keeps their order. */
export class PagesAhead<Page> {
  readonly #ask: (number: number, signal: AbortSignal) => Promise<Page>
  readonly #signal: AbortSignal
  readonly #stopped = new AbortController()
  readonly #asked = new Map<number, Promise<Page>>()

  constructor(ask: (number: number, signal: AbortSignal) => Promise<Page>, signal: AbortSignal) {
    this.#ask = ask
    this.#signal = AbortSignal.any([signal, this.#stopped.signal])
  }

  /** Asks for those of the pages that are not asked for yet. */
  want(numbers: readonly number[]): void {
    for (const number of numbers) {
      if (this.#asked.has(number)) continue
      const page = this.#ask(number, this.#signal)
      page.catch(() => undefined) // Whoever takes the page learns of it; a page that nobody takes has failed nobody.
      this.#asked.set(number, page)
    }
  }

  /** The page, asked for now unless it was before. */
  take(number: number): Promise<Page> {
    const page = this.#asked.get(number) ?? this.#ask(number, this.#signal)
    this.#asked.delete(number)
    return page
  }

  /** Ends the requests whose pages nobody took. */
  stop(): void {
    this.#stopped.abort(new Error('The search has ended.'))
    this.#asked.clear()
  }
}
