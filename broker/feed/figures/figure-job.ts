// What the web process and its page threads say to each other about figures.
import type { Cell, ColumnType } from '../../dataset/column.ts'
import type { ProblemDetail } from '../../errors/broker-error.ts'
import type { ProblemCode } from '../../errors/problems.ts'
import type { Figure } from '../../query/figure.ts'
import type { DateSystem } from '../../query/loose-value.ts'

/** Figures of one snapshot. */
export interface FigureJob {
  /** The snapshot file's path. */
  readonly path: string
  /** The columns that the reader may see; undefined for all. */
  readonly columns: readonly string[] | undefined
  readonly figures: readonly Figure[]
  /** What `now()` is in filters. */
  readonly nowMs: number
  /** From when numbers count days where they stand for dates. */
  readonly dateSystem: DateSystem
}

/** A figure. */
export interface FoundFigure {
  readonly value: Cell | boolean
  readonly type: ColumnType
  /** How many rows it is made from, or was chosen from. */
  readonly rows?: number
  /** A sum in all of its digits. */
  readonly exact?: string
  /** Whether it depends on the time. */
  readonly isTimed?: true
}

/** Why there is no figure. */
export interface MissingFigure {
  readonly code: ProblemCode
  readonly message: string
  readonly details: readonly ProblemDetail[]
}

/** In the order of the figures asked for. */
export type FigureResult = FoundFigure | MissingFigure
