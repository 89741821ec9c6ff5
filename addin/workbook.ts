// What the add-in needs of a workbook, as types: `excel.ts` is the one that talks to Excel.
import type { SheetValue } from './cells.ts'
import type { Obstacle } from './table-error.ts'

/** A block of cells, counted from its anchor: a sheet's first cell, or the first cell of a table's first data row. */
export interface Area {
  /** Counted from the row after the anchor table's last data row where `fromEnd` says so: -1 is the last one. */
  readonly fromEnd?: true
  readonly row: number
  readonly column: number
  readonly rows: number
  readonly columns: number
}

/** Counted from the first cell of the sheet, which is known by its id or name. */
export interface SheetArea extends Area {
  readonly sheet: string
}

/** What areas are counted from. A table carries its areas along when rows above it come and go. */
export type Anchor = { readonly sheet: string } | { readonly table: string; readonly hasTotals?: boolean }

export type Rows = readonly (readonly SheetValue[])[]

/** A value that is there once the batch has run. */
export type Later<Value> = () => Value

/**
 * Steps that go to Excel as one request and are done in order. Nothing is undone when one fails. Calculation waits until
 * the end of a batch that writes.
 */
export interface Batch {
  /** As of the workbook. */
  readonly daysLater: number
  read(area: Area): Later<Rows>
  /** Formulas as they were typed, values where there is none. */
  readFormulas(area: Area): Later<Rows>
  /** Number formats, as Excel writes them in every language. */
  readFormats(area: Area): Later<readonly (readonly string[])[]>
  /** The rows of the area from the first to the last one with content, or undefined when it is empty. */
  findUsed(area: Area): Later<Area | undefined>
  /** What the area holds from its first to its last cell with content, and the column where that begins; undefined when it is empty. */
  readUsed(area: Area): Later<UsedCells | undefined>
  /** The data rows of the anchor table, as they are at this step. */
  countRows(): Later<number>
  /** Nothing that is recorded after this is done when the anchor table has fewer rows by then: the call rejects with `RowsMoved`. */
  expectRows(count: number): void
  setFormat(area: Area, format: string): void
  write(area: Area, values: Rows): void
  /** Empties cells; their formats stay unless `formats` says so too. */
  clear(area: Area, what: 'contents' | 'contents-and-formats'): void
  /** Deletes cells; those below move up. */
  deleteCells(area: Area): void
  /** Inserts cells; those at and below the area move down, or those at and right of it to the right. */
  insertCells(area: Area, shift?: 'down' | 'right'): void
  /** Adds blank rows at the end of the anchor table, wherever that is now: over what is below, or between it and a total row. */
  addRows(count: number): void
  /** Formulas as they are typed; texts that begin like one need the format of texts first. */
  writeFormulas(area: Area, formulas: Rows): void
  /** Sorts the anchor table's rows in ascending order by one of its columns; every cell of a row goes with it. */
  sortRows(column: number): void
  /** Makes the anchor table so many columns wider, whatever rows it has by now. */
  addColumns(count: number): void
  /** Makes a table of cells whose first row holds the headers. */
  createTable(area: Area, name: string): Later<TableShape>
}

export interface UsedCells {
  /** Counted from the anchor's first cell. */
  readonly column: number
  readonly formulas: Rows
}

export interface TableColumn {
  readonly id: string
  readonly header: string
}

export interface TableShape {
  readonly id: string
  readonly name: string
  readonly sheet: string
  readonly sheetName: string
  /** Where the first data row starts on the sheet, from 0. */
  readonly row: number
  readonly column: number
  readonly rows: number
  readonly columns: readonly TableColumn[]
  readonly hasTotals: boolean
}

export interface Place {
  readonly sheet: string
  readonly sheetName: string
  readonly row: number
  readonly column: number
}

/** A cell that a name of the workbook stands for, wherever it moves. */
export interface NamedCell {
  readonly name: string
  /** As people read it, such as `Sheet1!B2`. */
  readonly address: string
}

/** What a named cell holds; `value` is the error's text where `isError`. */
export interface CellReading {
  readonly value: SheetValue
  readonly isError: boolean
  readonly address: string
}

/** Something that was changed in the workbook, by hand or by a program, this one included. */
export type WorkbookChange =
  /** `address` as in `B2:C9`; `isOurs` where Excel can tell that this add-in did it, `isRemote` where somebody else did who has the same file open. */
  | {
      readonly kind: 'cells'
      readonly sheet: string
      readonly address: string
      readonly isOurs: boolean
      readonly isRemote: boolean
    }
  /** Tables were added or deleted. */
  | { readonly kind: 'tables' }
  /** Sheets were added or deleted. */
  | { readonly kind: 'sheets' }
  /** Other cells are selected, or from now on it is told when they are. */
  | { readonly kind: 'selection' }

/** The filters of a table by column id, as Excel describes them. */
export type TableFilters = ReadonlyMap<string, object>

