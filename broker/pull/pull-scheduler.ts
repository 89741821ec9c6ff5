import { datasetDefinition } from '../dataset/definition.ts'
import type { ScheduleDefinition } from '../dataset/reading-definition.ts'
import { isQuiet, nextRunAfter } from '../dataset/schedule.ts'
import type { Clock } from '../kernel/clock.ts'
import { makeId } from '../kernel/id.ts'
import type { Log } from '../kernel/log.ts'
import type { Random } from '../kernel/random.ts'
import type { DatasetRecord } from '../store/records.ts'
import type { Stores } from '../store/stores.ts'

export interface PullSchedulerDeps {
  readonly stores: Pick<Stores, 'definitions' | 'pulls'>
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Called once a pull is in line. */
  readonly onPullRequested: () => void
}

/** How long a due pull may wait to be noticed: the unit of cron. */
const lookEveryMs = 60_000

/**
 * Asks for the pulls that schedules want. Every egress process has one, and they need not know of each other: a pull is due when none was
 * asked for since the schedule's moment, and the database lets one in for it. A moment that was missed, in quiet hours or while
 * nothing ran, is made up for once.
 */
export class PullScheduler {
  readonly #deps: PullSchedulerDeps
  readonly #stopping = new AbortController()
  #loop: Promise<void> | undefined

  constructor(deps: PullSchedulerDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#loop ??= this.#keepLooking()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#loop
  }

  /** Asks for every pull that is due now. */
  async look(): Promise<void> {
    const { stores, log } = this.#deps
    for (const dataset of await stores.definitions.listDatasets()) {
      try {
        await this.#lookAt(dataset)
      } catch (cause) {
        log.warn('schedule not followed', { dataset: dataset.name, cause })
      }
    }
  }

  async #lookAt({ name, definition }: DatasetRecord): Promise<void> {
    const { stores, clock, random, log, onPullRequested } = this.#deps
    const { schedule } = datasetDefinition.parse(JSON.parse(definition))
    if (!schedule) return
    const nowMs = clock.nowMs()
    const dueAtMs = findDue(schedule, await stores.pulls.lastRequestedMs(name), nowMs)
    if (dueAtMs === undefined) return
    const request = { id: makeId(random), dataset: name, requestedBy: undefined, isScheduled: true }
    const pull = await stores.pulls.requestDue(request, dueAtMs, nowMs)
    if (!pull) return
    log.info('scheduled pull requested', { dataset: name, pull: pull.id })
    onPullRequested()
  }

  async #keepLooking(): Promise<void> {
    const { clock, log } = this.#deps
    const { signal } = this.#stopping
    while (!signal.aborted) {
      try {
        await this.look()
      } catch (cause) {
        log.warn('schedules not read', { cause })
      }
      try {
        await clock.wait(lookEveryMs, signal)
      } catch {
        // Only stop() ends the wait early.
        return
      }
    }
  }
}

/** The moment at or before `nowMs` for which the schedule wants a pull; a dataset that was never asked for is wanted at once. */
function findDue(schedule: ScheduleDefinition, lastRequestedMs: number, nowMs: number): number | undefined {
  if (isQuiet(schedule.quietHours, schedule.timeZone, nowMs)) return undefined
  if (lastRequestedMs === 0) return 0
  const dueAtMs = nextRunAfter(schedule, lastRequestedMs)
  return dueAtMs !== undefined && dueAtMs <= nowMs ? dueAtMs : undefined
}
