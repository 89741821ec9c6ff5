import type { Cell } from '../dataset/column.ts'
import type { PlannedColumn } from './column-plan.ts'

/** Finds the newest change among the rows of a pull, by the column in which the source says it. */
export class LatestChange {
  readonly #column: string | undefined
  #index = -1
  #latest = ''

  constructor(column: string | undefined) {
    this.#column = column
  }

  /** From here on rows have these columns. In one that is no date or date-time nothing is found. */
  follow(columns: readonly PlannedColumn[]): void {
    const isMoment = ({ type }: PlannedColumn): boolean => type === 'date' || type === 'datetime'
    this.#index = columns.findIndex((column) => column.name === this.#column && isMoment(column))
  }

  note(cells: readonly Cell[]): void {
    const cell = cells[this.#index]
    if (typeof cell !== 'string') return
    // To the second: with and without a fraction, texts are not in the order of time.
    const moment = cell.slice(0, 19)
    if (moment > this.#latest) this.#latest = moment
  }

  /** undefined when no row said. */
  get latestMs(): number | undefined {
    if (this.#latest === '') return undefined
    return Date.parse(this.#latest.length === 10 ? this.#latest : `${this.#latest}Z`)
  }
}
