// The host around a workbook: limits of Excel on the web, counters for tests, and errors injected on purpose.
import type { Batch, BatchAnswer } from './batch.ts'
import { isBatch, isWork, References, runBatch } from './batch.ts'
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
  /** The connection is gone: no answer ever comes. */
  | { readonly kind: 'lost' }

/** What happens to batches while somebody edits a cell. */
export type CellEditAnswer = 'refuse' | 'wait'

/** The library's flag for `Excel.run({ delayForCellEdit: true }, …)`. */
const DELAY_FOR_CELL_EDIT = 64

/** Numbers that tests look at. */
export interface HostCounters {
  /** Requests, those that only let objects go included. */
  readonly batches: number
  /** Requests that did something. */
  readonly syncs: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly cellWrites: number
  /** Cells that got a format. */
  readonly formatWrites: number
  /** Objects the add-in has not released; a leak when it grows. */
  readonly trackedObjects: number
  /** Event handlers that are registered. */
  readonly handlers: number
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
  /** It is carried out until it has set so many properties or called so many methods. */
  readonly afterChanges?: number
  /** No answer comes at all; with `executed` or `afterChanges`, after that. */
  readonly lost?: boolean
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
  #syncs = 0
  #bytesIn = 0
  #bytesOut = 0
  #cellEdit: CellEditAnswer | undefined
  #afterCellEdit: (() => void)[] = []

  constructor(workbook: Workbook = new Workbook()) {
    this.workbook = workbook
    this.#references = new References(workbook)
  }

  /** The counters now. */
  get counters(): HostCounters {
    return {
      batches: this.#batches,
      syncs: this.#syncs,
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      cellWrites: this.workbook.cellWrites,
      formatWrites: this.workbook.formatWrites,
      trackedObjects: this.#references.count,
      handlers: this.workbook.events.handlers,
    }
  }

  /** Makes a batch to come fail. */
  injectError(error: InjectedError): void {
    this.#injected.push({ error, batch: this.#batches + (error.batch ?? 1) })
  }

  /**
   * Somebody begins to edit a cell. Batches fail with `InvalidOperationInCellEditMode`; those with `delayForCellEdit`, and
   * with `wait` all of them, get their answer when the edit ends.
   */
  startCellEdit(answer: CellEditAnswer = 'refuse'): void {
    this.#cellEdit = answer
  }

  /** The edit is over; what waited for it goes on. */
  endCellEdit(): void {
    this.#cellEdit = undefined
    for (const resume of this.#afterCellEdit.splice(0)) resume()
  }

  /** Answers one request, given as the JSON the add-in sent with its flags. */
  async answer(body: string, flags: number): Promise<HostAnswer> {
    const waits = this.#cellEdit === 'wait' || (flags & DELAY_FOR_CELL_EDIT) !== 0
    if (this.#cellEdit !== undefined && !waits) {
      this.#batches += 1
      return hostFailure(5004)
    }
    if (this.#cellEdit !== undefined) await new Promise<void>((resolve) => this.#afterCellEdit.push(resolve))
    return this.#process(body)
  }

  #process(body: string): HostAnswer {
    this.#batches += 1
    const size = utf8Bytes(body)
    this.#bytesIn += size
    const injected = this.#takeInjected()
    const isCarriedOut = injected?.executed === true || injected?.afterChanges !== undefined
    if (injected !== undefined && !isCarriedOut) return this.#failed(injected, undefined)
    if (size > MAX_PAYLOAD_BYTES) return hostFailure(5103)
    const batch: unknown = JSON.parse(body)
    if (!isBatch(batch)) return hostFailure(5012, 'The request is no batch.')
    if (isWork(batch)) this.#syncs += 1
    const answer = this.#run(batch, injected?.afterChanges)
    if (injected !== undefined) return this.#failed(injected, answer)
    const text = JSON.stringify(answer)
    if (utf8Bytes(text) > MAX_PAYLOAD_BYTES) return hostFailure(5104)
    return this.#sent(text)
  }

  #run(batch: Batch, mostChanges: number | undefined): BatchAnswer {
    this.workbook.events.isAddIn = true
    try {
      return runBatch(this.workbook, this.#references, batch, mostChanges)
    } finally {
      this.workbook.events.isAddIn = false
      this.workbook.calculator.resume()
      this.workbook.notifyChanged()
    }
  }

  #takeInjected(): InjectedError | undefined {
    const index = this.#injected.findIndex((entry) => entry.batch === this.#batches)
    return index < 0 ? undefined : this.#injected.splice(index, 1)[0]?.error
  }

  #failed(injected: InjectedError, executed: BatchAnswer | undefined): HostAnswer {
    if (injected.lost === true) return { kind: 'lost' }
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
