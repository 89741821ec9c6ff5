import { rmSync } from 'node:fs'
import type { DataKey } from '../crypto/encrypted-file.ts'
import type { ColumnType } from '../dataset/column.ts'
import { inferType, kindOf, kinds, noteKinds } from '../dataset/infer.ts'
import { Contradiction, RowShaper, toColumns, type PlannedColumn } from './column-plan.ts'
import { LatestChange } from './latest-change.ts'
import { SnapshotBuild, type BuildOptions } from './snapshot-build.ts'
import { reserve } from './snapshot-place.ts'
import { packBatch, type RowBatch } from './row-batch.ts'
import { StagedBatches } from './staged-batches.ts'
import type { BuildCounts } from './table-build.ts'

/** Which table to make. Can be sent to a thread. */
export interface TableOrder {
  readonly build: Omit<BuildOptions, 'dataKey' | 'columns'>
  /** What is known of the columns so far. */
  readonly columns: readonly PlannedColumn[]
  /** Types that the definition file gives, by column. */
  readonly declared: Readonly<Record<string, ColumnType>>
  /** Whether other columns than `columns` become columns of the table. */
  readonly isOpen: boolean
  /** Whether a type that the definition file does not give may turn out to be another. */
  readonly mayRetype: boolean
  /** Where rows are kept in case that what is known of the columns proves wrong; undefined when that cannot be. */
  readonly stage: { readonly path: string; readonly key: Uint8Array } | undefined
  /** The column in which rows say when they were last changed. */
  readonly updatedColumn: string | undefined
}

export interface MadeTable extends BuildCounts {
  /** The newest change that a row said. */
  readonly latestChangeMs: number | undefined
}

/**
 * Writes the table of a whole pull. Rows go straight into it, by the types that the first ones told, and a column that has its first value
 * later is added then. A copy of the raw rows waits in a second file all the same: when a value shows that a type is another one, the table
 * is made anew out of them, so that it always is what the types of all values make of it.
 */
export class TableMaker {
  readonly #order: TableOrder
  readonly #dataKey: DataKey
  readonly #latestChange: LatestChange
  readonly #stage: StagedBatches | undefined
  #build: SnapshotBuild | undefined
  /** In the order in which the table has them so far. */
  #columns: readonly PlannedColumn[]
  #shaper: RowShaper
  readonly #names: string[] = []
  /** Sources that may become columns, or tell the type of one, with their first value. */
  readonly #untold = new Set<number>()
  /** Columns without a type that hold the empty text, which only a text column can. */
  readonly #blank = new Set<number>()

  constructor(order: TableOrder, dataKey: DataKey) {
    this.#order = order
    this.#dataKey = dataKey
    this.#columns = order.columns
    this.#latestChange = new LatestChange(order.updatedColumn)
    this.#shaper = this.#follow(order.columns)
    for (const { source, type } of order.columns) if (type === undefined) this.#untold.add(source)
    if (order.stage) this.#stage = new StagedBatches(order.stage.path, order.stage.key)
    this.#build = this.#open(order.columns)
  }

