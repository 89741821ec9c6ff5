// A linked table made the same as its dataset again, with the least that has to be written.
import type { RowsChoice } from '../client/choice.ts'
import { ClientError } from '../client/client-error.ts'
import type { ColumnBody, ColumnType } from '../broker/http/contract.ts'
import { numberFormatOf } from './cells.ts'
import { chooseRows, findFilterTypes } from './choose-rows.ts'
import { planComparison, planDelta, type OwnCells, type RowNames, type RowPlan } from './delta-plan.ts'
import type { TableDeps } from './insert.ts'
import { findLinkedTable } from './find-table.ts'
import { findLayout, type Layout } from './layout.ts'
import { noMemory } from './link-memory.ts'
import { saveLink, type Link } from './links.ts'
import { awaitFreshSnapshot, readDataset, type ReadRequest, type ReadRows, type TaskOptions } from './read-dataset.ts'
import { createRowNaming, digestNames, isBlank } from './row-key.ts'
import type { Growth, TableSettings } from './table-choice.ts'
import { RowsMoved, TableError } from './table-error.ts'
import { readNames, readRows, type Target } from './table-reader.ts'
import { applyPlan, type SheetRows } from './table-writer.ts'
import type { TableShape } from './workbook.ts'

export interface Refreshed {
  readonly link: Link
  /** Rows that were updated, removed and added. */
  readonly changed: number
  readonly deleted: number
  readonly added: number
  /** Own columns that the user has taken out of the table; they are not brought back. */
  readonly removedColumns: readonly string[]
  /** Columns that the dataset no longer has; they stay as they were. */
  readonly orphanedColumns: readonly string[]
}

export interface RefreshOptions extends TaskOptions {
  /** What to do when the table must grow over something; what the link says, or `ask`, when left out. */
  readonly growth?: Growth
  /** Keep `growth` for later refreshes of this table. */
  readonly remembersGrowth?: boolean
}

/** The sheet is not what the delta builds on; the whole dataset is needed. */
class ComparisonNeeded extends Error {}

const mostAttempts = 4
/**
 * Brings fresh data into a linked table. Only columns of the dataset are written; the user's columns stay with their rows. When
 * something goes wrong midway the link says so, and the next refresh compares everything.
 *
 * @throws {ClientError} what the broker or the source could not do; the table is unchanged then
 * @throws {TableError} what the user can mend
 * @throws {WorkbookError} what Excel refused
 */
export async function refreshTable(deps: TableDeps, link: Link, options: RefreshOptions): Promise<Refreshed> {
  if (link.brokerUrl !== deps.brokerUrl) throw new TableError('other-broker', link.brokerUrl)
  await findLinkedTable(deps.workbook, link)
  const pull = await awaitFreshSnapshot(deps.client, link.dataset, options)
  const refresh = new Refresh(deps, link, options)
  return refresh.run(pull.revision)
}

/**
 * Makes a linked table show another part of its dataset, or treat rows in another way. Columns that are no longer chosen leave the
 * sheet; the user's own stay where they are.
 *
 * @throws as `refreshTable`; the link keeps its former settings when nothing was written
 */
export async function changeTable(
  deps: TableDeps,
  link: Link,
  settings: TableSettings,
  options: RefreshOptions,
): Promise<Refreshed> {
  if (link.brokerUrl !== deps.brokerUrl) throw new TableError('other-broker', link.brokerUrl)
  await findLinkedTable(deps.workbook, link)
  const { columns } = await deps.client.dataset(link.dataset, options.signal)
  const memory = { ...(link.memory ?? noMemory), filterTypes: findFilterTypes(settings.choice, columns) }
  const refresh = new Refresh(deps, { ...link, ...settings, memory }, options)
  return refresh.run(null)
}

class Refresh {
  readonly #deps: TableDeps
  readonly #options: RefreshOptions
  #link: Link
  #dataset: ReadRows | undefined
  #chosen: RowsChoice = {}

  constructor(deps: TableDeps, link: Link, options: RefreshOptions) {
    this.#deps = deps
    this.#link = link
    this.#options = options
  }

