// What most add-ins do: clear the table, and write everything again. In chunks that fit the host, with formats once a column.
import { numberFormatOf, toSheetValue } from '../../addin/cells.ts'
import type { NodeExcel } from '../../excel-host/node.ts'
import type { RefreshDataset } from './refresh-dataset.ts'

/** About two megabytes of these rows. */
const rowsAtOnce = 20_000

/** Fills the first sheet with all rows, from its first cell. */
export async function refillNaively({ Excel }: NodeExcel, { rows, columns }: RefreshDataset): Promise<void> {
  await Excel.run(async (context) => {
    const sheet = context.workbook.worksheets.getFirst()
    const first = sheet.getCell(0, 0)
    first.getResizedRange(rows.length + 1_000, columns.length - 1).clear('Contents')
    first.getResizedRange(0, columns.length - 1).values = [columns.map(({ name }) => name)]
    for (const [index, shown] of columns.entries()) {
      const column = first.getOffsetRange(1, index).getResizedRange(rows.length - 1, 0)
      column.numberFormat = numberFormatOf(shown) as unknown as string[][]
    }
    await context.sync()
    for (let row = 0; row < rows.length; row += rowsAtOnce) {
      const part = rows.slice(row, row + rowsAtOnce)
      first.getOffsetRange(row + 1, 0).getResizedRange(part.length - 1, columns.length - 1).values = part.map((cells) =>
        cells.map((cell, index) => toSheetValue(cell, columns[index]?.type ?? 'text')),
      )
      await context.sync()
    }
  })
}
