// Merged cells: only the first keeps its content, and no table may be among them.
import type { Area } from './area.ts'
import { intersect } from './area.ts'
import { HostError } from './host-error.ts'
import { RangeRef } from './range-ref.ts'
import type { Sheet } from './sheet.ts'
import type { Workbook } from './workbook.ts'

/**
 * Merges the cells of an area, or of each of its rows.
 *
 * @throws {HostError} `InvalidOperation` when a table has cells there, `AccessDenied` on a protected sheet
 */
export function mergeCells(workbook: Workbook, sheet: Sheet, area: Area, across: boolean): void {
  sheet.protection.refuseUnless(undefined)
  if (workbook.overlapsTable(sheet, area)) throw new HostError('InvalidOperation', "We can't merge cells in a table.")
  unmergeCells(workbook, sheet, area)
  const areas = across
    ? Array.from({ length: area.rowCount }, (_row, index) => ({ ...area, row: area.row + index, rowCount: 1 }))
    : [area]
  for (const each of areas) {
    const first = sheet.grid.value(each.row, each.column)
    const formula = sheet.grid.formula(each.row, each.column)
    sheet.grid.clearValues(each)
    if (formula === undefined) sheet.grid.setValue(each.row, each.column, first)
    else sheet.grid.setFormula(each.row, each.column, formula)
    const merge = new RangeRef(sheet, each)
    workbook.tracked.add(merge)
    workbook.merges = [...workbook.merges, merge]
  }
}

/** Takes merges apart that have cells in the area. */
export function unmergeCells(workbook: Workbook, sheet: Sheet, area: Area): void {
  sheet.protection.refuseUnless(undefined)
  for (const merge of workbook.merges) {
    if (merge.sheet !== sheet || intersect(merge.area, area) === undefined) continue
    workbook.tracked.delete(merge)
    workbook.merges = workbook.merges.filter((other) => other !== merge)
  }
}
