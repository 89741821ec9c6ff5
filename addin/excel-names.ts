// Cells that filters follow: each has a name of the workbook, which moves along with it.
import { askForDates } from './excel-dates.ts'
import { readWith, type ExcelMembers } from './excel-members.ts'
import { run } from './excel-run.ts'
import type { CellReading, NamedCell } from './workbook.ts'

const prefix = 'Sheetbroker_filter_'

/** Gives the first selected cell the first free name. */
export function nameCell(): Promise<NamedCell> {
  return run(async (context) => {
    const cell = context.workbook.getSelectedRange().getCell(0, 0).load('address')
    const names = context.workbook.names.load('items/name')
    await context.sync()
    const taken = new Set(names.items.map(({ name }) => name.toLowerCase()))
    let number = 1
    while (taken.has(`${prefix}${number}`.toLowerCase())) number += 1
    const name = `${prefix}${number}`
    context.workbook.names.add(name, cell)
    const { address } = cell
    cell.untrack()
    await context.sync()
    return { name, address }
  })
}

/** Takes names away that were given here; others, and names that are gone, are left alone. */
export function forgetCells(names: readonly string[]): Promise<void> {
  return run(async (context) => {
    const items = names
      .filter((name) => name.startsWith(prefix))
      .map((name) => context.workbook.names.getItemOrNullObject(name).load('name'))
    await context.sync()
    for (const item of items) if (!item.isNullObject) item.delete()
    await context.sync()
  })
}

/** What the named cells hold. Names that are gone, or refer to no cell any more, are left out. */
export function readNamedCells(
  members: ExcelMembers,
  names: readonly string[],
): Promise<ReadonlyMap<string, CellReading>> {
  if (names.length === 0) return Promise.resolve(new Map())
  return readWith(members, async (context) => {
    const items = names.map((name) => ({ name, item: context.workbook.names.getItemOrNullObject(name) }))
    const cells = items.map(({ name, item }) => {
      const range = item.getRangeOrNullObject()
      return { name, range, cell: range.getCell(0, 0).load('address,values,valueTypes') }
    })
    const learnDates = askForDates(members, context)
    await context.sync()
    learnDates()
    const found = cells.flatMap(({ name, range, cell }): [string, CellReading][] => {
      if (range.isNullObject || cell.isNullObject) return []
      const value: unknown = cell.values[0]?.[0]
      const isError = String(cell.valueTypes[0]?.[0]) === 'Error'
      return [[name, { value: isSheetValue(value) ? value : '', isError, address: cell.address }]]
    })
    for (const { range, cell } of cells) for (const each of [range, cell]) if (!each.isNullObject) each.untrack()
    await context.sync()
    return new Map(found)
  })
}

/** Where the cell of a name is. */
export async function describeName(members: ExcelMembers, name: string): Promise<string | undefined> {
  return (await readNamedCells(members, [name])).get(name)?.address
}

function isSheetValue(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}
