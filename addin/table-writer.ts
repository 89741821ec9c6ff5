// Carrying out a plan on a table: changed cells, then deleted rows, then new ones. Each request first reads the names of the rows
// it is about, so that a user who sorts or inserts meanwhile is noticed at once.
import { numberFormatOf } from './cells.ts'
import { rowBytes, sendInChunks } from './chunks.ts'
import { groupBlocks, planWrites, type CellWrite, type OwnCells, type RowNames, type RowPlan } from './delta-plan.ts'
import type { Layout } from './layout.ts'
import { createRowNaming } from './row-key.ts'
import { RowsMoved, TableError } from './table-error.ts'
import { readBlock, readNames, type Target } from './table-reader.ts'
import { mostSheetRows, type Area, type Batch } from './workbook.ts'
import { WorkbookError } from './workbook-error.ts'

/** What is known of the sheet's rows when a plan is carried out. */
export interface SheetRows {
  readonly names: RowNames
  /** Their own cells, where they were all read. */
  readonly cells: readonly OwnCells[] | undefined
}

export interface WriteOptions {
  /** Ends the work between two requests. */
  readonly signal?: AbortSignal | undefined
  /** Rows dealt with so far, and in all. */
  readonly onProgress: (done: number, total: number) => void
}

/** What a range costs in a request, besides its values. */
const rangeBytes = 450
/** A single range larger than this is written in pieces. */
const mostPieceBytes = 60_000
const mostBlocksAtOnce = 200

/**
 * Carries out the plan.
 *
 * @throws {RowsMoved} when the rows were not where the plan has them; some of the plan may have been carried out
 * @throws {TableError} `no-room`, `too-many-rows`
 */
export async function applyPlan(target: Target, sheet: SheetRows, plan: RowPlan, options: WriteOptions): Promise<void> {
  const writer = new TableWriter(target, sheet, plan, options)
  await writer.write()
}

class TableWriter {
  readonly #target: Target
  readonly #sheet: SheetRows
  readonly #plan: RowPlan
  readonly #options: WriteOptions
  readonly #total: number
  #done = 0
  /** Data rows that the table has now. */
  #rows: number

  constructor(target: Target, sheet: SheetRows, plan: RowPlan, options: WriteOptions) {
    this.#target = target
    this.#sheet = sheet
    this.#plan = plan
    this.#options = options
    this.#rows = target.shape.rows
    this.#total = plan.updates.length + plan.deletes.length + plan.appends.length
  }

  async write(): Promise<void> {
    const { deletes, appends } = this.#plan
    this.#checkFit()
    await this.#update()
    // A table always keeps one row: the last to be deleted is emptied instead, and takes the first new row.
    const isEmptied = deletes.length === this.#rows
    const spare = isEmptied ? deletes[0] : undefined
    if (spare !== undefined) await this.#emptyRow(spare)
    await this.#delete(isEmptied ? deletes.slice(1) : deletes)
    await this.#append(appends, isEmptied ? 1 : 0)
    if (deletes.length + appends.length > 0) await this.#verify()
  }

