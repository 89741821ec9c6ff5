// Carrying out a plan on a table: changed cells, then deleted rows, then new ones. Each request also reads the names of the rows it is
// about, so that a user who sorts or inserts meanwhile is noticed, and nothing of theirs gets lost or passes to another row.
import { planWrites, type CellWrite } from './cell-writes.ts'
import { numberFormatOf } from './cells.ts'
import { freeArea, giveBack, insertBlank } from './cells-below.ts'
import { rowBytes, sendInChunks } from './chunks.ts'
import { toSheetDates } from './date-system.ts'
import type { OwnCells, RowNames, RowPlan } from './delta-plan.ts'
import type { Layout } from './layout.ts'
import type { CellsBelow } from './link-memory.ts'
import { recordGuard, type Mismatch } from './row-guard.ts'
import { createRowNaming } from './row-key.ts'
import { deleteRows } from './row-removal.ts'
import { RowsMoved } from './table-error.ts'
import type { Target } from './table-reader.ts'
import { findUserFormats, setUserFormats, type FormatChange } from './user-formats.ts'
import { WorkbookError } from './workbook-error.ts'
import type { Area, Batch } from './workbook.ts'

/** What is known of the sheet's rows when a plan is carried out. */
export interface SheetRows {
  readonly names: RowNames
  /** Their own cells by row; those of all rows that the plan is about are there. */
  readonly cells: readonly (OwnCells | undefined)[]
  /** Whether the cells of all rows are there. */
  readonly isWhole: boolean
}

export interface WriteOptions {
  /** Ends the work between two requests. */
  readonly signal?: AbortSignal | undefined
  /** Rows dealt with so far, and in all. */
  readonly onProgress: (done: number, total: number) => void
  /** What the mark column gets in rows that are gone at the source. */
  readonly mark: number
  /** What stands below the table, where rows are to be deleted. */
  readonly below?: CellsBelow | undefined
}

/** What a range costs in a request, besides its values. */
const rangeBytes = 500
/** A single range larger than this is written in pieces. */
const mostPieceBytes = 60_000

