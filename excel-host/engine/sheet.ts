import type { Area } from './area.ts'
import { intersect } from './area.ts'
import { Grid } from './grid.ts'
import type { Table } from './table.ts'

/** How a sheet shows in the tabs. */
export type Visibility = 'Visible' | 'Hidden' | 'VeryHidden'

/** One worksheet: cells, tables and what belongs to rows and columns. */
export class Sheet {
  readonly id: string
  name: string
  visibility: Visibility = 'Visible'
  tabColor = ''
  showGridlines = true
  readonly grid = new Grid()
  tables: Table[] = []
  /** Widths in points by column; absent means the default. */
  readonly columnWidths = new Map<number, number>()
  readonly rowHeights = new Map<number, number>()
  readonly hiddenColumns = new Set<number>()
  readonly hiddenRows = new Set<number>()
  frozenRows = 0
  frozenColumns = 0

  constructor(id: string, name: string) {
    this.id = id
    this.name = name
  }

  /** The tables that have cells in the area. */
  tablesIn(area: Area): Table[] {
    return this.tables.filter((table) => intersect(table.area, area) !== undefined)
  }
}
