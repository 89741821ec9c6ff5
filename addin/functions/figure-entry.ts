// A question of cells, and what they show.
import type { FigureAnswer, FigureBody, FigureProblem, FigureQuestion } from '../../broker/http/contract.ts'
import { ClientError } from '../../client/client-error.ts'
import { isSignedOut } from '../messages.ts'

/** Why there is no figure: the broker says so of this question, or could not be asked. */
export type FigureFailure = FigureProblem | { readonly code: AskingFailure }

type AskingFailure = 'signed-out' | 'session-held' | 'user-inactive' | 'unreachable' | 'failed'

/** What a cell shows. */
export type Shown = { readonly figure: FigureBody } | { readonly failure: FigureFailure }

/** A question that cells show the answer of, or showed. */
export interface FigureEntry {
  readonly question: FigureQuestion
  /** What each was told last, as text. */
  readonly watchers: Map<(shown: Shown) => void, string | undefined>
  shown: Shown | undefined
  /** Of the answer; undefined when it is of no revision. */
  tag: string | undefined
  /** It is known that there may be a newer answer. */
  isStale: boolean
}

/** Why the broker could not be asked: who asks may not, it is not there, or something else. */
export function findAskingFailure(error: unknown): AskingFailure {
  if (isSignedOut(error)) return 'signed-out'
  if (!(error instanceof ClientError)) return 'failed'
  if (error.code === 'session-held' || error.code === 'user-inactive') return error.code
  return error.isRetryable ? 'unreachable' : 'failed'
}

/** What the broker takes in one request. */
const mostQuestions = 10_000
const mostDatasets = 50
const mostBytes = 1_900_000

/** As many as one request takes, in the order in which they came. */
export function takeSome(pending: ReadonlySet<FigureEntry>): readonly FigureEntry[] {
  const entries: FigureEntry[] = []
  const datasets = new Set<string>()
  const encoder = new TextEncoder()
  let bytes = 0
  for (const entry of pending) {
    datasets.add(entry.question.dataset)
    bytes += encoder.encode(JSON.stringify(entry.question)).length + 1
    if (entries.length >= mostQuestions || datasets.size > mostDatasets) break
    if (bytes > mostBytes && entries.length > 0) break
    entries.push(entry)
  }
  return entries
}

/** Whether any cell shows any of these. */
export function isWatched(entries: ReadonlySet<FigureEntry>): boolean {
  for (const { watchers } of entries) if (watchers.size > 0) return true
  return false
}

/** Tells those who do not know it what the entry shows. */
export function deliver({ shown, watchers }: FigureEntry): void {
  if (!shown) return
  const text = JSON.stringify(shown)
  for (const [show, last] of watchers) {
    if (last === text) continue
    watchers.set(show, text)
    show(shown)
  }
}

/** Whether the broker wants to be asked again for this one. */
export function isDeferred(answer: FigureAnswer): boolean {
  return 'problem' in answer && answer.problem.code === 'figure-deferred'
}

/** What cells show of an answer. */
export function toShown(answer: Exclude<FigureAnswer, { readonly unchanged: true }>): Shown {
  return 'problem' in answer ? { failure: answer.problem } : { figure: answer }
}

/** Whether the same question may have another answer later, of the same revision. */
export function isTimed({ shown }: FigureEntry): boolean {
  return shown !== undefined && 'figure' in shown && shown.figure.isTimed === true
}
