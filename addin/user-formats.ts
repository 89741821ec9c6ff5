// Number formats that the user has given to columns of ours: rows that come get them too.
import { numberFormatOf } from './cells.ts'
import type { Layout } from './layout.ts'
import type { Target } from './table-reader.ts'
import type { Batch, Later } from './workbook.ts'

/** A column of the table with the format that the user chose. */
export interface FormatChange {
  readonly sheetColumn: number
  readonly format: string
}

/** A row of an empty table has this one, so it tells nothing; as text, numbers would no longer be numbers. */
const meaningless: ReadonlySet<string> = new Set(['General', '@'])

/**
 * The columns whose first and last row both have another format than the add-in gave them. Texts keep theirs: without it Excel would
 * take them for numbers, dates or formulas.
 */
export function findUserFormats(batch: Batch, { own, segments }: Layout): Later<readonly FormatChange[]> {
  const read = segments.map(({ sheetColumn, first, count }) => {
    const area = { column: sheetColumn, rows: 1, columns: count }
    const top = batch.readFormats({ ...area, row: 0 })
    const bottom = batch.readFormats({ ...area, row: -1, fromEnd: true })
    return (): readonly FormatChange[] =>
      own.slice(first, first + count).flatMap((column, index) => {
        const format = top()[0]?.[index]
        if (format === undefined || meaningless.has(format) || format !== bottom()[0]?.[index]) return []
        if (column.type === 'text' || format === numberFormatOf(column)) return []
        return [{ sheetColumn: column.sheetColumn, format }]
      })
  })
  return () => read.flatMap((later) => later())
}

/** Gives the last rows of the table the user's formats. */
export async function setUserFormats(
  { workbook, shape }: Target,
  changes: readonly FormatChange[],
  rows: number,
): Promise<void> {
  await workbook.batch({ table: shape.id, hasTotals: shape.hasTotals }, (batch) => {
    for (const { sheetColumn, format } of changes)
      batch.setFormat({ fromEnd: true, row: -rows, column: sheetColumn, rows, columns: 1 }, format)
    return () => undefined
  })
}
