import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { BrokerError } from './errors/broker-error.ts'
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
/** The child's exit code when it cannot run as things are: its keys or settings are wrong, and it has said how. */
export const unableCode = 78
/** A child that lived so long was well: its end is no reason to wait longer than after the first. */
const healthyMs = 60_000

const unableText =
  'Egress cannot run as it is started here, as said above. Where it runs under a user of its own, start it there ' +
  '(npx sheetbroker egress), and set SHEETBROKER_EGRESS=none for this user.'

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
  readonly #unable = Promise.withResolvers<never>()
  #child: ChildProcess | undefined
  #running: Promise<void> | undefined

  constructor(deps: EgressChildDeps) {
    this.#deps = deps
    this.#unable.promise.catch(() => undefined) // Whoever started it asks.
  }

  /** Rejects with `egress-missing` when the child cannot run as things are; it is not started again then. */
  get unable(): Promise<never> {
    return this.#unable.promise
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
      if (code === unableCode) {
        this.#unable.reject(new BrokerError('egress-missing', unableText))
        return
      }
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
