import type { SourceDefinition } from '../dataset/source-definition.ts'
import { BrokerError } from '../errors/broker-error.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import { freeBuffer } from '../kernel/free-buffer.ts'
import type { Random } from '../kernel/random.ts'
import { CallBudget, type BudgetedCall } from './call-budget.ts'
import type { HttpAnswer } from './http-caller.ts'
import { findDetail } from './error-detail.ts'
import { findAt, parseJson, type JsonValue } from './json.ts'
import { parseRetryAfter, Patience, type Setback } from './retry.ts'
import type { HeldToken, SourceAccess } from './source-access.ts'
import { refusedFreshToken } from './token-keeper.ts'
import { quoteDetail } from './upstream-text.ts'

export interface SourceCall {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  /** Names the budget: calls of one dataset's request share it, whatever their query. */
  readonly endpoint: string
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  /** Where a successful answer tells of errors all the same. */
  readonly errors: string | undefined
  /** Whether 404 means that there is nothing more, instead of a mistake. */
  readonly endsWith404: boolean
  /** Whether somebody waits for it: such calls go before others where calls are short. */
  readonly isUrgent: boolean
}

export interface SourceAnswer {
  /** Undefined when the source says that there is nothing: 204, or 404 where the call allows it. */
  readonly body: JsonValue | undefined
  readonly headers: HttpAnswer['headers']
  /** How large it was, unpacked. */
  readonly bytes?: number
}

interface Endpoint {
  readonly budget: CallBudget
  /** The newest generation of tokens that this endpoint took. */
  workingGeneration: number
  /** It has just refused a new token too: until then its 401s cost no further ones. */
  hopelessUntilMs: number
}

type Attempt =
  | { readonly kind: 'answer'; readonly answer: SourceAnswer }
  | { readonly kind: 'unauthorized'; readonly token: HeldToken }
  /** The same request is wanted again, with a proof as the answer asks for. */
  | { readonly kind: 'again'; readonly token: HeldToken }
  | Setback

/**
 * Decoded. Below the 64 MB that a hostile answer may make the process grow by, and room for 100,000 records in one answer.
 */
const maxAnswerBytes = 50_331_648
/** An endpoint that refuses new tokens lacks a scope, most likely; asking every few minutes is enough to notice that it got one. */
const hopelessMs = 300_000
const detailPointers = ['/detail', '/error_description', '/error/message', '/message', '/title', '/Message', '/error']

export interface SourceClientDeps {
  readonly name: string
  readonly limits: SourceDefinition['limits']
  readonly tokens: SourceAccess
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** Sends a source's requests: with its token, within its budgets, and again where that can help. */
export class SourceClient {
  readonly #deps: SourceClientDeps
  readonly #endpoints = new Map<string, Endpoint>()
  readonly #total: CallBudget

  constructor(deps: SourceClientDeps) {
    this.#deps = deps
    this.#total = new CallBudget(deps.clock, deps.limits.total ?? {})
  }

  /**
   * The source's answer, whole and parsed. Calls are reads, the POST ones too, so each may be sent again: a 401 leads to one new
   * token and one more try; limits are waited out (ten minutes in all); failures that may pass are tried four times.
   *
   * @throws {BrokerError} any `source-…` code; the token's too
   */
  async ask(call: SourceCall, signal: AbortSignal): Promise<SourceAnswer> {
    const endpoint = this.#endpointOf(call)
    const patience = new Patience()
    let isRetryOn401 = false
    let wasSentAgain = false
    for (;;) {
      const attempt = await this.#attempt(call, endpoint, signal)
      if (attempt.kind === 'answer') return attempt.answer
      if (attempt.kind === 'again' && !wasSentAgain) {
        wasSentAgain = true
        continue
      }
      wasSentAgain = false
      if (attempt.kind === 'again' || attempt.kind === 'unauthorized') {
        const hasWorked = endpoint.workingGeneration === attempt.token.generation
        const nowMs = this.#deps.clock.monotonicMs()
        if (isRetryOn401) endpoint.hopelessUntilMs = nowMs + hopelessMs
        if (isRetryOn401 || (!hasWorked && nowMs < endpoint.hopelessUntilMs)) throw refusedFreshToken()
        await this.#deps.tokens.renewAfter401(attempt.token, hasWorked, signal)
        isRetryOn401 = true
        continue
      }
      isRetryOn401 = false
      const waitMs = patience.waitAfter(attempt, this.#deps.random)
      this.#deps.log.warn('source call is tried again', {
        source: this.#deps.name,
        endpoint: call.endpoint,
        code: attempt.error.code,
        waitMs,
      })
      if (attempt.isLimit) this.#pause(endpoint, waitMs)
      else await this.#deps.clock.wait(waitMs, signal)
    }
  }

  async #attempt(call: SourceCall, endpoint: Endpoint, signal: AbortSignal): Promise<Attempt> {
    const { token, place } = await this.#admit(endpoint, call.isUrgent, signal)
    try {
      const headers = {
        accept: 'application/json',
        ...call.headers,
        'accept-encoding': 'gzip',
      }
      const { method, url, body } = call
      const request = { method, url, headers, maxBytes: maxAnswerBytes, ...(body === undefined ? {} : { body }) }
      const answer = await this.#deps.tokens.send(request, token, signal)
      // A call of its own, which the budgets must admit as any other.
      if (this.#deps.tokens.wantsAgain(answer, token)) return { kind: 'again', token }
      return this.#judge(answer, call, { token, endpoint })
    } catch (error) {
      if (!(error instanceof BrokerError) || !error.retryable) throw error
      return { kind: 'setback', error, isLimit: false, retryAfterMs: undefined }
    } finally {
      place.end()
    }
  }

