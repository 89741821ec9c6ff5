import type { ClientClock } from '../../client/clock.ts'

export interface ScheduleDeps {
  readonly clock: ClientClock
  readonly random: () => number
  /** While true nothing is started; what falls due meanwhile is caught up once afterwards. */
  readonly isPaused: () => boolean
  /** Refreshes these tables. */
  readonly onDue: (tableIds: readonly string[]) => void
}

const tickMs = 15_000
/** A refresh that comes this much too late is a catch-up: after sleep, or a pause. */
const lateMs = 60_000
const catchUpSpreadMs = 60_000
const minuteMs = 60_000

interface Entry {
  readonly minutes: number
  readonly dueMs: number
  readonly isCatchUp: boolean
}

/**
 * Says which tables are due, each at its own interval. Instants differ by up to a tenth between desks, and after sleep a table is
 * caught up once, within a minute: thousands of desks that wake at nine must not come at nine.
 */
export class Schedule {
  readonly #deps: ScheduleDeps
  #entries = new Map<string, Entry>()
  #stop: AbortController | undefined

  constructor(deps: ScheduleDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#stop = new AbortController()
    void this.#run(this.#stop.signal)
  }

  stop(): void {
    this.#stop?.abort()
  }

  /** Replaces all intervals; a table whose interval stays the same keeps its turn. */
  set(intervals: ReadonlyMap<string, number>): void {
    const entries = new Map<string, Entry>()
    for (const [tableId, minutes] of intervals) {
      const former = this.#entries.get(tableId)
      entries.set(tableId, former?.minutes === minutes ? former : this.#after(minutes))
    }
    this.#entries = entries
  }

  /** The table was refreshed some other way; its interval begins anew. */
  reset(tableId: string): void {
    const entry = this.#entries.get(tableId)
    if (entry) this.#entries.set(tableId, this.#after(entry.minutes))
  }

  async #run(signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await this.#deps.clock.wait(tickMs, signal)
        this.#tick()
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  #tick(): void {
    if (this.#deps.isPaused()) return
    const nowMs = this.#deps.clock.nowMs()
    const due: string[] = []
    for (const [tableId, entry] of this.#entries) {
      if (entry.dueMs > nowMs) continue
      if (nowMs - entry.dueMs > lateMs && !entry.isCatchUp) {
        const dueMs = nowMs + this.#deps.random() * catchUpSpreadMs
        this.#entries.set(tableId, { ...entry, dueMs, isCatchUp: true })
        continue
      }
      this.#entries.set(tableId, this.#after(entry.minutes))
      due.push(tableId)
    }
    if (due.length > 0) this.#deps.onDue(due)
  }

  #after(minutes: number): Entry {
    const spread = 0.9 + this.#deps.random() / 5
    return { minutes, dueMs: this.#deps.clock.nowMs() + minutes * minuteMs * spread, isCatchUp: false }
  }
}
