// The grid of the preview page. Only what is on the screen is in the document, so 40,000 rows scroll as one hundred do.
import { columnName, isInside, lastColumn, lastRow, MAX_ROWS } from '../engine/area.ts'
import type { Area } from '../engine/area.ts'
import type { Workbook } from '../engine/workbook.ts'
import { cellLook } from './cell-look.ts'
import { ColumnLayout, RowLayout } from './column-layout.ts'

const ROW_HEIGHT = 22
const HEADER_HEIGHT = 26
const ROW_HEADER_WIDTH = 56
const OVERSCAN = 4

/** A cell's rectangle in the scrolled content, in pixels. */
export interface CellBox {
  readonly left: number
  readonly top: number
  readonly width: number
}

function element(className: string, role: string): HTMLDivElement {
  const made = document.createElement('div')
  made.className = className
  made.setAttribute('role', role)
  return made
}

/** Draws the active sheet and its selection into a scrolling element. */
export class GridView {
  readonly #root: HTMLElement
  readonly #workbook: Workbook
  readonly #sizer = element('sizer', 'presentation')
  readonly #headers = element('column-headers', 'row')
  readonly #body = element('body', 'rowgroup')
  readonly #frame = element('frame', 'presentation')
  #columns: ColumnLayout
  #rows: RowLayout
  #isScheduled = false
  #isStale = true

  constructor(root: HTMLElement, workbook: Workbook) {
    this.#root = root
    this.#workbook = workbook
    this.#columns = new ColumnLayout(workbook.activeSheet, 0)
    this.#rows = new RowLayout(workbook.activeSheet, 0, MAX_ROWS)
    this.#frame.setAttribute('aria-hidden', 'true')
    this.#sizer.append(this.#headers, this.#body, this.#frame)
    this.#root.append(this.#sizer)
  }

