// What a test does in the page that plays Excel, as the person in front of it would: reads and writes cells.
import type { Page } from 'playwright-core'
import type { PreviewHost } from '../../excel-host/web/main.ts'

declare global {
  interface Window {
    excelHost?: PreviewHost
  }
}

/** Resolves when the page has its workbook, which is a moment after it has loaded. */
export async function openedWorkbook(page: Page): Promise<void> {
  await page.waitForFunction(() => window.excelHost !== undefined)
}

export interface Place {
  readonly row: number
  readonly column: number
}

/** Notes above, left, right and far below where the table goes. */
const sentinelCells: readonly Place[] = [
  { row: 0, column: 0 },
  { row: 2, column: 4 },
  { row: 10, column: 0 },
  { row: 20_000, column: 1 },
  { row: 100, column: 40 },
  { row: 50_000, column: 3 },
]

/** Writes the notes around the table. */
export async function writeSentinels(page: Page): Promise<void> {
  await page.evaluate((cells) => {
    const { workbook } = window.excelHost!
    for (const { row, column } of cells) workbook.activeSheet.grid.setValue(row, column, `note at ${row},${column}`)
    workbook.notifyChanged()
  }, sentinelCells)
}

/** What stands in the notes' cells now. */
export function readSentinels(page: Page): Promise<(string | number | boolean | null)[]> {
  return page.evaluate((cells) => {
    const { grid } = window.excelHost!.workbook.activeSheet
    return cells.map(({ row, column }) => grid.value(row, column) ?? null)
  }, sentinelCells)
}

/** The cells of the named columns of the table whose header begins at `place`, row by row. */
export function readColumns(
  page: Page,
  place: Place,
  names: readonly string[],
): Promise<(string | number | boolean | null)[][]> {
  return page.evaluate(
    ({ at, wanted }) => {
      const { workbook } = window.excelHost!
      const table = workbook.tables[0]!
      const { grid } = workbook.activeSheet
      const columns = wanted.map((name) => at.column + table.columns.findIndex((column) => column.name === name))
      return Array.from({ length: table.rowCount }, (_, index) =>
        columns.map((column) => grid.value(at.row + 1 + index, column) ?? null),
      )
    },
    { at: place, wanted: names },
  )
}
