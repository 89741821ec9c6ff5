/**
 * Time as the code may know it. The system's own is in `system.ts`; tests pass one that they move by hand.
 */
export interface Clock {
  /** The instant, in Unix epoch milliseconds. May jump when the machine's clock is set. */
  nowMs(): number
  /** Milliseconds since an arbitrary start; never jumps. For measuring lifetimes and durations. */
  monotonicMs(): number
  /** Resolves after `delayMs`. Rejects with the signal's reason, at once, when the signal aborts. */
  wait(delayMs: number, signal?: AbortSignal): Promise<void>
}
