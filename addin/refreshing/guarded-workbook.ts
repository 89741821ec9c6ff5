// Excel may keep a call and say nothing, for one as long as a cell is being edited. That must be seen, and not be waited for in vain.
import type { ClientClock } from '../../client/clock.ts'
import { WorkbookError } from '../workbook-error.ts'
import type { Workbook } from '../workbook.ts'

export interface GuardDeps {
  readonly clock: ClientClock
  /** Excel has begun, or has ceased, to keep calls without an answer. */
  readonly onStall: (isStalled: boolean) => void
}

const stallMs = 5_000
/** How long after an answer to a later call an earlier one may still be on its way. */
const lostMs = 15_000

/**
 * The same workbook; when Excel is silent for some seconds, `onStall` says so. A call that Excel has lost, as it answers later ones,
 * fails as `busy`.
 */
export function guardWorkbook(workbook: Workbook, deps: GuardDeps): Workbook {
  const guard = new Guard(workbook, deps)
  return new Proxy(workbook, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name)
      if (typeof method !== 'function') return method
      return (...values: unknown[]): unknown => {
        const result: unknown = Reflect.apply(method, target, values)
        return result instanceof Promise ? guard.watch(result) : result
      }
    },
  })
}

class Guard {
  readonly #workbook: Workbook
  readonly #deps: GuardDeps
  readonly #silent = new Set<Promise<unknown>>()

  constructor(workbook: Workbook, deps: GuardDeps) {
    this.#workbook = workbook
    this.#deps = deps
  }

  async watch(call: Promise<unknown>): Promise<unknown> {
    const ended = new AbortController()
    const loss = this.#findLoss(call, ended.signal)
    // It rejects as well when the call has ended; nobody listens then.
    loss.catch(() => undefined)
    try {
      return await Promise.race([call, loss])
    } finally {
      ended.abort()
      this.#mark(call, false)
    }
  }

  async #findLoss(call: Promise<unknown>, signal: AbortSignal): Promise<never> {
    await this.#deps.clock.wait(stallMs, signal)
    this.#mark(call, true)
    // Excel answers in order: after this answer, even a refusal, the one before should be there.
    await this.#workbook.listTables().catch(() => undefined)
    await this.#deps.clock.wait(lostMs, signal)
    throw new WorkbookError('busy', 'Excel has answered later calls, but not this one.')
  }

  #mark(call: Promise<unknown>, isSilent: boolean): void {
    const before = this.#silent.size > 0
    if (isSilent) this.#silent.add(call)
    else this.#silent.delete(call)
    const after = this.#silent.size > 0
    if (before !== after) this.#deps.onStall(after)
  }
}
