// What a protected sheet and a read-only file refuse. Everything refused answers `AccessDenied`.
import type { Area } from './area.ts'
import { intersect, lastColumn, lastRow, MAX_COLUMNS, MAX_ROWS } from './area.ts'
import { accessDenied } from './host-error.ts'
import type { Sheet } from './sheet.ts'
import type { Workbook } from './workbook.ts'

/** The lock of cells, which counts while their sheet is protected. */
export function refuseLocked(workbook: Workbook, sheet: Sheet, area: Area): void {
  if (workbook.isReadOnly) throw accessDenied()
  if (sheet.protection.isOn && !isUnlocked(workbook, sheet, area)) throw accessDenied()
}

function isUnlocked(workbook: Workbook, sheet: Sheet, area: Area): boolean {
  // Whole rows and columns are judged by what is in use, and by one cell beyond.
  const used = sheet.grid.extent
  const whole = area.rowCount === MAX_ROWS || area.columnCount === MAX_COLUMNS
  const cells = whole ? (intersect(area, used) ?? { ...area, rowCount: 1, columnCount: 1 }) : area
  for (let row = cells.row; row <= lastRow(cells); row += 1) {
    for (let column = cells.column; column <= lastColumn(cells); column += 1) {
      if (workbook.styles.get(sheet.grid.style(row, column)).locked) return false
    }
  }
  return true
}

/** Inserting: a protected sheet allows whole rows or columns only, where its options do; never inside a table. */
export function refuseInsert(sheet: Sheet, area: Area, direction: 'Down' | 'Right'): void {
  if (!sheet.protection.isOn) return
  const whole = direction === 'Down' ? area.columnCount === MAX_COLUMNS : area.rowCount === MAX_ROWS
  sheet.protection.refuseUnless(whole ? (direction === 'Down' ? 'allowInsertRows' : 'allowInsertColumns') : undefined)
}

/** Deleting: as inserting, and every cell that goes must be unlocked. */
export function refuseDelete(workbook: Workbook, sheet: Sheet, area: Area, direction: 'Up' | 'Left'): void {
  if (!sheet.protection.isOn) return
  const whole = direction === 'Up' ? area.columnCount === MAX_COLUMNS : area.rowCount === MAX_ROWS
  sheet.protection.refuseUnless(whole ? (direction === 'Up' ? 'allowDeleteRows' : 'allowDeleteColumns') : undefined)
  refuseLocked(workbook, sheet, area)
}
