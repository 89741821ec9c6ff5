import { BrokerError } from '../errors/broker-error.ts'

/** What a request for rows asks for: a new read, or the next page of one. */
export type RowsQuery =
  { readonly cursor: string } | { readonly cursor: undefined; readonly since: number | null; readonly limit: number }

const mostRows = 10_000
const usualRows = 1_000

/**
 * The parameters of a request for rows. A cursor stands alone: it carries the rest.
 *
 * @throws {BrokerError} `request-invalid` naming the parameter
 */
export function parseRowsQuery(parameters: ReadonlyMap<string, string>): RowsQuery {
  const cursor = parameters.get('cursor')
  if (cursor === undefined)
    return {
      cursor,
      since: parameters.has('since') ? parseCount(parameters, 'since', Number.MAX_SAFE_INTEGER) : null,
      limit: parameters.has('limit') ? parseCount(parameters, 'limit', mostRows) : usualRows,
    }
  for (const name of ['limit', 'since'])
    if (parameters.has(name)) throw invalid(name, 'A cursor stands alone: it carries limit and since.')
  return { cursor }
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