  /** Refreshes; compares everything where `newest`, the dataset's revision, is null. */
  async run(newest: number | null): Promise<Refreshed> {
    const link = this.#link
    this.#chosen = await this.#choose()
    const isUnchanged = newest === link.revision
    // Revisions only rise: a lower one comes from a broker that was set up anew.
    const isForeign = newest === null || newest < link.revision
    const isOtherChoice = (link.memory?.filter ?? '') !== (this.#chosen.filter ?? '')
    let isWhole = link.isUnfinished || isForeign || isOtherChoice || (link.key.length === 0 && !isUnchanged)
    for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
      try {
        return await (isWhole ? this.compare() : this.applyChanges(newest))
      } catch (error) {
        if (!(error instanceof RowsMoved) && !(error instanceof ComparisonNeeded)) throw error
        isWhole = true
      }
    }
    throw new TableError('kept-changing', link.tableName)
  }

  /** What to read of the dataset, with the cells that filters follow as they are now. */
  async #choose(): Promise<RowsChoice> {
    const { choice, memory, dataset } = this.#link
    let types = memory?.filterTypes ?? new Map<string, ColumnType>()
    if (choice.conditions.some(({ column }) => !types.has(column))) {
      const { columns } = await this.#deps.client.dataset(dataset, this.#options.signal)
      types = findFilterTypes(choice, columns)
      this.#link = { ...this.#link, memory: { ...(memory ?? noMemory), filterTypes: types } }
    }
    return chooseRows(this.#deps.workbook, choice, types)
  }

