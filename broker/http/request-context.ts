import type { Response } from 'express'

/** What is known of a request while it is answered: for the log, and for the problem document. */
export class RequestContext {
  readonly id: string
  readonly startedAtMs: number
  /** The route's pattern, once one was found; never the address itself, which holds names. */
  route: string | undefined
  userId: string | undefined

  constructor(id: string, startedAtMs: number) {
    this.id = id
    this.startedAtMs = startedAtMs
  }
}

/** Gives a response its context. */
export function setContext(response: Response, context: RequestContext): void {
  response.locals['context'] = context
}

/** The context of a response; the first middleware made it. */
export function contextOf(response: Response): RequestContext {
  const context: unknown = response.locals['context']
  if (!(context instanceof RequestContext)) throw new TypeError('The response has no context yet.')
  return context
}
