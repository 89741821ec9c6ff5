import type { WindowDefinition } from '../dataset/paging-definition.ts'
import { BrokerError } from '../errors/broker-error.ts'
import type { PlacedValue } from './request-template.ts'

/** A stretch of time in units (days or seconds since 1970, UTC): from `first` up to and not including `end`. */
export interface Slice {
  readonly first: number
  readonly end: number
}

const dayMs = 86_400_000
const unitMsOf = { date: dayMs, datetime: 1_000 } as const

/**
 * The whole stretch that a window covers. `today` is the day after today in UTC: somewhere it has begun.
 *
 * @throws {BrokerError} `definition-invalid` when the window ends before it starts
 */
export function wholeSlice(window: WindowDefinition, nowMs: number): Slice {
  const startMs = Date.parse(window.start)
  const lastDayMs = window.end === 'today' ? Math.floor(nowMs / dayMs) * dayMs + dayMs : Date.parse(window.end)
  if (lastDayMs < startMs) {
    throw new BrokerError('definition-invalid', `The window ends before it starts (${window.start}).`)
  }
  const unitMs = unitMsOf[window.format]
  return { first: startMs / unitMs, end: (lastDayMs + dayMs) / unitMs }
}

/**
 * What asks for a slice. Where the source takes `to` as included, days end with the last one inside. Instants
 * have no last one inside (a record may lie between two seconds), so there the slice's end is asked for as well.
 */
export function edgeValues(window: WindowDefinition, slice: Slice): readonly PlacedValue[] {
  const to = window.format === 'date' && window.toIs === 'inclusive' ? slice.end - 1 : slice.end
  return [
    { place: window.from, value: writeEdge(window, slice.first) },
    { place: window.to, value: writeEdge(window, to) },
  ]
}

/** Whether a record exactly at a slice's end is given for this slice and again for the next one. */
export function sharesEdges(window: WindowDefinition): boolean {
  return window.format === 'datetime' && window.toIs === 'inclusive'
}

/** A unit as the source reads it: `2026-01-31` or `2026-01-31T00:00:00Z`. */
export function writeEdge(window: WindowDefinition, unit: number): string {
  const text = new Date(unit * unitMsOf[window.format]).toISOString()
  return window.format === 'date' ? text.slice(0, 10) : `${text.slice(0, 19)}Z`
}

/** The stretch of time that a slice covers, in epoch milliseconds. */
export function instantsOf(window: WindowDefinition, slice: Slice): { readonly fromMs: number; readonly toMs: number } {
  const unitMs = unitMsOf[window.format]
  return { fromMs: slice.first * unitMs, toMs: slice.end * unitMs }
}

/** The unit that an instant lies in. */
export function unitOf(window: WindowDefinition, instantMs: number): number {
  return Math.floor(instantMs / unitMsOf[window.format])
}
