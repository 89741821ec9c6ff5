/**
 * A formula that means in another row what it means in its own: relative row numbers are moved by `rows`. References to other tables'
 * columns and texts stay as they are.
 */
export function shiftFormula(formula: string, rows: number): string {
  if (!formula.startsWith('=') || rows === 0) return formula
  // Texts, sheet names and column names are taken whole, so that nothing in them looks like a cell.
  return formula.replaceAll(partPattern, (part, column?: string, fixed?: string, row?: string) => {
    if (column === undefined || row === undefined || fixed === '$') return part
    return `${column}${Math.max(1, Number(row) + rows)}`
  })
}

const partPattern =
  /"(?:[^"]|"")*"|'(?:[^']|'')*'|\[[^\]]*\]|[\p{L}_][\p{L}\p{N}_.]*\(|(?<![\p{L}\p{N}_.$])(\$?[A-Z]{1,3})(\$?)(\d{1,7})(?![\p{L}\p{N}_.(])/giu
