import { BrokerError } from '../errors/broker-error.ts'

/** A value as JSON has it. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonRecord

/** One record of a source. */
export interface JsonRecord {
  readonly [name: string]: JsonValue
}

/** A cell before its column's type is known or applied. */
export type RawCell = string | number | boolean | null

export interface FlattenOptions {
  /** How many levels of objects inside a record become columns of their own; deeper ones become JSON text. */
  readonly depth: number
  /** The columns to take, in this order; undefined: every column that appears, in order of appearance. */
  readonly columns: readonly string[] | undefined
  /** Other columns than `columns` are taken as well, behind them. */
  readonly isOpen?: boolean
  /** What becomes of lists in a column; `joined` unless it says otherwise. */
  readonly listRuleOf?: (column: string) => ListRule
}

/** What becomes of a list. */
export interface ListRule {
  readonly mode: 'join' | 'count' | 'json'
  readonly separator: string
}

const joined: ListRule = { mode: 'join', separator: ', ' }

/** What is known of one name at one place in the records. */
interface Field {
  readonly path: string
  /** Where its own value goes; `none` until it has one, or for good when the column is not among those to take. */
  column: number
  readonly isTaken: boolean
  readonly listRule: ListRule
  fields: Map<string, Field> | undefined
}

const none = -1
/** Far above any table that people read; SQLite stops at 2,000. */
const mostColumns = 1_000
/** Names known at once: a source that uses ids as names would otherwise fill the memory. */
const mostFields = 10_000

/**
 * Turns records into rows of cells. Learns the shape of the records as they come, so that a name is looked up and never
 * built again: the second record of a shape costs a fraction of the first.
 *
 * A list of scalars becomes one text, joined with `, `, unless a rule says otherwise; one that holds anything else (null too) becomes
 * JSON text; an empty list, unless counted, and an empty object have no value.
 */
export class Flattener {
  readonly #options: FlattenOptions
  readonly #fields = new Map<string, Field>()
  readonly #columns: string[]
  readonly #owners = new Map<string, Field>()
  readonly #known: ReadonlyMap<string, number> | undefined
  readonly #joined = new Set<number>()
  readonly #ignored = new Set<string>()
  readonly #seen = new Set<string>()
  #fieldCount = 0

  constructor(options: FlattenOptions) {
    this.#options = options
    this.#columns = [...(options.columns ?? [])]
    this.#known = options.columns && new Map(options.columns.map((name, index) => [name, index]))
  }

  /** The columns that cells belong to; later ones may follow while the columns are open. */
  get columns(): readonly string[] {
    return this.#columns
  }

  /** Columns that records have and the table does not, as far as they hold values. */
  get ignored(): ReadonlySet<string> {
    return this.#ignored
  }

  /** Every column that any record so far had, taken or not. */
  get seen(): ReadonlySet<string> {
    return this.#seen
  }

  /** Whether a value of this column was made from a list or an object: text, whatever it looks like. */
  isJoined(column: number): boolean {
    return this.#joined.has(column)
  }

  /** Whether records have objects where this column stands, whose fields are columns of their own. */
  isObject(column: string): boolean {
    return (this.#owners.get(column)?.fields?.size ?? 0) > 0
  }

  /**
   * The record's cells, null where it has nothing.
   *
   * @throws {BrokerError} `source-malformed` when two fields make one column, `source-too-large` above 1,000 columns
   */
  flatten(record: JsonRecord): RawCell[] {
    const cells = new Array<RawCell>(this.#columns.length).fill(null)
    this.#fill(record, { fields: this.#fields, prefix: '', level: 0 }, cells)
    return cells
  }

  #fill(
    object: JsonRecord,
    place: { fields: Map<string, Field>; prefix: string; level: number },
    cells: RawCell[],
  ): void {
    for (const name in object) {
      const value = object[name] ?? null
      const field = place.fields.get(name) ?? this.#learn(name, place)
      if (typeof value !== 'object' || value === null) {
        if (value === null && field.column === none && field.fields) continue
        this.#put(field, value, cells)
      } else if (Array.isArray(value)) {
        this.#putList(field, value as readonly JsonValue[], cells)
      } else if (place.level < this.#options.depth) {
        field.fields ??= new Map()
        this.#fill(
          value as JsonRecord,
          { fields: field.fields, prefix: `${field.path}.`, level: place.level + 1 },
          cells,
        )
      } else {
        this.#putJoined(field, jsonText(value), cells)
      }
    }
  }

  #learn(name: string, place: { fields: Map<string, Field>; prefix: string }): Field {
    const path = place.prefix + name
    const { isOpen = false, listRuleOf } = this.#options
    const isTaken = isOpen || (this.#known?.has(path) ?? true)
    const field: Field = { path, column: none, isTaken, listRule: listRuleOf?.(path) ?? joined, fields: undefined }
    if (this.#fieldCount < mostFields) {
      this.#fieldCount += 1
      place.fields.set(name, field)
    } else if (!this.#known || isOpen) {
      throw tooManyColumns(mostFields)
    }
    return field
  }

  #put(field: Field, value: RawCell, cells: RawCell[]): void {
    const column = field.column === none ? this.#assign(field) : field.column
    if (column !== none) cells[column] = value
    else if (value !== null && this.#ignored.size < mostColumns) this.#ignored.add(field.path)
  }

  #putList(field: Field, list: readonly JsonValue[], cells: RawCell[]): void {
    const { mode } = field.listRule
    if (mode === 'count') this.#put(field, list.length, cells)
    else this.#putJoined(field, listText(list, field.listRule), cells)
  }

  #putJoined(field: Field, text: string | null, cells: RawCell[]): void {
    this.#put(field, text, cells)
    if (text !== null && field.column !== none) this.#joined.add(field.column)
  }

  #assign(field: Field): number {
    if (this.#seen.size < mostColumns) this.#seen.add(field.path)
    if (!field.isTaken) return none
    const owner = this.#owners.get(field.path)
    if (owner && owner !== field) {
      throw new BrokerError(
        'source-malformed',
        `Two fields of the records make one column, ${quote(field.path)}: one has the dot in its own name. Set ` +
          '`flattenDepth: 0` in the definition file and apply it, so that nested objects stay one column.',
      )
    }
    this.#owners.set(field.path, field)
    const known = this.#known?.get(field.path)
    if (known === undefined && this.#columns.length >= mostColumns) throw tooManyColumns(mostColumns)
    field.column = known ?? this.#columns.push(field.path) - 1
    return field.column
  }
}

/** A name as messages show it: in quotes, and short whatever a source sends. */
export function quote(name: string): string {
  return name.length > 100 ? `"${name.slice(0, 100)}..."` : `"${name}"`
}

function listText(list: readonly JsonValue[], { mode, separator }: ListRule): string | null {
  if (list.length === 0) return null
  const isJoined = mode === 'join' && list.every((item) => item !== null && typeof item !== 'object')
  return isJoined ? list.join(separator) : jsonText(list)
}

function jsonText(value: JsonValue): string {
  try {
    return JSON.stringify(value)
  } catch (cause) {
    // What JSON.parse reads can be nested too deeply for JSON.stringify.
    throw new BrokerError('source-malformed', 'A record is nested too deeply.', { cause })
  }
}

function tooManyColumns(most: number): BrokerError {
  return new BrokerError(
    'source-too-large',
    `The records have more than ${most} columns. Set a smaller \`flattenDepth\` in the definition file and apply it.`,
  )
}