  /** A token and a place in every budget at the same moment: waiting for one could cost another. */
  async #admit(
    endpoint: Endpoint,
    isUrgent: boolean,
    signal: AbortSignal,
  ): Promise<{ token: HeldToken; place: BudgetedCall }> {
    const budgets = [endpoint.budget, this.#total]
    const waits = budgets.map((budget) => budget.join(isUrgent))
    try {
      for (;;) {
        for (const wait of waits) await wait.ready(signal)
        const token = await this.#deps.tokens.get(signal)
        if (!budgets.every((budget) => budget.hasRoom(isUrgent))) continue
        const places = budgets.map((budget) => budget.take(isUrgent))
        return { token, place: { end: () => places.forEach((place) => place?.end()) } }
      }
    } finally {
      for (const wait of waits) wait.leave()
    }
  }

  /** A vendor that says "too many" speaks of the endpoint, and where it counts the whole source, perhaps of that. */
  #pause(endpoint: Endpoint, waitMs: number): void {
    endpoint.budget.pause(waitMs)
    if (this.#deps.limits.total) this.#total.pause(waitMs)
  }

  #judge(answer: HttpAnswer, call: SourceCall, sent: { token: HeldToken; endpoint: Endpoint }): Attempt {
    const { status, headers } = answer
    if (status === 401) return { kind: 'unauthorized', token: sent.token }
    if (status < 300) sent.endpoint.workingGeneration = sent.token.generation
    if (status === 204 || (status === 404 && call.endsWith404)) {
      return { kind: 'answer', answer: { body: undefined, headers } }
    }
    if (status === 200 || status === 203) {
      const body = parseAnswer(answer)
      refuseErrors(body, call.errors, (text) => this.#deps.tokens.clean(text, sent.token))
      const bytes = answer.body.length
      freeBuffer(answer.body)
      return { kind: 'answer', answer: { body, headers, bytes } }
    }
    return this.#judgeFailure(answer, sent.token)
  }

  #judgeFailure(answer: HttpAnswer, token: HeldToken): Setback {
    const { status } = answer
    const retryAfterMs = parseRetryAfter(answer.headers, this.#deps.clock.nowMs())
    const isLimit = status === 429 || (status === 503 && retryAfterMs !== undefined)
    if (isLimit) {
      const error = new BrokerError(
        'source-limited',
        `The source allows no more calls for now (${status}).`,
        retryAfterMs === undefined ? {} : { retryAfterMs },
      )
      return { kind: 'setback', error, isLimit, retryAfterMs }
    }
    const detail = this.#deps.tokens.clean(findDetail(answer, detailPointers), token)
    const says = quoteDetail(detail)
    if (status >= 500 || status === 408) {
      const error = new BrokerError('source-failed', `The source failed (${status}).${says}`)
      if (status === 501 || status === 505) throw new BrokerError('source-rejected', error.message)
      return { kind: 'setback', error, isLimit, retryAfterMs }
    }
    if (status === 403) {
      throw new BrokerError('source-forbidden', `The source does not allow this request (403).${says}`)
    }
    if (status === 304) {
      throw new BrokerError(
        'source-malformed',
        'The source answered that nothing has changed (304), which nobody asked.',
      )
    }
    if (status >= 300 && status < 400) {
      throw new BrokerError(
        'source-redirect',
        `The source answered with a redirect (${status}), which is not followed.`,
      )
    }
    if (status < 300) {
      throw new BrokerError('source-malformed', `The source answered ${status}, which is no whole answer.`)
    }
    throw new BrokerError('source-rejected', `The source refused the request (${status}).${says}`)
  }

  #endpointOf(call: SourceCall): Endpoint {
    let endpoint = this.#endpoints.get(call.endpoint)
    if (!endpoint) {
      endpoint = {
        budget: new CallBudget(this.#deps.clock, this.#deps.limits),
        workingGeneration: 0,
        hopelessUntilMs: Number.NEGATIVE_INFINITY,
      }
      this.#endpoints.set(call.endpoint, endpoint)
    }
    return endpoint
  }
}

/**
 * The JSON of a successful answer.
 *
 * @throws {BrokerError} as `parseJson`; says what the answer is declared as where that is not JSON
 */
export function parseAnswer(answer: Omit<HttpAnswer, 'status'>): JsonValue {
  try {
    return parseJson(answer.body)
  } catch (error) {
    if (!(error instanceof BrokerError) || error.code !== 'source-malformed') throw error
    if (answer.isEndUncertain) {
      throw new BrokerError('source-truncated', 'The answer ended with its connection and is no whole JSON.')
    }
    const mediaType = /^[\w.+/-]{1,60}/.exec(answer.headers['content-type'] ?? '')?.[0]
    const says = mediaType === undefined || /json/i.test(mediaType) ? '' : ` It is declared as ${mediaType}.`
    throw new BrokerError('source-malformed', error.message + says)
  }
}

/**
 * Refuses an answer that tells of errors although its status is a success: what it holds besides them may be a part only.
 * `clean` makes of the source's words what may be shown.
 */
function refuseErrors(body: JsonValue, pointer: string | undefined, clean: (text: string) => string): void {
  const found = pointer === undefined ? undefined : findAt(body, pointer)
  if (found === undefined || found === null || found === false || found === '' || found === 0) return
  if (typeof found === 'object' && Object.keys(found).length === 0) return
  const texts = [found, ...['/0/message', '/message', '/0'].map((at) => findAt(found, at))]
  const says = quoteDetail(clean(texts.find((text) => typeof text === 'string') ?? ''))
  throw new BrokerError('source-rejected', `The source answered with errors.${says}`)
}
