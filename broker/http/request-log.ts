import type { NextFunction, Request, Response } from 'express'
import type { Clock } from '../kernel/clock.ts'
import { makeId } from '../kernel/id.ts'
import type { Log } from '../kernel/log.ts'
import type { Random } from '../kernel/random.ts'
import { contextOf, RequestContext, setContext } from './request-context.ts'

/** The first middleware: numbers every request, and logs one line when its answer has ended. Never an address or a query. */
export function createRequestLog(deps: { readonly clock: Clock; readonly random: Random; readonly log: Log }) {
  const { clock, random, log } = deps
  return (request: Request, response: Response, next: NextFunction): void => {
    setContext(response, new RequestContext(makeId(random), clock.monotonicMs()))
    response.setHeader('X-Request-Id', contextOf(response).id)
    response.once('close', () => {
      const { id, startedAtMs, userId, route } = contextOf(response)
      const ms = Math.round(clock.monotonicMs() - startedAtMs)
      const { method } = request
      const status = response.statusCode
      const cutOff = response.writableFinished ? {} : { isCutOff: true }
      log.info('request', { requestId: id, userId, method, route: route ?? 'none', status, ms, ...cutOff })
    })
    next()
  }
}
