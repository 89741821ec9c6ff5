import { toInstant } from '../dataset/calendar.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { parseFilter } from './filter/parse-filter.ts'
import { asksForNow } from './filter/syntax-tree.ts'
import type { TableChoice } from './page-request.ts'

/** What a request for rows asks for: a new read, or the next page of one. */
export type RowsQuery =
  | { readonly cursor: string }
  | {
      readonly cursor: undefined
      readonly since: number | null
      /** What `now()` was in the read that changes are counted from. */
      readonly sinceNowMs: number | undefined
      readonly limit: number
      readonly choice: TableChoice
    }

const mostRows = 10_000
const usualRows = 1_000
/** What `columns`, `filter` and `orderby` may have together: cursors carry them, and addresses end at 32 KiB. */
const mostChoiceBytes = 8_192

/**
 * The parameters of a request for rows. A cursor stands alone: it carries the rest. Names of columns are not looked at yet.
 *
 * @throws {BrokerError} `request-invalid` naming the parameter; `revision-unknown` for changes by a filter with `now()` without `sincenow`
 */
export function parseRowsQuery(parameters: ReadonlyMap<string, string>, nowMs: number): RowsQuery {
  const cursor = parameters.get('cursor')
  if (cursor !== undefined) {
    for (const name of parameters.keys())
      if (name !== 'cursor') throw invalid(name, 'A cursor stands alone: it carries the other parameters.')
    return { cursor }
  }
  const choice = parseChoice(parameters, nowMs)
  const since = parameters.has('since') ? parseCount(parameters, 'since', Number.MAX_SAFE_INTEGER) : null
  return {
    cursor,
    since,
    sinceNowMs: parseSinceNow(parameters, { since, choice }),
    limit: parameters.has('limit') ? parseCount(parameters, 'limit', mostRows) : usualRows,
    choice,
  }
}

function parseChoice(parameters: ReadonlyMap<string, string>, nowMs: number): TableChoice {
  const columns = parameters.get('columns')
  const filter = parameters.get('filter')
  const orderBy = parameters.get('orderby')
  // First: it says where a filter is too long.
  const isTimed = filter !== undefined && asksForNow(parseFilter(filter))
  const bytes = [columns, filter, orderBy].reduce((sum, text) => sum + Buffer.byteLength(text ?? '', 'utf8'), 0)
  if (bytes > mostChoiceBytes)
    throw invalid(
      filter === undefined ? 'columns' : 'filter',
      `columns, filter and orderby may have ${mostChoiceBytes} bytes together.`,
    )
  return {
    columns,
    filter,
    orderBy,
    top: parameters.has('top') ? parseCount(parameters, 'top', Number.MAX_SAFE_INTEGER) : undefined,
    nowMs: isTimed ? nowMs : undefined,
  }
}

/**
 * What a filter with `now()` finds changes with the time, so changes need to know when the read was made that they build on.
 *
 * @throws {BrokerError} `revision-unknown` when that is not said
 */
function parseSinceNow(
  parameters: ReadonlyMap<string, string>,
  { since, choice }: { readonly since: number | null; readonly choice: TableChoice },
): number | undefined {
  const text = parameters.get('sincenow')
  const isNeeded = since !== null && choice.nowMs !== undefined
  if (text === undefined) {
    if (!isNeeded) return undefined
    const message = 'Say in `sincenow` what `now` was in the answer that changes are to build on, or leave out `since`.'
    throw new BrokerError('revision-unknown', `What a filter with now() finds changes with the time. ${message}`)
  }
  if (!isNeeded) throw invalid('sincenow', 'It goes with `since` and a filter that has `now()`.')
  const instant = toInstant(text.replace(' ', '+'))
  if (instant === undefined) throw invalid('sincenow', 'Write an instant, as 2021-02-03T04:05:06Z.')
  return Date.parse(instant)
}

function parseCount(parameters: ReadonlyMap<string, string>, name: string, most: number): number {
  const text = parameters.get(name) ?? ''
  const value = Number(text)
  if (!/^[1-9]\d{0,15}$/.test(text) || value > most) throw invalid(name, `Write a whole number from 1 to ${most}.`)
  return value
}

function invalid(name: string, message: string): BrokerError {
  return new BrokerError('request-invalid', `${name}: ${message}`, { details: [{ at: name, message }] })
}
