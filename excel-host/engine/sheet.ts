// A sheet and its tables are one file: each holds the other.
import type { Area } from './area.ts'
import { intersect, lastRow } from './area.ts'
import type { FilterCriteria } from './filter-criteria.ts'
import type { FormulaCell } from './formula/formula-cell.ts'
import type { CellValue } from './cell-value.ts'
import { Grid } from './grid.ts'
import { Protection } from './protection.ts'

/** How a sheet shows in the tabs. */
export type Visibility = 'Visible' | 'Hidden' | 'VeryHidden'

/** Who calculates the formulas of a sheet. */
export interface SheetCalculation {
  value(sheet: Sheet, row: number, column: number, cell: FormulaCell): CellValue
  touch(): void
}

/** One worksheet: cells, tables and what belongs to rows and columns. */
export class Sheet {
  readonly id: string
  name: string
  visibility: Visibility = 'Visible'
  tabColor = ''
  showGridlines = true
  readonly grid: Grid
  tables: Table[] = []
  /** Widths in points by column; absent means the default. */
  readonly columnWidths = new Map<number, number>()
  readonly rowHeights = new Map<number, number>()
  readonly hiddenColumns = new Set<number>()
  readonly hiddenRows = new Set<number>()
  readonly protection = new Protection()
  /** `worksheet.customProperties`; a copy of the sheet has them too. */
  readonly customProperties = new Map<string, string>()
  frozenRows = 0
  frozenColumns = 0

  constructor(id: string, name: string, calculation: SheetCalculation) {
    this.id = id
    this.name = name
    this.grid = new Grid({
      value: (row, column, cell) => calculation.value(this, row, column, cell),
      touch: () => calculation.touch(),
    })
  }

  /** Whether a filter hides the row. */
  isFilteredOut(row: number): boolean {
    if (!this.hiddenRows.has(row)) return false
    return this.tables.some(
      ({ filters, bodyArea }) => filters.length > 0 && row >= bodyArea.row && row <= lastRow(bodyArea),
    )
  }

  /** The tables that have cells in the area. */
  tablesIn(area: Area): Table[] {
    return this.tables.filter((table) => intersect(table.area, area) !== undefined)
  }
}

/** Some tables of a sheet. */
export class TableSet {
  readonly tables: readonly Table[]

  constructor(tables: readonly Table[]) {
    this.tables = tables
  }
}

/** The formula of a calculated column, as it stands in one cell; other rows have copies of it. */
export interface ColumnFormula {
  readonly text: string
  readonly row: number
  readonly column: number
}

/** A column of a table; its name is the text of its header cell. */
export interface TableColumn {
  readonly id: number
  name: string
  /** Set while new rows get this formula. Single cells may hold something else. */
  calculated: ColumnFormula | undefined
}

/** A filter on a column. */
export interface TableFilter {
  readonly columnId: number
  readonly criteria: FilterCriteria
}

/** One key of a sort: the column's position in the table. */
export interface SortField {
  readonly key: number
  readonly ascending: boolean
}

/** A table: an area of a sheet with a header row, a body and perhaps a total row. */
export class Table {
  readonly id: string
  readonly sheet: Sheet
  name: string
  /** Header, body and total row together. */
  area: Area
  columns: TableColumn[] = []
  filters: readonly TableFilter[] = []
  /** The last sort, as the arrows in the header row show it. */
  sortFields: readonly SortField[] = []
  style = 'TableStyleMedium2'
  showHeaders = true
  showTotals = false
  showBandedRows = true
  showBandedColumns = false
  showFilterButton = true
  highlightFirstColumn = false
  highlightLastColumn = false
  /** True while the one body row is the empty row that a table without rows shows. */
  hasNoRows = false
  #nextColumnId = 1

  constructor(place: { readonly id: string; readonly name: string; readonly sheet: Sheet; readonly area: Area }) {
    this.id = place.id
    this.name = place.name
    this.sheet = place.sheet
    this.area = place.area
  }

  /** Takes copies of another table's columns, ids included. */
  takeColumns(other: Table): void {
    this.columns = other.columns.map((column) => ({ ...column }))
    this.#nextColumnId = other.#nextColumnId
  }

  /** A column that is not yet placed. */
  newColumn(name: string): TableColumn {
    const id = this.#nextColumnId
    this.#nextColumnId += 1
    return { id, name, calculated: undefined }
  }

  /** The header row, or undefined when it is hidden. */
  get headerArea(): Area | undefined {
    return this.showHeaders ? { ...this.area, rowCount: 1 } : undefined
  }

  /** The total row, or undefined when it is hidden. */
  get totalArea(): Area | undefined {
    return this.showTotals ? { ...this.area, row: lastRow(this.area), rowCount: 1 } : undefined
  }

  /** The rows between header and total row; never empty, as Excel keeps one row. */
  get bodyArea(): Area {
    const above = this.showHeaders ? 1 : 0
    const below = this.showTotals ? 1 : 0
    return { ...this.area, row: this.area.row + above, rowCount: this.area.rowCount - above - below }
  }

  /** The number of rows with data. */
  get rowCount(): number {
    return this.hasNoRows ? 0 : this.bodyArea.rowCount
  }
}
