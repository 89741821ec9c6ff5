/**
 * What a column holds. In a snapshot and on the wire: text, date (`YYYY-MM-DD`), datetime (`YYYY-MM-DDTHH:MM:SS[.sss]Z`, always
 * UTC), time (`HH:MM:SS[.sss]`) and duration (ISO 8601: `P1DT2H30M`) are strings, integer and decimal numbers, boolean 0/1 in a snapshot and true/false on the wire.
 */
export const columnTypes = ['text', 'integer', 'decimal', 'boolean', 'date', 'datetime', 'time', 'duration'] as const

export type ColumnType = (typeof columnTypes)[number]

/** One column of a dataset, in the order of the table. */
export interface Column {
  /** Unique in its dataset; nested fields are joined with dots, as `Name.First`. */
  readonly name: string
  readonly type: ColumnType
}

/** A column as the state database keeps it between pulls. */
export interface StoredColumn extends Column {
  /** False while no pull has seen a value in it: its type may still be inferred. Then it never changes by itself. */
  readonly isFixed: boolean
}

/** One cell: what a snapshot row holds under a column. */
export type Cell = string | number | null
