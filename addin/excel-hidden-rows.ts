// Rows of a table that are hidden by hand.
import { groupBlocks, type RowBlock } from './delta-plan.ts'
import { run, runIfThere } from './excel-run.ts'

/** Shows all data rows of a table, and tells which of them were hidden; none in an Excel that does not know. */
export function showRows(tableId: string): Promise<readonly number[]> {
  return runIfThere<readonly number[]>(async (context) => {
    const body = context.workbook.tables.getItem(tableId).getDataBodyRange().load('rowCount,rowHidden')
    await context.sync()
    const hidden: number[] = []
    // Excel tells it of many rows at once only where they are all alike: halves of the others are asked for.
    let mixed: readonly RowBlock[] = readHidden(body) === false ? [] : [{ row: 0, count: body.rowCount }]
    while (mixed.length > 0) {
      const ranges = mixed.map((block) => ({ block, range: locate(body, block).load('rowHidden') }))
      for (const { range } of ranges) range.untrack()
      await context.sync()
      for (const { block, range } of ranges) {
        if (readHidden(range) === true) for (let row = 0; row < block.count; row += 1) hidden.push(block.row + row)
      }
      mixed = ranges.flatMap(({ block, range }) => (readHidden(range) === null ? halve(block) : []))
    }
    if (hidden.length > 0) body.rowHidden = false
    body.untrack()
    await context.sync()
    return hidden
  }, [])
}

/** Hides data rows of a table. */
export function hideRows(tableId: string, rows: readonly number[]): Promise<void> {
  return run(async (context) => {
    const body = context.workbook.tables.getItem(tableId).getDataBodyRange()
    for (const block of groupBlocks(rows)) {
      const range = locate(body, block)
      range.rowHidden = true
      range.untrack()
    }
    body.untrack()
    await context.sync()
  })
}

/** Null for rows of both kinds, which the types do not say. */
function readHidden(range: Excel.Range): unknown {
  return range.rowHidden
}

function locate(body: Excel.Range, { row, count }: RowBlock): Excel.Range {
  const first = body.getRow(row)
  first.untrack()
  return first.getResizedRange(count - 1, 0)
}

function halve({ row, count }: RowBlock): readonly RowBlock[] {
  const half = Math.floor(count / 2)
  return [
    { row, count: half },
    { row: row + half, count: count - half },
  ]
}
