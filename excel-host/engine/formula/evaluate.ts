// Calculates one formula. Errors travel as exceptions, so that an operation need not look for them in its operands.
import { intersect, isInside, lastColumn, lastRow } from '../area.ts'
import type { Sheet, Table } from '../sheet.ts'
import { FormulaError, isErrorValue } from './errors.ts'
import type { FormulaCell } from './formula-cell.ts'
import { findFunction } from './functions.ts'
import type { Expression } from './parse.ts'
import { referenceArea } from './rewrite.ts'
import type { StructuredReference } from './structured.ts'
import { structuredArea } from './structured.ts'
import type { Evaluator, Operand, Scalar, Site } from './values.ts'
import { Cells, compareScalars, toNumber, toText } from './values.ts'

/** What a formula can ask of the workbook it is in. */
export interface Surroundings {
  findSheet(name: string): Sheet | undefined
  findTable(name: string): Table | undefined
  findName(name: string): Cells | undefined
  /** The value of a cell, calculated when it must be. */
  read(sheet: Sheet, row: number, column: number): Scalar
  /** A function that is not Excel's own; undefined when nobody has it. */
  callCustom(name: string, args: readonly Operand[], evaluator: Evaluator): Scalar
  /** A cell begins to be calculated. */
  begin(cell: FormulaCell, generation: number): void
}

/** Calculates expressions of one cell. */
export class Evaluation implements Evaluator {
  readonly site: Site
  readonly cell: FormulaCell
  readonly generation: number
  readonly #surroundings: Surroundings

  constructor(
    at: { readonly site: Site; readonly cell: FormulaCell; readonly generation: number },
    surroundings: Surroundings,
  ) {
    this.site = at.site
    this.cell = at.cell
    this.generation = at.generation
    this.#surroundings = surroundings
  }

  /** The operand that an expression gives. */
  evaluate(expression: Expression): Operand {
    if (expression.kind === 'constant') return expression.value
    if (expression.kind === 'error') throw new FormulaError(expression.code)
    if (expression.kind === 'reference') {
      const { reference } = expression
      const sheet =
        reference.sheetName === undefined ? this.site.sheet : this.#surroundings.findSheet(reference.sheetName)
      if (sheet === undefined) throw new FormulaError('#REF!')
      return new Cells(sheet, referenceArea(reference))
    }
    if (expression.kind === 'structured') return this.#structured(expression.reference)
    if (expression.kind === 'name') return this.#named(expression.name)
    if (expression.kind === 'call') return this.#call(expression.name, expression.args)
    if (expression.kind === 'sign') {
      const value = this.scalar(this.evaluate(expression.of))
      return expression.negative ? -toNumber(value) : value
    }
    if (expression.kind === 'percent') return toNumber(this.scalar(this.evaluate(expression.of))) / 100
    return this.#binary(expression.operator, expression.left, expression.right)
  }

  /** One value of an operand: of several cells the one in this row or column, as Excel's implicit intersection. */
  scalar(operand: Operand): Scalar {
    if (!(operand instanceof Cells)) return operand
    const { area, sheet } = operand
    if (area.rowCount === 1 && area.columnCount === 1) return this.#read(sheet, area.row, area.column)
    const { row, column } = this.site
    if (area.columnCount === 1 && row >= area.row && row <= lastRow(area)) return this.#read(sheet, row, area.column)
    if (area.rowCount === 1 && column >= area.column && column <= lastColumn(area)) {
      return this.#read(sheet, area.row, column)
    }
    throw new FormulaError('#VALUE!')
  }

  /** Every value of an operand with its row; of whole columns only the part in use. */
  *values(operand: Operand): Generator<{ readonly value: Scalar; readonly sheet?: Sheet; readonly row?: number }> {
    if (!(operand instanceof Cells)) {
      yield { value: operand }
      return
    }
    const { sheet } = operand
    const used = intersect(operand.area, sheet.grid.extent)
    if (used === undefined) return
    for (let row = used.row; row <= lastRow(used); row += 1) {
      for (let column = used.column; column <= lastColumn(used); column += 1) {
        yield { value: this.#read(sheet, row, column), sheet, row }
      }
    }
  }

  /** Every value of some cells, empty ones included, row by row. */
  *everyCell({ sheet, area }: Cells): Generator<Scalar> {
    for (let row = area.row; row <= lastRow(area); row += 1) {
      for (let column = area.column; column <= lastColumn(area); column += 1) yield this.#read(sheet, row, column)
    }
  }

  #read(sheet: Sheet, row: number, column: number): Scalar {
    const value = this.#surroundings.read(sheet, row, column)
    if (isErrorValue(value)) throw new FormulaError(String(value))
    return value
  }

  #structured(reference: StructuredReference): Cells {
    const { sheet, row, column } = this.site
    const here = { row, column, rowCount: 1, columnCount: 1 }
    const table =
      reference.tableName === undefined
        ? sheet.tables.find((candidate) => isInside(here, candidate.area))
        : this.#surroundings.findTable(reference.tableName)
    if (table === undefined) throw new FormulaError('#REF!')
    const area = structuredArea(table, reference, row)
    if (area === undefined) throw new FormulaError(reference.items.has('#this row') ? '#VALUE!' : '#REF!')
    return new Cells(table.sheet, area)
  }

  #named(name: string): Operand {
    const cells = this.#surroundings.findName(name)
    if (cells !== undefined) return cells
    const table = this.#surroundings.findTable(name)
    if (table === undefined) throw new FormulaError('#NAME?')
    return new Cells(table.sheet, table.bodyArea)
  }

  #call(name: string, args: readonly Expression[]): Scalar {
    const own = findFunction(name)
    if (own !== undefined) return own(this, args)
    return this.#surroundings.callCustom(
      name,
      args.map((argument) => this.evaluate(argument)),
      this,
    )
  }

  #binary(operator: string, left: Expression, right: Expression): Scalar {
    const a = this.scalar(this.evaluate(left))
    const b = this.scalar(this.evaluate(right))
    if (operator === '&') return toText(a) + toText(b)
    if (operator === '=' || operator === '<>') return (compareScalars(a, b) === 0) === (operator === '=')
    if (operator.startsWith('<') || operator.startsWith('>')) {
      const order = compareScalars(a, b)
      if (order === 0) return operator.endsWith('=')
      return operator.startsWith('<') ? order < 0 : order > 0
    }
    return calculate(operator, toNumber(a), toNumber(b))
  }
}

function calculate(operator: string, a: number, b: number): number {
  if (operator === '/' && b === 0) throw new FormulaError('#DIV/0!')
  const result =
    operator === '+' ? a + b : operator === '-' ? a - b : operator === '*' ? a * b : operator === '/' ? a / b : a ** b
  if (!Number.isFinite(result)) throw new FormulaError('#NUM!')
  return result
}
