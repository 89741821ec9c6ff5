import { BrokerError } from '../errors/broker-error.ts'
import type { Random } from '../kernel/random.ts'
import { backoffMs, type Setback } from './retry.ts'
import type { TokenRefusal } from './token-answer.ts'
import type { Hold } from './token-state.ts'

const firstRefusalMs = 60_000
const longestRefusalMs = 900_000
/** A `Retry-After` of years is a mistake, and would end the source for good. */
const longestPauseMs = 3_600_000

export interface HoldDraft {
  readonly outcome: TokenRefusal | Setback
  /** Names the secrets that were tried. */
  readonly secrets: string
  readonly source: string
  readonly random: Random
}

/**
 * How long nobody asks again after an exchange that brought no token. A refusal holds for one minute, twice as long each time
 * up to fifteen; wrong credentials that are sent again and again lock clients out. A setback holds as long as the endpoint
 * asks for, an hour at most, or half a second and growing.
 */
export function holdAfter(draft: HoldDraft, before: Hold | undefined, nowMs: number): Hold {
  const { outcome, secrets, source, random } = draft
  const kind = outcome.kind === 'refusal' ? 'refusal' : 'pause'
  const times = before?.kind === kind ? before.times + 1 : 1
  const { code, message } = outcome.error
  if (outcome.kind === 'setback') {
    const forMs = Math.max(Math.min(outcome.retryAfterMs ?? 0, longestPauseMs), backoffMs(times, random))
    const { isLimit } = outcome
    return { kind, sinceMs: nowMs, untilMs: nowMs + forMs, times, code, message, isLimit, secrets }
  }
  const forMs = Math.min(longestRefusalMs, firstRefusalMs * 2 ** Math.min(times - 1, 10))
  const cure =
    code === 'source-credentials'
      ? `or until another secret is set: npx sheetbroker secret set ${source}`
      : 'or until the definition is changed'
  const text = `${message} The token endpoint is not asked again for ${forMs / 60_000} min, ${cure}.`
  return { kind, sinceMs: nowMs, untilMs: nowMs + forMs, times, code, message: text, isLimit: false, secrets }
}

/** A hold as the callers know setbacks; its error says why there is no token. */
export function setbackOf({ code, message, isLimit, sinceMs, untilMs }: Hold): Setback {
  const retryAfterMs = untilMs - sinceMs
  return { kind: 'setback', error: new BrokerError(code, message, { retryAfterMs }), isLimit, retryAfterMs }
}
