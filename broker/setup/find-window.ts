import type { PagingDefinition } from '../dataset/paging-definition.ts'
import type { JsonObject } from '../source/json.ts'
import type { PlacedValue } from '../source/request-template.ts'
import { sizeValues } from '../source/source-page.ts'
import type { Sampler } from './sampler.ts'
import type { TableSample } from './table-sample.ts'

export interface FoundWindow {
  readonly window: { from: string; to: string; start: string; cap: number }
  readonly reason: string
  /** What a search over all the time gives first. */
  readonly records: readonly JsonObject[]
}

/** Parameters for the first and the last day, as many APIs call them. */
const pairs = [
  ['from-date', 'to-date'],
  ['from_date', 'to_date'],
  ['fromDate', 'toDate'],
  ['start_date', 'end_date'],
  ['startDate', 'endDate'],
  ['dateFrom', 'dateTo'],
  ['date_from', 'date_to'],
] as const
const longAgo = '1970-01-01'
const usualStart = '2000-01-01'
/** Where a cap is not seen, a small one is assumed: slices that are too small cost calls, a cap that is not known costs rows. */
const usualCap = 1_000

/**
 * Whether the source gives only recent records unless it is asked for others by their dates: then a table without a window would
 * be short and look whole.
 */
export async function findWindow(
  sampler: Sampler,
  sample: TableSample,
  {
    records,
    pointer,
    paging,
    nowMs,
  }: { records: readonly JsonObject[]; pointer: string; paging: PagingDefinition; nowMs: number },
): Promise<FoundWindow | undefined> {
  if (!sample.columns.some(({ type }) => type === 'date' || type === 'datetime')) return undefined
  const tomorrow = new Date(nowMs + 86_400_000).toISOString().slice(0, 10)
  const known = new Set(records.map((record) => JSON.stringify(record)))
  for (const [from, to] of pairs) {
    const values = [
      { place: from, value: longAgo },
      { place: to, value: tomorrow },
    ]
    const wide = await sampler.findRecords([...values, ...sizeValues(paging)], pointer)
    if (!wide || wide.length === 0 || wide.every((record) => known.has(JSON.stringify(record)))) continue
    // No future day holds a record: a source that still gives some does not know these parameters.
    const future = [
      { place: from, value: '2999-01-01' },
      { place: to, value: '2999-01-02' },
    ]
    if ((await sampler.findRecords(future, pointer))?.length !== 0) continue
    const isCapped = await showsCap(sampler, { values, pointer, paging })
    return {
      records: wide,
      window: { from, to, start: usualStart, cap: usualCap },
      reason:
        `asked by ${from} and ${to} the source gives records that it does not give without them. ` +
        (isCapped
          ? 'It gives 1,000 of a search and no more. '
          : 'Whether it has a cap was not seen; a small one is safe. ') +
        'start: the first day that may hold a record',
    }
  }
  return undefined
}

async function showsCap(
  sampler: Sampler,
  { values, pointer, paging }: { values: readonly PlacedValue[]; pointer: string; paging: PagingDefinition },
): Promise<boolean> {
  if (paging.type !== 'page-number' || paging.size === undefined || usualCap % paging.size !== 0) return false
  const { parameter, sizeParameter, size, first } = paging
  if (sizeParameter === undefined) return false
  const page = (number: number): Promise<readonly JsonObject[] | undefined> =>
    sampler.findRecords(
      [...values, { place: sizeParameter, value: size }, { place: parameter, value: number + first }],
      pointer,
    )
  const last = await page(usualCap / size - 1)
  return last?.length === size && (await page(usualCap / size))?.length === 0
}
