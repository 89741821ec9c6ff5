// What a linked table shows of its dataset, and what happens to rows that the source no longer has. Kept in the link.

/** A comparison that a user can make without knowing the filter language. */
export type Comparison =
  | 'equals'
  | 'not-equals'
  | 'contains'
  | 'starts-with'
  | 'less'
  | 'at-most'
  | 'greater'
  | 'at-least'
  | 'one-of'
  | 'is-empty'
  | 'is-not-empty'

/** What a column is compared with: a value, or whatever a cell of the workbook holds at each refresh. */
export type Operand =
  /** As the broker writes a cell of the column's type; several only for `one-of`, none for `is-empty` and `is-not-empty`. */
  | { readonly kind: 'values'; readonly values: readonly (string | number | boolean)[] }
  /** `name` is a name of the workbook that refers to the cell, so that it is found wherever the cell moves. */
  | { readonly kind: 'cell'; readonly name: string }

/** One line of a filter; all of them must be true for a row. */
export interface Condition {
  readonly column: string
  readonly comparison: Comparison
  readonly operand: Operand
}

/** Which columns and rows of its dataset a linked table shows. */
export interface TableChoice {
  /** Names of columns, in the order of the table when it was inserted; undefined for all, those that come later included. */
  readonly columns: readonly string[] | undefined
  readonly conditions: readonly Condition[]
  readonly orderBy: readonly { readonly column: string; readonly isDescending: boolean }[]
  /** Only the first so many rows; undefined for all. */
  readonly top: number | undefined
}

/**
 * How a refresh treats rows:
 * - `replace`: the table shows just what the dataset has
 * - `append`: new rows are added, rows that are there are never changed or removed
 * - `merge`: rows are updated and added, and those that the dataset no longer has are treated as `vanished` says
 */
export type RefreshMode = 'replace' | 'append' | 'merge'

/** What happens to rows that the dataset no longer has: deleted, kept as they were, or kept and marked. */
export type Vanished = 'delete' | 'keep' | 'mark'

/** All columns and rows, in the dataset's order. */
export const wholeDataset: TableChoice = { columns: undefined, conditions: [], orderBy: [], top: undefined }

/** All that a user decides about a linked table. */
export interface TableSettings {
  readonly choice: TableChoice
  readonly mode: RefreshMode
  /** Matters in mode `merge` only. */
  readonly vanished: Vanished
}

/** The whole dataset, exactly. */
export const plainSettings: TableSettings = { choice: wholeDataset, mode: 'replace', vanished: 'delete' }

/**
 * What to do when a table must grow over something: tell the user, push what is there down, or put it below the table's new end (on a
 * new sheet where there is no room).
 */
export type Growth = 'ask' | 'insert' | 'move'
