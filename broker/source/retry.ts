import type { BrokerError } from '../errors/broker-error.ts'
import type { Random } from '../kernel/random.ts'

/** A failed try after which another one may succeed. */
export interface Setback {
  readonly kind: 'setback'
  readonly error: BrokerError
  /** True when the other side asks for fewer calls (429, or 503 with a time), false when it failed. */
  readonly isLimit: boolean
  /** How long the other side asks us to wait. */
  readonly retryAfterMs: number | undefined
}

const firstBackoffMs = 500
const longestBackoffMs = 30_000
const maxFailures = 4
const longestMs = 600_000

/** How long to wait after the `failure`th failure in a row (from 1): doubling from 0.5 s to 30 s, less up to half by chance. */
export function backoffMs(failure: number, random: Random): number {
  const fullMs = Math.min(longestBackoffMs, firstBackoffMs * 2 ** Math.min(failure - 1, 10))
  return Math.ceil(fullMs * (1 - random.fraction() / 2))
}

/**
 * How long one caller bears setbacks: four failures, and ten minutes of waiting in all.
 * A caller that went through more learns the last error.
 */
export class Patience {
  #failures = 0
  #limits = 0
  #waitedMs = 0

  /** How long to wait before the next try. @throws the setback's error when patience is at its end. */
  waitAfter(setback: Setback, random: Random): number {
    const times = setback.isLimit ? ++this.#limits : ++this.#failures
    // `Retry-After: 0` on every answer must not become a busy loop, hence the backoff even then.
    const waitMs = Math.max(setback.retryAfterMs ?? 0, backoffMs(times, random))
    this.#waitedMs += waitMs
    if (this.#failures >= maxFailures || this.#waitedMs > longestMs) throw setback.error
    return waitMs
  }
}

/**
 * The wait that a `Retry-After` header asks for, in milliseconds; undefined when there is none that can be understood.
 * A date is read against the answer's own `Date`, so that a wrong clock on either side does no harm.
 *
 * @see RFC 9110 section 10.2.3
 */
export function parseRetryAfter(
  headers: Readonly<Record<string, string | undefined>>,
  nowMs: number,
): number | undefined {
  const text = headers['retry-after']?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const atMs = parseHttpDate(text)
  if (atMs === undefined) return undefined
  // Both dates are cut to whole seconds.
  return Math.max(0, atMs - (parseHttpDate(headers['date'] ?? '') ?? nowMs)) + 1000
}

function parseHttpDate(text: string): number | undefined {
  const atMs = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(atMs) ? undefined : atMs
}
