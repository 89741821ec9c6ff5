import type { Cell, Column } from '../../dataset/column.ts'
import { printDuration } from '../../dataset/time-of-day.ts'
import { BrokerError, type ProblemDetail } from '../../errors/broker-error.ts'
import { ColumnNames, type NamedColumn } from '../../query/column-names.ts'
import type { LooseValue, Match, RowMatch } from '../../query/figure.ts'
import { compileFilter, type Condition } from '../../query/filter/compile-filter.ts'
import { parseFilter } from '../../query/filter/parse-filter.ts'
import { splitFilter, type SplitFilter } from '../../query/filter/split-filter.ts'
import { asksForNow } from '../../query/filter/syntax-tree.ts'
import { readLooseValue, type DateSystem } from '../../query/loose-value.ts'
import { keyText } from '../../snapshot/snapshot-file.ts'
import type { FigureJob } from './figure-job.ts'
import type { HeldValue } from './row-tally.ts'

/** Which rows a figure is made from. */
export interface PlannedRows {
  readonly held: readonly HeldValue[]
  readonly condition: Condition | undefined
  readonly isTimed: boolean
}

interface ReadFilter {
  readonly split: SplitFilter
  readonly rest: Condition | undefined
  readonly isTimed: boolean
}

type Surroundings = Pick<FigureJob, 'nowMs' | 'dateSystem'>

/** What the words of figures mean for one snapshot. All methods throw `request-invalid` with the place in the question. */
export class FigurePlan {
  readonly #names: ColumnNames
  readonly #key: readonly string[]
  readonly #surroundings: Surroundings
  /** Thousands of cells often have the same filter. */
  readonly #filters = new Map<string, ReadFilter>()

  constructor(visible: readonly NamedColumn[], key: readonly string[], surroundings: Surroundings) {
    this.#names = new ColumnNames(visible)
    this.#key = key
    this.#surroundings = surroundings
  }

  /** The column called `name`; `at` says where the question names it. */
  column(name: string, at = '/column'): NamedColumn {
    return this.#names.find(name) ?? fail({ at, message: this.#names.explainMissing(name) })
  }

  /** The column, when its cells can be added. */
  summable(name: string): NamedColumn {
    const found = this.column(name)
    const { type } = found.column
    if (type === 'integer' || type === 'decimal' || type === 'duration') return found
    return fail({ at: '/column', message: `${found.column.name} has no numbers to add: its type is ${type}.` })
  }

  /** How the row with these values in its key columns is named; undefined when no row can have them. */
  findKey(values: readonly LooseValue[]): string | undefined {
    const columns = this.#key
    if (columns.length === 0)
      return fail({ at: '/key', message: 'This dataset has no key; look a row up by a column instead.' })
    if (columns.length !== values.length) {
      const parts = `${columns.length} ${columns.length === 1 ? 'part' : 'parts'}`
      return fail({
        at: '/key',
        message: `The key has ${parts} (${columns.join(', ')}), but here are ${values.length}.`,
      })
    }
    const { dateSystem } = this.#surroundings
    const cells = columns.map((name, index) =>
      toKeyCell(this.column(name, '/key').column, values[index] ?? null, dateSystem),
    )
    return cells.includes(null) ? undefined : keyText(cells)
  }

  /** The rows that are meant. */
  rows({ where = [], filter }: RowMatch): PlannedRows {
    const read = filter === undefined ? undefined : this.#readFilter(filter)
    const held = new Map<number, HeldValue>((read?.split.equal ?? []).map((term) => [term.column.index, term]))
    let isImpossible = false
    for (const [index, match] of where.entries()) {
      const more = this.#readMatch(match, index)
      const known = held.get(more.column.index)
      if (known && known.value !== more.value) isImpossible = true
      held.set(more.column.index, more)
    }
    const condition = isImpossible ? never : read?.rest
    return { held: [...held.values()], condition, isTimed: read?.isTimed ?? false }
  }

  #readMatch({ column, value }: Match, index: number): HeldValue {
    const found = this.column(column, `/where/${index}/column`)
    const read = readLooseValue(value, found.column.type, this.#surroundings.dateSystem)
    if ('value' in read) return { column: found, value: read.value }
    const message = `${read.mistake} That is what ${found.column.name} holds.`
    return fail({ at: `/where/${index}/value`, message })
  }

  #readFilter(text: string): ReadFilter {
    const known = this.#filters.get(text)
    if (known) return known
    const tree = parseFilter(text)
    const surroundings = { columns: this.#names, nowMs: this.#surroundings.nowMs }
    // The whole first: mistakes are to be named whichever part they are in.
    compileFilter(tree, surroundings)
    const split = splitFilter(tree, this.#names)
    const rest = split.rest && compileFilter(split.rest, surroundings)
    const read = { split, rest, isTimed: asksForNow(tree) }
    this.#filters.set(text, read)
    return read
  }
}

/** True for no row. */
const never: Condition = { sql: '0', parameters: [], weight: 1 }

/** What a snapshot holds under a key column for this value. */
function toKeyCell({ name, type }: Column, value: LooseValue, dateSystem: DateSystem): Cell {
  const read = readLooseValue(value, type, dateSystem)
  if ('mistake' in read) return fail({ at: '/key', message: `${read.mistake} That is what ${name} holds.` })
  const cell = read.value
  if (type === 'datetime' && cell !== null) return `${cell}Z`
  return type === 'duration' && cell !== null ? printDuration(Number(cell)) : cell
}

function fail(detail: ProblemDetail): never {
  throw new BrokerError('request-invalid', detail.message, { details: [detail] })
}