  /** Applies what changed since the link's revision. */
  async applyChanges(newest: number | null): Promise<Refreshed> {
    const data = newest === this.#link.revision ? this.#unchanged() : await this.#readChanges()
    if (!haveSameColumns(data.columns, this.#link.columns)) throw new ComparisonNeeded()
    if (!isSameKey(data.key, this.#link.key)) throw new ComparisonNeeded()
    const target = this.#findTarget(await findLinkedTable(this.#deps.workbook, this.#link), data)
    const names = await readNames(target)
    if (digestNames(names) !== this.#link.digest) throw new ComparisonNeeded()
    const naming = createRowNaming(target.layout)
    const changed = new Map<string, OwnCells>()
    for (const [index, row] of data.rows.entries()) {
      const cells = toOwnCells(target.layout, row)
      const name = naming.nameRow(cells)
      // Keys that the sheet cannot show as the broker writes them: deletions could not be told by name.
      if (name === undefined || name !== data.names[index]) throw new ComparisonNeeded()
      changed.set(name, cells)
    }
    const { filter, top } = this.#chosen
    const tableRows = filter === undefined && top === undefined ? data.tableRows : undefined
    const plan = planDelta(names, { changed, deleted: data.deleted, tableRows })
    if (!plan) throw new ComparisonNeeded()
    return this.#carryOut(target, { names, cells: undefined }, await this.#useEmptyTable(target, plan), data)
  }

  /** Makes the table the same as the whole dataset. */
  async compare(): Promise<Refreshed> {
    const { client, workbook } = this.#deps
    const data = (this.#dataset ??= await readDataset(client, this.#request(), this.#options))
    let target = this.#findTarget(await findLinkedTable(workbook, this.#link), data)
    if (target.layout.added.length > 0) target = await this.#addColumns(target, data)
    await this.#changeFormats(target)
    const { layout } = target
    const naming = createRowNaming(layout)
    const cells = await readRows(
      target,
      layout.own.map((_column, index) => index),
    )
    const names = cells.map((row) => naming.nameRow(row))
    const userRows = await this.#findUserRows(target, cells)
    const rows = data.rows.map((row) => toOwnCells(layout, row))
    const plan = planComparison({
      sheetNames: names,
      sheetRows: cells,
      isUserRow: (row) => userRows.has(row),
      names: rows.map((row) => naming.nameRow(row)),
      rows,
      keyColumns: layout.keyColumns,
    })
    return this.#carryOut(target, { names, cells }, plan, data)
  }

  #request(): ReadRequest {
    return { dataset: this.#link.dataset, ...this.#chosen }
  }

  #unchanged(): ReadRows {
    const { revision, columns, key, rows } = this.#link
    return { revision, columns, key, tableRows: rows, names: [], rows: [], deleted: [] }
  }

  async #readChanges(): Promise<ReadRows> {
    if (this.#link.key.length === 0) throw new ComparisonNeeded()
    try {
      return await readDataset(this.#deps.client, { ...this.#request(), since: this.#link.revision }, this.#options)
    } catch (error) {
      if (error instanceof ClientError && error.code === 'revision-unknown') throw new ComparisonNeeded()
      throw error
    }
  }

  #findTarget(shape: TableShape, data: ReadRows): Target {
    const layout = findLayout({
      tableColumns: shape.columns,
      linked: this.#link.columns,
      columns: data.columns,
      key: data.key,
    })
    if (layout.own.length === 0) throw new TableError('columns-missing', this.#link.title)
    const missingKey = data.key.find((name) => layout.removed.includes(name))
    if (missingKey !== undefined) throw new TableError('key-missing', missingKey)
    return { workbook: this.#deps.workbook, shape, layout }
  }

  /** Columns that are new at the source go to the right end of the table, if there is room. */
  async #addColumns({ workbook, shape, layout }: Target, data: ReadRows): Promise<Target> {
    const width = shape.columns.length
    const { added } = layout
    const area = { row: -1, column: width, rows: shape.rows + 1 + (shape.hasTotals ? 1 : 0), columns: added.length }
    const anchor = { table: shape.id }
    const used = await workbook.batch(anchor, (batch) => batch.findUsed(area))
    if (used) throw new TableError('no-room', shape.name)
    await this.#save({ ...this.#link, isUnfinished: true })
    await workbook.batch(anchor, (batch) => {
      const header = { ...area, rows: 1 }
      batch.resizeTable(shape.rows, width + added.length)
      batch.setFormat(header, '@')
      batch.write(header, [added.map(({ name }) => name)])
      for (const [index, { type }] of added.entries()) {
        batch.setFormat({ row: 0, column: width + index, rows: shape.rows, columns: 1 }, numberFormatOf(type))
      }
      return () => undefined
    })
    const wider = await findLinkedTable(workbook, this.#link)
    const linked = added.map((column, index) => ({
      ...column,
      header: wider.columns[width + index]?.header ?? column.name,
      columnId: wider.columns[width + index]?.id ?? '',
    }))
    await this.#save({ ...this.#link, columns: [...this.#link.columns, ...linked] })
    return this.#findTarget(wider, data)
  }

  /** A column whose type has changed gets the format of its new type, before its cells are written. */
  async #changeFormats({ workbook, shape, layout }: Target): Promise<void> {
    const types = new Map(this.#link.columns.map(({ name, type }) => [name, type]))
    const changed = layout.own.filter(({ name, type }) => types.get(name) !== type)
    if (changed.length === 0) return
    await this.#save({ ...this.#link, isUnfinished: true })
    await workbook.batch({ table: shape.id }, (batch) => {
      for (const { sheetColumn, type } of changed) {
        batch.setFormat({ row: 0, column: sheetColumn, rows: shape.rows, columns: 1 }, numberFormatOf(type))
      }
      return () => undefined
    })
  }

  /** Rows with nothing in our columns but something that the user wrote in others. Formulas alone make no such row. */
  async #findUserRows({ workbook, shape, layout }: Target, cells: readonly OwnCells[]): Promise<ReadonlySet<number>> {
    const blank = cells.flatMap((row, index) => (isBlank(row) ? [index] : []))
    const own = new Set(layout.own.map(({ sheetColumn }) => sheetColumn))
    if (blank.length === 0 || own.size === shape.columns.length) return new Set()
    const found = await workbook.batch({ table: shape.id }, (batch) => {
      const rows = blank.map((row) => {
        return { row, formulas: batch.readFormulas({ row, column: 0, rows: 1, columns: shape.columns.length }) }
      })
      return () => rows.map(({ row, formulas }) => ({ row, formulas: formulas()[0] ?? [] }))
    })
    const isWritten = (formula: unknown): boolean => formula !== '' && !String(formula).startsWith('=')
    const users = found.filter(({ formulas }) => formulas.some((text, column) => !own.has(column) && isWritten(text)))
    return new Set(users.map(({ row }) => row))
  }

  /** A table without rows shows an empty one; it is used for the first new row. */
  async #useEmptyTable(target: Target, plan: RowPlan): Promise<RowPlan> {
    if (target.shape.rows !== 1 || plan.appends.length === 0 || plan.updates.length + plan.deletes.length > 0)
      return plan
    const cells = await readRows(
      target,
      target.layout.own.map((_column, index) => index),
    )
    const isEmpty = cells.every(isBlank) && (await this.#findUserRows(target, cells)).size === 0
    return isEmpty ? { ...plan, deletes: [0] } : plan
  }

  async #carryOut(target: Target, sheet: SheetRows, plan: RowPlan, data: ReadRows): Promise<Refreshed> {
    const { shape, layout } = target
    if (plan.updates.length + plan.deletes.length + plan.appends.length > 0) {
      if (!this.#link.isUnfinished) await this.#save({ ...this.#link, isUnfinished: true })
      const { signal, onProgress } = this.#options
      await applyPlan(target, sheet, plan, {
        signal,
        onProgress: (done, total) => onProgress({ phase: 'writing', done, total }),
      })
    }
    await this.#save({
      ...this.#link,
      tableId: shape.id,
      tableName: shape.name,
      revision: data.revision,
      rows: data.tableRows,
      digest: digestNames(namesAfter(layout, sheet, plan)),
      key: data.key,
      columns: linkColumns(this.#link, layout, data.columns),
      refreshedAt: new Date(this.#deps.nowMs()).toISOString(),
      refreshedBy: this.#deps.userName,
      isUnfinished: false,
      memory: { ...(this.#link.memory ?? noMemory), filter: this.#chosen.filter ?? '' },
    })
    return {
      link: this.#link,
      changed: plan.updates.length,
      deleted: plan.deletes.length,
      added: plan.appends.length,
      removedColumns: layout.removed,
      orphanedColumns: layout.orphaned,
    }
  }

  async #save(link: Link): Promise<void> {
    await saveLink(this.#deps.workbook, link, this.#link.tableId)
    this.#link = link
  }
}

/** The names of the table's rows once the plan is carried out. */
function namesAfter(layout: Layout, { names }: SheetRows, { updates, deletes, appends }: RowPlan): RowNames {
  const naming = createRowNaming(layout)
  const after = [...names]
  for (const { row, cells } of updates) after[row] = naming.nameRow(cells)
  for (const row of deletes) after[row] = undefined
  return [...after, ...appends.map((cells) => naming.nameRow(cells))]
}

function toOwnCells(layout: Layout, row: OwnCells): OwnCells {
  return layout.own.map(({ sourceColumn }) => row[sourceColumn] ?? '')
}

function haveSameColumns(columns: readonly ColumnBody[], linked: readonly ColumnBody[]): boolean {
  const types = new Map(linked.map(({ name, type }) => [name, type]))
  return columns.length === linked.length && columns.every(({ name, type }) => types.get(name) === type)
}

function isSameKey(key: readonly string[], linked: readonly string[]): boolean {
  return key.length === linked.length && key.every((name, index) => name === linked[index])
}

/** What the link is to remember: columns where they stand now, and those that the user removed, so that they stay away. */
function linkColumns(link: Link, layout: Layout, columns: readonly ColumnBody[]): Link['columns'] {
  const own = new Map(layout.own.map((column) => [column.name, column]))
  const former = new Map(link.columns.map((column) => [column.name, column]))
  return columns.map((column) => {
    const { header, columnId } = own.get(column.name) ??
      former.get(column.name) ?? { header: column.name, columnId: '' }
    return { ...column, header, columnId }
  })
}
