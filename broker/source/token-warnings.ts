import type { TokenAuthDefinition } from '../dataset/auth-definition.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import type { GrantedToken } from './token-answer.ts'
import type { BudgetUse } from './token-rules.ts'
import type { Hold } from './token-state.ts'

const rememberedMs = 3_600_000
const repeatedAfterMs = 300_000

type Subject = 'budget' | 'wait' | 'lifetime' | 'second-secret'

interface Deps {
  readonly auth: Pick<TokenAuthDefinition, 'tokenBudget'>
  readonly source: string
  readonly clock: Clock
  readonly log: Log
}

/** Tells the log what happens to a source's tokens, and remembers for an hour what an administrator should read beside a pull. */
export class TokenWarnings {
  readonly #deps: Deps
  readonly #notes = new Map<Subject, { readonly text: string; readonly atMs: number }>()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** In plain words, the oldest first. */
  list(): readonly string[] {
    const sinceMs = this.#deps.clock.monotonicMs() - rememberedMs
    return [...this.#notes.values()].filter(({ atMs }) => atMs > sinceMs).map(({ text }) => text)
  }

  noteUse({ inLastMinute, inLastHour, isNearlySpent, isAlert }: BudgetUse): void {
    const { perMinute, perHour } = this.#deps.auth.tokenBudget
    if (!isNearlySpent) return
    this.#note(
      'budget',
      `The token budget of ${this.#deps.source} is nearly spent: ${inLastMinute} of ${perMinute} token requests in the last minute, ${inLastHour} of ${perHour} in the last hour.`,
    )
    if (!isAlert) return
    const { source } = this.#deps
    this.#deps.log.error('token budget nearly spent', { source, inLastMinute, perMinute, inLastHour, perHour })
  }

  noteWait(waitMs: number): void {
    const { source, log, clock } = this.#deps
    const last = this.#notes.get('wait')?.atMs ?? Number.NEGATIVE_INFINITY
    if (clock.monotonicMs() - last < repeatedAfterMs) return
    const seconds = Math.ceil(waitMs / 1000)
    this.#note('wait', `The token budget of ${source} was spent, so the pull had to wait for a token (${seconds} s).`)
    log.warn('token budget spent; waiting', { source, waitMs })
  }

  noteHold(hold: Hold): void {
    const { source, log } = this.#deps
    const { code, times, sinceMs, untilMs } = hold
    const waitMs = untilMs - sinceMs
    if (hold.kind === 'refusal')
      log.error('token endpoint refused', { source, code, message: hold.message, times, waitMs })
    else log.warn('token exchange failed', { source, code, waitMs })
  }

  noteToken(granted: GrantedToken, isSecondSecret: boolean): void {
    const { source, log } = this.#deps
    const { lifetimeNote: note, lifetimeSeconds } = granted
    if (note !== undefined) {
      const text = `The token endpoint of ${source} states a token's lifetime oddly (${note}); ${lifetimeSeconds} s are counted with.`
      if (!this.#notes.has('lifetime')) log.warn('token lifetime is odd', { source, note, lifetimeSeconds })
      this.#note('lifetime', text)
    }
    if (!isSecondSecret) this.#notes.delete('second-secret')
    else {
      const text = `The first secret of ${source} is refused and the second one works: npx sheetbroker secret promote ${source}`
      if (!this.#notes.has('second-secret')) log.warn('second secret is used', { source })
      this.#note('second-secret', text)
    }
  }

  #note(subject: Subject, text: string): void {
    this.#notes.set(subject, { text, atMs: this.#deps.clock.monotonicMs() })
  }
}
