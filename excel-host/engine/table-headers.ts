import { renameColumnInFormulas } from './follow.ts'
import type { Sheet, Table } from './sheet.ts'

/**
 * Makes every header cell a non-empty text that no other column has, and the columns' names the same; formulas on any
 * of the sheets use the new names.
 */
export function syncHeaders(table: Table, sheets: readonly Sheet[]): void {
  const header = table.headerArea
  if (header === undefined) return
  const { grid } = table.sheet
  const taken = new Set<string>()
  table.columns.forEach((column, index) => {
    const at = header.column + index
    const shown = grid.value(header.row, at)
    const wanted = shown === undefined || shown === '' ? `Column${index + 1}` : String(shown)
    let name = wanted
    for (let suffix = 2; taken.has(name.toLowerCase()); suffix += 1) name = `${wanted}${suffix}`
    taken.add(name.toLowerCase())
    const before = column.name
    column.name = name
    if (shown !== name) grid.setValue(header.row, at, name)
    if (before !== '' && before !== name) renameColumnInFormulas(sheets, table, { from: before, to: name })
  })
}
