// What can be asked of a snapshot besides its rows: single figures, as spreadsheets have them in a cell.

/** A value as a cell of a spreadsheet holds it: dates, times and durations may be serial numbers. */
export type LooseValue = string | number | boolean | null

/** That a column holds a value; null and the empty text mean that it holds nothing. */
export interface Match {
  readonly column: string
  readonly value: LooseValue
}

/** Which rows: those for which every match and the filter are true. */
export interface RowMatch {
  readonly where?: readonly Match[]
  /** As `parseFilter` takes it. */
  readonly filter?: string
}

/** One cell of the row with this key. */
export interface ValueFigure {
  readonly kind: 'value'
  /** A value for each column of the key. */
  readonly key: readonly LooseValue[]
  readonly column: string
}

/** How many rows there are. */
export interface CountFigure extends RowMatch {
  readonly kind: 'count'
}

/** What the cells of a column add up to. */
export interface SumFigure extends RowMatch {
  readonly kind: 'sum'
  readonly column: string
}

/** A cell of the first row, in the table's order. */
export interface LookupFigure extends RowMatch {
  readonly kind: 'lookup'
  readonly column: string
}

export type Figure = ValueFigure | CountFigure | SumFigure | LookupFigure
