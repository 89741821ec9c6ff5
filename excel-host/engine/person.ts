// A person at the keyboard, for tests: what they do is guarded by protection, followed by Excel's habits and told as
// events, exactly as on the preview page.
import { lastRow } from './area.ts'
import type { Area } from './area.ts'
import { refuseDelete, refuseInsert } from './guards.ts'
import { foundOrThrow } from './host-error.ts'
import { clearCells, writeInputs } from './range-content.ts'
import type { RangeRef } from './range-ref.ts'
import { deleteCells, insertCells } from './shift.ts'
import type { Table } from './sheet.ts'
import { clearFilters, filterColumn } from './table-filter.ts'
import { sortTable } from './table-sort.ts'
import type { Workbook } from './workbook.ts'

/** Somebody who edits the workbook by hand; addresses without a sheet mean the sheet in front. */
export class Person {
  readonly #workbook: Workbook
  readonly #source: 'Local' | 'Remote'

  /** `Remote` is a colleague in the same file: events say so. */
  constructor(workbook: Workbook, source: 'Local' | 'Remote' = 'Local') {
    this.#workbook = workbook
    this.#source = source
  }

  /** Types into cells: one text for each, or a text for all, as with Ctrl+Enter. */
  type(address: string, input: string | readonly (readonly (string | number | boolean | null)[])[]): void {
    this.#act(address, ({ sheet, area }) => writeInputs(this.#workbook, sheet, area, input))
  }

  /** Presses Delete on cells. */
  clear(address: string): void {
    this.#act(address, ({ sheet, area }) => clearCells(this.#workbook, sheet, area, 'Contents'))
  }

  /** Selects cells and shows their sheet. */
  select(address: string): void {
    this.#act(address, ({ sheet, area }) => this.#workbook.select(sheet, area))
  }

  /** Inserts cells, or whole rows (`3:4`) and columns (`B:B`). */
  insert(address: string, direction: 'Down' | 'Right'): void {
    this.#act(address, ({ sheet, area }) => {
      refuseInsert(sheet, area, direction)
      insertCells(sheet, area, direction, this.#workbook)
    })
  }

  /** Deletes cells, or whole rows and columns. */
  delete(address: string, direction: 'Up' | 'Left'): void {
    this.#act(address, ({ sheet, area }) => {
      refuseDelete(this.#workbook, sheet, area, direction)
      deleteCells(sheet, area, direction, this.#workbook)
    })
  }

  /** Sorts a table by a column's name. */
  sort(tableName: string, columnName: string, ascending = true): void {
    this.#onTable(tableName, (table) => {
      sortTable(this.#workbook, table, [{ key: columnIndex(table, columnName), ascending }])
    })
  }

  /** Shows only the rows of a table whose column shows one of the texts; without texts, all rows. */
  filter(tableName: string, columnName: string, texts?: readonly string[]): void {
    this.#onTable(tableName, (table) => {
      if (texts === undefined) clearFilters(table)
      else filterColumn(this.#workbook, table, columnIndex(table, columnName), { filterOn: 'Values', values: texts })
    })
  }

  /** Writes a comment, or a note, on a cell. */
  comment(address: string, content: string, kind: 'comment' | 'note' = 'comment'): void {
    this.#act(address, (cell) => this.#workbook.comments.add(cell, content, { kind, author: 'Somebody' }))
  }

  /** Comes back to the window of this workbook from another. */
  returnToWorkbook(): void {
    this.#run(() => this.#workbook.events.workbookActivated())
  }

  /** Types into the row below a table, which takes it in. */
  appendRow(tableName: string, cells: readonly (string | number | boolean | null)[]): void {
    this.#onTable(tableName, (table) => {
      const below: Area = { ...table.area, row: lastRow(table.area) + 1, rowCount: 1, columnCount: cells.length }
      writeInputs(this.#workbook, table.sheet, below, [cells])
    })
  }

  #act(address: string, work: (range: RangeRef) => void): void {
    this.#run(() => work(this.#workbook.resolve(address, this.#workbook.activeSheet)))
  }

  #onTable(name: string, work: (table: Table) => void): void {
    this.#run(() => work(foundOrThrow(this.#workbook.findTable(name))))
  }

  #run(work: () => void): void {
    const { events } = this.#workbook
    events.source = this.#source
    try {
      work()
    } finally {
      events.source = 'Local'
      this.#workbook.calculator.touch()
      this.#workbook.notifyChanged()
    }
  }
}

function columnIndex(table: Table, name: string): number {
  const index = table.columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase())
  return index < 0 ? foundOrThrow<number>(undefined) : index
}
