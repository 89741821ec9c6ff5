// Keeps formula cells up to date: a cell is calculated when it is read after something changed. Long chains of cells are
// walked with a list of what is waiting, not with the call stack.
import type { CellValue } from '../cell-value.ts'
import type { Sheet } from '../sheet.ts'
import { FormulaError } from './errors.ts'
import type { Surroundings } from './evaluate.ts'
import { Evaluation } from './evaluate.ts'
import type { FormulaCell } from './formula-cell.ts'
import type { Expression } from './parse.ts'
import { parseFormula } from './parse.ts'
import type { Scalar } from './values.ts'

interface Place {
  readonly sheet: Sheet
  readonly row: number
  readonly column: number
  readonly cell: FormulaCell
}

// Another cell must be calculated before; thrown when the call stack gets deep.
class Waiting extends Error {
  readonly place: Place

  constructor(place: Place) {
    super('Waiting for another cell.')
    this.name = 'Waiting'
    this.place = place
  }
}

const MAX_DEPTH = 100
const MAX_PARSED = 50_000

/** What the calculator needs of its workbook. */
export type CalculationContext = Omit<Surroundings, 'read'>

/** Calculates the formulas of one workbook. */
export class Calculator {
  readonly #context: CalculationContext
  readonly #surroundings: Surroundings
  readonly #parsed = new Map<string, Expression | undefined>()
  readonly #running = new Set<FormulaCell>()
  #generation = 1
  #depth = 0
  #isPaused = false
  #isStale = false
  /** `Automatic`, `AutomaticExceptTables` or `Manual`. */
  mode = 'Automatic'

  constructor(context: CalculationContext) {
    this.#context = context
    this.#surroundings = { ...context, read: readCell }
  }

  /** Rises with every change that makes values stale. */
  get generation(): number {
    return this.#generation
  }

  /** Says that something changed: values are calculated anew when they are next read, unless the mode is manual. */
  touch(): void {
    if (this.mode === 'Manual') return
    if (this.#isPaused) this.#isStale = true
    else this.#generation += 1
  }

  /** Everything is calculated anew, whatever the mode. */
  recalculate(): void {
    this.#generation += 1
  }

  /** Values stay what they are until `resume`. */
  pause(): void {
    this.#isPaused = true
  }

  /** Ends a pause. */
  resume(): void {
    this.#isPaused = false
    if (this.#isStale) this.#generation += 1
    this.#isStale = false
  }

  /** The result of a formula cell. */
  value(sheet: Sheet, row: number, column: number, cell: FormulaCell): CellValue {
    if (this.#isCurrent(cell)) return cell.value
    const place = { sheet, row, column, cell }
    if (this.#depth > MAX_DEPTH) throw new Waiting(place)
    if (this.#depth > 0) this.#calculate(place)
    else this.#calculateAll(place)
    return cell.value
  }

  #isCurrent(cell: FormulaCell): boolean {
    if (cell.generation === this.#generation) return true
    return this.#isPaused && cell.generation > 0
  }

  #calculateAll(first: Place): void {
    const waiting = [first]
    for (let place = waiting.at(-1); place !== undefined; place = waiting.at(-1)) {
      try {
        if (!this.#isCurrent(place.cell)) this.#calculate(place)
        waiting.pop()
      } catch (error) {
        if (!(error instanceof Waiting)) throw error
        // A cell that waits for one that is waiting already is a circle, which Excel calculates as 0.
        const isCircle = waiting.some((other) => other.cell === error.place.cell)
        if (isCircle) this.#settle(error.place.cell, 0)
        else waiting.push(error.place)
      }
    }
  }

  #calculate({ sheet, row, column, cell }: Place): void {
    if (this.#running.has(cell)) {
      this.#settle(cell, 0)
      return
    }
    this.#running.add(cell)
    this.#depth += 1
    try {
      const expression = this.#parse(cell.text)
      if (expression === undefined) throw new FormulaError('#NAME?')
      this.#context.begin(cell, this.#generation)
      const at = { site: { sheet, row, column }, cell, generation: this.#generation }
      const evaluation = new Evaluation(at, this.#surroundings)
      // An empty cell shows as 0 when a formula names it.
      const result: Scalar = evaluation.scalar(evaluation.evaluate(expression))
      this.#settle(cell, result ?? 0)
    } catch (error) {
      if (!(error instanceof FormulaError)) throw error
      this.#settle(cell, error.code)
    } finally {
      this.#depth -= 1
      this.#running.delete(cell)
    }
  }

  #settle(cell: FormulaCell, value: CellValue): void {
    cell.value = value
    cell.generation = this.#generation
  }

  #parse(text: string): Expression | undefined {
    if (!this.#parsed.has(text)) {
      if (this.#parsed.size >= MAX_PARSED) this.#parsed.clear()
      this.#parsed.set(text, parseFormula(text))
    }
    return this.#parsed.get(text)
  }
}

function readCell(sheet: Sheet, row: number, column: number): Scalar {
  return sheet.grid.value(row, column)
}
