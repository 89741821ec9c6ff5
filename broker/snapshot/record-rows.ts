import { Flattener, quote, type JsonRecord, type RawCell } from '../dataset/flatten.ts'
import { createRecordMaker, type RecordMaker } from '../dataset/table-records.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { listRulesOf } from './column-drift.ts'
import { listNames } from './pull-warnings.ts'
import type { SnapshotRequest } from './snapshot-request.ts'

/** Makes raw rows out of a pull's records, and knows which columns they had. */
export class RecordRows {
  readonly flattener: Flattener
  /** How many columns are looked for; raw cells behind them are of new ones. */
  readonly knownColumns: number
  /** The records that become rows out of one of the source's. */
  readonly expand: RecordMaker
  readonly #request: SnapshotRequest
  /** Where the key's columns are among the raw cells, as far as known. */
  readonly #keySources: number[] = []
  #count = 0

  constructor(request: SnapshotRequest) {
    this.#request = request
    const { flattenDepth, deletedWhen, onNewColumn } = request.definition
    // The mark of deletion counts whether or not the table has its column.
    const taken = new Set([...request.columns.map(({ name }) => name), ...(deletedWhen ? [deletedWhen.column] : [])])
    this.flattener = new Flattener({
      depth: flattenDepth,
      columns: request.columns.length === 0 ? undefined : [...taken],
      isOpen: onNewColumn === 'add',
      listRuleOf: listRulesOf(request.definition),
    })
    this.knownColumns = this.flattener.columns.length
    this.expand = createRecordMaker(request.definition, request.source)
  }

  /** How many rows there were so far. */
  get count(): number {
    return this.#count
  }

  /** Columns of the table that no record had; unknown when there was none, or only some were read. */
  get missing(): string[] {
    const { columns, isPartial } = this.#request
    if (isPartial || this.#count === 0) return []
    return columns.filter(({ name, isFixed }) => isFixed && !this.flattener.seen.has(name)).map(({ name }) => name)
  }

  /**
   * The cells of one record that `expand` made.
   *
   * @throws {BrokerError} `key-invalid`, `source-malformed`, `source-too-large`
   */
  read(record: JsonRecord): RawCell[] {
    this.#count += 1
    const raw = this.flattener.flatten(record)
    const { key } = this.#request.definition
    for (const [index, name] of key.entries()) {
      let source = this.#keySources[index] ?? -1
      if (source < 0) source = this.#keySources[index] = this.flattener.columns.indexOf(name)
      const value = raw[source] ?? ''
      if (value === '') throw this.#keyProblem(name)
    }
    return raw
  }

  #keyProblem(name: string): BrokerError {
    const { seen } = this.flattener
    const problem = seen.has(name)
      ? `Record ${this.#count} has no value in the key column ${quote(name)}. Name a key that every record has, or none, in the definition file and apply it.`
      : `The records have no column ${quote(name)}, which the definition file names as key. They have: ${listNames(seen)}.`
    return new BrokerError('key-invalid', problem)
  }
}
