import { Worker } from 'node:worker_threads'
import { BrokerError } from '../errors/broker-error.ts'
import type { Log } from '../kernel/log.ts'
import type { Secret } from '../kernel/secret.ts'
import { threadProgram } from '../kernel/thread-program.ts'
import type { FigureJob, FigureResult } from './figures/figure-job.ts'
import type {
  EncodedPage,
  PageAnswerMessage,
  PageFailure,
  PageJob,
  PageJobMessage,
  PageWorkerData,
} from './page-job.ts'

export interface PagePoolSettings {
  /** How many threads read and encode pages. */
  readonly threads: number
  /**
   * The most memory that one thread's objects may grow to before the thread is replaced. Choose far more than the largest row needs: V8
   * ends the whole process when a single value does not fit at all.
   */
  readonly heapMegabytes: number
}

interface PagePoolDeps {
  readonly dataKey: Secret
  readonly log: Log
  readonly settings: PagePoolSettings
}

type Answer = Exclude<PageAnswerMessage, { readonly failure: PageFailure }>

interface Waiting {
  readonly message: PageJobMessage
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

interface Thread {
  readonly worker: Worker
  current: Waiting | undefined
}

/** Beyond this many pages in line, a new one would only be late. */
const mostWaiting = 500

/**
 * Reads pages and answers figures on threads of its own, so that no query and no encoding ever holds up the event loop. Threads are made when there is
 * work; one that dies fails the page it was at and is replaced for the next.
 */
export class PagePool {
  readonly #deps: PagePoolDeps
  readonly #threads = new Set<Thread>()
  readonly #line: Waiting[] = []
  #nextId = 1
  #isStopped = false

  constructor(deps: PagePoolDeps) {
    this.#deps = deps
  }

  /**
   * One page. First come, first served.
   *
   * @throws {BrokerError} as `encodePage`; `internal` when the file cannot be read or the thread dies; `rate-limited` when too many
   *   wait. Rejects with the signal's reason when it aborts before the page's turn has come.
   */
  async read(job: PageJob, signal?: AbortSignal): Promise<EncodedPage> {
    const answer = await this.#run((id) => ({ id, job }), signal)
    if ('page' in answer) return answer.page
    throw new BrokerError('internal', 'The page could not be made.')
  }

  /** Figures of one snapshot. In the same line as pages, and with the same failures; those of single figures are in their answers. */
  async figures(job: FigureJob, signal?: AbortSignal): Promise<readonly FigureResult[]> {
    const answer = await this.#run((id) => ({ id, figures: job }), signal)
    if ('figures' in answer) return answer.figures
    throw new BrokerError('internal', 'The figures could not be made.')
  }

  /** Ends the threads. Pages that are waited for fail. */
  async stop(): Promise<void> {
    this.#isStopped = true
    for (const { reject } of this.#line.splice(0)) reject(new BrokerError('internal', 'The broker is stopping.'))
    await Promise.all([...this.#threads].map(({ worker }) => worker.terminate()))
  }

  #run(toMessage: (id: number) => PageJobMessage, signal: AbortSignal | undefined): Promise<Answer> {
    if (this.#isStopped) return Promise.reject(new BrokerError('internal', 'The broker is stopping.'))
    if (signal?.aborted) return Promise.reject(signal.reason as Error)
    if (this.#line.length >= mostWaiting)
      return Promise.reject(new BrokerError('rate-limited', 'The broker is very busy.', { retryAfterMs: 1_000 }))
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { message: toMessage(this.#nextId++), resolve, reject }
      const leave = (): void => {
        const place = this.#line.indexOf(waiting)
        if (place < 0) return
        this.#line.splice(place, 1)
        reject(signal?.reason as Error)
      }
      signal?.addEventListener('abort', leave, { once: true })
      this.#line.push(waiting)
      this.#dispatch()
    })
  }

  #dispatch(): void {
    while (this.#line.length > 0) {
      const thread = this.#findIdleThread()
      if (!thread) return
      thread.current = this.#line.shift()
      thread.worker.postMessage(thread.current?.message)
    }
  }

  #findIdleThread(): Thread | undefined {
    for (const thread of this.#threads) if (!thread.current) return thread
    return this.#threads.size < this.#deps.settings.threads ? this.#startThread() : undefined
  }

  #startThread(): Thread {
    const { dataKey, settings, log } = this.#deps
    const worker = new Worker(threadProgram('page-worker'), {
      workerData: { dataKey: dataKey.reveal() } satisfies PageWorkerData,
      resourceLimits: { maxOldGenerationSizeMb: settings.heapMegabytes },
      // The key stays out of its environment and arguments, and nothing else in there concerns it.
      env: {},
    })
    // An idle thread alone does not keep the process alive.
    worker.unref()
    const thread: Thread = { worker, current: undefined }
    this.#threads.add(thread)
    worker.on('message', (answer: PageAnswerMessage) => {
      const waiting = thread.current
      thread.current = undefined
      if (waiting?.message.id === answer.id) settle(waiting, answer)
      this.#dispatch()
    })
    worker.on('error', (cause) => log.error('page thread failed', { cause }))
    worker.on('exit', (exitCode) => {
      this.#threads.delete(thread)
      if (!this.#isStopped) log.error('page thread ended', { exitCode })
      thread.current?.reject(new BrokerError('internal', 'The page could not be made.'))
      if (!this.#isStopped) this.#dispatch()
    })
    return thread
  }
}

function settle(waiting: Waiting, answer: PageAnswerMessage): void {
  if (!('failure' in answer)) {
    waiting.resolve(answer)
    return
  }
  const { code, message, details, cause } = answer.failure
  waiting.reject(
    new BrokerError(code, message, cause === undefined ? { details } : { details, cause: new Error(cause) }),
  )
}
