import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Clock } from './kernel/clock.ts'
import type { Log } from './kernel/log.ts'

const program = join(import.meta.dirname, 'egress.ts')
const firstPauseMs = 500
const longestPauseMs = 30_000
/**
 * glibc gives each thread memory of its own to allocate from, and hardly any of it back when the thread has ended; every large pull has a
 * thread. With this they share it. Other systems pay no heed.
 */
export const egressMemory = { MALLOC_ARENA_MAX: '2' } as const
/** A child that lived so long was well: its end is no reason to wait longer than after the first. */
const healthyMs = 60_000

export interface EgressChildDeps {
  /** The settings the child reads, as environment variables. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly log: Log
}

/** Keeps one egress process running as a child of this one: started again, after a growing pause, whenever it ends. */
export class EgressChild {
  readonly #deps: EgressChildDeps
  readonly #stopping = new AbortController()
  #child: ChildProcess | undefined
  #running: Promise<void> | undefined

  constructor(deps: EgressChildDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#running ??= this.#keepRunning()
  }

  /** Tells the child that there may be a pull to claim. It would find it by itself, a little later. */
  wake(): void {
    if (this.#child?.connected) this.#child.send('wake')
  }

  /** Asks the child to end and waits until it has. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#child?.kill('SIGTERM')
    await this.#running
  }

  async #keepRunning(): Promise<void> {
    const { clock, log, environment } = this.#deps
    const { signal } = this.#stopping
    let pauseMs = firstPauseMs
    while (!signal.aborted) {
      const startedMs = clock.monotonicMs()
      const child = fork(program, {
        env: { ...egressMemory, ...environment },
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      })
      this.#child = child
      const [code, killedBy] = (await once(child, 'exit')) as [number | null, string | null]
      // An abort can arrive while the child runs, which the compiler cannot see.
      if (signal.aborted as boolean) return
      if (clock.monotonicMs() - startedMs > healthyMs) pauseMs = firstPauseMs
      log.error('egress ended; it is started again', { code, killedBy, pauseMs })
      try {
        await clock.wait(pauseMs, signal)
      } catch {
        // Only stop() ends the wait early.
        return
      }
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
    }
  }
}
