import type { ProblemBody } from '../broker/http/contract.ts'

/**
 * What went wrong: the broker answered with a problem, could not be reached, took too long, or answered with something
 * that is not this API.
 */
export type ClientErrorKind = 'problem' | 'offline' | 'timeout' | 'protocol'

export interface ClientErrorOptions {
  readonly cause?: unknown
  readonly problem?: ProblemBody
  readonly retryAfterMs?: number | undefined
  readonly status?: number
}

/** A failed call to the broker. Match on `code`: the problem's code, or the kind when there is no problem. */
export class ClientError extends Error {
  readonly kind: ClientErrorKind
  readonly problem: ProblemBody | undefined
  /** How long the broker asked to wait. */
  readonly retryAfterMs: number | undefined
  /** Of the answer, where there was one. */
  readonly status: number | undefined

  constructor(kind: ClientErrorKind, message: string, options: ClientErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'ClientError'
    this.kind = kind
    this.problem = options.problem
    this.retryAfterMs = options.retryAfterMs
    this.status = options.status ?? options.problem?.status
  }

  get code(): string {
    return this.problem?.code ?? this.kind
  }

  /** Whether the same call may succeed later without anybody changing anything. */
  get isRetryable(): boolean {
    return this.problem?.retryable ?? this.kind !== 'protocol'
  }
}

/** The problem that a body describes, or undefined when it describes none. */
export function readProblem(body: unknown): ProblemBody | undefined {
  return isProblem(body) ? body : undefined
}

function isProblem(body: unknown): body is ProblemBody {
  if (typeof body !== 'object' || body === null) return false
  return (
    'code' in body &&
    typeof body.code === 'string' &&
    'detail' in body &&
    typeof body.detail === 'string' &&
    'status' in body &&
    typeof body.status === 'number'
  )
}
