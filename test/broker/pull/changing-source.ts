// A source whose records change while they are read, with a clock of its own, and a clock for the broker that the test moves.
import type { DatasetDefinition } from '../../../broker/dataset/definition.ts'
import type { JsonRecord } from '../../../broker/dataset/flatten.ts'
import type { Clock } from '../../../broker/kernel/clock.ts'
import { systemClock } from '../../../broker/kernel/system.ts'
import type { Script } from './pull-house.ts'

/** The machine's clock, moved forward by hand; waits are real. */
export class ShiftedClock implements Clock {
  shiftMs = 0

  nowMs(): number {
    return systemClock.nowMs() + this.shiftMs
  }

  monotonicMs(): number {
    return systemClock.monotonicMs()
  }

  wait(delayMs: number, signal?: AbortSignal): Promise<void> {
    return systemClock.wait(delayMs, signal)
  }
}

interface Version {
  readonly record: JsonRecord
  readonly changedMs: number
  readonly visibleMs: number
}

export class ChangingSource {
  readonly #clock: Clock
  readonly #skewMs: number
  /** Every version of every record, oldest first; undefined ends one that was deleted for good. */
  readonly #records = new Map<number, (Version | { readonly record: undefined; readonly visibleMs: number })[]>()
  #value = 0
  /** What the last reading asked for; undefined when it asked for everything. */
  lastSince: string | undefined
  /** Called between the two pages of the next reading. */
  midway: () => void = () => undefined

  constructor(clock: Clock, skewMs: number) {
    this.#clock = clock
    this.#skewMs = skewMs
  }

  /** Changes a record; others can see it a little later, as where a long transaction ends or a search index catches up. */
  put(id: number, { lagMs = 0, isGone = false } = {}): void {
    const nowMs = this.#clock.nowMs()
    const changedMs = nowMs + this.#skewMs
    const record = { Id: id, Value: ++this.#value, Gone: isGone, Updated: new Date(changedMs).toISOString() }
    this.#add(id, { record, changedMs, visibleMs: nowMs + lagMs })
  }

  /** Deletes a record and leaves no trace of it. */
  remove(id: number): void {
    this.#add(id, { record: undefined, visibleMs: this.#clock.nowMs() })
  }

  /** What can be seen of the records now: id to value. */
  visible(): Map<number, unknown> {
    return new Map(this.#visibleVersions().map(({ record }) => [Number(record['Id']), record['Value']]))
  }

  readonly script: Script = async function* (this: ChangingSource, _signal: AbortSignal, dataset: DatasetDefinition) {
    const { query } = dataset.request
    const since = query['updated'] === 'true' ? dataset.window?.start : query['since']
    this.lastSince = since
    const read = (isEven: boolean): JsonRecord[] =>
      this.#visibleVersions(true)
        .filter(({ record }) => (Number(record['Id']) % 2 === 0) === isEven)
        .filter(({ changedMs }) => since === undefined || changedMs >= Date.parse(since))
        .map(({ record }) => record)
    yield await Promise.resolve(read(true))
    this.midway()
    this.midway = () => undefined
    yield read(false)
  }.bind(this)

  #add(id: number, version: Version | { readonly record: undefined; readonly visibleMs: number }): void {
    this.#records.set(id, [...(this.#records.get(id) ?? []), version])
  }

  #visibleVersions(withGone = false): Version[] {
    const nowMs = this.#clock.nowMs()
    return [...this.#records.values()].flatMap((versions) => {
      const version = versions.findLast(({ visibleMs }) => visibleMs <= nowMs)
      if (version?.record === undefined || (!withGone && version.record['Gone'] === true)) return []
      return [version]
    })
  }
}
