/** The values that a formula can end with instead of a result. */
const ERROR_VALUES: ReadonlySet<string> = new Set([
  '#NULL!',
  '#DIV/0!',
  '#VALUE!',
  '#REF!',
  '#NAME?',
  '#NUM!',
  '#N/A',
  '#BUSY!',
  '#CALC!',
  '#CONNECT!',
])

/** Whether a cell's value is one of Excel's error values. */
export function isErrorValue(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith('#') && ERROR_VALUES.has(value)
}

/** Ends the calculation of one cell with an error value. */
export class FormulaError extends Error {
  readonly code: string

  constructor(code: string) {
    super(code)
    this.name = 'FormulaError'
    this.code = code
  }
}