  #checkFit(): void {
    const { shape } = this.#target
    const rows = this.#rows - this.#plan.deletes.length + this.#plan.appends.length
    if (shape.row + rows + (shape.hasTotals ? 1 : 0) > mostSheetRows)
      throw new TableError('too-many-rows', String(rows))
  }

  async #update(): Promise<void> {
    const { updates } = this.#plan
    const { layout } = this.#target
    const current = this.#sheet.cells ?? (await this.#readCells(updates.map(({ row }) => row)))
    const runs = layout.segments.map(({ first, count }) => ({ first, count }))
    const pairs = updates.map(({ row, cells }) => ({ row, current: current[row] ?? [], target: cells }))
    const writes = planWrites(pairs, runs).flatMap(splitWrite)
    let written = 0
    const sizes = writes.map(({ values }) => values.reduce((bytes, row) => bytes + rowBytes(row), rangeBytes))
    await sendInChunks(sizes, async (first, count) => {
      const chunk = writes.slice(first, first + count)
      await this.#guarded(
        chunk.flatMap(({ row, values }) => values.map((_cells, index) => row + index)),
        (batch) => {
          for (const { row, column, values } of chunk) {
            batch.write(this.#ownArea(row, column, values.length, values[0]?.length ?? 0), values)
          }
        },
      )
      written += count
      this.#report(Math.floor((updates.length * written) / writes.length))
    })
    this.#done += updates.length
    this.#report(0)
  }

  async #readCells(rows: readonly number[]): Promise<readonly OwnCells[]> {
    const { workbook, shape, layout } = this.#target
    const cells: OwnCells[] = []
    const blocks = groupBlocks(rows, 8)
    const columns = layout.own.map((_column, index) => index)
    const sizes = blocks.map(({ count }) => rangeBytes + count * columns.length * 25)
    await sendInChunks(sizes, async (first, count) => {
      const chunk = blocks.slice(first, first + count)
      const read = await workbook.batch({ table: shape.id }, (batch) => {
        const parts = chunk.map((block) => ({ block, rows: readBlock(batch, this.#target, columns, block) }))
        return () => parts.map(({ block, rows: later }) => ({ block, rows: later() }))
      })
      for (const { block, rows: found } of read) {
        for (const [index, row] of found.entries()) cells[block.row + index] = row
      }
    })
    const naming = createRowNaming(layout)
    if (rows.some((row) => naming.nameRow(cells[row] ?? []) !== this.#sheet.names[row])) throw new RowsMoved()
    return cells
  }

  async #emptyRow(row: number): Promise<void> {
    const { workbook, shape } = this.#target
    const whole: Area = { row, column: 0, rows: 1, columns: shape.columns.length }
    const [formulas = []] = await workbook.batch({ table: shape.id }, (batch) => batch.readFormulas(whole))
    await this.#guarded([row], (batch) => {
      for (const [column, formula] of formulas.entries()) {
        // What the user computes stays; it has nothing of the row that goes.
        const isComputed = typeof formula === 'string' && formula.startsWith('=') && !this.#isOwn(column)
        if (!isComputed) batch.clear({ ...whole, column, columns: 1 }, 'contents')
      }
    })
  }

  async #delete(rows: readonly number[]): Promise<void> {
    if (rows.length === 0) return
    const { workbook, shape } = this.#target
    const anchor = { table: shape.id }
    const isBelowUsed = (await workbook.batch(anchor, (batch) => batch.findUsed(this.#belowTable()))) !== undefined
    const blocks = groupBlocks(rows).toReversed()
    for (let first = 0; first < blocks.length; first += mostBlocksAtOnce) {
      const chunk = blocks.slice(first, first + mostBlocksAtOnce)
      const affected = chunk.flatMap(({ row, count }) => Array.from({ length: count }, (_none, index) => row + index))
      // Nothing brings a deleted row back, so its name is looked at once more before, not only along with it.
      await this.#guarded(affected, () => undefined)
      await this.#translate(() =>
        this.#guarded(affected, (batch) => {
          for (const { row, count } of chunk) batch.deleteCells(this.#wholeRows(row, count))
          this.#rows -= affected.length
          // What is below the table stays where it is.
          if (isBelowUsed) {
            const freed = { ...this.#belowTable(), rows: affected.length }
            batch.insertCells(freed)
            batch.clear(freed, 'contents-and-formats')
          }
        }),
      )
      this.#done += affected.length
      this.#report(0)
    }
  }

  async #append(appends: readonly OwnCells[], spareRows: number): Promise<void> {
    if (appends.length === 0) return
    const { workbook, shape, layout } = this.#target
    const added = appends.length - spareRows
    const firstRow = this.#rows - spareRows
    const hasRoom = await this.#makeRoom(added)
    await sendInChunks(appends.map(rowBytes), async (first, count) => {
      this.#options.signal?.throwIfAborted()
      const rows = this.#rows
      const needed = Math.max(rows, hasRoom ? rows : firstRow + first + count)
      const found = await workbook.batch({ table: shape.id }, (batch) => {
        const before = batch.countRows()
        if (needed !== rows) batch.resizeTable(needed, shape.columns.length)
        writeRows(batch, layout, firstRow + first, appends.slice(first, first + count))
        return before
      })
      this.#rows = needed
      if (found !== rows) throw new RowsMoved()
      this.#done += count
      this.#report(0)
    })
  }

  /** Moves what is in the way of `count` more rows. True when the table has the rows already. */
  async #makeRoom(count: number): Promise<boolean> {
    if (count === 0) return true
    const { workbook, shape } = this.#target
    const below = this.#wholeRows(this.#rows, count)
    if (shape.hasTotals) {
      // Cells inserted at the total row become rows of the table.
      await this.#translate(() =>
        workbook.batch({ table: shape.id }, (batch) => {
          batch.insertCells(below)
          return () => undefined
        }),
      )
      this.#rows += count
      return true
    }
    const used = await workbook.batch({ table: shape.id }, (batch) => batch.findUsed(below))
    if (!used) return false
    await this.#translate(() =>
      workbook.batch({ table: shape.id }, (batch) => {
        batch.insertCells(below)
        return () => undefined
      }),
    )
    return false
  }

  async #verify(): Promise<void> {
    const { plan, names } = { plan: this.#plan, names: this.#sheet.names }
    const found = await readNames({ ...this.#target, shape: { ...this.#target.shape, rows: this.#rows } })
    const naming = createRowNaming(this.#target.layout)
    const deleted = new Set(plan.deletes)
    const renamed = new Map(plan.updates.map(({ row, cells }) => [row, naming.nameRow(cells)]))
    const expected = names.flatMap((name, row) => (deleted.has(row) ? [] : [renamed.get(row) ?? name]))
    expected.push(...plan.appends.map((cells) => naming.nameRow(cells)))
    // A table without any row shows an empty one.
    if (expected.length === 0) expected.push(undefined)
    const isAsPlanned = expected.length === found.length && expected.every((name, row) => name === found[row])
    if (!isAsPlanned) throw new RowsMoved()
  }

  /** Records changes together with a reading of the rows' names before them. */
  async #guarded(rows: readonly number[], record: (batch: Batch) => void): Promise<void> {
    this.#options.signal?.throwIfAborted()
    const { workbook, shape, layout } = this.#target
    const naming = createRowNaming(layout)
    const blocks = groupBlocks(
      [...new Set(rows)].sort((one, other) => one - other),
      100,
    )
    const wasMoved = await workbook.batch({ table: shape.id }, (batch) => {
      const parts = blocks.map((block) => ({ block, cells: readBlock(batch, this.#target, layout.keyColumns, block) }))
      record(batch)
      return (): boolean => {
        const affected = new Set(rows)
        return parts.some(({ block, cells }) =>
          cells().some((own, index) => {
            const row = block.row + index
            return affected.has(row) && naming.nameRow(own) !== this.#sheet.names[row]
          }),
        )
      }
    })
    if (wasMoved) throw new RowsMoved()
  }

  async #translate(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (error instanceof WorkbookError && error.kind === 'in-the-way') {
        throw new TableError('no-room', this.#target.shape.name, { cause: error })
      }
      throw error
    }
  }

  #report(extra: number): void {
    this.#options.onProgress(this.#done + extra, this.#total)
  }

  #ownArea(row: number, column: number, rows: number, columns: number): Area {
    return { row, column: this.#target.layout.own[column]?.sheetColumn ?? 0, rows, columns }
  }

  #isOwn(sheetColumn: number): boolean {
    return this.#target.layout.own.some((column) => column.sheetColumn === sheetColumn)
  }

  #wholeRows(row: number, count: number): Area {
    return { row, column: 0, rows: count, columns: this.#target.shape.columns.length }
  }

  #belowTable(): Area {
    const { shape } = this.#target
    const row = this.#rows + (shape.hasTotals ? 1 : 0)
    return this.#wholeRows(row, mostSheetRows - shape.row - row)
  }
}

