// The host around a workbook: limits of Excel on the web, counters for tests, and errors injected on purpose.
import type { Batch, BatchAnswer } from './batch.ts'
import { isBatch, References, runBatch } from './batch.ts'
import { Workbook } from './workbook.ts'

/** Excel on the web takes and gives at most this much in one request. */
export const MAX_PAYLOAD_BYTES = 5 * 1024 * 1024

/** Failures that never reach the workbook, by the numbers the Office host uses. */
export const HOST_ERRORS: Readonly<
  Record<number, { readonly code: string; readonly status: number; readonly message: string }>
> = {
  5004: { code: 'InvalidOperationInCellEditMode', status: 500, message: 'Excel is in cell-editing mode.' },
  5012: { code: 'InvalidOrTimedOutSession', status: 408, message: 'Your session has expired or is invalid.' },
  5102: { code: 'ActivityLimitReached', status: 429, message: 'Activity limit has been reached.' },
  5103: {
    code: 'RequestPayloadSizeLimitExceeded',
    status: 400,
    message: 'The request payload size has exceeded the limit.',
  },
  5104: {
    code: 'ResponsePayloadSizeLimitExceeded',
    status: 400,
    message: 'The response payload size has exceeded the limit.',
  },
  7000: { code: 'AccessDenied', status: 401, message: 'You cannot perform the requested operation.' },
}

/** What the bridge sends back: a batch's answer as JSON, or a failure of the host itself. */
export type HostAnswer =
  | { readonly kind: 'answer'; readonly body: string }
  | { readonly kind: 'failure'; readonly number: number; readonly message: string }

/** Numbers that tests look at. */
export interface HostCounters {
  readonly batches: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly cellWrites: number
  /** Objects the add-in has not released; a leak when it grows. */
  readonly trackedObjects: number
}

/** An error for one batch to come. */
export interface InjectedError {
  /** A number of `HOST_ERRORS`, or a Rich API code such as `GeneralException`. */
  readonly error: number | string
  readonly message?: string
  /** 1 (the default) is the next batch. */
  readonly batch?: number
  /** Whether the batch is carried out although it is answered with the error. */
  readonly executed?: boolean
}

function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length
}

/** Answers the add-in's batches from a workbook. */
export class ExcelHost {
  readonly workbook: Workbook
  readonly #references: References
  readonly #injected: { readonly error: InjectedError; readonly batch: number }[] = []
  #batches = 0
  #bytesIn = 0
  #bytesOut = 0

  constructor(workbook: Workbook = new Workbook()) {
    this.workbook = workbook
    this.#references = new References(workbook)
  }

  /** The counters now. */
  get counters(): HostCounters {
    return {
      batches: this.#batches,
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      cellWrites: this.workbook.cellWrites,
      trackedObjects: this.#references.count,
    }
  }

  /** Makes a batch to come fail. */
  injectError(error: InjectedError): void {
    this.#injected.push({ error, batch: this.#batches + (error.batch ?? 1) })
  }

  /** Carries out one request, given as the JSON the add-in sent. */
  process(body: string): HostAnswer {
    this.#batches += 1
    const size = utf8Bytes(body)
    this.#bytesIn += size
    const injected = this.#takeInjected()
    if (injected !== undefined && injected.executed !== true) return this.#failed(injected, undefined)
    if (size > MAX_PAYLOAD_BYTES) return hostFailure(5103)
    const batch: unknown = JSON.parse(body)
    if (!isBatch(batch)) return hostFailure(5012, 'The request is no batch.')
    const answer = this.#run(batch)
    if (injected !== undefined) return this.#failed(injected, answer)
    const text = JSON.stringify(answer)
    if (utf8Bytes(text) > MAX_PAYLOAD_BYTES) return hostFailure(5104)
    return this.#sent(text)
  }

  #run(batch: Batch): BatchAnswer {
    try {
      return runBatch(this.workbook, this.#references, batch)
    } finally {
      this.workbook.calculator.resume()
      this.workbook.notifyChanged()
    }
  }

  #takeInjected(): InjectedError | undefined {
    const index = this.#injected.findIndex((entry) => entry.batch === this.#batches)
    return index < 0 ? undefined : this.#injected.splice(index, 1)[0]?.error
  }

  #failed(injected: InjectedError, executed: BatchAnswer | undefined): HostAnswer {
    if (typeof injected.error === 'number') return hostFailure(injected.error, injected.message)
    const message = injected.message ?? 'There was an internal error while processing the request.'
    // A batch that fails after it was carried out answers no results: its tracked objects stay with the host.
    const actionIndex = executed === undefined ? 0 : Math.max(0, executed.Results.length - 1)
    const error = { Code: injected.error, Message: message, ActionIndex: actionIndex, Location: '' }
    return this.#sent(JSON.stringify({ Results: [], Error: error }))
  }

  #sent(body: string): HostAnswer {
    this.#bytesOut += utf8Bytes(body)
    return { kind: 'answer', body }
  }
}

function hostFailure(number: number, message?: string): HostAnswer {
  return { kind: 'failure', number, message: message ?? HOST_ERRORS[number]?.message ?? 'The host failed.' }
}
