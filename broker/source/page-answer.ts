// What an answer says, read at the places that the definition names. Whatever is not as it should be ends the pull.
import { describePlace, type AnswerPlace, type RequestDefinition } from '../dataset/request-definition.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { describeKind, findAt, isJsonObject, type JsonObject, type JsonValue } from './json.ts'
import type { SourceAnswer } from './source-client.ts'

/** One page as the source gave it. */
export interface AnsweredPage {
  readonly records: readonly JsonObject[]
  /** Its body is undefined when the source said that there is nothing. */
  readonly answer: SourceAnswer
}

/**
 * Refuses a first page without any content where the definition does not say what it means: an empty table would take away every row,
 * because of an answer that need not mean it.
 *
 * @throws {BrokerError} `source-malformed`
 */
export function refuseNoContent({ body }: Pick<SourceAnswer, 'body'>, { noContent }: RequestDefinition): void {
  if (body !== undefined || noContent === 'empty') return
  throw malformed(
    'The source answered without any content (204) where the first page should be. If it means that there are no records, ' +
      "write `noContent: empty` under the dataset's request in the definition file and apply it.",
  )
}

/** The records at `pointer`; none when the source said that there is nothing. */
export function readRecords(answer: SourceAnswer, pointer: string): readonly JsonObject[] {
  if (answer.body === undefined) return []
  const found = findAt(answer.body, pointer)
  const where = pointer === '' ? 'as the body' : `at ${pointer}`
  if (!Array.isArray(found)) {
    throw malformed(`There is ${describeKind(found)} ${where} where the list of records should be.`)
  }
  const values: readonly JsonValue[] = found
  const records = values.filter(isJsonObject)
  if (records.length < values.length) {
    const stranger = values.find((value) => !isJsonObject(value))
    throw malformed(`The list of records holds ${describeKind(stranger)}; records are objects.`)
  }
  return records
}

/**
 * A stated number of records or pages. Undefined where nothing is to be read, and where the number is missing past the first
 * page: past the end there may be an answer without one.
 */
export function readCount(
  { answer }: AnsweredPage,
  place: AnswerPlace | undefined,
  { isFirst, what }: { readonly isFirst: boolean; readonly what: string },
): number | undefined {
  if (place === undefined || answer.body === undefined) return undefined
  const found = readAt(answer, place)
  const count = typeof found === 'string' && /^\d{1,15}$/.test(found) ? Number(found) : found
  if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 0) return count
  if (isFirst) throw misplaced(found, place, what)
  return undefined
}

const flags = new Map<JsonValue | undefined, boolean>([
  [true, true],
  [false, false],
  [1, true],
  [0, false],
  ['true', true],
  ['false', false],
  ['1', true],
  ['0', false],
])

/** Whether the answer says that there is more; undefined where nothing is to be read. */
export function readHasMore({ answer }: AnsweredPage, place: AnswerPlace | undefined): boolean | undefined {
  if (place === undefined) return undefined
  if (answer.body === undefined) return false
  const found = readAt(answer, place)
  const flag = flags.get(typeof found === 'string' ? found.toLowerCase() : found)
  if (flag === undefined) throw misplaced(found, place, 'true or false')
  return flag
}

/** The next page's cursor or address; undefined when there is none. */
export function readNext({ answer }: AnsweredPage, place: AnswerPlace, what: string): string | number | undefined {
  if (answer.body === undefined) return undefined
  const next = readAt(answer, place)
  if (next === undefined || next === null || next === false || next === '') return undefined
  if (typeof next === 'string' || typeof next === 'number') return next
  throw misplaced(next, place, what)
}

/**
 * The total, of records or pages, that holds from now on.
 *
 * @throws {BrokerError} `source-changed` when it is not what an earlier page said: records may have moved to pages that were
 * read before, or away from those still to come
 */
export function keepTotal(
  before: number | undefined,
  now: number | undefined,
  what: 'records' | 'pages',
): number | undefined {
  if (before === undefined || now === undefined || before === now) return now ?? before
  throw new BrokerError(
    'source-changed',
    `The source said that it has ${before} ${what} and then ${now}: it changed while its pages were read.`,
  )
}

/**
 * Refuses a search that did not bring what the source said it would, unless the source's cap cut it off.
 *
 * @throws {BrokerError} `source-truncated`
 */
export function checkTotal(total: number | undefined, seen: number, cap: number | undefined): void {
  if (total === undefined || seen === total || seen === cap) return
  throw new BrokerError('source-truncated', `The source says that it has ${total} records but gave ${seen}.`)
}

function readAt(answer: SourceAnswer, place: AnswerPlace): JsonValue | undefined {
  if (typeof place === 'string') return answer.body === undefined ? undefined : findAt(answer.body, place)
  return answer.headers[place.header.toLowerCase()]?.trim()
}

function misplaced(found: JsonValue | undefined, place: AnswerPlace, what: string): BrokerError {
  return malformed(`There is ${describeKind(found)} at ${describePlace(place)} where ${what} should be.`)
}

function malformed(message: string): BrokerError {
  return new BrokerError('source-malformed', message)
}
