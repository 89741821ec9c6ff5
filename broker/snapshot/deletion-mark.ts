import type { Flattener, RawCell } from '../dataset/flatten.ts'
import type { TableDefinition } from '../dataset/table-definition.ts'

/** Tells the records that a source keeps although they are deleted. */
export class DeletionMark {
  readonly #column: string
  /** undefined: any value marks a record. */
  readonly #marks: ReadonlySet<string> | undefined
  readonly #flattener: Flattener
  #source = -1

  constructor({ column, equals }: NonNullable<TableDefinition['deletedWhen']>, flattener: Flattener) {
    this.#column = column
    // As text, since a flag may be `true`, `"true"` or 1, and a file's author does not see which.
    this.#marks = equals === undefined ? undefined : new Set((Array.isArray(equals) ? equals : [equals]).map(String))
    this.#flattener = flattener
  }

  isOn(raw: readonly RawCell[]): boolean {
    if (this.#source < 0) this.#source = this.#flattener.columns.indexOf(this.#column)
    const value = raw[this.#source] ?? null
    if (value === null || value === '') return false
    return this.#marks?.has(String(value)) ?? true
  }
}
