// The first rows of a choice as the broker has them now, and which of the choice's conditions it does not understand.
import type { CellBody, ColumnBody, ColumnType } from '../../broker/http/contract.ts'
import type { BrokerClient } from '../../client/broker-client.ts'
import { quoteName, quoteText } from '../../client/choice.ts'
import { ClientError } from '../../client/client-error.ts'
import { printFilter, type FilterContext } from '../filter-text.ts'
import type { Condition } from '../table-choice.ts'

/** Rows of a sample. */
export const sampleRows = 5
/** Of so many rows the values are looked at for suggestions. */
const rowsForValues = 500
const mostValues = 30

export interface SampleQuestion {
  readonly dataset: string
  /** undefined for all. */
  readonly columns: readonly string[] | undefined
  readonly conditions: readonly { readonly id: number; readonly condition: Condition }[]
  readonly orderBy: readonly { readonly column: string; readonly isDescending: boolean }[]
}

export interface SampleAnswer {
  readonly columns: readonly ColumnBody[]
  readonly rows: readonly (readonly CellBody[])[]
  /** How many rows the conditions find. */
  readonly found: number
  readonly pulledAt: string
}

/** A condition that could not be used; `cause` says why. */
export class ConditionError extends Error {
  /** The draft's line; undefined when nobody can tell. */
  readonly id: number | undefined

  constructor(id: number | undefined, cause: unknown) {
    super('A condition cannot be used.', { cause })
    this.name = 'ConditionError'
    this.id = id
  }
}

/**
 * The first rows and the number of all that the conditions find, from one request.
 *
 * @throws {ConditionError} when a condition is the reason; else what the client throws
 */
export async function readSample(
  client: BrokerClient,
  question: SampleQuestion,
  context: FilterContext,
  signal: AbortSignal,
): Promise<SampleAnswer> {
  const filter = writeFilter(question.conditions, context)
  const { dataset, columns, orderBy } = question
  const choice = {
    ...(columns === undefined ? {} : { columns }),
    ...(filter.text === undefined ? {} : { filter: filter.text }),
    ...(orderBy.length === 0 ? {} : { orderBy }),
  }
  try {
    for await (const { body } of client.readRows(dataset, { ...choice, limit: sampleRows, signal })) {
      return { columns: body.columns, rows: body.rows, found: body.totalRows, pulledAt: body.pulledAt }
    }
  } catch (error) {
    throw explainRefusal(error, filter)
  }
  throw new ClientError('protocol', 'The broker sent no page.')
}

/** Values that the column has, the most frequent of its first rows first; those that have `typed` in them, for texts. */
export async function readValues(
  client: BrokerClient,
  { dataset, column, type, typed }: { dataset: string; column: string; type: ColumnType; typed: string },
  signal: AbortSignal,
): Promise<readonly (string | number | boolean)[]> {
  const isSought = type === 'text' && typed.trim() !== ''
  const filter = isSought
    ? `contains(tolower(${quoteName(column)}),tolower(${quoteText(typed.trim())}))`
    : `not (${quoteName(column)} eq null)`
  const counts = new Map<string | number | boolean, number>()
  for await (const { body } of client.readRows(dataset, { columns: [column], filter, limit: rowsForValues, signal })) {
    const place = body.columns.findIndex(({ name }) => name === column)
    for (const row of body.rows) {
      const cell = row[place] ?? null
      if (cell !== null && cell !== '') counts.set(cell, (counts.get(cell) ?? 0) + 1)
    }
    break
  }
  const frequent = [...counts].sort(([, one], [, other]) => other - one)
  return frequent.slice(0, mostValues).map(([value]) => value)
}

interface WrittenFilter {
  readonly text: string | undefined
  /** Where each condition's part of the text begins, in order. */
  readonly parts: readonly { readonly id: number; readonly from: number }[]
}

function writeFilter(conditions: SampleQuestion['conditions'], context: FilterContext): WrittenFilter {
  const parts: { id: number; from: number }[] = []
  const texts: string[] = []
  let length = 0
  for (const { id, condition } of conditions) {
    const text = writePart(id, condition, context)
    if (text === undefined) continue
    parts.push({ id, from: length })
    texts.push(text)
    length += text.length + joint.length
  }
  return { text: texts.length === 0 ? undefined : texts.join(joint), parts }
}

const joint = ' and '

function writePart(id: number, condition: Condition, context: FilterContext): string | undefined {
  try {
    return printFilter([condition], context)
  } catch (error) {
    throw new ConditionError(id, error)
  }
}

/** Which condition the broker means by `filter:12`. */
function explainRefusal(error: unknown, { parts }: WrittenFilter): unknown {
  if (!(error instanceof ClientError) || error.code !== 'request-invalid') return error
  const place = error.problem?.errors?.map(({ at }) => /^filter(?::(\d+))?$/.exec(at)).find((match) => match !== null)
  if (!place) return error
  const at = Number(place[1] ?? 0) - 1
  return new ConditionError(at < 0 ? undefined : parts.findLast(({ from }) => from <= at)?.id, error)
}