/** What may keep a table from being changed, or its rows from being seen. */
export interface TableAccess {
  readonly isWorkbookReadOnly: boolean
  readonly isSheetProtected: boolean
  readonly isFiltered: boolean
}

/** A table as a list shows it. */
export interface ListedTable {
  readonly id: string
  readonly name: string
  /** Whether a filter of Excel hides rows of it, as far as this Excel says. */
  readonly isFiltered: boolean
}

/** A table's columns, from left to right. */
export type TableColumns = Pick<TableShape, 'id' | 'name' | 'columns'>

export interface FoundTable {
  readonly table: TableShape | undefined
  /** All of the workbook. */
  readonly tables: readonly { readonly id: string; readonly name: string }[]
}

export interface FoundPlace {
  readonly place: Place
  readonly isFree: boolean
  /** Names of tables, and other names of the workbook, that a new table cannot have; in lower case. */
  readonly takenNames: ReadonlySet<string>
}

/** A workbook open in Excel. Every call rejects with a `WorkbookError` when Excel refuses. */
export interface Workbook {
  /** By how many days the first day of its dates is later than that of the 1900 date system; 0 until a table, a place or a cell was looked for. */
  readonly daysLater: number
  /** Makes sure that `daysLater` is known. */
  learnDates(): Promise<void>
  /** The results that `record` promised, once all that it recorded has been done. */
  batch<Result>(anchor: Anchor, record: (batch: Batch) => Later<Result>): Promise<Result>
  /** The first selected cell, and whether so many rows and columns from there are empty and on the sheet. */
  findPlace(rows: number, columns: number): Promise<FoundPlace>
  /** A new sheet at the end, named as asked or, when that is taken, with a number after it. */
  addSheet(name: string): Promise<Place>
  /** Takes a sheet away that has nothing in it, by its id or name; leaves any other. */
  removeSheet(id: string): Promise<void>
  listTables(): Promise<readonly ListedTable[]>
  /** The columns of all tables. */
  listColumns(): Promise<readonly TableColumns[]>
  /** The table with this id, or undefined. */
  findTable(id: string): Promise<TableShape | undefined>
  /** The same with the names of all tables. */
  findAmongTables(id: string): Promise<FoundTable>
  /** Takes a table away with all that is in it; by its id or name. Does nothing when there is none. */
  deleteTable(name: string): Promise<void>
  /** Takes a column out of a table: by its id, and by its header where the id is not known. Does nothing when it is gone. */
  deleteColumn(tableId: string, columnId: string, header: string): Promise<void>
  /** Says beside the table that it is not whole, by a comment on its header; returns the comment's id, if this Excel has comments. */
  addComment(tableId: string, text: string): Promise<string | undefined>
  /** Takes the comment with this id away, and those that say this text on the table's header; does nothing where there is none. */
  removeComments(tableId: string, comment: { readonly id: string | undefined; readonly text: string }): Promise<void>
  /** Takes the filters off a table, so that all rows are where they seem to be; `undefined` where this Excel cannot tell them. */
  liftFilters(tableId: string): Promise<TableFilters | undefined>
  applyFilters(tableId: string, filters: TableFilters): Promise<void>
  /** Shows all data rows of a table, and tells which of them were hidden. */
  showRows(tableId: string): Promise<readonly number[]>
  hideRows(tableId: string, rows: readonly number[]): Promise<void>
  /** Moves what is below a table out of the way of so many more rows: further down, or to a sheet of its own. */
  moveBelow(tableId: string, rows: number): Promise<void>
  describeAccess(tableId: string): Promise<TableAccess>
  /** What stands in an area counted from the table's first data row, other tables and merged cells included. */
  findObstacle(tableId: string, area: Area): Promise<Obstacle | undefined>
  /** Gives the first selected cell a name that is free. */
  nameCell(): Promise<NamedCell>
  /** Takes names of cells away; the cells stay. Names that are gone do not matter. */
  forgetCells(names: readonly string[]): Promise<void>
  /** What the cells of these names hold; names that are gone, or stand for no cell any more, are left out. */
  readNamedCells(names: readonly string[]): Promise<ReadonlyMap<string, CellReading>>
  /** Where the cell of a name is, or undefined when it is gone. */
  describeName(name: string): Promise<string | undefined>
  /** Calls `listener` after changes, until the returned function is called; never where this Excel has no such events. */
  watch(listener: (change: WorkbookChange) => void): () => void
  /** Shows and selects the table. */
  showTable(id: string): Promise<void>
  /** The workbook's custom XML parts of a namespace. */
  readParts(namespace: string): Promise<readonly string[]>
  /** Adds one to them, and then, in the same request, makes the columns of an area as wide as its content. */
  addPart(xml: string, fitted?: SheetArea): Promise<void>
  /** Replaces all of them by the one that `edit` makes of them. */
  editPart(namespace: string, edit: (parts: readonly string[]) => string): Promise<void>
}

/** The most rows and columns that a sheet has. */
export const mostSheetRows = 1_048_576
export const mostSheetColumns = 16_384
