/**
 * Why Excel did not do what was asked:
 * - `cell-edit`: the user is typing in a cell
 * - `too-large`: the request or its answer is over the host's limit
 * - `protected`: the sheet or workbook does not take changes
 * - `gone`: the table, sheet or range is no longer there
 * - `in-the-way`: cells cannot move because of something beside or below the table
 * - `busy`: the host is overloaded, or lost its session
 * - `other`: anything else; the message is Excel's
 */
export type WorkbookErrorKind = 'cell-edit' | 'too-large' | 'protected' | 'gone' | 'in-the-way' | 'busy' | 'other'

/** A call that Excel refused. */
export class WorkbookError extends Error {
  readonly kind: WorkbookErrorKind

  constructor(kind: WorkbookErrorKind, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.name = 'WorkbookError'
    this.kind = kind
  }
}
