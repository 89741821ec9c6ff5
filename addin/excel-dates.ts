// Which day the workbook's dates count from. Workbooks that began on a Mac may count from 1904 on; only preview versions of the API tell
// it outright, but the worksheet function DATE does in all of them.
import type { ExcelMembers } from './excel-members.ts'
import { run } from './excel-run.ts'
import { serialOf2000 } from './date-system.ts'

/** Records the question for the date system, unless it is known; the returned function takes the answer. */
export function askForDates(members: ExcelMembers, context: Excel.RequestContext): () => void {
  if (members.daysLater !== undefined || !members.has('dateFunction')) return () => undefined
  const result = context.workbook.functions.date(2000, 1, 1).load('value')
  return () => {
    const later = serialOf2000 - result.value
    members.daysLater = later === days1904 ? later : 0
  }
}

/** Asks for the date system, unless it is known. */
export async function learnDates(members: ExcelMembers): Promise<void> {
  if (members.daysLater !== undefined) return
  await run(async (context) => {
    const learn = askForDates(members, context)
    await context.sync()
    learn()
  })
}

const days1904 = 1_462
