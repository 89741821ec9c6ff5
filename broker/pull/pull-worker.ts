import { makeId } from '../kernel/id.ts'
import type { Stores } from '../store/stores.ts'
import { cleanSnapshots } from './clean-snapshots.ts'
import { forgetOldPulls } from './forget-old-pulls.ts'
import { leaseMs, PullLease } from './pull-lease.ts'
import { runPull, type PullDeps } from './run-pull.ts'

export interface PullWorkerDeps extends PullDeps {
  readonly stores: Pick<Stores, 'definitions' | 'pulls' | 'snapshots' | 'egress'>
  /** The most pulls at once; each is of another dataset. */
  readonly pullsAtOnce: number
  /** How long a superseded snapshot stays for those who are reading it. */
  readonly keepSupersededMs: number
}

/** How long a new pull waits when nobody wakes the worker. */
const pollMs = 1_000
/** A nap that took so much longer means that the machine stood still, or that its clock was set forward. */
const standstillMs = 2_000
const beatMs = 2_000

/**
 * The egress process's work: takes pulls out of the database, runs them side by side, and says that it is alive. Any number of
 * workers, in any number of processes, share the same pulls.
 */
export class PullWorker {
  readonly #deps: PullWorkerDeps
  readonly #owner: string
  readonly #running = new Map<PullLease, Promise<void>>()
  readonly #stopping = new AbortController()
  #nap = new AbortController()
  #loop: Promise<void> | undefined
  #cleaning: Promise<void> = Promise.resolve()
  #beatAtMs = -Infinity

  constructor(deps: PullWorkerDeps) {
    this.#deps = deps
    this.#owner = makeId(deps.random)
  }

  /** Starts taking pulls; resolves when others can see that this worker is alive. */
  async start(): Promise<void> {
    await this.#attempt('beat', () => this.#beat())
    this.#clean()
    this.#loop ??= this.#work()
  }

  /** Looks for a pull now instead of at the next round. */
  wake(): void {
    this.#nap.abort()
  }

  /** Ends at once: pulls that run are given back for another process to take. Resolves when nothing is left behind. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.wake()
    for (const lease of this.#running.keys()) lease.end('stopped')
    await this.#loop
    await Promise.all(this.#running.values())
    await this.#cleaning
    await this.#attempt('leaving', () => this.#deps.stores.egress.leave(this.#owner))
  }

  async #work(): Promise<void> {
    let stoodStill = false
    while (!this.#isStopping()) {
      // A wake-up from here on is for the next round, even if this one has not seen the new pull.
      this.#nap = new AbortController()
      const nap = this.#nap.signal
      await this.#attempt('beat', () => this.#beat())
      // Then every lease looks as if its holder were dead; holders that live get time to say so.
      if (!stoodStill) await this.#attempt('claim', () => this.#claimAll())
      if (this.#isStopping()) return
      stoodStill = await this.#rest(nap)
    }
  }

  /** Waits for the next round; whether that took much longer than it should. */
  async #rest(nap: AbortSignal): Promise<boolean> {
    const { clock } = this.#deps
    const before = { ms: clock.monotonicMs(), nowMs: clock.nowMs() }
    try {
      await clock.wait(pollMs, nap)
    } catch {
      // Woken up, which is all that can end this wait early.
    }
    return Math.max(clock.monotonicMs() - before.ms, clock.nowMs() - before.nowMs) > pollMs + standstillMs
  }

  async #beat(): Promise<void> {
    const { clock, stores } = this.#deps
    if (clock.monotonicMs() - this.#beatAtMs < beatMs) return
    await stores.egress.beat(this.#owner, clock.nowMs())
    this.#beatAtMs = clock.monotonicMs()
  }

  async #claimAll(): Promise<void> {
    const { stores, clock, log, random, pullsAtOnce } = this.#deps
    // Own leases first: one that ran out while this process stood still would be claimed away from its own holder.
    await Promise.all([...this.#running.keys()].map((lease) => lease.renewIfLate()))
    while (this.#running.size < pullsAtOnce && !this.#isStopping()) {
      // An owner of its own for every claim: should this process lose a pull and claim it again, its first run must not end the second.
      const owner = `${this.#owner}:${makeId(random)}`
      const nowMs = clock.nowMs()
      const pull = await stores.pulls.claim(owner, nowMs, nowMs + leaseMs)
      if (!pull) return
      log.info('pull claimed', { dataset: pull.dataset, pull: pull.id })
      const { id: pullId, isScheduled } = pull
      const claim = { pulls: stores.pulls, clock, log, pullId, owner, isScheduled }
      const lease = new PullLease(claim, nowMs + leaseMs)
      if (this.#isStopping()) lease.end('stopped')
      const run = runPull(this.#deps, pull, lease).finally(() => {
        this.#running.delete(lease)
        this.#clean()
        this.wake()
      })
      this.#running.set(lease, run)
    }
  }

  /** One cleaning after the other; the last one sees all that earlier pulls left. */
  #clean(): void {
    const { stores, keepSupersededMs } = this.#deps
    this.#cleaning = this.#cleaning.then(async () => {
      await this.#attempt('cleaning', () => cleanSnapshots({ ...this.#deps, ...stores, keepMs: keepSupersededMs }))
      await this.#attempt('forgetting of pulls', () => forgetOldPulls({ ...this.#deps, ...stores }))
    })
  }

  /** The worker outlives every failure of the database: it tries again in its next round. */
  async #attempt(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (cause) {
      this.#deps.log.warn(`${what} failed`, { cause })
    }
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted
  }
}
