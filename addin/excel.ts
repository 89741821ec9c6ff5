// Excel, as the add-in knows it. Each batch is one Excel.run with one sync, and keeps no object of the host afterwards.
import type { Anchor, Area, Batch, Later, Rows, TableShape, UsedCells, Workbook } from './workbook.ts'
import { createExcelParts } from './excel-parts.ts'
import { addSheet, findPlace, removeSheet } from './excel-place.ts'
import { describeName, forgetCells, nameCell, readNamedCells } from './excel-names.ts'
import { applyFilters, liftFilters } from './excel-filters.ts'
import { moveBelow } from './excel-move.ts'
import { describeAccess, findObstacle } from './excel-obstacle.ts'
import { hideRows, showRows } from './excel-hidden-rows.ts'
import { learnDates } from './excel-dates.ts'
import { ExcelMembers } from './excel-members.ts'
import { canSuspendCalculation, hasFewerRows, isTable } from './excel-refusal.ts'
import { run } from './excel-run.ts'
import { findAmongTables, loadShape } from './excel-shape.ts'
import {
  addComment,
  deleteColumn,
  deleteTable,
  listColumns,
  listTables,
  removeComments,
  showTable,
} from './excel-table.ts'
import { readRows } from './excel-values.ts'
import { watchWorkbook } from './excel-watch.ts'
import { RowsMoved } from './table-error.ts'

/** The workbook that the add-in runs in. */
export function createExcelWorkbook(): Workbook {
  // Whether this Excel takes the first apostrophe of a text for a mark that it is text. Learnt from the first one written.
  const apostrophes: ApostropheRule = { isMark: true }
  const members = new ExcelMembers()
  return {
    batch: async (anchor, record) => {
      const outcome = await runBatch({ members, apostrophes }, anchor, record)
      if (outcome.repair) await repairApostrophes({ members, apostrophes: { isMark: false } }, anchor, outcome.repair)
      return outcome.result
    },
    get daysLater() {
      return members.daysLater ?? 0
    },
    learnDates: () => learnDates(members),
    findPlace: (rows, columns) => findPlace(members, rows, columns),
    addSheet,
    removeSheet,
    listTables,
    listColumns: () => listColumns(members),
    findTable: async (id) => (await findAmongTables(members, id)).table,
    findAmongTables: (id) => findAmongTables(members, id),
    showTable,
    ...createExcelParts(members),
    describeAccess,
    findObstacle,
    moveBelow,
    deleteTable,
    deleteColumn: (tableId, columnId, header) => deleteColumn(members, tableId, columnId, header),
    addComment,
    removeComments,
    liftFilters: (tableId) => liftFilters(members, tableId),
    applyFilters: (tableId, filters) => applyFilters(members, tableId, filters),
    showRows,
    hideRows,
    nameCell,
    forgetCells,
    readNamedCells: (names) => readNamedCells(members, names),
    describeName: (name) => describeName(members, name),
    watch: watchWorkbook,
  }
}

interface ApostropheRule {
  isMark: boolean
}

/** What is known of this Excel. */
interface KnownExcel {
  readonly members: ExcelMembers
  readonly apostrophes: ApostropheRule
}

/** Does the steps as one request; once more where this Excel lacks something that can be done without. */
async function runBatch<Result>(
  excel: KnownExcel,
  anchor: Anchor,
  record: (batch: Batch) => Later<Result>,
): Promise<{ result: Result; repair: ApostropheRepair | undefined }> {
  let madeTable: string | undefined
  for (;;) {
    let batch: RecordedBatch | undefined
    try {
      return await run(async (context) => {
        batch = new RecordedBatch(context, anchor, excel, madeTable)
        const later = record(batch)
        batch.release()
        await context.sync()
        return { result: later(), repair: batch.findApostropheRepair() }
      })
    } catch (error) {
      if (batch && 'table' in anchor && (await hasFewerRows(error, anchor.table, batch.expectedRows)))
        throw new RowsMoved()
      const found = excel.members.findRefused(error)
      // Calculation is suspended before the first change: where that is what failed, nothing was changed.
      const isEarly = found.includes('suspendedCalculation') && (found.length === 1 || !(await canSuspendCalculation()))
      const refused = isEarly ? (['suspendedCalculation'] as const) : found
      if (!batch || refused.length === 0 || !(isEarly || batch.isRepeatable)) throw error
      excel.members.doWithout(refused)
      if (batch.newTable !== undefined && (await isTable(batch.newTable))) madeTable = batch.newTable
    }
  }
}

