import { Worker } from 'node:worker_threads'
import { Secret } from '../kernel/secret.ts'
import { threadProgram } from '../kernel/thread-program.ts'
import type { DataKey } from '../crypto/encrypted-file.ts'
import { BrokerError } from '../errors/broker-error.ts'
import type { PlannedColumn } from './column-plan.ts'
import { packBatch, type RowBatch } from './row-batch.ts'
import type { MadeTable, TableOrder } from './table-maker.ts'
import type { TableAnswer, TableFailure, TableRequest, TableResults, TableWorkerData } from './table-messages.ts'

interface Waiting {
  readonly size: number
  readonly resolve: (result: never) => void
  readonly reject: (error: unknown) => void
}

/** So many bytes of rows may be on their way: enough that the thread never waits for rows that are there. */
const mostUnderWay = 2_000_000
/** A page of a source has 48 MiB at most, and so has a batch; V8 ends the whole process where a thread's one value does not fit. */
const heapMegabytes = 1_024
/** One batch of rows at a time lives here for long; more would only be memory. */
const youngMegabytes = 12

/** A TableMaker on a thread of its own. A table that cannot be made fails whatever is asked from then on. */
export class TableThread {
  readonly #worker: Worker
  readonly #waiting: Waiting[] = []
  #underWay = 0
  #failure: { readonly error: Error } | undefined
  #onChange: () => void = () => undefined

  constructor(order: TableOrder, dataKey: DataKey) {
    const key = dataKey instanceof Secret ? dataKey.reveal() : Buffer.from(dataKey).toString('base64url')
    this.#worker = new Worker(threadProgram('table-worker'), {
      workerData: { order, dataKey: key } satisfies TableWorkerData,
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes, maxYoungGenerationSizeMb: youngMegabytes },
      // The key stays out of its environment and arguments, and nothing else in there concerns it.
      env: {},
    })
    this.#worker.on('message', (answer: TableAnswer) => this.#settle(answer))
    this.#worker.on('error', (error: unknown) => this.#fail(describeEnd(error)))
    this.#worker.on('exit', () => this.#fail(new Error('The thread that makes the table has ended.')))
  }

  /** Hands rows on; resolves when there is room for more. */
  async add(batch: RowBatch, signal: AbortSignal): Promise<void> {
    this.#refuseIfFailed()
    const packed = packBatch(batch)
    void this.#ask({ kind: 'add', packed }, packed)
    while (this.#underWay > mostUnderWay && this.#waiting.length > 1) await this.#change(signal)
    this.#refuseIfFailed()
  }

  /** As `TableMaker.seenKinds`, of all rows added. */
  seenKinds(signal: AbortSignal): Promise<readonly number[]> {
    return untilAborted(this.#ask({ kind: 'kinds' }), signal)
  }

  /** As `TableMaker.finish`. */
  finish(columns: readonly PlannedColumn[], createdAtMs: number, signal: AbortSignal): Promise<MadeTable> {
    return untilAborted(this.#ask({ kind: 'finish', columns, createdAtMs }), signal)
  }

  /** Ends the thread, whatever it is at; its files are closed then. */
  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #ask<Kind extends TableRequest['kind']>(
    request: TableRequest & { readonly kind: Kind },
    handedOver?: Uint8Array<ArrayBuffer>,
  ): Promise<TableResults[Kind]> {
    const answer = new Promise<TableResults[Kind]>((resolve, reject) => {
      if (this.#failure) {
        reject(this.#failure.error)
        return
      }
      const size = handedOver?.length ?? 0
      this.#waiting.push({ size, resolve, reject })
      this.#underWay += size
      this.#worker.postMessage(request, handedOver ? [handedOver.buffer] : [])
    })
    answer.catch(() => undefined) // Whoever waits for it learns of it; others do from #failure.
    return answer
  }

  #settle(answer: TableAnswer): void {
    if ('failure' in answer) {
      this.#fail(toError(answer.failure))
      return
    }
    const waiting = this.#waiting.shift()
    this.#underWay -= waiting?.size ?? 0
    // Answers come in the order of the requests, so this one is of the request's kind.
    waiting?.resolve(answer.result as never)
    this.#onChange()
  }

  #refuseIfFailed(): void {
    if (this.#failure) throw this.#failure.error
  }

  #fail(error: Error): void {
    this.#failure ??= { error }
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure.error)
    this.#onChange()
  }

  /** Resolves at the next answer. */
  #change(signal: AbortSignal): Promise<void> {
    const change = new Promise<void>((resolve) => {
      this.#onChange = resolve
    })
    return untilAborted(change, signal)
  }
}

function toError({ code, message, details, stack }: TableFailure): Error {
  if (code !== undefined) return new BrokerError(code, message, { details })
  const error = new Error(message)
  if (stack !== undefined) error.stack = stack
  return error
}

function describeEnd(error: unknown): Error {
  if (!(error instanceof Error)) return new Error('The thread that makes the table failed.', { cause: error })
  if (!('code' in error) || error.code !== 'ERR_WORKER_OUT_OF_MEMORY') return error
  return new BrokerError('source-too-large', 'The records are too large to be written.', { cause: error })
}

/** Rejects with the signal's reason when it aborts before the promise has settled. */
async function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted()
  let onAbort: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error)
    signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort)
  }
}
