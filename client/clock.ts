/** Time as the client may know it; the composition passes the machine's own, tests one that they move by hand. */
export interface ClientClock {
  /** The instant, in Unix epoch milliseconds. */
  nowMs(): number
  /** Resolves after `delayMs`. Rejects with the signal's reason, at once, when the signal aborts. */
  wait(delayMs: number, signal?: AbortSignal): Promise<void>
}
