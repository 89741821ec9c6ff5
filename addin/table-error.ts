import type { ColumnType } from '../broker/http/contract.ts'

/**
 * Why a table cannot be inserted or refreshed as it is:
 * - `table-gone`: the linked table is not in the workbook any more
 * - `key-missing`: the table has lost a column that names its rows
 * - `columns-missing`: none of the dataset's columns is left in the table
 * - `too-many-rows`, `too-many-columns`: the dataset does not fit on the sheet
 * - `no-room`: what lies below the table cannot be moved out of its way
 * - `kept-changing`: the table was changed again and again while it was being refreshed
 * - `other-broker`: the table comes from another broker than this pane's
 * - `growth-blocked`: cells outside the table are where it must grow; nothing was written, and `obstacle` says what is there
 * - `filter-cell-gone`: a cell that a filter follows was deleted, or its name; the subject is the filter's column
 * - `filter-value`: what a filter compares a column with does not fit the column; `details` has the column, its type, the text, and the
 *   address when it is in a cell
 * - `filter-column-gone`: a filter or an order is about a column that the dataset has not got
 */
export type TableErrorKind =
  | 'table-gone'
  | 'key-missing'
  | 'columns-missing'
  | 'too-many-rows'
  | 'too-many-columns'
  | 'no-room'
  | 'kept-changing'
  | 'other-broker'
  | 'growth-blocked'
  | 'filter-cell-gone'
  | 'filter-value'
  | 'filter-column-gone'

/** What is where a table must grow. */
export interface Obstacle {
  /** Cells with content. */
  readonly cells: number
  /** Of the first of them, such as `Sheet1!B9`, and what it shows. */
  readonly address: string
  readonly text: string
  /** The name of another table there. */
  readonly table: string | undefined
  readonly hasMergedCells: boolean
  /** Whether it is beside the table, where new columns must go; there `insert` and `move` both push things to the right. */
  readonly isBeside: boolean
}

/** Particulars of a `TableError` for its message. */
export interface TableErrorDetails {
  readonly column?: string
  readonly type?: ColumnType
  readonly text?: string
  readonly address?: string
  readonly obstacle?: Obstacle
}

/** Something about the table that its user can mend. `subject` is what it is about: a column, an address, a number of rows. */
export class TableError extends Error {
  readonly kind: TableErrorKind
  readonly subject: string
  readonly details: TableErrorDetails

  constructor(
    kind: TableErrorKind,
    subject: string,
    options?: { readonly cause?: unknown; readonly details?: TableErrorDetails },
  ) {
    super(`${kind}: ${subject}`, options)
    this.name = 'TableError'
    this.kind = kind
    this.subject = subject
    this.details = options?.details ?? {}
  }
}

/** A row that was deleted although it was not the one that was meant, with what the user had in it. */
export interface LostRow {
  /** Undefined for a row of the user's own, with nothing of ours in it. */
  readonly name: string | undefined
  /** Where it was in the table: its formulas may refer to cells by their distance. */
  readonly row: number
  /** Formulas and values by the ids of the columns. */
  readonly cells: ReadonlyMap<string, string | number | boolean>
}

/** Names that rows were given, each with the name that the row had before, if any. */
export type Misnamed = ReadonlyMap<string, string | undefined>

/** The sheet's rows are not where they were a moment ago: somebody sorted, inserted or deleted meanwhile. */
export class RowsMoved extends Error {
  /** By mistake. */
  readonly misnamed: Misnamed
  readonly lost: readonly LostRow[]

  constructor(damage?: { readonly misnamed?: Misnamed; readonly lost?: readonly LostRow[] }) {
    super('The rows of the table have moved.')
    this.name = 'RowsMoved'
    this.misnamed = damage?.misnamed ?? new Map()
    this.lost = damage?.lost ?? []
  }
}
