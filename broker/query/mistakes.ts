import { BrokerError } from '../errors/broker-error.ts'

/** What is wrong with the text of a parameter, and where. */
export interface Mistake {
  /** Index into the text, from 0. */
  readonly at: number
  readonly message: string
}

/** Enough to put right at once. */
export const mostMistakes = 20

/** The problem that `mistakes` (at least one) of a parameter make; its details say `parameter:column`, the first column being 1. */
export function parameterProblem(parameter: string, mistakes: readonly Mistake[]): BrokerError {
  const details = mistakes
    .slice(0, mostMistakes)
    .map(({ at, message }) => ({ at: `${parameter}:${at + 1}`, message: message.slice(0, 500) }))
  const text = details.map(({ at, message }) => `${at}: ${message}`).join(' ')
  return new BrokerError('request-invalid', text.slice(0, 1_000), { details })
}
