// What can be found out about a request that Excel has refused.
import { refusalOf, run, runIfThere } from './excel-run.ts'

/** Whether a request failed because the table has lost rows. */
export async function hasFewerRows(error: unknown, table: string, expected: number): Promise<boolean> {
  if (expected <= 1 || refusalOf(error)?.code !== 'InvalidArgument') return false
  return run(async (context) => {
    const body = context.workbook.tables.getItem(table).getDataBodyRange().load('rowCount')
    body.untrack()
    await context.sync()
    return body.rowCount < expected
  })
}

/** Whether this Excel can. */
export function canSuspendCalculation(): Promise<boolean> {
  return runIfThere(async (context) => {
    context.application.suspendApiCalculationUntilNextSync()
    await context.sync()
    return true
  }, false)
}

/** Whether there is a table of this name by now. */
export function isTable(name: string): Promise<boolean> {
  return run(async (context) => {
    const tables = context.workbook.tables.load('items/name')
    await context.sync()
    return tables.items.some((table) => table.name === name)
  })
}
