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
      readonly limit: number
      readonly choice: TableChoice
    }

const mostRows = 10_000
const usualRows = 1_000
/** What `columns`, `filter` and `orderby` may have together: cursors carry them, and addresses end at 16 KiB. */
const mostChoiceBytes = 8_192

/**
 * The parameters of a request for rows. A cursor stands alone: it carries the rest. Names of columns are not looked at yet.
 *
 * @throws {BrokerError} `request-invalid` naming the parameter; `revision-unknown` for changes by a filter that asks for the time
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
  if (since !== null) refuseChanges(choice)
  return {
    cursor,
    since,
    limit: parameters.has('limit') ? parseCount(parameters, 'limit', mostRows) : usualRows,
    choice,
  }
}

function parseChoice(parameters: ReadonlyMap<string, string>, nowMs: number): TableChoice {
  const columns = parameters.get('columns')
  const filter = parameters.get('filter')
  const orderBy = parameters.get('orderby')
  const bytes = [columns, filter, orderBy].reduce((sum, text) => sum + Buffer.byteLength(text ?? '', 'utf8'), 0)
  if (bytes > mostChoiceBytes)
    throw invalid(
      filter === undefined ? 'columns' : 'filter',
      `columns, filter and orderby may have ${mostChoiceBytes} bytes together.`,
    )
  const isTimed = filter !== undefined && asksForNow(parseFilter(filter))
  return {
    columns,
    filter,
    orderBy,
    top: parameters.has('top') ? parseCount(parameters, 'top', Number.MAX_SAFE_INTEGER) : undefined,
    nowMs: isTimed ? nowMs : undefined,
  }
}

/** Refuses choices whose rows can come and go, or move, without having changed. */
function refuseChanges({ orderBy, top, nowMs }: TableChoice): void {
  if (orderBy !== undefined) throw invalid('since', 'Changes have no order. Leave out `orderby`, or `since`.')
  if (top !== undefined)
    throw invalid(
      'since',
      'A row that changes can move others into the first rows, or out. Leave out `top`, or `since`.',
    )
  if (nowMs !== undefined)
    throw new BrokerError(
      'revision-unknown',
      'What a filter with now() finds changes with the time. Read everything it finds: leave out `since`.',
    )
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
