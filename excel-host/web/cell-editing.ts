// Moving the selection and typing into cells, with the keys people know.
import { boundingArea, MAX_COLUMNS, MAX_ROWS } from '../engine/area.ts'
import { HostError } from '../engine/host-error.ts'
import { clearCells, writeInputs } from '../engine/range-content.ts'
import type { Workbook } from '../engine/workbook.ts'
import type { GridView } from './grid-view.ts'

/** What a person sees of the active cell in the formula bar. */
export function editableText(workbook: Workbook): string {
  const { row, column } = workbook.selection
  const { grid } = workbook.activeSheet
  const formula = grid.formula(row, column)
  if (formula !== undefined) return formula
  const value = grid.value(row, column)
  const { quotePrefix } = workbook.styles.get(grid.style(row, column))
  const text = typeof value === 'boolean' ? String(value).toUpperCase() : String(value ?? '')
  return quotePrefix ? `'${text}` : text
}

/** The elements that take part in editing. */
export interface EditingParts {
  readonly grid: HTMLElement
  readonly formula: HTMLInputElement
  readonly view: GridView
  readonly workbook: Workbook
  /** Says why an input was refused; an empty text takes the message away. */
  readonly report: (message: string) => void
  /** A cell's editor was opened or closed: Excel answers no add-in meanwhile. */
  readonly onEdit: (isOpen: boolean) => void
}

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
}

/** Selection and input of the grid and the formula bar. */
export class CellEditing {
  readonly #parts: EditingParts
  #editor: HTMLInputElement | undefined
  #anchor = { row: 0, column: 0 }
  #isDragging = false

  constructor(parts: EditingParts) {
    this.#parts = parts
  }

  /** Listens to keys and pointers from now on. */
  start(): void {
    const { grid, formula } = this.#parts
    grid.addEventListener('keydown', this.#onKey)
    grid.addEventListener('pointerdown', this.#onPointerDown)
    grid.addEventListener('pointermove', this.#onPointerMove)
    grid.addEventListener('pointerup', () => {
      this.#isDragging = false
    })
    grid.addEventListener('dblclick', () => this.#open(editableText(this.#parts.workbook)))
    formula.addEventListener('keydown', this.#onFormulaKey)
    formula.addEventListener('change', () => this.#commit(formula.value))
  }

  readonly #onPointerDown = (event: PointerEvent): void => {
    if (event.button !== 0 || event.target === this.#editor) return
    this.#close(true)
    const cell = this.#parts.view.cellAt(event.clientX, event.clientY)
    this.#select(cell.row, cell.column, event.shiftKey)
    this.#isDragging = true
  }

  readonly #onPointerMove = (event: PointerEvent): void => {
    if (!this.#isDragging || event.buttons === 0) return
    const cell = this.#parts.view.cellAt(event.clientX, event.clientY)
    this.#select(cell.row, cell.column, true)
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.target === this.#editor) return
    if (this.#move(event)) {
      event.preventDefault()
      return
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'F2') this.#open(editableText(this.#parts.workbook))
    else if (event.key === 'Delete' || event.key === 'Backspace') this.#clear()
    else if (event.key.length === 1) this.#open(event.key)
    else return
    event.preventDefault()
  }

  readonly #onFormulaKey = (event: KeyboardEvent): void => {
    const { formula, grid, workbook } = this.#parts
    if (event.key === 'Escape') formula.value = editableText(workbook)
    if (event.key === 'Enter') this.#commit(formula.value)
    if (event.key === 'Enter' || event.key === 'Escape') grid.focus()
  }

  readonly #onEditorKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      this.#close(false)
      this.#parts.grid.focus()
    } else if (event.key === 'Enter' || event.key === 'Tab') {
      event.preventDefault()
      event.stopPropagation()
      this.#close(true)
      this.#parts.grid.focus()
      const back = event.shiftKey ? -1 : 1
      this.#step(event.key === 'Enter' ? back : 0, event.key === 'Tab' ? back : 0, false)
    }
  }

  // True when the key moved the selection.
  #move(event: KeyboardEvent): boolean {
    const { view, workbook } = this.#parts
    const arrow = ARROWS[event.key]
    if (arrow !== undefined) {
      if (event.ctrlKey || event.metaKey) this.#jump(arrow, event.shiftKey)
      else this.#step(arrow[0], arrow[1], event.shiftKey)
      return true
    }
    const back = event.shiftKey ? -1 : 1
    if (event.key === 'Enter') this.#step(back, 0, false)
    else if (event.key === 'Tab') {
      // At the edge the key leaves the grid, or nobody could leave it with the keyboard.
      if (event.shiftKey && workbook.selection.column === 0) return false
      this.#step(0, back, false)
    } else if (event.key === 'PageDown') this.#step(view.pageRows, 0, event.shiftKey)
    else if (event.key === 'PageUp') this.#step(-view.pageRows, 0, event.shiftKey)
    else if (event.key === 'Home') this.#select(event.ctrlKey ? 0 : this.#head().row, 0, event.shiftKey)
    else return false
    return true
  }

  // The end of the selection that moves while shift is held.
  #head(): { readonly row: number; readonly column: number } {
    const { row, column, rowCount, columnCount } = this.#parts.workbook.selection
    return {
      row: row < this.#anchor.row ? row : row + rowCount - 1,
      column: column < this.#anchor.column ? column : column + columnCount - 1,
    }
  }

  #step(rows: number, columns: number, extend: boolean): void {
    const from = extend ? this.#head() : this.#parts.workbook.selection
    const row = rows === 0 ? from.row : this.#parts.view.stepRow(from.row, rows)
    this.#select(row, Math.min(MAX_COLUMNS - 1, Math.max(0, from.column + columns)), extend)
  }

