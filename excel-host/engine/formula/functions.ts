// The few functions that people's own columns and total rows are made of. Everything else answers `#NAME?`.
import { FormulaError } from './errors.ts'
import type { Expression } from './parse.ts'
import type { Evaluator, Scalar } from './values.ts'
import { Cells, compareScalars, toBoolean, toNumber, toText } from './values.ts'

type Call = (evaluation: Evaluator, args: readonly Expression[]) => Scalar

// Texts and booleans in cells do not count; given as arguments they do.
function numbersOf(evaluation: Evaluator, args: readonly Expression[]): number[] {
  const numbers: number[] = []
  for (const argument of args) {
    const operand = evaluation.evaluate(argument)
    for (const { value } of evaluation.values(operand)) {
      if (typeof value === 'number') numbers.push(value)
      else if (!(operand instanceof Cells)) numbers.push(toNumber(value))
    }
  }
  return numbers
}

function sum(numbers: readonly number[]): number {
  let total = 0
  for (const number of numbers) total += number
  return total
}

function average(numbers: readonly number[]): number {
  if (numbers.length === 0) throw new FormulaError('#DIV/0!')
  return sum(numbers) / numbers.length
}

function largest(numbers: readonly number[]): number {
  return numbers.reduce((most, number) => Math.max(most, number), numbers[0] ?? 0)
}

function smallest(numbers: readonly number[]): number {
  return numbers.reduce((least, number) => Math.min(least, number), numbers[0] ?? 0)
}

function argument(evaluation: Evaluator, args: readonly Expression[], index: number): Scalar {
  const expression = args[index]
  if (expression === undefined) throw new FormulaError('#VALUE!')
  return evaluation.scalar(evaluation.evaluate(expression))
}

function numberAt(evaluation: Evaluator, args: readonly Expression[], index: number, otherwise?: number): number {
  if (args[index] === undefined && otherwise !== undefined) return otherwise
  return toNumber(argument(evaluation, args, index))
}

function everyScalar(evaluation: Evaluator, args: readonly Expression[]): Scalar[] {
  return args.flatMap((each) => [...evaluation.values(evaluation.evaluate(each))].map(({ value }) => value))
}

function round(value: number, digits: number): number {
  const size = Number(`${Math.round(Number(`${Math.abs(value)}e${digits}`))}e${-digits}`)
  return value < 0 ? -size : size
}

// 1 to 11 leave out rows a filter hides, 101 to 111 every hidden row.
function subtotal(evaluation: Evaluator, args: readonly Expression[]): Scalar {
  const kind = numberAt(evaluation, args, 0)
  const values: Scalar[] = []
  for (const each of args.slice(1)) {
    for (const { value, sheet, row } of evaluation.values(evaluation.evaluate(each))) {
      const isHidden =
        sheet !== undefined && row !== undefined && (kind > 100 ? sheet.hiddenRows.has(row) : sheet.isFilteredOut(row))
      if (!isHidden) values.push(value)
    }
  }
  const numbers = values.filter((value) => typeof value === 'number')
  const total = kind % 100
  if (total === 1) return average(numbers)
  if (total === 2) return numbers.length
  if (total === 3) return values.filter((value) => value !== undefined).length
  if (total === 4) return largest(numbers)
  if (total === 5) return smallest(numbers)
  if (total === 9) return sum(numbers)
  throw new FormulaError('#VALUE!')
}

const FUNCTIONS: Readonly<Record<string, Call>> = {
  SUM: (evaluation, args) => sum(numbersOf(evaluation, args)),
  AVERAGE: (evaluation, args) => average(numbersOf(evaluation, args)),
  MIN: (evaluation, args) => smallest(numbersOf(evaluation, args)),
  MAX: (evaluation, args) => largest(numbersOf(evaluation, args)),
  COUNT: (evaluation, args) => everyScalar(evaluation, args).filter((value) => typeof value === 'number').length,
  COUNTA: (evaluation, args) => everyScalar(evaluation, args).filter((value) => value !== undefined).length,
  SUBTOTAL: subtotal,
  IF: (evaluation, args) => {
    if (toBoolean(argument(evaluation, args, 0))) return argument(evaluation, args, 1)
    return args.length < 3 ? false : argument(evaluation, args, 2)
  },
  IFERROR: (evaluation, args) => {
    try {
      return argument(evaluation, args, 0)
    } catch (error) {
      if (!(error instanceof FormulaError)) throw error
      return argument(evaluation, args, 1)
    }
  },
  AND: (evaluation, args) => everyScalar(evaluation, args).every(toBoolean),
  OR: (evaluation, args) => everyScalar(evaluation, args).some(toBoolean),
  NOT: (evaluation, args) => !toBoolean(argument(evaluation, args, 0)),
  ABS: (evaluation, args) => Math.abs(numberAt(evaluation, args, 0)),
  ROUND: (evaluation, args) => round(numberAt(evaluation, args, 0), numberAt(evaluation, args, 1)),
  INT: (evaluation, args) => Math.floor(numberAt(evaluation, args, 0)),
  LEN: (evaluation, args) => toText(argument(evaluation, args, 0)).length,
  UPPER: (evaluation, args) => toText(argument(evaluation, args, 0)).toUpperCase(),
  LOWER: (evaluation, args) => toText(argument(evaluation, args, 0)).toLowerCase(),
  TRIM: (evaluation, args) =>
    toText(argument(evaluation, args, 0))
      .trim()
      .replaceAll(/ +/g, ' '),
  LEFT: (evaluation, args) => toText(argument(evaluation, args, 0)).slice(0, numberAt(evaluation, args, 1, 1)),
  RIGHT: (evaluation, args) => {
    const count = numberAt(evaluation, args, 1, 1)
    return count === 0 ? '' : toText(argument(evaluation, args, 0)).slice(-count)
  },
  CONCAT: (evaluation, args) => everyScalar(evaluation, args).map(toText).join(''),
  CONCATENATE: (evaluation, args) => everyScalar(evaluation, args).map(toText).join(''),
  ROW: (evaluation, args) => place(evaluation, args).row + 1,
  COLUMN: (evaluation, args) => place(evaluation, args).column + 1,
  COUNTIF: (evaluation, args) => {
    const [cells] = args
    if (cells === undefined) throw new FormulaError('#VALUE!')
    const wanted = argument(evaluation, args, 1)
    const values = [...evaluation.values(evaluation.evaluate(cells))]
    return values.filter(({ value }) => value !== undefined && compareScalars(value, wanted) === 0).length
  },
}

function place(evaluation: Evaluator, args: readonly Expression[]): { readonly row: number; readonly column: number } {
  if (args[0] === undefined) return evaluation.site
  const operand = evaluation.evaluate(args[0])
  if (!(operand instanceof Cells)) throw new FormulaError('#VALUE!')
  return operand.area
}

/** A function of Excel that this host knows, by its name in capitals. */
export function findFunction(name: string): Call | undefined {
  return Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined
}