/** Texts that must be written again, without the apostrophe that was put before them in vain. */
type ApostropheRepair = readonly { readonly area: Area; readonly text: string }[]

class RecordedBatch implements Batch {
  readonly #context: Excel.RequestContext
  readonly #origin: Excel.Range
  readonly #table: Excel.Table | undefined
  readonly #hasTotals: boolean
  readonly #ranges: Excel.Range[] = []
  #end: Excel.Range | undefined
  expectedRows = 0
  /** Ranges at the origin by their size; cells that come or go may stretch them. */
  readonly #sizes = new Map<string, Excel.Range>()
  readonly #members: ExcelMembers
  readonly #apostrophes: ApostropheRule
  /** A table that an attempt before has made. */
  readonly #madeTable: string | undefined
  /** The name of the table that this batch makes. */
  newTable: string | undefined
  /** Whether doing all of it once more comes to the same. */
  isRepeatable = true
  readonly #marked: { area: Area; text: string }[] = []
  #probe: Later<Rows> | undefined
  #writes = false

  constructor(context: Excel.RequestContext, anchor: Anchor, excel: KnownExcel, madeTable?: string) {
    this.#context = context
    this.#members = excel.members
    this.#apostrophes = excel.apostrophes
    this.#madeTable = madeTable
    if ('table' in anchor) {
      this.#table = context.workbook.tables.getItem(anchor.table)
      this.#origin = this.#keep(this.#keep(this.#table.getDataBodyRange()).getCell(0, 0))
    } else {
      this.#origin = this.#keep(context.workbook.worksheets.getItem(anchor.sheet).getCell(0, 0))
    }
    this.#hasTotals = 'table' in anchor && (anchor.hasTotals ?? false)
  }

  get daysLater(): number {
    return this.#members.daysLater ?? 0
  }

  read(area: Area): Later<Rows> {
    const range = this.#range(area).load('values')
    return () => readRows(range.values)
  }

  readFormulas(area: Area): Later<Rows> {
    const range = this.#range(area).load('formulas')
    return () => readRows(range.formulas)
  }

  readFormats(area: Area): Later<readonly (readonly string[])[]> {
    const range = this.#range(area).load('numberFormat')
    return () => (range.numberFormat as unknown[][]).map((row) => row.map(String))
  }

  findUsed(area: Area): Later<Area | undefined> {
    const origin = this.#origin.load('rowIndex')
    const used = this.#keep(this.#range(area).getUsedRangeOrNullObject(true)).load('rowIndex,rowCount')
    return () =>
      used.isNullObject ? undefined : { ...area, row: used.rowIndex - origin.rowIndex, rows: used.rowCount }
  }

  readUsed(area: Area): Later<UsedCells | undefined> {
    const origin = this.#origin.load('columnIndex')
    const used = this.#keep(this.#range(area).getUsedRangeOrNullObject(true)).load('columnIndex,formulas')
    return () =>
      used.isNullObject
        ? undefined
        : { column: used.columnIndex - origin.columnIndex, formulas: readRows(used.formulas) }
  }

  expectRows(count: number): void {
    this.expectedRows = count
    // A range cannot be made smaller than one row: Excel stops here where there are not so many.
    if (count > 1) this.#keep(this.#keep(this.#anchorTable().getDataBodyRange()).getResizedRange(1 - count, 0))
  }

  countRows(): Later<number> {
    const body = this.#keep(this.#anchorTable().getDataBodyRange()).load('rowCount')
    return () => body.rowCount
  }

  setFormat(area: Area, format: string): void {
    // One value for the whole range is in the documentation, but not in the type.
    this.#change(area).numberFormat = format as unknown as string[][]
  }

  write(area: Area, values: Rows): void {
    const isMark = this.#apostrophes.isMark
    this.#change(area).values = values.map((row, rowIndex) =>
      row.map((value, columnIndex) => {
        if (!isMark || typeof value !== 'string' || !value.startsWith("'")) return value
        const at = { ...area, row: area.row + rowIndex, column: area.column + columnIndex, rows: 1, columns: 1 }
        this.#marked.push({ area: at, text: value })
        return `'${value}`
      }),
    )
    const first = this.#marked[0]
    if (first && !this.#probe) this.#probe = this.read(first.area)
  }

  clear(area: Area, what: 'contents' | 'contents-and-formats'): void {
    this.#change(area).clear(what === 'contents' ? 'Contents' : 'All')
  }