  // Control and an arrow go to the edge of the data, as in every spreadsheet.
  #jump([rows, columns]: readonly [number, number], extend: boolean): void {
    const { activeSheet } = this.#parts.workbook
    const from = extend ? this.#head() : this.#parts.workbook.selection
    const filled = (step: number): boolean =>
      activeSheet.grid.value(from.row + rows * step, from.column + columns * step) !== undefined
    const room =
      rows !== 0
        ? rows > 0
          ? Math.max(0, Math.min(MAX_ROWS, activeSheet.grid.rowCount) - 1 - from.row)
          : from.row
        : columns > 0
          ? Math.max(0, activeSheet.grid.columnCount - 1 - from.column)
          : from.column
    let steps = 1
    const inside = filled(0) && filled(1)
    while (steps < room && (inside ? filled(steps + 1) : !filled(steps))) steps += 1
    steps = Math.min(steps, room)
    this.#select(from.row + rows * steps, from.column + columns * steps, extend)
  }

  #select(row: number, column: number, extend: boolean): void {
    const { workbook, view } = this.#parts
    const cell = { row, column, rowCount: 1, columnCount: 1 }
    if (!extend) this.#anchor = { row, column }
    const selection = extend ? boundingArea({ ...cell, ...this.#anchor }, cell) : cell
    workbook.select(workbook.activeSheet, selection)
    this.#parts.report('')
    view.reveal(row, column)
    workbook.notifyChanged()
  }

  #open(text: string): void {
    this.#close(true)
    const { grid, view, workbook } = this.#parts
    const { row, column } = workbook.selection
    const { left, top, width } = view.box(row, column)
    const editor = document.createElement('input')
    editor.className = 'editor'
    editor.value = text
    editor.setAttribute('aria-label', 'Cell content')
    editor.style.cssText = `left:${left - 1}px;top:${top - 1}px;min-width:${Math.max(width, 120) + 1}px`
    editor.addEventListener('keydown', this.#onEditorKey)
    editor.addEventListener('blur', () => this.#close(true))
    this.#editor = editor
    this.#parts.onEdit(true)
    grid.append(editor)
    editor.focus()
  }

  #close(keep: boolean): void {
    const editor = this.#editor
    if (editor === undefined) return
    // Removing the element blurs it, which comes back here.
    this.#editor = undefined
    editor.remove()
    this.#parts.onEdit(false)
    if (keep) this.#commit(editor.value)
  }

  #commit(text: string): void {
    const { workbook } = this.#parts
    if (text === editableText(workbook)) return
    const cell = { ...workbook.selection, rowCount: 1, columnCount: 1 }
    this.#attempt(() => writeInputs(workbook, workbook.activeSheet, cell, [[text]]))
  }

  #clear(): void {
    const { workbook } = this.#parts
    this.#attempt(() => clearCells(workbook, workbook.activeSheet, workbook.selection, 'Contents'))
  }

  #attempt(change: () => void): void {
    try {
      change()
      this.#parts.report('')
    } catch (error) {
      if (!(error instanceof HostError)) throw error
      this.#parts.report(error.message)
    }
    this.#parts.workbook.notifyChanged()
  }
}
