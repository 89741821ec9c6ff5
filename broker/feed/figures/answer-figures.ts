import type { Cell, Column } from '../../dataset/column.ts'
import { printDuration } from '../../dataset/time-of-day.ts'
import { BrokerError } from '../../errors/broker-error.ts'
import type { NamedColumn } from '../../query/column-names.ts'
import type { CountFigure, Figure, LookupFigure, SumFigure, ValueFigure } from '../../query/figure.ts'
import type { SnapshotReader } from '../../snapshot/snapshot-reader.ts'
import { findVisible } from '../visible-columns.ts'
import type { FigureJob, FigureResult, FoundFigure, MissingFigure } from './figure-job.ts'
import { FigurePlan, type PlannedRows } from './figure-plan.ts'
import { RowTally, type Group } from './row-tally.ts'

/** Work as `Condition.weight` measures it, for all rows together: about two seconds, so that other readers get their turns. */
const mostWork = 400_000_000
/** How many keys or rows are looked up at a time. */
const batchRows = 1_000

/** A figure whose answer is a cell of a row. */
interface CellWanted {
  readonly place: number
  readonly column: NamedColumn
  readonly row: number
  readonly rows: number | undefined
  readonly isTimed: boolean
}

/**
 * Answers figures of one snapshot, each with a value or with what is wrong with it. Synchronous, for a page thread. Goes through the
 * table once for all that can be told apart by what columns hold, and few more times for other filters; what would take too long for one
 * request is answered with `figure-deferred`.
 *
 * @throws {BrokerError} `dataset-unknown` when the reader may not see columns of the key
 */
export function answerFigures(snapshot: SnapshotReader, job: FigureJob): readonly FigureResult[] {
  const { meta } = snapshot
  const plan = new FigurePlan(findVisible(meta.columns, meta.key, job.columns), meta.key, job)
  return new FigureAnswers(snapshot, plan).answer(job.figures)
}

class FigureAnswers {
  readonly #snapshot: SnapshotReader
  readonly #plan: FigurePlan
  readonly #tally = new RowTally()
  readonly #results: FigureResult[] = []
  /** What the tally must have counted first. */
  readonly #afterTally: ((left: ReadonlySet<Group>) => void)[] = []
  readonly #keys: { readonly place: number; readonly key: string; readonly column: NamedColumn }[] = []
  readonly #cells: CellWanted[] = []

  constructor(snapshot: SnapshotReader, plan: FigurePlan) {
    this.#snapshot = snapshot
    this.#plan = plan
  }

  answer(figures: readonly Figure[]): readonly FigureResult[] {
    for (const [place, figure] of figures.entries()) {
      try {
        this.#prepare(place, figure)
      } catch (error) {
        if (!(error instanceof BrokerError)) throw error
        this.#results[place] = { code: error.code, message: error.message, details: error.details }
      }
    }
    const left = this.#tally.run(this.#snapshot, mostWork)
    for (const finish of this.#afterTally) finish(left)
    this.#findKeys()
    this.#readCells()
    return this.#results
  }

  #prepare(place: number, figure: Figure): void {
    switch (figure.kind) {
      case 'value':
        this.#prepareValue(place, figure)
        return
      case 'count':
        this.#prepareCount(place, figure)
        return
      case 'sum':
        this.#prepareSum(place, figure)
        return
      case 'lookup':
        this.#prepareLookup(place, figure)
    }
  }

  #prepareValue(place: number, figure: ValueFigure): void {
    const column = this.#plan.column(figure.column)
    const key = this.#plan.findKey(figure.key)
    if (key === undefined) this.#results[place] = noSuchRow
    else this.#keys.push({ place, key, column })
  }

  #prepareCount(place: number, figure: CountFigure): void {
    const planned = this.#plan.rows(figure)
    if (planned.held.length === 0 && !planned.condition) {
      this.#results[place] = { value: this.#snapshot.meta.rows, type: 'integer' }
      return
    }
    this.#count(place, planned, ({ rows }) => ({ value: rows, type: 'integer' }))
  }

  #prepareSum(place: number, figure: SumFigure): void {
    const column = this.#plan.summable(figure.column)
    const group = this.#count(place, this.#plan.rows(figure), ({ rows, sums }) => {
      const exact = String(sums.get(column.index) ?? 0)
      const { type } = column.column
      if (type === 'duration') return { value: printDuration(Number(exact)), type, rows }
      return { value: Number(exact), type, rows, exact }
    })
    this.#tally.sum(group, column)
  }

  #prepareLookup(place: number, figure: LookupFigure): void {
    const column = this.#plan.column(figure.column)
    const planned = this.#plan.rows(figure)
    const { isTimed } = planned
    this.#count(place, planned, ({ rows, firstRow }) => {
      if (firstRow === 0) return noSuchRow
      this.#cells.push({ place, column, row: firstRow, rows, isTimed })
      return undefined
    })
  }

  #count(place: number, planned: PlannedRows, toResult: (group: Group) => FigureResult | undefined): Group {
    const { held, condition, isTimed } = planned
    const group = this.#tally.group(held, this.#refuseTooMuchWork(condition))
    this.#afterTally.push((left) => {
      const result = left.has(group) ? deferred : toResult(group)
      if (result) this.#results[place] = isTimed && 'value' in result ? { ...result, isTimed } : result
    })
    return group
  }

  #refuseTooMuchWork(condition: PlannedRows['condition']): PlannedRows['condition'] {
    const { rows } = this.#snapshot.meta
    if (!condition || condition.weight * rows <= mostWork) return condition
    const message = `This filter is too much work for ${rows} rows. Use fewer functions, \`in\` instead of many \`or\`, or a shorter filter.`
    throw new BrokerError('request-invalid', message, { details: [{ at: 'filter', message }] })
  }

  #findKeys(): void {
    for (let at = 0; at < this.#keys.length; at += batchRows) {
      const some = this.#keys.slice(at, at + batchRows)
      const rows = this.#snapshot.findRows(some.map(({ key }) => key))
      for (const [index, { place, column }] of some.entries()) {
        const row = rows[index] ?? 0
        if (row === 0) this.#results[place] = noSuchRow
        else this.#cells.push({ place, column, row, rows: undefined, isTimed: false })
      }
    }
  }

  #readCells(): void {
    const columns = [...new Set(this.#cells.map(({ column }) => column.index))]
    const places = new Map(columns.map((index, place) => [index, place]))
    for (let at = 0; at < this.#cells.length; at += batchRows) {
      const some = this.#cells.slice(at, at + batchRows)
      const { cells } = this.#snapshot.rowsAt(
        Uint32Array.from(some, ({ row }) => row),
        columns,
      )
      for (const [index, { place, column, rows, isTimed }] of some.entries()) {
        const cell = cells[index]?.[places.get(column.index) ?? 0] ?? null
        const found: FoundFigure = { value: toWire(cell, column.column), type: column.column.type }
        this.#results[place] = { ...found, ...(rows !== undefined && { rows }), ...(isTimed && { isTimed }) }
      }
    }
  }
}

const noSuchRow: MissingFigure = { code: 'row-unknown', message: 'No row of this dataset has that.', details: [] }

const deferred: MissingFigure = {
  code: 'figure-deferred',
  message: 'The request asked for more different filters than are answered at a time. Ask again for this one.',
  details: [],
}

function toWire(cell: Cell, { type }: Column): Cell | boolean {
  return type === 'boolean' && cell !== null ? cell === 1 : cell
}
