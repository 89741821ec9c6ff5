// What a worksheet function's cell says where it has no figure.
import type { FigureProblem } from '../../broker/http/contract.ts'
import { texts } from '../language.ts'
import type { FigureFailure } from './figure-entry.ts'
import type { ArgumentMistake } from './question.ts'

/** An error of Excel's, and what it says to those who point at it. */
export interface CellError {
  /** `#N/A` where the question is right but has no answer (now), `#VALUE!` where it is wrong. */
  readonly kind: 'not-available' | 'invalid-value'
  readonly text: string
}

/** Why arguments make no question. */
export function describeMistake(mistake: ArgumentMistake): CellError {
  return { kind: 'invalid-value', text: texts.functions.mistakes[mistake] }
}

/** Why there is no figure. */
export function describeFailure(failure: FigureFailure): CellError {
  const say = texts.functions
  if (!('detail' in failure)) {
    const { code } = failure
    const own = { 'signed-out': say.signedOut, unreachable: say.unreachable, failed: say.failed }
    return { kind: 'not-available', text: { ...texts.errors.client, ...own }[code] }
  }
  if (failure.code === 'request-invalid') return { kind: 'invalid-value', text: describeInvalid(failure) }
  if (failure.code === 'dataset-unknown') return { kind: 'invalid-value', text: say.datasetUnknown }
  const known: Readonly<Record<string, string>> = { 'row-unknown': say.rowUnknown, 'dataset-empty': say.datasetEmpty }
  return { kind: 'not-available', text: known[failure.code] ?? failure.detail }
}

/** What is wrong, in the user's language where it is plain from the place; and then the broker's own words, which say more. */
function describeInvalid({ detail, errors = [] }: FigureProblem): string {
  const say = texts.functions
  const { at = '', message = detail } = errors[0] ?? {}
  const column = /^filter:(?<column>\d+)$/.exec(at)?.groups?.['column']
  if (column !== undefined) return say.wrongFilter(Number(column), message)
  if (at === '/key') return say.wrongKey(message)
  if (/^\/where\/\d+\/value$/.test(at)) return say.wrongValue(message)
  return at.endsWith('/column') ? say.wrongColumn(message) : message
}
