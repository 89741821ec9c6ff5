// What is said when signing in does not work.
import { ClientError } from '../client/client-error.ts'
import { texts } from './language.ts'
import { explain } from './messages.ts'
import type { Notice } from './notice.ts'
import { SignInFailure } from './sign-in-failure.ts'

/** A failed sign-in in plain words. */
export function explainSignIn(error: unknown): Notice {
  if (error instanceof SignInFailure) {
    const text = findProblem(error.problem) ?? texts.signIn.faults[error.fault]
    return { intent: error.fault === 'cancelled' ? 'info' : 'warning', text }
  }
  const known = error instanceof ClientError ? findProblem(error.code) : undefined
  return known === undefined ? explain(error) : { intent: 'warning', text: known }
}

/** Why one way did not work, and that another one is tried. */
export function describeNextWay(why: unknown): Notice {
  return { intent: 'info', text: texts.signIn.tryingNext(explainSignIn(why).text) }
}

/** What a problem of the broker's means for somebody who signs in; undefined when there are no words for it here. */
export function findProblem(code: string | undefined): string | undefined {
  const known: Readonly<Record<string, string>> = texts.signIn.problems
  return code !== undefined && Object.hasOwn(known, code) ? known[code] : undefined
}