/** Records whole rows of own cells, with their formats before their values. */
export function writeRows(batch: Batch, layout: Layout, row: number, rows: readonly OwnCells[]): void {
  for (const { sheetColumn, first, count } of layout.segments) {
    setFormats(batch, layout, { row, column: sheetColumn, rows: rows.length, columns: count }, first)
    const isWhole = count === layout.own.length
    batch.write(
      { row, column: sheetColumn, rows: rows.length, columns: count },
      isWhole ? rows : rows.map((cells) => cells.slice(first, first + count)),
    )
  }
}

/** One range for each run of columns with the same format. */
function setFormats(batch: Batch, layout: Layout, area: Area, first: number): void {
  let start = 0
  const formats = layout.own.slice(first, first + area.columns).map(({ type }) => numberFormatOf(type))
  for (let index = 1; index <= formats.length; index += 1) {
    const format = formats[start]
    if (format === formats[index] || format === undefined) continue
    batch.setFormat({ ...area, column: area.column + start, columns: index - start }, format)
    start = index
  }
}

function splitWrite(write: CellWrite): readonly CellWrite[] {
  const pieces: { row: number; column: number; values: OwnCells[] }[] = []
  let bytes = 0
  for (const [index, cells] of write.values.entries()) {
    const last = pieces.at(-1)
    bytes += rowBytes(cells)
    if (last && bytes <= mostPieceBytes) last.values.push(cells)
    else {
      pieces.push({ row: write.row + index, column: write.column, values: [cells] })
      bytes = rowBytes(cells)
    }
  }
  return pieces
}
