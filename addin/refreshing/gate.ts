/** Lets one in at a time, in the order of asking: Excel is given one task after the other. */
export class Gate {
  #tail: Promise<undefined> = Promise.resolve(undefined)

  /**
   * Resolves, once everybody before has left, with what lets the next one in.
   *
   * @throws the signal's reason when it aborts before that; those behind keep their turn
   */
  async enter(signal: AbortSignal): Promise<() => void> {
    const before = this.#tail
    const { promise, resolve } = Promise.withResolvers<undefined>()
    this.#tail = promise
    const leave = (): void => resolve(undefined)
    try {
      await endOnAbort(before, signal)
    } catch (error) {
      void before.then(leave)
      throw error
    }
    return leave
  }
}

/** What `work` results in, or the signal's reason as soon as it aborts; the work itself goes on. */
export async function endOnAbort<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const onAbort = (): void => aborted.reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
