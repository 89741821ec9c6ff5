// Whether a pull reads everything or only what has changed, and what it then asks the source for.
import type { DatasetDefinition } from '../dataset/definition.ts'
import type { IncrementalDefinition } from '../dataset/reading-definition.ts'
import type { RequestDefinition, RequestPlace } from '../dataset/request-definition.ts'
import { nextRunAfter } from '../dataset/schedule.ts'
import type { DatasetRecord } from '../store/records.ts'

/** How a dataset was read so far. */
export type ReadingState = Pick<DatasetRecord, 'readFromMs' | 'fullReadAtMs'>

const secondMs = 1_000
const hourMs = 3_600_000
const dayMs = 86_400_000
const defaultOverlapMs = 600 * secondMs
/** A day that a source writes without a zone may be that of UTC-12. */
const mostBehindUtcMs = 12 * hourMs

/**
 * The moment from which on changes are to be asked for, or undefined when everything must be read: nothing is known yet, a full pull
 * is due, or the machine's clock was set back, so that the moment means nothing.
 */
export function planReading(definition: DatasetDefinition, state: ReadingState, nowMs: number): number | undefined {
  const { incremental } = definition
  const { readFromMs, fullReadAtMs } = state
  if (!incremental || readFromMs === 0 || fullReadAtMs === 0) return undefined
  if (nowMs < readFromMs || nowMs < fullReadAtMs || isFullDue(incremental.full, fullReadAtMs, nowMs)) return undefined
  return Math.max(0, readFromMs - overlapMsOf(incremental))
}

function isFullDue(full: IncrementalDefinition['full'], lastMs: number, nowMs: number): boolean {
  if ('everyHours' in full) return nowMs - lastMs >= full.everyHours * hourMs
  return (nextRunAfter(full, lastMs) ?? Infinity) <= nowMs
}

function overlapMsOf({ overlapSeconds, overlapDays }: IncrementalDefinition): number {
  if (overlapSeconds === undefined && overlapDays === undefined) return defaultOverlapMs
  return (overlapSeconds ?? 0) * secondMs + (overlapDays ?? 0) * dayMs
}

/** The dataset narrowed to what has changed since `sinceMs`: the window begins there, or the request says so. */
export function narrowToChanges(definition: DatasetDefinition, sinceMs: number): DatasetDefinition {
  const { incremental, window } = definition
  if (!incremental) return definition
  const request = { ...definition.request, query: { ...definition.request.query, ...incremental.query } }
  if (window) {
    const start = writeDay(window.format === 'date' ? sinceMs - mostBehindUtcMs : sinceMs)
    return { ...definition, request, window: { ...window, start } }
  }
  const { since, value } = incremental
  if (since === undefined) return { ...definition, request }
  const text = value.replaceAll('{since}', writeMoment(incremental, sinceMs))
  return { ...definition, request: withValue(request, since, text) }
}

function withValue(request: RequestDefinition, place: RequestPlace, value: string): RequestDefinition {
  if (typeof place === 'string') return { ...request, query: { ...request.query, [place]: value } }
  if ('header' in place) return { ...request, headers: { ...request.headers, [place.header]: value } }
  const path = place.body.slice(1).split('/')
  const names = path.map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
  return { ...request, body: withMember(request.body ?? {}, names, value) }
}

type Members = NonNullable<RequestDefinition['body']>

/** A copy of `members` in which the member at `path` is `value`; objects on the way are made where they are missing. */
function withMember(members: Members, [name = '', ...rest]: readonly string[], value: string): Members {
  if (rest.length === 0) return { ...members, [name]: value }
  const inner = Object.hasOwn(members, name) ? members[name] : undefined
  const isObject = typeof inner === 'object' && inner !== null && !Array.isArray(inner)
  return { ...members, [name]: withMember(isObject ? inner : {}, rest, value) }
}

/** Rounded down: a moment too early costs a few records read again, one too late loses some. */
function writeMoment({ format }: IncrementalDefinition, sinceMs: number): string {
  switch (format) {
    case 'datetime':
      return `${new Date(sinceMs).toISOString().slice(0, 19)}Z`
    case 'date':
      return writeDay(sinceMs - mostBehindUtcMs)
    case 'epoch-seconds':
      return String(Math.floor(sinceMs / secondMs))
    case 'epoch-milliseconds':
      return String(Math.floor(sinceMs))
  }
}

function writeDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

/**
 * The moment from which on the next pull must ask: when this one began, or the newest change that it saw if that is earlier. The first is
 * by our clock, the second by the source's, and whichever is behind counts.
 */
export function pointAfter(
  { startedAtMs, latestChangeMs }: { readonly startedAtMs: number; readonly latestChangeMs: number | undefined },
  incremental: IncrementalDefinition | undefined,
  before: { readonly isFull: boolean; readonly readFromMs: number },
): number {
  if (incremental?.updatedColumn === undefined) return startedAtMs
  if (latestChangeMs !== undefined) return Math.max(1, Math.min(startedAtMs, latestChangeMs))
  // No change was seen, so the newest one is where it was; in a whole table without any, the source's clock is not known.
  return before.isFull ? 0 : before.readFromMs
}
