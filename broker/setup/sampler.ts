import type { RequestDefinition } from '../dataset/request-definition.ts'
import { BrokerError } from '../errors/broker-error.ts'
import type { Clock } from '../kernel/clock.ts'
import type { HttpAnswer } from '../source/http-caller.ts'
import type { JsonObject, JsonValue } from '../source/json.ts'
import { readRecords, refuseNoContent } from '../source/page-answer.ts'
import type { PlacedValue } from '../source/request-template.ts'
import { parseRetryAfter } from '../source/retry.ts'
import type { HeldToken } from '../source/source-access.ts'
import { parseAnswer } from '../source/source-client.ts'
import type { AskForPage } from '../source/source-page.ts'
import { explainAnswer } from './explain-answer.ts'
import type { SourceProbe } from './source-probe.ts'

/** So many calls find what can be found; a vendor with 10 a second and 200 a minute does not mind them. */
const mostCalls = 40
const gapMs = 120
const longestPauseMs = 15_000

export interface SamplerDeps {
  readonly probe: SourceProbe
  readonly token: HeldToken
  readonly request: RequestDefinition
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** An answer to one call, parsed. */
export interface Sample {
  readonly body: JsonValue
  /** The source answered without any content, which by the definition means that there are no records; `body` is an empty list then. */
  readonly isNothing: boolean
  readonly headers: HttpAnswer['headers']
}

/** Asks one endpoint a bounded number of times, no faster than eight times a second. */
export class Sampler {
  readonly #deps: SamplerDeps
  #calls = 0

  constructor(deps: SamplerDeps) {
    this.#deps = deps
  }

  get calls(): number {
    return this.#calls
  }

  /** @throws {BrokerError} what is wrong with the answer, when it is no success, or has no content and the definition does not say why */
  async ask(values: readonly PlacedValue[] = []): Promise<Sample> {
    const { body, headers } = await this.#call({ values })
    refuseNoContent({ body }, this.#deps.request)
    return { body: body ?? [], isNothing: body === undefined, headers }
  }

  /** The records that these values bring; undefined when the source refuses them. */
  async findRecords(values: readonly PlacedValue[], pointer: string): Promise<readonly JsonObject[] | undefined> {
    try {
      return readRecords(await this.#call({ values }), pointer)
    } catch (error) {
      if (error instanceof BrokerError && error.code !== 'source-limited') return undefined
      throw error
    }
  }

  /** For the same pages as a pull reads. */
  askForPageAt(records: string): AskForPage {
    return async ({ values, url, endsWith404, isLater }) => {
      const answer = await this.#call({ values, url, endsWith404 })
      if (!isLater) refuseNoContent(answer, this.#deps.request)
      return { records: readRecords(answer, records), answer, url: answer.url }
    }
  }

  async #call(call: {
    values: readonly PlacedValue[]
    url?: URL | undefined
    endsWith404?: boolean
  }): Promise<{ body: JsonValue | undefined; headers: HttpAnswer['headers']; url: URL }> {
    const { probe, token, request, clock, signal } = this.#deps
    for (let isRetry = false; ; isRetry = true) {
      if (this.#calls >= mostCalls) {
        throw new BrokerError('source-limited', `After ${mostCalls} calls this was still not clear.`)
      }
      if (this.#calls > 0) await clock.wait(gapMs, signal)
      this.#calls += 1
      const answer = await probe.call({ ...call, request }, token, signal)
      const { status, headers, url } = answer
      if (status === 204 || (status === 404 && call.endsWith404 === true)) return { body: undefined, headers, url }
      if (status === 200 || status === 203) return { body: parseAnswer(answer), headers, url }
      const pauseMs = parseRetryAfter(headers, clock.nowMs()) ?? 0
      if (status !== 429 || isRetry || pauseMs > longestPauseMs) {
        throw explainAnswer(answer, (text) => probe.clean(text, token))
      }
      await clock.wait(Math.max(1_000, pauseMs), signal)
    }
  }
}
