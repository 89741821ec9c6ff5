import { problems, type ProblemCode } from './problems.ts'

/** One thing that is wrong with an input, and where. */
export interface ProblemDetail {
  /** Where: a JSON pointer, a parameter's name, `parameter:column` in its text, or `line:column` of a file. */
  readonly at: string
  readonly message: string
}

export interface BrokerErrorOptions {
  readonly cause?: unknown
  /** Every mistake of the input, when there may be several. */
  readonly details?: readonly ProblemDetail[]
  /** How long to wait before trying again. */
  readonly retryAfterMs?: number
}

/**
 * An expected failure. `message` may be shown to the caller; `cause` goes to the log only.
 * Match on `code`, never on the message.
 */
export class BrokerError extends Error {
  readonly code: ProblemCode
  readonly details: readonly ProblemDetail[]
  readonly retryAfterMs: number | undefined

  constructor(code: ProblemCode, message: string, options: BrokerErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'BrokerError'
    this.code = code
    this.details = options.details ?? []
    this.retryAfterMs = options.retryAfterMs
  }

  /** The HTTP status of this error's problem. */
  get status(): number {
    return problems[this.code].status
  }

  /** Whether the same request may succeed later without anybody changing anything. */
  get retryable(): boolean {
    return problems[this.code].retryable
  }
}
