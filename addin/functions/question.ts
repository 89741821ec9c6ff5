// What the arguments of a worksheet function ask the broker.
import type { CellBody, FigureQuestion, MatchBody } from '../../broker/http/contract.ts'
import type { FunctionName } from './definitions.ts'

/** Why arguments make no question. */
export type ArgumentMistake = 'no-dataset' | 'no-column' | 'no-key' | 'no-search-value' | 'no-filter' | 'too-many-cells'

export type ReadArguments = { readonly question: FigureQuestion } | { readonly mistake: ArgumentMistake }

/** A range of more is a slip, such as a whole column where one cell was meant. */
const mostCells = 1_000

/** Reads the arguments that Excel hands over, without the invocation that comes last. */
export function readArguments(name: FunctionName, given: readonly unknown[]): ReadArguments {
  const [first, ...rest] = given
  const dataset = toName(first)
  if (dataset === undefined) return { mistake: 'no-dataset' }
  if (countCells(rest) > mostCells) return { mistake: 'too-many-cells' }
  switch (name) {
    case 'VALUE':
      return readValue(dataset, rest)
    case 'COUNT':
      return readCriteria(flatten(rest), (criteria) => ({ kind: 'count', dataset, ...criteria }))
    case 'SUM':
      return readSum(dataset, rest)
    case 'LOOKUP':
      return readLookup(dataset, rest)
    case 'REFRESHED':
      return { question: { kind: 'refreshed', dataset } }
  }
}

/** The column is last; whatever stands before it is the key. */
function readValue(dataset: string, rest: readonly unknown[]): ReadArguments {
  const cells = flatten(rest)
  const column = toName(cells.at(-1))
  const key = cells.slice(0, -1)
  if (column === undefined) return { mistake: 'no-column' }
  if (key.length === 0 || key.every((part) => part === null || part === '')) return { mistake: 'no-key' }
  return { question: { kind: 'value', dataset, key, column } }
}

function readSum(dataset: string, [first, ...rest]: readonly unknown[]): ReadArguments {
  const column = toName(first)
  if (column === undefined) return { mistake: 'no-column' }
  return readCriteria(flatten(rest), (criteria) => ({ kind: 'sum', dataset, column, ...criteria }))
}

function readLookup(dataset: string, rest: readonly unknown[]): ReadArguments {
  const [search, value = null, result] = flatten(rest)
  const searchColumn = toName(search)
  const column = toName(result)
  if (searchColumn === undefined || column === undefined) return { mistake: 'no-column' }
  if (value === null || value === '') return { mistake: 'no-search-value' }
  return { question: { kind: 'lookup', dataset, column, where: [{ column: searchColumn, value }] } }
}

interface Criteria {
  readonly where?: readonly MatchBody[]
  readonly filter?: string
}

/** Pairs of a column and a value; one that is left over at the end is a filter. Values never become part of a filter's text. */
function readCriteria(cells: readonly CellBody[], toQuestion: (criteria: Criteria) => FigureQuestion): ReadArguments {
  const where: MatchBody[] = []
  for (let place = 0; place + 1 < cells.length; place += 2) {
    const column = toName(cells[place])
    if (column === undefined) return { mistake: 'no-column' }
    where.push({ column, value: cells[place + 1] ?? null })
  }
  const isOdd = cells.length % 2 === 1
  const filter = isOdd ? toName(cells.at(-1)) : undefined
  if (isOdd && filter === undefined) return { mistake: 'no-filter' }
  return { question: toQuestion({ ...(where.length > 0 && { where }), ...(filter !== undefined && { filter }) }) }
}

/** Ranges are lists of rows, all of one length. */
function countCells(given: readonly unknown[]): number {
  return given.reduce<number>((sum, each) => sum + (Array.isArray(each) ? each.length * countCells([each[0]]) : 1), 0)
}

/** The cells of arguments and ranges, in order. Nothing is null. */
function flatten(given: readonly unknown[]): readonly CellBody[] {
  return given.flat(Infinity as 3).map(toCell)
}

function toCell(value: unknown): CellBody {
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  // A number with a format, as cells with dates may come.
  if (typeof value === 'object' && value !== null && 'basicValue' in value) return toCell(value.basicValue)
  return null
}

function toName(value: unknown): string | undefined {
  const cell = Array.isArray(value) ? flatten(value)[0] : toCell(value)
  return typeof cell === 'string' && cell.trim() !== '' ? cell.trim() : undefined
}