  /** Draws now and whenever the element is scrolled or resized. */
  start(): void {
    this.#root.addEventListener('scroll', this.#schedule, { passive: true })
    new ResizeObserver(this.#schedule).observe(this.#root)
    this.#draw()
  }

  /** Draws the workbook as it is now before the next frame. */
  refresh(): void {
    this.#isStale = true
    this.#schedule()
  }

  // Scrolling draws without measuring the sheet again, which takes a walk over its rows.
  readonly #schedule = (): void => {
    if (this.#isScheduled) return
    this.#isScheduled = true
    requestAnimationFrame(() => {
      this.#isScheduled = false
      this.#draw()
    })
  }

  /** Where a cell stands, for the editor over it. */
  box(row: number, column: number): CellBox {
    return {
      left: ROW_HEADER_WIDTH + this.#columns.start(column),
      top: HEADER_HEIGHT + this.#rows.place(row) * ROW_HEIGHT,
      width: this.#columns.width(column),
    }
  }

  /** The cell under a pointer; headers answer the first cell of their line. */
  cellAt(clientX: number, clientY: number): { readonly row: number; readonly column: number } {
    const bounds = this.#root.getBoundingClientRect()
    const x = clientX - bounds.left + this.#root.scrollLeft - ROW_HEADER_WIDTH
    const y = clientY - bounds.top + this.#root.scrollTop - HEADER_HEIGHT
    const place = Math.min(this.#rows.count - 1, Math.max(0, Math.floor(y / ROW_HEIGHT)))
    return { row: this.#rows.row(place), column: this.#columns.at(Math.max(0, x)) }
  }

  /** The next shown row in a direction. */
  stepRow(row: number, step: number): number {
    const place = Math.min(this.#rows.count - 1, Math.max(0, this.#rows.place(row) + step))
    return this.#rows.row(place)
  }

  /** The number of rows that fit on the screen. */
  get pageRows(): number {
    return Math.max(1, Math.floor((this.#root.clientHeight - HEADER_HEIGHT) / ROW_HEIGHT) - 1)
  }

  /** Scrolls just enough to show a cell. */
  reveal(row: number, column: number): void {
    this.#layOut()
    const { left, top, width } = this.box(row, column)
    const root = this.#root
    if (top - HEADER_HEIGHT < root.scrollTop) root.scrollTop = top - HEADER_HEIGHT
    const bottom = top + ROW_HEIGHT - root.clientHeight
    if (bottom > root.scrollTop) root.scrollTop = bottom
    if (left - ROW_HEADER_WIDTH < root.scrollLeft) root.scrollLeft = left - ROW_HEADER_WIDTH
    const right = left + width - root.clientWidth
    if (right > root.scrollLeft) root.scrollLeft = Math.min(right, left - ROW_HEADER_WIDTH)
  }

  #layOut(): void {
    const { activeSheet, selection } = this.#workbook
    const selectedRow = selection.rowCount === MAX_ROWS ? 0 : lastRow(selection)
    this.#columns = new ColumnLayout(activeSheet, selection.column)
    this.#rows = new RowLayout(activeSheet, selectedRow, MAX_ROWS)
    this.#sizer.style.width = `${ROW_HEADER_WIDTH + this.#columns.start(this.#columns.count)}px`
    this.#sizer.style.height = `${HEADER_HEIGHT + this.#rows.count * ROW_HEIGHT}px`
    this.#root.setAttribute('aria-rowcount', String(this.#rows.count + 1))
    this.#root.setAttribute('aria-colcount', String(this.#columns.count + 1))
  }

  #draw(): void {
    if (this.#isStale) this.#layOut()
    this.#isStale = false
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = this.#root
    const firstPlace = Math.max(0, Math.floor(scrollTop / ROW_HEIGHT) - OVERSCAN)
    const lastPlace = Math.min(this.#rows.count - 1, Math.ceil((scrollTop + clientHeight) / ROW_HEIGHT) + OVERSCAN)
    const first = this.#columns.at(scrollLeft)
    const last = this.#columns.at(scrollLeft + clientWidth)
    this.#drawHeaders(first, last)
    const rows: HTMLElement[] = []
    for (let place = firstPlace; place <= lastPlace; place += 1) rows.push(this.#drawRow(place, first, last))
    this.#body.replaceChildren(...rows)
    this.#drawFrame()
  }

  #drawHeaders(first: number, last: number): void {
    const { selection } = this.#workbook
    const corner = element('corner', 'columnheader')
    corner.setAttribute('aria-label', 'Row')
    corner.style.height = `${HEADER_HEIGHT}px`
    const headers = [corner]
    for (let column = first; column <= last; column += 1) {
      const isSelected = column >= selection.column && column <= lastColumn(selection)
      const header = element(isSelected ? 'column-header in-selection' : 'column-header', 'columnheader')
      header.textContent = columnName(column)
      header.setAttribute('aria-colindex', String(column + 2))
      header.style.left = `${ROW_HEADER_WIDTH + this.#columns.start(column)}px`
      header.style.width = `${this.#columns.width(column)}px`
      headers.push(header)
    }
    this.#headers.setAttribute('aria-rowindex', '1')
    this.#headers.replaceChildren(...headers)
  }

  #drawRow(place: number, first: number, last: number): HTMLElement {
    const { activeSheet: sheet, selection } = this.#workbook
    const row = this.#rows.row(place)
    const line = element('row', 'row')
    line.setAttribute('aria-rowindex', String(row + 2))
    line.style.transform = `translateY(${place * ROW_HEIGHT}px)`
    line.style.width = '100%'
    const isSelected = row >= selection.row && row <= lastRow(selection)
    const header = element(isSelected ? 'row-header in-selection' : 'row-header', 'rowheader')
    header.textContent = String(row + 1)
    // As in Excel: the numbers of a filtered list are blue.
    const isFiltered = sheet.tables.some(
      ({ filters, bodyArea }) => filters.length > 0 && row >= bodyArea.row && row <= lastRow(bodyArea),
    )
    header.classList.toggle('filtered', isFiltered)
    line.append(header)
    for (let column = first; column <= last; column += 1) {
      const look = cellLook(this.#workbook, sheet, row, column)
      const cell = element(look.className, 'gridcell')
      cell.id = `cell-${row}-${column}`
      cell.textContent = look.text
      if (look.comment !== '') cell.title = look.comment
      cell.style.cssText = look.style
      cell.style.left = `${ROW_HEADER_WIDTH + this.#columns.start(column)}px`
      cell.style.width = `${this.#columns.width(column)}px`
      cell.setAttribute('aria-colindex', String(column + 2))
      const at = { row, column, rowCount: 1, columnCount: 1 }
      cell.setAttribute('aria-selected', String(isInside(at, selection)))
      line.append(cell)
    }
    return line
  }

  #drawFrame(): void {
    const { selection } = this.#workbook
    const start = this.box(selection.row, selection.column)
    const bottom = this.#rows.place(Math.min(lastRow(selection), this.#rows.row(this.#rows.count - 1)))
    const right = Math.min(lastColumn(selection) + 1, this.#columns.count)
    const { style } = this.#frame
    style.left = `${start.left - 1}px`
    style.top = `${start.top - 1}px`
    style.width = `${this.#columns.start(right) - this.#columns.start(selection.column) + 1}px`
    style.height = `${HEADER_HEIGHT + (bottom + 1) * ROW_HEIGHT - start.top + 1}px`
    this.#frame.classList.toggle('many', isMany(selection))
    this.#root.setAttribute('aria-activedescendant', `cell-${selection.row}-${selection.column}`)
  }
}

function isMany(selection: Area): boolean {
  return selection.rowCount * selection.columnCount > 1
}
