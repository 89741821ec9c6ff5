// Room for a table to grow. Nothing outside the table is ever written over: something in the way is moved as the user wants, or told.
import type { Target } from './table-reader.ts'
import type { Growth } from './table-choice.ts'
import { TableError } from './table-error.ts'
import { mostSheetRows, type Area } from './workbook.ts'
import { WorkbookError } from './workbook-error.ts'

/**
 * Makes sure that `count` rows can be added at the end of the table.
 *
 * @throws {TableError} `growth-blocked` when something is in the way and `growth` is `ask`; nothing has been written then. `no-room` when
 *   Excel cannot move it, `too-many-rows`
 */
export async function makeRoomBelow({ workbook, shape }: Target, count: number, growth: Growth): Promise<void> {
  const end = shape.rows + (shape.hasTotals ? 1 : 0)
  if (shape.row + end + count > mostSheetRows) throw new TableError('too-many-rows', String(shape.rows + count))
  if (count <= 0) return
  const area: Area = { row: end, column: 0, rows: count, columns: shape.columns.length }
  const obstacle = await workbook.findObstacle(shape.id, area)
  if (!obstacle) return
  if (growth === 'ask') throw new TableError('growth-blocked', shape.name, { details: { obstacle } })
  await explainRefusal(shape.name, () =>
    growth === 'move'
      ? workbook.moveBelow(shape.id, count)
      : workbook.batch({ table: shape.id }, (batch) => {
          batch.insertCells(area)
          return () => undefined
        }),
  )
}

/** The same for `count` columns at the right end of the table; what is in the way is pushed to the right. */
export async function makeRoomBeside({ workbook, shape }: Target, count: number, growth: Growth): Promise<void> {
  const rows = shape.rows + 1 + (shape.hasTotals ? 1 : 0)
  const area: Area = { row: -1, column: shape.columns.length, rows, columns: count }
  const obstacle = await workbook.findObstacle(shape.id, area)
  if (!obstacle) return
  if (growth === 'ask') throw new TableError('growth-blocked', shape.name, { details: { obstacle } })
  await explainRefusal(shape.name, () =>
    workbook.batch({ table: shape.id }, (batch) => {
      batch.insertCells(area, 'right')
      return () => undefined
    }),
  )
}

/** What Excel does not move becomes an error about the table. */
export async function explainRefusal(tableName: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof WorkbookError) || error.kind !== 'in-the-way') throw error
    throw new TableError('no-room', tableName, { cause: error })
  }
}
