/** At most `calls` within any span of `windowMs`. */
export interface Limit {
  readonly calls: number
  readonly windowMs: number
}

/** What the recruitment API allows per endpoint and client. */
export const API_LIMITS: readonly Limit[] = [
  { calls: 10, windowMs: 1_000 },
  { calls: 200, windowMs: 60_000 },
  { calls: 3_000, windowMs: 3_600_000 },
]

/** What the token endpoint allows per client, and again per address. */
export const TOKEN_LIMITS: readonly Limit[] = [
  { calls: 10, windowMs: 60_000 },
  { calls: 30, windowMs: 3_600_000 },
]

/** Counts calls per caller in sliding windows. Refused calls are not counted, so that waiting always helps. */
export class CallLimiter {
  readonly #limits: readonly Limit[]
  readonly #now: () => number
  readonly #callsByCaller = new Map<string, number[]>()

  constructor(limits: readonly Limit[], now: () => number) {
    this.#limits = limits
    this.#now = now
  }

  /** Admits the call and returns 0, or refuses it and returns the whole seconds after which it would be admitted. */
  admit(caller: string): number {
    const nowMs = this.#now()
    const longestMs = Math.max(0, ...this.#limits.map((limit) => limit.windowMs))
    const calls = (this.#callsByCaller.get(caller) ?? []).filter((atMs) => atMs > nowMs - longestMs)
    const waitMs = Math.max(0, ...this.#limits.map((limit) => waitFor(calls, limit, nowMs)))
    if (waitMs === 0) {
      calls.push(nowMs)
    }
    this.#callsByCaller.set(caller, calls)
    return Math.ceil(waitMs / 1000)
  }
}

function waitFor(calls: readonly number[], limit: Limit, nowMs: number): number {
  // The call that must leave the window before there is room for one more.
  const blocking = calls.at(-limit.calls)
  return blocking === undefined ? 0 : Math.max(0, blocking + limit.windowMs - nowMs)
}
