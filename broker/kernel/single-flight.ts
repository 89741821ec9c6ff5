/**
 * Lets any number of callers share one piece of work by key.
 *
 * A caller's abort ends that caller's wait and never the work. Once the work has ended, well or badly, the next call
 * starts anew: failures are not kept.
 */
export class SingleFlight<Result> {
  readonly #flights = new Map<string, Promise<Result>>()

  /** The result of the work under `key`, started now unless it is under way. Rejects early when `signal` aborts. */
  run(key: string, work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error)
    let flight = this.#flights.get(key)
    if (!flight) {
      flight = work().finally(() => this.#flights.delete(key))
      this.#flights.set(key, flight)
    }
    return signal ? endWaitOnAbort(flight, signal) : flight
  }
}

function endWaitOnAbort<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(signal.reason as Error)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', onAbort)
    })
  })
}
