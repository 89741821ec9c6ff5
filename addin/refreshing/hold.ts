// Which failures pass by themselves, and when a task may go on after one.
import { ClientError } from '../../client/client-error.ts'
import { WorkbookError } from '../workbook-error.ts'

/**
 * What a task waits for before it tries again by itself:
 * - `cell-edit`: the end of the user's typing in a cell
 * - `reachable`: the network, or the broker
 * - `busy`, `limited`: an instant
 */
export type Hold =
  | { readonly kind: 'cell-edit' }
  | { readonly kind: 'reachable' }
  | { readonly kind: 'busy' | 'limited'; readonly untilMs: number }

const busyDelaysMs = [3_000, 10_000, 30_000]
const brokerDelaysMs = [5_000, 20_000, 60_000]
const limitedDelayMs = 60_000
const mostLimitedHolds = 5

/** States of the broker that pass when it is started again. */
const restartCodes: ReadonlySet<string> = new Set(['pull-abandoned', 'egress-missing', 'store-unavailable'])

/**
 * What to wait for after this error; undefined when only the user can help, or waiting has not helped.
 *
 * @param earlier how often the task was held before for the same kind of reason
 */
export function holdAfter(error: unknown, earlier: number, nowMs: number): Hold | undefined {
  if (error instanceof WorkbookError) {
    if (error.kind === 'cell-edit') return { kind: 'cell-edit' }
    return error.kind === 'busy' ? busyUntil(nowMs, busyDelaysMs[earlier]) : undefined
  }
  if (!(error instanceof ClientError)) return undefined
  if (isUnreachable(error)) return { kind: 'reachable' }
  if (restartCodes.has(error.code)) return busyUntil(nowMs, brokerDelaysMs[earlier])
  if (error.code !== 'rate-limited' || earlier >= mostLimitedHolds) return undefined
  return { kind: 'limited', untilMs: nowMs + (error.retryAfterMs ?? limitedDelayMs) }
}

/** Whether the broker did not answer: no network, no broker, or only a proxy in front of one that is being started again. */
export function isUnreachable(error: unknown): boolean {
  if (!(error instanceof ClientError)) return false
  return error.kind === 'offline' || (error.kind === 'protocol' && [502, 503, 504].includes(error.status ?? 0))
}

function busyUntil(nowMs: number, delayMs: number | undefined): Hold | undefined {
  return delayMs === undefined ? undefined : { kind: 'busy', untilMs: nowMs + delayMs }
}
