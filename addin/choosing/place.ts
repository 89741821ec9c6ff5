import type { Place } from '../workbook.ts'

/** A cell as Excel writes it, such as `Sheet1!B4` or `'My sheet'!B4`. */
export function formatPlace({ sheetName, row, column }: Place): string {
  const isPlain = /^[\p{L}_][\p{L}\p{N}_.]*$/u.test(sheetName)
  return `${isPlain ? sheetName : `'${sheetName.replaceAll("'", "''")}'`}!${formatColumn(column)}${row + 1}`
}

/** `A`, `Z`, `AA`: the letters of a column counted from 0. */
export function formatColumn(column: number): string {
  const letter = String.fromCharCode(65 + (column % 26))
  return column < 26 ? letter : formatColumn(Math.floor(column / 26) - 1) + letter
}
