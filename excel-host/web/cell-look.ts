// How a cell looks: its own format over the style of the table it is in.
import { isInside, lastRow } from '../engine/area.ts'
import { cellText } from '../engine/range-content.ts'
import { isErrorValue } from '../engine/formula/errors.ts'
import type { Sheet, Table } from '../engine/sheet.ts'
import type { Border } from '../engine/style.ts'
import type { Workbook } from '../engine/workbook.ts'

// The accents of Medium2 to Medium7, repeated for the other families.
const ACCENTS = ['#156082', '#b5561b', '#196b24', '#0b7a9e', '#8a2380', '#3f7d2c']

/** The colour of a table style such as `TableStyleMedium7`; empty for none. */
export function tableAccent(style: string): string {
  const number = /(\d+)$/.exec(style)?.[1]
  if (number === undefined) return ''
  return ACCENTS[(Number(number) + 5) % 7] ?? '#5c5c5c'
}

function headerClass(table: Table, column: number): string {
  if (!table.showFilterButton) return 'table-header'
  const id = table.columns[column - table.area.column]?.id
  const isFiltered = table.filters.some((filter) => filter.columnId === id)
  return isFiltered ? 'table-header with-button is-filtered' : 'table-header with-button'
}

function tableClass(table: Table, row: number, column: number): string {
  if (table.headerArea?.row === row) return headerClass(table, column)
  if (table.showTotals && row === lastRow(table.area)) return 'table-total'
  return table.showBandedRows && (row - table.bodyArea.row) % 2 === 0 ? 'table-band' : ''
}

/** Text, classes and inline style of one cell. */
export interface CellLook {
  readonly text: string
  readonly className: string
  readonly style: string
  /** The comment or note of the cell. */
  readonly comment: string
}

const LINE_STYLES: Readonly<Record<string, string>> = { Dash: 'dashed', Dot: 'dotted', Double: 'double' }

function borderStyle(side: string, { style, weight, color }: Border): string {
  if (style === 'None') return ''
  const width = style === 'Double' || weight === 'Thick' ? 3 : weight === 'Medium' ? 2 : 1
  return `border-${side}:${width}px ${LINE_STYLES[style] ?? 'solid'} ${color}`
}

function formatStyle(workbook: Workbook, number: number): string {
  if (number === 0) return ''
  const style = workbook.styles.get(number)
  const parts = [
    style.bold ? 'font-weight:600' : '',
    style.italic ? 'font-style:italic' : '',
    borderStyle('top', style.borderTop),
    borderStyle('bottom', style.borderBottom),
    borderStyle('left', style.borderLeft),
    borderStyle('right', style.borderRight),
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
  if (isErrorValue(value)) return 'error'
  if (horizontalAlignment === 'Center' || typeof value === 'boolean') return 'center'
  if (horizontalAlignment === 'Right') return 'number'
  return typeof value === 'number' && horizontalAlignment === 'General' ? 'number' : ''
}

/** The look of one cell. */
export function cellLook(workbook: Workbook, sheet: Sheet, row: number, column: number): CellLook {
  const cell = { row, column, rowCount: 1, columnCount: 1 }
  const table = sheet.tables.find((candidate) => isInside(cell, candidate.area))
  const accent = table === undefined ? '' : tableAccent(table.style)
  const tableClasses = table === undefined || accent === '' ? '' : tableClass(table, row, column)
  const own = formatStyle(workbook, sheet.grid.style(row, column))
  const comment = workbook.comments.at(sheet, row, column)
  const marks = comment === undefined ? '' : comment.kind === 'note' ? 'has-comment has-note' : 'has-comment'
  return {
    comment: comment?.content ?? '',
    text: cellText(workbook, sheet, row, column),
    className: ['cell', alignment(workbook, sheet, row, column), tableClasses, marks]
      .filter((name) => name !== '')
      .join(' '),
    style: accent === '' ? own : `--table-accent:${accent};${own}`,
  }
}
