// What formulas calculate with, and how one kind of value becomes another.
import type { Area } from '../area.ts'
import type { CellValue } from '../cell-value.ts'
import type { Sheet } from '../sheet.ts'
import { FormulaError } from './errors.ts'
import type { FormulaCell } from './formula-cell.ts'
import type { Expression } from './parse.ts'

/** One value; undefined is an empty cell. */
export type Scalar = CellValue | undefined

/** Cells that an operand names. */
export class Cells {
  readonly sheet: Sheet
  readonly area: Area

  constructor(sheet: Sheet, area: Area) {
    this.sheet = sheet
    this.area = area
  }
}

/** What an expression gives. */
export type Operand = Scalar | Cells

/** The cell whose formula is calculated. */
export interface Site {
  readonly sheet: Sheet
  readonly row: number
  readonly column: number
}

/** What a function can ask while its cell is calculated. */
export interface Evaluator {
  readonly site: Site
  readonly cell: FormulaCell
  /** Of the calculation that is going on. */
  readonly generation: number
  /** The operand that an expression gives. */
  evaluate(expression: Expression): Operand
  /** One value of an operand. */
  scalar(operand: Operand): Scalar
  /** Every value of some cells, empty ones included, row by row. */
  everyCell(cells: Cells): Iterable<Scalar>
  /** Every value of an operand with its row; of whole columns only the part in use. */
  values(operand: Operand): Iterable<{ readonly value: Scalar; readonly sheet?: Sheet; readonly row?: number }>
}

/** A number from a value: empty is 0, texts are read. */
export function toNumber(value: Scalar): number {
  if (value === undefined) return 0
  if (typeof value !== 'string') return Number(value)
  const number = Number(value.replaceAll(',', ''))
  if (value.trim() === '' || !Number.isFinite(number)) throw new FormulaError('#VALUE!')
  return number
}

/** A text from a value. */
export function toText(value: Scalar): string {
  if (value === undefined) return ''
  return typeof value === 'boolean' ? String(value).toUpperCase() : String(value)
}

/** Yes or no from a value. */
export function toBoolean(value: Scalar): boolean {
  if (typeof value !== 'string') return Boolean(value)
  if (/^(?:true|false)$/i.test(value)) return value.toLowerCase() === 'true'
  throw new FormulaError('#VALUE!')
}

function rank(value: CellValue): number {
  return typeof value === 'number' ? 0 : typeof value === 'string' ? 1 : 2
}

/** Excel's order of values: numbers, texts without case, booleans; an empty cell is as 0, "" or FALSE. */
export function compareScalars(a: Scalar, b: Scalar): number {
  const zeroFor = (other: Scalar): CellValue =>
    typeof other === 'string' ? '' : typeof other === 'boolean' ? false : 0
  const left = a ?? zeroFor(b)
  const right = b ?? zeroFor(a)
  if (rank(left) !== rank(right)) return rank(left) - rank(right)
  if (typeof left === 'string' || typeof right === 'string') {
    return String(left).toLowerCase().localeCompare(String(right).toLowerCase(), 'en')
  }
  return Number(left) - Number(right)
}
