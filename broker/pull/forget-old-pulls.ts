import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import type { PullStore } from '../store/stores.ts'

/** What administrators look back on: each dataset's newest pulls, and all of the last month. */
const keep = 100
const keepMs = 30 * 86_400_000

/** Forgets pulls that nobody looks back on. May run in several processes at once. */
export async function forgetOldPulls(deps: {
  readonly pulls: Pick<PullStore, 'forgetEnded'>
  readonly clock: Clock
  readonly log: Log
}): Promise<void> {
  const { pulls, clock, log } = deps
  const endedBeforeMs = clock.nowMs() - keepMs
  for (;;) {
    const count = await pulls.forgetEnded({ endedBeforeMs, keep })
    if (count === 0) return
    log.info('old pulls forgotten', { count })
  }
}
