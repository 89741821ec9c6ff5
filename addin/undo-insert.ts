// What an insert that failed has left in the workbook, taken away again.
import type { Area, Place, TableShape, Workbook } from './workbook.ts'

/** Where an insert wrote, or was about to. */
export interface InsertTrace {
  readonly place: Place
  /** On the place's sheet, header included. */
  readonly area: Area
  readonly tableName: string
  /** Whether the insert made the sheet. */
  readonly isSheetNew: boolean
}

/** Takes everything away. Best effort: what went wrong first is what the user is told, not what goes wrong here. */
export async function undoInsert(workbook: Workbook, trace: InsertTrace): Promise<void> {
  const { place, isSheetNew } = trace
  let { area } = trace
  await tryTwice(async () => {
    const table = await findInserted(workbook, trace).catch(() => undefined)
    // Rows or columns may have come before it meanwhile.
    if (table) area = { ...area, row: table.row - 1, column: table.column }
    await workbook.deleteTable(table?.id ?? trace.tableName)
  })
  await tryTwice(() =>
    workbook.batch({ sheet: place.sheet }, (batch) => {
      batch.clear(area, 'contents-and-formats')
      return () => undefined
    }),
  )
  if (isSheetNew) await tryTwice(() => workbook.removeSheet(place.sheet))
}

/** The table of this insert; one that did not get its name yet is known by its place. */
async function findInserted(workbook: Workbook, { place, area, tableName }: InsertTrace) {
  const isAtPlace = ({ sheet, row, column }: TableShape): boolean =>
    sheet === place.sheet && row === area.row + 1 && column === area.column
  for (const { id, name } of await workbook.listTables()) {
    const shape = await workbook.findTable(id)
    if (shape && (name === tableName || isAtPlace(shape))) return shape
  }
  return undefined
}

/** Excel may be out of breath once: the request before has failed, too. */
async function tryTwice(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch {
    await work().catch(() => undefined)
  }
}
