import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import type { PullProgress, PullStore } from '../store/stores.ts'

/** How long a holder may be silent before another egress process takes its pull. */
export const leaseMs = 6_000
/** The most often that progress is written. */
const progressMs = 250
/** How long a holder goes on without word from the database: what it does may be done twice by then, but is published once. */
const mostSilentMs = 60_000
/** The least often that the lease is renewed, and so how long a cancellation may go unnoticed. */
const renewalMs = 750

/**
 * Why a pull ended before its work did: withdrawn by its users; taken by another process, or back in the queue because its definition
 * changed; or this process stops.
 */
export type LeaseEnding = 'cancelled' | 'lost' | 'stopped'

export interface PullLeaseDeps {
  readonly pulls: PullStore
  readonly clock: Clock
  readonly log: Log
  readonly pullId: string
  /** Of this claim alone: the same process claiming the pull again is another owner. */
  readonly owner: string
  readonly isScheduled: boolean
}

/**
 * The right to work on one pull, kept by reporting its progress. `signal` aborts when the right ends, and `ending` says why.
 */
export class PullLease {
  readonly #deps: PullLeaseDeps
  readonly #work = new AbortController()
  readonly #keeper = new AbortController()
  #keeping: Promise<void> = Promise.resolve()
  #ending: LeaseEnding | undefined
  #untilMs: number
  /** When the database last said that the pull is ours. */
  #heardAtMs: number
  #isUrgent: boolean
  #progress: PullProgress = { rows: 0, pages: 0, tokenCalls: 0 }

  constructor(deps: PullLeaseDeps, untilMs: number) {
    this.#deps = deps
    this.#untilMs = untilMs
    this.#heardAtMs = deps.clock.monotonicMs()
    this.#isUrgent = !deps.isScheduled
  }

  get pullId(): string {
    return this.#deps.pullId
  }

  get owner(): string {
    return this.#deps.owner
  }

  /** Aborts the work. */
  get signal(): AbortSignal {
    return this.#work.signal
  }

  /** undefined while the pull is ours to work on. */
  get ending(): LeaseEnding | undefined {
    return this.#ending
  }

  /** Whether somebody waits for the pull, as of the last renewal: a user may join a scheduled one at any time. */
  get isUrgent(): boolean {
    return this.#isUrgent
  }

  get progress(): PullProgress {
    return this.#progress
  }

  /** Remembers how far the work is; written soon. */
  note(progress: PullProgress): void {
    this.#progress = progress
  }

  /** Starts renewing. */
  start(): void {
    this.#keeping = this.#keep()
  }

  /** Ends the work early; the first reason counts. */
  end(ending: LeaseEnding): void {
    if (this.#ending !== undefined) return
    this.#ending = ending
    this.#work.abort(new Error(`The pull's lease ended: ${ending}.`))
  }

  /** Stops renewing; resolves when no report is on its way any more. */
  async stop(): Promise<void> {
    this.#keeper.abort(new Error('The pull has ended.'))
    await this.#keeping
  }

  /** Renews the lease with the progress so far, and ends it when it is not ours any more. */
  async renew(): Promise<void> {
    const { pulls, clock, log, pullId, owner } = this.#deps
    const untilMs = clock.nowMs() + leaseMs
    try {
      const pull = await pulls.report(pullId, owner, this.#progress, untilMs)
      if (pull?.state === 'running') {
        this.#untilMs = untilMs
        this.#heardAtMs = clock.monotonicMs()
      } else this.end(pull?.state === 'cancelling' ? 'cancelled' : 'lost')
      this.#isUrgent = pull?.isScheduled === false
    } catch (cause) {
      log.warn('lease not renewed', { pull: pullId, cause })
      // A lease that ran out is still ours as long as nobody else has claimed the pull, and the next report tells.
      if (clock.monotonicMs() - this.#heardAtMs > mostSilentMs) this.end('lost')
    }
  }

  /** Renews a lease that has less than half of its time left. */
  async renewIfLate(): Promise<void> {
    if (this.#ending === undefined && this.#untilMs - this.#deps.clock.nowMs() < leaseMs / 2) await this.renew()
  }

  /** Gives the pull back at once, for another process to take. */
  async release(): Promise<void> {
    const { pulls, clock, pullId, owner } = this.#deps
    await pulls.report(pullId, owner, this.#progress, clock.nowMs())
  }

  async #keep(): Promise<void> {
    const { clock } = this.#deps
    let reported = this.#progress
    let reportedAtMs = clock.monotonicMs()
    while (this.#ending === undefined) {
      try {
        await clock.wait(progressMs, this.#keeper.signal)
      } catch {
        // The pull has ended: the only thing that ends this wait early.
        return
      }
      if (this.#progress === reported && clock.monotonicMs() - reportedAtMs < renewalMs) continue
      reported = this.#progress
      reportedAtMs = clock.monotonicMs()
      await this.renew()
    }
  }
}
