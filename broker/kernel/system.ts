// The only place that reads the machine's clock and draws its chance.
import { randomBytes } from 'node:crypto'
import type { Clock } from './clock.ts'
import type { Random } from './random.ts'

/** A `setTimeout` of more than 2^31 - 1 ms fires at once, so longer waits are made of several. */
const longestTimerMs = 2_147_483_647

/** The machine's clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  async wait(delayMs, signal) {
    for (let leftMs = delayMs; leftMs > 0; leftMs -= longestTimerMs) {
      await waitOnce(Math.min(leftMs, longestTimerMs), signal)
    }
    signal?.throwIfAborted()
  },
}

/** The machine's source of chance. */
export const systemRandom: Random = {
  bytes: (length) => randomBytes(length),
  fraction: () => Math.random(),
}

function waitOnce(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error)
      return
    }
    const onAbort = (): void => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, delayMs)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
