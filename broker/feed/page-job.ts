// What the web process and its page threads say to each other.
import type { ColumnFormats } from '../dataset/column-format.ts'
import type { ProblemDetail } from '../errors/broker-error.ts'
import type { ProblemCode } from '../errors/problems.ts'
import type { FigureJob, FigureResult } from './figures/figure-job.ts'
import type { PagePosition, PageRequest } from '../query/page-request.ts'

/** A page to read and to encode. */
export interface PageJob {
  /** The snapshot file's path. */
  readonly path: string
  /** The path of the snapshot to compare with, where the request says that there is one. */
  readonly earlierPath: string | undefined
  readonly request: PageRequest
  /** The columns that the reader may see; undefined for all. */
  readonly columns: readonly string[] | undefined
  /** How columns are to be shown. */
  readonly formats: ColumnFormats
  /** What the page says of the dataset. */
  readonly dataset: string
  readonly pulledAt: string
}

/** A page, encoded. */
export interface EncodedPage {
  /** JSON of a page up to and with `"next":`; the cursor (or null) and a closing brace are missing. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Where the next page begins; undefined on the last. */
  readonly next: PagePosition | undefined
}

export type PageJobMessage =
  { readonly id: number; readonly job: PageJob } | { readonly id: number; readonly figures: FigureJob }

/** Why a job could not be done, as far as it can be told between threads. */
export interface PageFailure {
  readonly code: ProblemCode
  readonly message: string
  readonly details: readonly ProblemDetail[]
  /** For the log. */
  readonly cause: string | undefined
}

export type PageAnswerMessage =
  | { readonly id: number; readonly page: EncodedPage }
  | { readonly id: number; readonly figures: readonly FigureResult[] }
  | { readonly id: number; readonly failure: PageFailure }

/** What a page thread starts with. */
export interface PageWorkerData {
  /** 32 bytes, base64url. */
  readonly dataKey: string
}
