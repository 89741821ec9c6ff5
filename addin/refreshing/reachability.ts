import type { ClientClock } from '../../client/clock.ts'
import { endOnAbort } from './gate.ts'

/** What the browser says of the network. */
export interface Network {
  isOnline(): boolean
  /** Calls `listener` when that changes; returns what ends it. */
  subscribe(listener: () => void): () => void
}

export interface ReachabilityDeps {
  readonly clock: ClientClock
  readonly network: Network
  /** One cheap request; resolves when the broker answers anything at all. */
  readonly probe: (signal: AbortSignal) => Promise<boolean>
  readonly random: () => number
  readonly onChange: (isReachable: boolean) => void
}

const firstDelayMs = 3_000
const longestDelayMs = 60_000

/** Whether the broker can be reached. While it cannot, asks again by itself, at once when the browser is back online. */
export class Reachability {
  readonly #deps: ReachabilityDeps
  #lost: PromiseWithResolvers<undefined> | undefined
  #stop = new AbortController()
  #unsubscribe: (() => void) | undefined
  #wake = new AbortController()

  constructor(deps: ReachabilityDeps) {
    this.#deps = deps
  }

  get isReachable(): boolean {
    return this.#lost === undefined
  }

  start(): void {
    this.#stop = new AbortController()
    this.#unsubscribe = this.#deps.network.subscribe(() => {
      if (!this.#deps.network.isOnline()) this.reportLost()
      else this.#wake.abort()
    })
    if (!this.#deps.network.isOnline()) this.reportLost()
  }

  stop(): void {
    this.#unsubscribe?.()
    this.#stop.abort()
  }

  /** A request did not reach the broker. */
  reportLost(): void {
    if (this.#lost) return
    this.#lost = Promise.withResolvers<undefined>()
    this.#deps.onChange(false)
    void this.#lookFor(this.#stop.signal)
  }

  /** The broker has answered. */
  reportFound(): void {
    const lost = this.#lost
    if (!lost) return
    this.#lost = undefined
    this.#wake.abort()
    this.#deps.onChange(true)
    lost.resolve(undefined)
  }

  /** Resolves when the broker can be reached; at once when nothing is known against it. */
  async untilReachable(signal: AbortSignal): Promise<void> {
    if (this.#lost) await endOnAbort(this.#lost.promise, signal)
  }

  async #lookFor(stop: AbortSignal): Promise<void> {
    const isLooking = (): boolean => this.#lost !== undefined && !stop.aborted
    for (let delayMs = firstDelayMs; isLooking(); delayMs = Math.min(delayMs * 2, longestDelayMs)) {
      this.#wake = new AbortController()
      // Many desks lose the same broker at the same instant, and must not come back all at once.
      const waitMs = delayMs * (0.75 + this.#deps.random() / 2)
      // Ends early when the browser is back online.
      await this.#deps.clock.wait(waitMs, AbortSignal.any([stop, this.#wake.signal])).catch(() => undefined)
      if (!isLooking() || !this.#deps.network.isOnline()) continue
      // A probe that fails says the same as one that was not answered.
      if (await this.#deps.probe(stop).catch(() => false)) this.reportFound()
    }
  }
}
