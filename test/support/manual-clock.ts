import type { Clock } from '../../broker/kernel/clock.ts'

interface Wait {
  readonly delayMs: number
  readonly dueMs: number
  readonly resolve: () => void
}

/** A clock that stands still until the test moves it. */
export class ManualClock implements Clock {
  #nowMs: number
  #monotonicMs = 0
  readonly #waits = new Set<Wait>()
  readonly #onWait = new Set<(wait: Wait) => void>()

  constructor(nowMs: number = Date.UTC(2026, 0, 31, 12)) {
    this.#nowMs = nowMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  monotonicMs(): number {
    return this.#monotonicMs
  }

  wait(delayMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error)
    if (delayMs <= 0) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const wait: Wait = {
        delayMs,
        dueMs: this.#monotonicMs + delayMs,
        resolve: () => {
          signal?.removeEventListener('abort', onAbort)
          resolve()
        },
      }
      const onAbort = (): void => {
        this.#waits.delete(wait)
        reject(signal?.reason as Error)
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#waits.add(wait)
      for (const notice of [...this.#onWait]) notice(wait)
    })
  }

  /** The delays that are being waited for, as they were asked for. */
  get waiting(): readonly number[] {
    return [...this.#waits].map((wait) => wait.delayMs)
  }

  /**
   * Moves both clocks on. Waits that fall due end in their order, each at its own instant, and what they lead to without
   * input or output happens before time moves further.
   */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.#monotonicMs + byMs
    for (let due = this.#nextDue(untilMs); due; due = this.#nextDue(untilMs)) {
      this.#moveTo(due.dueMs)
      this.#waits.delete(due)
      due.resolve()
      await new Promise((resolve) => setImmediate(resolve))
    }
    this.#moveTo(untilMs)
  }

  /** Sets the wall clock as an administrator might; the monotonic one goes on as it was. */
  setWallClock(nowMs: number): void {
    this.#nowMs = nowMs
  }

  /**
   * Runs `work` to its end, and moves the time on whenever it waits. Waits of `deadlineMs` only guard requests that are
   * answered in real time, so they do not move it. Resolves with the result and the time that passed.
   */
  async drive<Result>(work: Promise<Result>, deadlineMs?: number): Promise<{ result: Result; elapsedMs: number }> {
    const startMs = this.#monotonicMs
    const state = { isDone: false }
    const done = work.finally(() => {
      state.isDone = true
    })
    done.catch(() => undefined) // Awaited below; a failure must not count as unhandled meanwhile.
    while (!state.isDone) {
      const wait = await this.#nextWait(done, deadlineMs)
      if (wait) await this.advance(Math.max(0, wait.dueMs - this.#monotonicMs))
    }
    return { result: await done, elapsedMs: this.#monotonicMs - startMs }
  }

  /** Resolves with the delay once something waits for another time than `deadlineMs`. */
  async untilWaiting(deadlineMs?: number): Promise<number> {
    const wait = await this.#nextWait(new Promise<never>(() => undefined), deadlineMs)
    return wait?.delayMs ?? Number.NaN
  }

  #nextWait(done: Promise<unknown>, deadlineMs: number | undefined): Promise<Wait | undefined> {
    const isReal = (wait: Wait): boolean => wait.delayMs !== deadlineMs
    return new Promise((resolve) => {
      const settle = (wait: Wait | undefined): void => {
        this.#onWait.delete(notice)
        resolve(wait)
      }
      const notice = (wait: Wait): void => {
        if (isReal(wait)) settle(wait)
      }
      const pending = [...this.#waits].filter(isReal).sort((a, b) => a.dueMs - b.dueMs)[0]
      if (pending) {
        settle(pending)
        return
      }
      this.#onWait.add(notice)
      done.then(
        () => settle(undefined),
        () => settle(undefined),
      )
    })
  }

  #nextDue(untilMs: number): Wait | undefined {
    return [...this.#waits].filter((wait) => wait.dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs)[0]
  }

  #moveTo(monotonicMs: number): void {
    this.#nowMs += monotonicMs - this.#monotonicMs
    this.#monotonicMs = monotonicMs
  }
}
