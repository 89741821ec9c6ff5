import type { SourceDefinition } from '../dataset/source-definition.ts'
import type { Clock } from '../kernel/clock.ts'

type Limits = Omit<SourceDefinition['limits'], 'total'>

/** One call that is under way. */
export interface BudgetedCall {
  /** Must be called once the answer is there, or will never be. */
  end(): void
}

/** A caller that wants a place. */
export interface BudgetWait {
  /** Resolves when a call would be admitted at this moment. Others may be quicker: `take` decides. */
  ready(signal: AbortSignal): Promise<void>
  /** Must be called when the caller has its place, or wants none any more. */
  leave(): void
}

interface Window {
  readonly calls: number
  readonly lengthMs: number
}

/** The vendor's clock and ours tick differently; this much is added to every window. */
const slackMs = 20

/**
 * The calls that one endpoint may get, in sliding windows. The vendor counts a call somewhere between its sending and its
 * answer; a call fills its place from the sending until a whole window after the answer, so that the vendor never counts
 * more than the limit however slow the network is. A call that nobody waits for gives way while an urgent one is waiting.
 */
export class CallBudget {
  readonly #clock: Clock
  readonly #windows: readonly Window[]
  /** When the recent calls ended, oldest first. */
  #ended: number[] = []
  #underWay = 0
  #urgentWaits = 0
  #pausedUntilMs = 0
  readonly #onChange = new Set<() => void>()

  constructor(clock: Clock, limits: Limits) {
    this.#clock = clock
    this.#windows = [
      { calls: limits.perSecond, lengthMs: 1_000 + slackMs },
      { calls: limits.perMinute, lengthMs: 60_000 + slackMs },
      { calls: limits.perHour, lengthMs: 3_600_000 + slackMs },
    ].flatMap(({ calls, lengthMs }) => (calls === undefined ? [] : [{ calls, lengthMs }]))
  }

  /** Lines up. A call is urgent when somebody waits for it. */
  join(isUrgent: boolean): BudgetWait {
    let isCounted = false
    return {
      ready: (signal) => {
        if (isUrgent && !isCounted) this.#urgentWaits += 1
        isCounted = true
        return this.#ready(isUrgent, signal)
      },
      leave: () => {
        if (isUrgent && isCounted) this.#urgentWaits -= 1
        isCounted = false
        this.#wakeAll()
      },
    }
  }

  /** Whether a call would be admitted at this moment. */
  hasRoom(isUrgent: boolean): boolean {
    return this.#waitMs(isUrgent) === 0
  }

  /** Admits a call that is sent right now, or returns undefined when there is no room. */
  take(isUrgent: boolean): BudgetedCall | undefined {
    if (!this.hasRoom(isUrgent)) return undefined
    this.#underWay += 1
    let isUnderWay = true
    return {
      end: () => {
        if (!isUnderWay) return
        isUnderWay = false
        this.#underWay -= 1
        this.#ended.push(this.#clock.monotonicMs())
        this.#wakeAll()
      },
    }
  }

  /** Admits nothing for `delayMs`: the vendor said so. */
  pause(delayMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#clock.monotonicMs() + delayMs)
  }

  async #ready(isUrgent: boolean, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted()
      const waitMs = this.#waitMs(isUrgent)
      if (waitMs === 0) return
      await (waitMs === 'until something changes' ? this.#change(signal) : this.#clock.wait(waitMs, signal))
    }
  }

  #waitMs(isUrgent: boolean): number | 'until something changes' {
    if (!isUrgent && this.#urgentWaits > 0) return 'until something changes'
    const nowMs = this.#clock.monotonicMs()
    this.#forget(nowMs)
    let waitMs = Math.max(0, this.#pausedUntilMs - nowMs)
    for (const window of this.#windows) {
      const places = window.calls - this.#underWay
      if (places <= 0) return 'until something changes'
      // The call that must leave the window before there is a place.
      const blocking = this.#ended.at(-places)
      if (blocking !== undefined) waitMs = Math.max(waitMs, blocking + window.lengthMs - nowMs)
    }
    return waitMs
  }

  #wakeAll(): void {
    for (const wake of [...this.#onChange]) wake()
  }

  #forget(nowMs: number): void {
    const longestMs = Math.max(0, ...this.#windows.map((window) => window.lengthMs))
    const kept = this.#ended.findIndex((endedMs) => endedMs > nowMs - longestMs)
    // Cutting the front off copies the rest, so it is done only when it is worth it.
    if (kept === -1) this.#ended = []
    else if (kept > 1_000) this.#ended = this.#ended.slice(kept)
  }

  /** Resolves when a call ends or a wait does. */
  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const wake = (): void => {
        stopWaiting()
        resolve()
      }
      const onAbort = (): void => {
        stopWaiting()
        reject(signal.reason as Error)
      }
      const stopWaiting = (): void => {
        this.#onChange.delete(wake)
        signal.removeEventListener('abort', onAbort)
      }
      this.#onChange.add(wake)
      signal.addEventListener('abort', onAbort, { once: true })
    })
  }
}
