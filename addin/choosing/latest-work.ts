import type { ClientClock } from '../../client/clock.ts'

/** Work of which only the latest matters: a newer piece ends the one before it, whether that waits or runs. */
export class LatestWork {
  readonly #clock: ClientClock
  #current: AbortController | undefined

  constructor(clock: ClientClock) {
    this.#clock = clock
  }

  /**
   * Does the work after the delay, unless a newer piece comes before. `end` is called with what came of it, and never once it is
   * outdated.
   */
  async start<Result>(
    delayMs: number,
    work: (signal: AbortSignal) => Promise<Result>,
    end: { readonly onResult: (result: Result) => void; readonly onError: (error: unknown) => void },
  ): Promise<void> {
    this.stop()
    const controller = new AbortController()
    const { signal } = controller
    this.#current = controller
    try {
      if (delayMs > 0) await this.#clock.wait(delayMs, signal)
      const result = await work(signal)
      if (!signal.aborted) end.onResult(result)
    } catch (error) {
      if (!signal.aborted) end.onError(error)
    }
  }

  /** Ends what waits or runs; nobody hears of it any more. */
  stop(): void {
    this.#current?.abort(new DOMException('Superseded.', 'AbortError'))
    this.#current = undefined
  }
}
