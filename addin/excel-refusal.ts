// What can be found out about a request that Excel has refused.
import { run, runIfThere } from './excel-run.ts'
import { WorkbookError } from './workbook-error.ts'

/** Whether a request failed because the table has lost rows. */
export async function hasFewerRows(error: unknown, table: string, expected: number): Promise<boolean> {
  const cause = error instanceof WorkbookError ? error.cause : undefined
  if (expected <= 1 || !(cause instanceof OfficeExtension.Error) || cause.code !== 'InvalidArgument') return false
  const { table: found } = await run((context) => {
    const body = context.workbook.tables.getItem(table).getDataBodyRange().load('rowCount')
    body.untrack()
    return context.sync({ table: body })
  })
  return found.rowCount < expected
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