/**
 * Carries out the plan; there must be room for it.
 *
 * @throws {RowsMoved} when the rows were not where the plan has them; some of the plan may have been carried out
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

  constructor(target: Target, sheet: SheetRows, plan: RowPlan, options: WriteOptions) {
    this.#target = target
    this.#sheet = sheet
    this.#plan = plan
    this.#options = options
    this.#total = plan.updates.length + plan.deletes.length + plan.appends.length + plan.marks.length
  }

  async write(): Promise<void> {
    const { deletes, appends } = this.#plan
    await this.#update()
    const { rows } = this.#target.shape
    const isEmptied = deletes.length > 0 && deletes.length === rows
    await this.#delete(isEmptied ? deletes.slice(1) : deletes)
    if (isEmptied) await this.#replaceLast(appends)
    else await this.#append(appends, rows - deletes.length)
  }

  /** A table always keeps one row: the last old one goes in the request with which the first new one comes, or a blank one. */
  async #replaceLast([first, ...others]: readonly OwnCells[]): Promise<void> {
    const { workbook, shape, layout } = this.#target
    const { below } = this.#options
    const formats = await workbook.batch({ table: shape.id }, (batch) => findUserFormats(batch, layout))
    const isTight = !shape.hasTotals && below?.row === 1
    await this.#delete([0], (batch) => {
      if (isTight) insertBlank(batch, freeArea(this.#target, 1))
      batch.addRows(1)
      writeRows(batch, layout, { fromEnd: true, row: -1 }, [first ?? layout.own.map(() => '')])
    })
    await this.#append(others, 1)
    if (formats.length > 0) await setUserFormats(this.#target, formats, others.length + 1)
  }

  async #update(): Promise<void> {
    const { marks } = this.#plan
    const { layout } = this.#target
    if (this.#plan.updates.length + marks.length === 0) return
    const current = this.#sheet.cells
    const marked = marks.map((row) => ({
      row,
      cells: layout.own.map((_column, index) =>
        index === layout.mark ? this.#options.mark : (current[row]?.[index] ?? ''),
      ),
    }))
    const updates = [...this.#plan.updates, ...marked].sort((one, other) => one.row - other.row)
    const runs = layout.segments.map(({ first, count }) => ({ first, count }))
    const pairs = updates.map(({ row, cells }) => ({ row, current: current[row] ?? [], target: cells }))
    const writes = planWrites(pairs, runs).flatMap(splitWrite)
    const newNames = this.#findRenamed(updates)
    const sizes = writes.map(({ values }) => values.reduce((bytes, row) => bytes + rowBytes(row), 2 * rangeBytes))
    await sendInChunks(sizes, async (first, count) => {
      await this.#writeCells(writes.slice(first, first + count), newNames)
      this.#report(Math.floor((updates.length * (first + count)) / writes.length))
    })
    this.#done += updates.length
    this.#report(0)
  }

  /** The names that rows are given back whose keys were typed over. */
  #findRenamed(updates: RowPlan['updates']): ReadonlyMap<number, string> {
    const naming = createRowNaming(this.#target.layout)
    const renamed = new Map<number, string>()
    for (const { row, cells } of updates) {
      const name = naming.nameRow(cells)
      if (name !== undefined && name !== this.#sheet.names[row]) renamed.set(row, name)
    }
    return renamed
  }

  async #writeCells(chunk: readonly CellWrite[], newNames: ReadonlyMap<number, string>): Promise<void> {
    this.#options.signal?.throwIfAborted()
    const { workbook, shape } = this.#target
    const rows = chunk.flatMap(({ row, values }) => values.map((_cells, index) => row + index))
    // Only the first of the writes to a row can find its former name.
    const mismatches = await workbook.batch({ table: shape.id }, (batch) => {
      const guard = recordGuard(batch, this.#target, this.#sheet.names, rows)
      for (const write of chunk) {
        const { row, column, values } = write
        for (const index of this.#findMisformatted(write)) {
          const format = numberFormatOf(this.#target.layout.own[index] ?? { type: 'text' })
          batch.setFormat(this.#ownArea(row, index, values.length, 1), format)
        }
        const area = this.#ownArea(row, column, values.length, values[0]?.length ?? 0)
        batch.write(area, toSheetDates(values, this.#target.layout.own.slice(column), batch.daysLater))
      }
      return guard
    })
    if (mismatches.length === 0) return
    // Where that fails, the comparison that follows knows at least which rows have a wrong name.
    const restored = await this.#putBack(chunk, mismatches).catch(() => new Set<number>())
    const misnamed = mismatches.flatMap(({ row, name }): [string, string | undefined][] => {
      const given = newNames.get(row)
      return given === undefined || given === name || restored.has(row) ? [] : [[given, name]]
    })
    throw new RowsMoved({ misnamed: new Map(misnamed) })
  }

  /**
   * Gives rows that were written although they were not the ones meant their cells back, as far as these are known: a record that is gone
   * at the source has them nowhere else. Returns the rows that have them again.
   */
  async #putBack(chunk: readonly CellWrite[], mismatches: readonly Mismatch[]): Promise<ReadonlySet<number>> {
    const { workbook, shape, layout } = this.#target
    const { names, cells } = this.#sheet
    const naming = createRowNaming(layout)
    const rowOf = new Map(names.map((name, row) => [name, row]))
    const formers = new Map(
      mismatches.flatMap(({ row, name }): [number, OwnCells][] => {
        const former = name === undefined ? undefined : cells[rowOf.get(name) ?? -1]
        return former ? [[row, former]] : []
      }),
    )
    const written = new Map([...formers].map(([row, former]) => [row, [...former]]))
    const writes = chunk.flatMap(({ row: first, column, values }) =>
      values.flatMap((given, offset) => {
        const row = first + offset
        written.get(row)?.splice(column, given.length, ...given)
        const former = formers.get(row)?.slice(column, column + given.length)
        return former ? [{ row, column, values: [former] }] : []
      }),
    )
    if (writes.length === 0) return new Set()
    const namesNow: (string | undefined)[] = []
    for (const [row, own] of written) namesNow[row] = naming.nameRow(own)
    const moved = await workbook.batch({ table: shape.id }, (batch) => {
      const guard = recordGuard(batch, this.#target, namesNow, [...formers.keys()])
      for (const { row, column, values } of writes) {
        const area = this.#ownArea(row, column, 1, values[0]?.length ?? 0)
        batch.write(area, toSheetDates(values, layout.own.slice(column), batch.daysLater))
      }
      return guard
    })
    for (const { row } of moved) formers.delete(row)
    return new Set(formers.keys())
  }

  /** Own columns in which numbers have become texts, or texts numbers: their cells have a format in which it would happen again. */
  #findMisformatted({ row, column, values }: CellWrite): readonly number[] {
    const isMisformatted = (index: number): boolean =>
      values.some((cells, offset) => {
        const current = this.#sheet.cells[row + offset]?.[index] ?? ''
        const wanted = cells[index - column] ?? ''
        if (typeof wanted === 'string') return wanted !== '' && (typeof current !== 'string' || isAmbiguous(wanted))
        return typeof current === 'string' && isNumberAsText(current)
      })
    return Array.from({ length: values[0]?.length ?? 0 }, (_none, offset) => column + offset).filter(isMisformatted)
  }

  async #delete(rows: readonly number[], replace?: (batch: Batch) => void): Promise<void> {
    if (rows.length === 0) return
    const { signal, below } = this.#options
    await deleteRows(this.#target, {
      names: this.#sheet.names,
      rows,
      below,
      ...(replace && { replace }),
      signal,
      onProgress: (count) => {
        this.#done += count
        this.#report(0)
      },
    })
  }

  /** New rows come and are filled in the same request, counted from the table's end: nobody can get between. */
  async #append(appends: readonly OwnCells[], tableRows: number): Promise<void> {
    const { workbook, shape, layout } = this.#target
    let own: readonly FormatChange[] = []
    await sendInChunks(appends.map(rowBytes), async (first, count) => {
      this.#options.signal?.throwIfAborted()
      const add = workbook.batch({ table: shape.id, hasTotals: shape.hasTotals }, (batch) => {
        const found = first === 0 ? findUserFormats(batch, layout) : undefined
        // Above a total row nothing is grown over.
        const covered = shape.hasTotals ? undefined : batch.readUsed(freeArea(this.#target, count))
        batch.addRows(count)
        writeRows(batch, layout, { fromEnd: true, row: -count }, appends.slice(first, first + count))
        return () => ({ formats: found?.() ?? own, covered: covered?.() })
      })
      const { formats, covered } = await add.catch((error: unknown) => this.#refuseToRepeat(error, tableRows + first))
      own = formats
      if (covered) await giveBack(this.#target, covered)
      this.#done += count
      this.#report(0)
    })
    if (own.length > 0) await setUserFormats(this.#target, own, appends.length)
  }

  /** What was too much for Excel is sent in smaller parts, but not once more when Excel has done some of it all the same. */
  async #refuseToRepeat(error: unknown, tableRows: number): Promise<never> {
    if (error instanceof WorkbookError && error.kind === 'too-large') {
      const { workbook, shape } = this.#target
      const rows = await workbook.batch({ table: shape.id }, (batch) => batch.countRows())
      if (rows !== tableRows) throw new RowsMoved()
    }
    throw error
  }

  #report(extra: number): void {
    this.#options.onProgress(Math.min(this.#total, this.#done + extra), this.#total)
  }

  #ownArea(row: number, column: number, rows: number, columns: number): Area {
    return { row, column: this.#target.layout.own[column]?.sheetColumn ?? 0, rows, columns }
  }
}

/** Records whole rows of own cells, with their formats before their values. */
export function writeRows(
  batch: Batch,
  layout: Layout,
  place: { readonly row: number; readonly fromEnd?: true },
  rows: readonly OwnCells[],
): void {
  for (const { sheetColumn, first, count } of layout.segments) {
    const area = { ...place, column: sheetColumn, rows: rows.length, columns: count }
    setFormats(batch, layout, area, first)
    const isWhole = count === layout.own.length
    const values = isWhole ? rows : rows.map((cells) => cells.slice(first, first + count))
    batch.write(area, toSheetDates(values, layout.own.slice(first), batch.daysLater))
  }
}

/** One range for each run of columns with the same format. */
function setFormats(batch: Batch, layout: Layout, area: Area, first: number): void {
  let start = 0
  const formats = layout.own.slice(first, first + area.columns).map((column) => numberFormatOf(column))
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

/** Where it is not in the format of texts, Excel would make a formula, a number, a date or a truth value of it. */
function isAmbiguous(text: string): boolean {
  return /^(?:[=+\-@]|[\s(\p{Sc}]*[.,]?\d|\p{L}{3,10}\.?[ /-]\d|(?:true|false)$)/iu.test(text)
}

/** What a number, date or truth value becomes in a cell with the format of texts. */
function isNumberAsText(text: string): boolean {
  return text !== '' && (Number.isFinite(Number(text)) || /^(?:true|false)$/i.test(text))
}
