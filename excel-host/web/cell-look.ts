// How a cell looks: its own format over the style of the table it is in.
import { isInside, lastRow } from '../engine/area.ts'
import { cellText } from '../engine/range-content.ts'
import type { Sheet, Table } from '../engine/sheet.ts'
import type { Workbook } from '../engine/workbook.ts'

// The accents of Medium2 to Medium7, repeated for the other families.
const ACCENTS = ['#156082', '#b5561b', '#196b24', '#0b7a9e', '#8a2380', '#3f7d2c']

/** The colour of a table style such as `TableStyleMedium7`; empty for none. */
export function tableAccent(style: string): string {
  const number = /(\d+)$/.exec(style)?.[1]
  if (number === undefined) return ''
  return ACCENTS[(Number(number) + 5) % 7] ?? '#5c5c5c'
}

function tableClass(table: Table, row: number): string {
  if (table.headerArea?.row === row) return table.showFilterButton ? 'table-header with-button' : 'table-header'
  if (table.showTotals && row === lastRow(table.area)) return 'table-total'
  return table.showBandedRows && (row - table.bodyArea.row) % 2 === 0 ? 'table-band' : ''
}

/** Text, classes and inline style of one cell. */
export interface CellLook {
  readonly text: string
  readonly className: string
  readonly style: string
}

function formatStyle(workbook: Workbook, number: number): string {
  if (number === 0) return ''
  const style = workbook.styles.get(number)
  const parts = [
    style.bold ? 'font-weight:600' : '',
    style.italic ? 'font-style:italic' : '',
    style.underline === 'None' ? '' : 'text-decoration:underline',
    style.fontColor === '#000000' ? '' : `color:${style.fontColor}`,
    // A fill without its own font colour must stay readable in the dark theme.
    style.fillColor === '' ? '' : `background:${style.fillColor}`,
    style.fillColor !== '' && style.fontColor === '#000000' ? 'color:#000' : '',
  ]
  return parts.filter((part) => part !== '').join(';')
}

function alignment(workbook: Workbook, sheet: Sheet, row: number, column: number): string {
  const value = sheet.grid.value(row, column)
  const { horizontalAlignment } = workbook.styles.get(sheet.grid.style(row, column))
  if (horizontalAlignment === 'Center' || typeof value === 'boolean') return 'center'
  if (horizontalAlignment === 'Right') return 'number'
  return typeof value === 'number' && horizontalAlignment === 'General' ? 'number' : ''
}

/** The look of one cell. */
export function cellLook(workbook: Workbook, sheet: Sheet, row: number, column: number): CellLook {
  const cell = { row, column, rowCount: 1, columnCount: 1 }
  const table = sheet.tables.find((candidate) => isInside(cell, candidate.area))
  const accent = table === undefined ? '' : tableAccent(table.style)
  const tableClasses = table === undefined || accent === '' ? '' : tableClass(table, row)
  const own = formatStyle(workbook, sheet.grid.style(row, column))
  return {
    text: cellText(workbook, sheet, row, column),
    className: ['cell', alignment(workbook, sheet, row, column), tableClasses].filter((name) => name !== '').join(' '),
    style: accent === '' ? own : `--table-accent:${accent};${own}`,
  }
}