  /**
   * Adds rows; `packed` is the batch as `packBatch` makes it, where that was done.
   *
   * @throws {BrokerError} `column-mismatch`, `key-invalid`
   */
  add(batch: RowBatch, packed?: Uint8Array): void {
    this.#stage?.add(packed ?? packBatch(batch))
    this.#meet(batch.newColumns)
    if (!this.#build) return
    try {
      this.#learn(batch.rows)
      this.#write(this.#build, batch)
    } catch (error) {
      if (!(error instanceof Contradiction) || !this.#stage) throw error
      this.#closeBuild()
    }
  }

  /** The kinds of value that each source has held, as far as they decide about types. */
  seenKinds(): readonly number[] {
    const seen: number[] = []
    if (this.#build || !this.#stage) {
      for (const { source, type } of this.#columns) if (type !== undefined) seen[source] = kindsOfType[type]
    } else {
      for (const { rows } of this.#stage.batches()) for (const row of rows) noteKinds(seen, row)
    }
    return seen
  }

  /**
   * Ends the file, with the columns that all rows together make.
   *
   * @throws {BrokerError} `column-mismatch`, `key-invalid`
   */
  async finish(columns: readonly PlannedColumn[], createdAtMs: number, signal: AbortSignal): Promise<MadeTable> {
    if (this.#build && this.#fits(columns)) this.#arrange(this.#build, columns)
    else this.#makeAnew(columns)
    const counts = await this.#open(columns).finish(toColumns(columns), createdAtMs, signal)
    this.close()
    return { ...counts, latestChangeMs: this.#latestChange.latestMs }
  }

  /** Closes the files, finished or not. */
  close(): void {
    this.#build?.close()
    this.#build = undefined
    this.#stage?.close()
  }

  #open(columns: readonly PlannedColumn[]): SnapshotBuild {
    if (this.#build) return this.#build
    reserve(this.#order.build.path)
    this.#build = SnapshotBuild.open({ ...this.#order.build, columns, dataKey: this.#dataKey })
    return this.#build
  }

  /** From here on rows have these columns. */
  #follow(columns: readonly PlannedColumn[], isLoose = this.#order.stage !== undefined): RowShaper {
    const { mayRetype, columns: known } = this.#order
    const isFixed = (source: number): boolean =>
      known.some((column) => column.source === source && column.type !== undefined)
    const loose = columns.filter(({ source, isDeclared }) => !isDeclared && (mayRetype || !isFixed(source)))
    this.#columns = columns
    this.#latestChange.follow(columns)
    return new RowShaper(columns, this.#order.build.key, new Set(isLoose ? loose.map(({ source }) => source) : []))
  }

  #meet(newColumns: readonly string[]): void {
    for (const name of newColumns) {
      const source = this.#names.push(name) - 1
      if (this.#order.isOpen && !this.#columns.some((column) => column.source === source)) this.#untold.add(source)
    }
  }

  /** Tells types by the first values of columns that have none yet. */
  #learn(rows: RowBatch['rows']): void {
    const columns = [...this.#columns]
    let hasChanged = false
    for (const source of this.#untold) {
      const seen = seeKinds(rows, source)
      if (seen === undefined) continue
      const name = this.#names[source] ?? ''
      const declared = Object.hasOwn(this.#order.declared, name) ? this.#order.declared[name] : undefined
      const type = declared ?? inferType(seen)
      const place = columns.findIndex((column) => column.source === source)
      if (place < 0) this.#build?.addColumn(type)
      else if (type !== undefined) this.#settle(source, place, type)
      columns[place < 0 ? columns.length : place] = { name, source, type, isDeclared: declared !== undefined }
      if (type === undefined) this.#blank.add(source)
      else this.#untold.delete(source)
      hasChanged = true
    }
    if (hasChanged) this.#shaper = this.#follow(columns)
  }

  #settle(source: number, place: number, type: ColumnType): void {
    if (type !== 'text' && this.#blank.has(source)) throw new Contradiction()
    this.#build?.settleColumn(place, type)
  }

  #write(build: SnapshotBuild, { rows, first, deleted }: RowBatch): void {
    const gone = new Set(deleted)
    for (const [index, raw] of rows.entries()) {
      const { key, cells } = this.#shaper.shape(raw, first + index)
      this.#latestChange.note(cells)
      if (!gone.has(index)) build.add(key, cells)
      else if (key !== undefined) build.remove(key)
    }
  }

  /** Whether the rows were written as these columns want them. */
  #fits(columns: readonly PlannedColumn[]): boolean {
    return columns.every(({ source, type, isDeclared }) => {
      const written = this.#columns.find((column) => column.source === source)
      return written ? written.type === type : isDeclared || type === undefined
    })
  }

  #arrange(build: SnapshotBuild, columns: readonly PlannedColumn[]): void {
    const written = this.#columns.map(({ source }) => source)
    const places = columns.map(({ source, type }) => {
      const place = written.indexOf(source)
      if (place >= 0) return place
      build.addColumn(type)
      return written.push(source) - 1
    })
    build.arrange(places)
  }

  #makeAnew(columns: readonly PlannedColumn[]): void {
    if (!this.#stage) throw new Error('The columns are not those that were announced.')
    this.#closeBuild()
    this.#shaper = this.#follow(columns, false)
    const build = this.#open(columns)
    for (const batch of this.#stage.batches()) this.#write(build, batch)
  }

  #closeBuild(): void {
    this.#build?.close()
    this.#build = undefined
    rmSync(this.#order.build.path, { force: true })
  }
}

/** Kinds that tell a type, as `inferType` has it; types that only a definition file can give count as text. */
const kindsOfType: Readonly<Record<ColumnType, number>> = {
  text: kinds.text,
  integer: kinds.integer,
  decimal: kinds.decimal,
  boolean: kinds.boolean,
  date: kinds.date,
  datetime: kinds.datetime,
  time: kinds.text,
  duration: kinds.text,
}

/** The kinds of a column's values in some rows; undefined when it has none, not even the empty text. */
function seeKinds(rows: RowBatch['rows'], source: number): number | undefined {
  let seen: number | undefined
  for (const row of rows) {
    const cell = row[source] ?? null
    if (cell !== null) seen = (seen ?? 0) | kindOf(cell)
  }
  return seen
}
