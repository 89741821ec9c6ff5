import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import type { PullRecord } from '../store/records.ts'
import type { PullStore } from '../store/stores.ts'

/** What a listener gets: the pull on each change; then the end, also when the database no longer answers. */
export interface PullListener {
  readonly onPull: (pull: PullRecord) => void
  readonly onEnd: () => void
}

interface Watched {
  readonly listeners: Set<PullListener>
  readonly abort: AbortController
  last: PullRecord | undefined
}

const pollEveryMs = 250

/** True once a pull can change no more. */
export function hasEnded({ state }: PullRecord): boolean {
  return state === 'completed' || state === 'failed' || state === 'cancelled'
}

/** Follows pulls for those who listen: one look at the database per pull and interval, however many they are. */
export class PullWatch {
  readonly #pulls: PullStore
  readonly #clock: Clock
  readonly #log: Log
  readonly #watched = new Map<string, Watched>()

  constructor(deps: { readonly pulls: PullStore; readonly clock: Clock; readonly log: Log }) {
    this.#pulls = deps.pulls
    this.#clock = deps.clock
    this.#log = deps.log
  }

  /** Tells `listener` how the pull `id` is, and then of every change, until it has ended. Returns what stops it. */
  listen(id: string, listener: PullListener): () => void {
    let watched = this.#watched.get(id)
    if (!watched) {
      watched = { listeners: new Set(), abort: new AbortController(), last: undefined }
      this.#watched.set(id, watched)
      void this.#follow(id, watched)
    } else if (watched.last) listener.onPull(watched.last)
    watched.listeners.add(listener)
    const { listeners, abort } = watched
    return () => {
      if (listeners.delete(listener) && listeners.size === 0) {
        abort.abort()
        if (this.#watched.get(id)?.abort === abort) this.#watched.delete(id)
      }
    }
  }

  async #follow(id: string, watched: Watched): Promise<void> {
    const { signal } = watched.abort
    try {
      while (!signal.aborted) {
        const pull = await this.#pulls.find(id)
        if (!pull) break
        if (JSON.stringify(pull) !== JSON.stringify(watched.last)) {
          watched.last = pull
          for (const { onPull } of [...watched.listeners]) onPull(pull)
        }
        if (hasEnded(pull)) break
        await this.#clock.wait(pollEveryMs, signal)
      }
    } catch (cause) {
      if (!signal.aborted) this.#log.warn('pull no longer followed', { pullId: id, cause })
    }
    if (this.#watched.get(id) === watched) this.#watched.delete(id)
    for (const { onEnd } of [...watched.listeners]) onEnd()
  }
}
