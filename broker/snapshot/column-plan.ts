import { createCoercer, describeKind, widenType, type Coercer } from '../dataset/coerce.ts'
import type { Cell, Column, ColumnType, StoredColumn } from '../dataset/column.ts'
import { quote, type Flattener, type RawCell } from '../dataset/flatten.ts'
import { inferType, kinds } from '../dataset/infer.ts'
import type { TableDefinition } from '../dataset/table-definition.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { keyText } from './snapshot-file.ts'

/** One column of the table being made. */
export interface PlannedColumn {
  readonly name: string
  /** Its place among the raw cells. */
  readonly source: number
  /** undefined while no value, of this or an earlier pull, has told it. */
  readonly type: ColumnType | undefined
  /** Whether the definition file gives the type. */
  readonly isDeclared: boolean
}

function declaredType(declared: TableDefinition['columns'], name: string): ColumnType | undefined {
  return Object.hasOwn(declared, name) ? declared[name]?.type : undefined
}

/** The columns that earlier pulls fixed. */
export function planStored(stored: readonly StoredColumn[], declared: TableDefinition['columns']): PlannedColumn[] {
  return stored.map(({ name, type, isFixed }, source) => {
    const isDeclared = declaredType(declared, name) !== undefined
    return { name, source, type: isFixed || isDeclared ? type : undefined, isDeclared }
  })
}

/** `planned` with the types that values of these kinds told. */
export function settleTypes(
  planned: readonly PlannedColumn[],
  seen: readonly number[],
  flattener: Flattener,
): PlannedColumn[] {
  return planned.map((column) => {
    if (column.type !== undefined) return column
    const joined = flattener.isJoined(column.source) ? kinds.text : 0
    return { ...column, type: inferType((seen[column.source] ?? 0) | joined) }
  })
}

/** The columns that the records of a first pull have, in the order in which they appeared. */
export function planFound(
  flattener: Flattener,
  seen: readonly number[],
  declared: TableDefinition['columns'],
): PlannedColumn[] {
  const found = flattener.columns.map((name, source): PlannedColumn => {
    const type = declaredType(declared, name)
    return { name, source, type, isDeclared: type !== undefined }
  })
  // A null where other records have an object is no column of its own.
  const isColumn = ({ name, source, isDeclared }: PlannedColumn): boolean =>
    isDeclared || (seen[source] ?? 0) > 0 || flattener.isJoined(source) || !flattener.isObject(name)
  return settleTypes(found.filter(isColumn), seen, flattener)
}

/** As a snapshot and readers know them. */
export function toColumns(planned: readonly PlannedColumn[]): Column[] {
  return planned.map(({ name, type }) => ({ name, type: type ?? 'text' }))
}

/** As the state database keeps them until the next pull. */
export function toStoredColumns(planned: readonly PlannedColumn[]): StoredColumn[] {
  return planned.map(({ name, type }) => ({ name, type: type ?? 'text', isFixed: type !== undefined }))
}

/** A value shows that its column is of another type than the values before it told. */
export class Contradiction extends Error {}

/** Makes rows of a table out of raw cells. */
export class RowShaper {
  readonly #loose: ReadonlySet<number>
  readonly #columns: readonly PlannedColumn[]
  readonly #coercers: readonly Coercer[]
  readonly #sources: readonly number[]
  readonly #keyIndexes: readonly number[]

  /** @param loose the sources of columns whose types are only supposed */
  constructor(columns: readonly PlannedColumn[], key: readonly string[], loose: ReadonlySet<number> = new Set()) {
    this.#loose = loose
    this.#columns = columns
    this.#sources = columns.map(({ source }) => source)
    this.#coercers = columns.map(({ type, isDeclared }) => createCoercer(type ?? 'text', isDeclared))
    this.#keyIndexes = key.map((name) => columns.findIndex((column) => column.name === name))
  }

  /**
   * The cells of a row, and its key when the dataset has one.
   *
   * @throws {BrokerError} `column-mismatch` when a value does not fit; names the record by its key or its number
   * @throws {Contradiction} when it does not fit a loose column
   */
  shape(raw: readonly RawCell[], recordNumber: number): { readonly key: string | undefined; readonly cells: Cell[] } {
    const cells = new Array<Cell>(this.#sources.length)
    for (let index = 0; index < cells.length; index++) {
      const value = raw[this.#sources[index] ?? -1] ?? null
      const cell = this.#coercers[index]?.(value)
      if (cell === undefined) throw this.#mismatch(index, raw, recordNumber)
      cells[index] = cell
    }
    if (this.#keyIndexes.length === 0) return { key: undefined, cells }
    return { key: keyText(this.#keyIndexes.map((index) => cells[index] ?? null)), cells }
  }

  #mismatch(index: number, raw: readonly RawCell[], recordNumber: number): Error {
    const { name = '', type = 'text', source = -1 } = this.#columns[index] ?? {}
    if (this.#loose.has(source)) return new Contradiction()
    const value = raw[source] ?? null
    const isKey = this.#keyIndexes.includes(index)
    const keyCells = this.#keyIndexes.map((keyIndex) => raw[this.#sources[keyIndex] ?? -1] ?? null)
    const key = keyText(keyCells.map((cell) => (typeof cell === 'boolean' ? Number(cell) : cell)))
    const record = isKey || keyCells.length === 0 ? `record ${recordNumber}` : `the record with the key ${quote(key)}`
    return new BrokerError(
      'column-mismatch',
      `The column ${quote(name)} is of type ${type}, but ${record} holds ${describeKind(value)} in it. To allow that, ` +
        `write \`columns: {${JSON.stringify(name)}: {type: ${widenType(type, value)}}}\` under the dataset in the ` +
        'definition file and apply it.',
    )
  }
}