  deleteCells(area: Area): void {
    this.isRepeatable = false
    this.#change(area).delete('Up')
    this.#end = undefined
    this.#sizes.clear()
  }

  insertCells(area: Area, shift: 'down' | 'right' = 'down'): void {
    this.isRepeatable = false
    this.#keep(this.#change(area).insert(shift === 'down' ? 'Down' : 'Right'))
    this.#sizes.clear()
  }

  addRows(count: number): void {
    this.isRepeatable = false
    const table = this.#anchorTable()
    this.#suspendCalculation()
    if (this.#hasTotals) {
      // Cells inserted at the total row become rows of the table.
      const total = this.#keep(table.getTotalRowRange())
      this.#keep(this.#keep(total.getResizedRange(count - 1, 0)).insert('Down'))
    } else table.resize(this.#keep(this.#keep(table.getRange()).getResizedRange(count, 0)))
    this.#end = undefined
    this.#sizes.clear()
  }

  sortRows(column: number): void {
    this.#suspendCalculation()
    const { sort } = this.#anchorTable()
    sort.apply([{ key: column, ascending: true }])
    sort.clear()
  }

  writeFormulas(area: Area, formulas: Rows): void {
    this.#change(area).formulas = formulas.map((row) => [...row])
  }

  addColumns(count: number): void {
    this.isRepeatable = false
    const table = this.#anchorTable()
    this.#suspendCalculation()
    // The rows that there are at this very step, and a total row where there is one: otherwise the last row would become it.
    table.resize(this.#keep(this.#keep(table.getRange()).getResizedRange(0, count)))
    this.#sizes.clear()
  }

  createTable(area: Area, name: string): Later<TableShape> {
    const { tables } = this.#context.workbook
    const cells = this.#change(area)
    const table = this.#madeTable === name ? tables.getItem(name) : tables.add(cells, true)
    table.name = name
    this.newTable = name
    return loadShape(this.#members, table, 'new')
  }

  /** Lets go of every range at the end of this very request, so that nothing has to be tidied up afterwards. */
  release(): void {
    for (const range of this.#ranges) range.untrack()
  }

  findApostropheRepair(): ApostropheRepair | undefined {
    const first = this.#marked[0]
    if (!first || !this.#probe) return undefined
    this.#apostrophes.isMark = this.#probe()[0]?.[0] === first.text
    return this.#apostrophes.isMark ? undefined : this.#marked
  }

  #anchorTable(): Excel.Table {
    if (!this.#table) throw new Error('This batch is not about a table.')
    return this.#table
  }

  #change(area: Area): Excel.Range {
    this.#suspendCalculation()
    return this.#range(area)
  }

  #suspendCalculation(): void {
    const canSuspend = this.#members.has('suspendedCalculation')
    if (!this.#writes && canSuspend) this.#context.application.suspendApiCalculationUntilNextSync()
    this.#writes = true
  }

  #range(area: Area): Excel.Range {
    const row = area.fromEnd ? area.row + 1 : area.row
    const origin = this.#sized(area)
    return row === 0 && area.column === 0 ? origin : this.#keep(origin.getOffsetRange(row, area.column))
  }

  /** As many cells as the area has, from the origin on: one range for all areas of a size, as each costs half a kilobyte. */
  #sized({ fromEnd, rows, columns }: Area): Excel.Range {
    const first = fromEnd ? this.#lastCell() : this.#origin
    if (rows === 1 && columns === 1) return first
    const name = `${fromEnd ? 'end' : ''} ${rows} ${columns}`
    let range = this.#sizes.get(name)
    if (!range) this.#sizes.set(name, (range = this.#keep(first.getResizedRange(rows - 1, columns - 1))))
    return range
  }

  /** The first cell of the table's last data row, as it is at this step. */
  #lastCell(): Excel.Range {
    if (this.#end) return this.#end
    const body = this.#keep(this.#anchorTable().getDataBodyRange())
    return (this.#end = this.#keep(
      this.#members.has('lastRow')
        ? this.#keep(body.getLastRow()).getCell(0, 0)
        : this.#keep(body.getColumn(0)).getLastCell(),
    ))
  }

  #keep(range: Excel.Range): Excel.Range {
    this.#ranges.push(range)
    return range
  }
}

async function repairApostrophes(excel: KnownExcel, anchor: Anchor, repair: ApostropheRepair): Promise<void> {
  await runBatch(excel, anchor, (batch) => {
    for (const { area, text } of repair) batch.write(area, [[text]])
    return () => undefined
  })
}
