import type { CellValue } from '../cell-value.ts'

/** A cell with a formula, and its result as last calculated. */
export interface FormulaCell {
  /** With its `=`. */
  text: string
  value: CellValue
  /** Of when the value is; 0 for never. */
  generation: number
}

/** A new formula cell, not yet calculated. */
export function formulaCell(text: string): FormulaCell {
  return { text, value: 0, generation: 0 }
}
