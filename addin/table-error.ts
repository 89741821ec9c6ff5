/**
 * Why a table cannot be inserted or refreshed as it is:
 * - `table-gone`: the linked table is not in the workbook any more
 * - `key-missing`: the table has lost a column that names its rows
 * - `columns-missing`: none of the dataset's columns is left in the table
 * - `too-many-rows`, `too-many-columns`: the dataset does not fit on the sheet
 * - `no-room`: what lies below the table cannot be moved out of its way
 * - `kept-changing`: the table was changed again and again while it was being refreshed
 * - `other-broker`: the table comes from another broker than this pane's
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

/** Something about the table that its user can mend. `subject` is what it is about: a column, an address, a number of rows. */
export class TableError extends Error {
  readonly kind: TableErrorKind
  readonly subject: string

  constructor(kind: TableErrorKind, subject: string, options?: { readonly cause?: unknown }) {
    super(`${kind}: ${subject}`, options)
    this.name = 'TableError'
    this.kind = kind
    this.subject = subject
  }
}

/** The sheet's rows are not where they were a moment ago: somebody sorted, inserted or deleted meanwhile. */
export class RowsMoved extends Error {
  constructor() {
    super('The rows of the table have moved.')
    this.name = 'RowsMoved'
  }
}
