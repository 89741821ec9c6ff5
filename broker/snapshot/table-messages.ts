// What a snapshot's writer and the thread that makes its table say to each other.
import type { ProblemDetail } from '../errors/broker-error.ts'
import type { ProblemCode } from '../errors/problems.ts'
import type { PlannedColumn } from './column-plan.ts'
import type { MadeTable, TableOrder } from './table-maker.ts'

export type TableRequest =
  | { readonly kind: 'add'; readonly packed: Uint8Array }
  | { readonly kind: 'kinds' }
  | { readonly kind: 'finish'; readonly columns: readonly PlannedColumn[]; readonly createdAtMs: number }

/** What the requests are answered with. */
export interface TableResults {
  readonly add: undefined
  readonly kinds: readonly number[]
  readonly finish: MadeTable
}

/** Why a table could not be made: errors lose their class between threads, so they go as what they say. */
export interface TableFailure {
  readonly code: ProblemCode | undefined
  readonly message: string
  readonly details: readonly ProblemDetail[]
  readonly stack: string | undefined
}

/** Answers come in the order of the requests. */
export type TableAnswer = { readonly result: TableResults[TableRequest['kind']] } | { readonly failure: TableFailure }

/** What the thread starts with. */
export interface TableWorkerData {
  readonly order: TableOrder
  /** 32 bytes, base64url. */
  readonly dataKey: string
}
