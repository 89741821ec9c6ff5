// The cells that filters follow: each has a name in the workbook, which is to go when no filter needs it any more.
import { readLinks, type Link } from './links.ts'
import type { TableChoice } from './table-choice.ts'
import type { Workbook } from './workbook.ts'

/** The names of the cells that the choice's filters follow. */
export function namesOfCells({ conditions }: TableChoice): readonly string[] {
  return conditions.flatMap(({ operand }) => (operand.kind === 'cell' ? [operand.name] : []))
}

/** Takes away the names that `former` used and that no link of the workbook uses now. A name that stays does no harm, so this never fails. */
export async function forgetUnusedCells(workbook: Workbook, { choice }: Link): Promise<void> {
  const names = namesOfCells(choice)
  if (names.length === 0) return
  try {
    const links = await readLinks(workbook)
    const used = new Set(links.flatMap((link) => namesOfCells(link.choice)))
    await workbook.forgetCells(names.filter((name) => !used.has(name)))
  } catch {
    // A cell is being edited, for one.
  }
}
