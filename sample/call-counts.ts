/** What the sample was asked, and what it refused, since the start or the last reset. */
export interface Counts {
  /** Requests to the token endpoint, refused ones included. */
  readonly tokenCalls: number
  readonly tokensIssued: number
  /** Requests per API endpoint, refused ones included. */
  readonly calls: Readonly<Record<string, number>>
  /** Answers of the API with status 401. */
  readonly unauthorized: number
  /** Answers with status 429, of the API and of the token endpoint. */
  readonly rateLimited: number
}

/** Counts calls and answers; one instance is shared by the OAuth server and the APIs. */
export class CallCounts {
  #tokenCalls = 0
  #tokensIssued = 0
  #unauthorized = 0
  #rateLimited = 0
  readonly #calls = new Map<string, number>()

  countTokenCall(): void {
    this.#tokenCalls += 1
  }

  countTokenAnswer(status: number): void {
    this.#tokensIssued += status === 200 ? 1 : 0
    this.#rateLimited += status === 429 ? 1 : 0
  }

  countCall(endpoint: string): void {
    this.#calls.set(endpoint, (this.#calls.get(endpoint) ?? 0) + 1)
  }

  countAnswer(status: number): void {
    this.#unauthorized += status === 401 ? 1 : 0
    this.#rateLimited += status === 429 ? 1 : 0
  }

  read(): Counts {
    return {
      tokenCalls: this.#tokenCalls,
      tokensIssued: this.#tokensIssued,
      calls: Object.fromEntries(this.#calls),
      unauthorized: this.#unauthorized,
      rateLimited: this.#rateLimited,
    }
  }

  reset(): void {
    this.#tokenCalls = 0
    this.#tokensIssued = 0
    this.#unauthorized = 0
    this.#rateLimited = 0
    this.#calls.clear()
  }
}
