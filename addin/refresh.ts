// A linked table made the same as its dataset again, with the least that has to be written.
import type { RowsChoice } from '../client/choice.ts'
import { ClientError } from '../client/client-error.ts'
import type { ColumnBody, ColumnType } from '../broker/http/contract.ts'
import { chooseRows, chooseWith, findFilterTypes, keepKnownColumns } from './choose-rows.ts'
import { ComparisonNeeded, needComparison } from './comparison-needed.ts'
import { planDelta, type OwnCells, type RowPlan } from './delta-plan.ts'
import { Digest } from './digest.ts'
import { findLinkedTable } from './find-table.ts'
import type { TableDeps } from './insert.ts'
import { findLayout } from './layout.ts'
import { noMemory, type LinkMemory } from './link-memory.ts'
import { haveSameColumns, isSameColumn, isSameKey, toOwnCells } from './linked-columns.ts'
import type { Link, LinkedColumn } from './links.ts'
import { awaitFreshSnapshot, readDataset, readOrCompare, type ReadRequest, type ReadRows } from './read-dataset.ts'
import { createRowNaming, isBlank } from './row-key.ts'
import { applyMode } from './row-modes.ts'
import { readSheet, readTouched } from './sheet-look.ts'
import type { Growth, TableChoice, TableSettings } from './table-choice.ts'
import { addColumns, changeFormats, dropColumns, markColumn } from './table-columns.ts'
import { RowsMoved, TableError } from './table-error.ts'
import { readOwnCells, type Target } from './table-reader.ts'
import { TableSession } from './table-session.ts'
import { TableUpdate, type Refreshed, type RefreshOptions } from './table-update.ts'
import type { SheetRows } from './table-writer.ts'
import { correctNames, findUserRows } from './user-rows.ts'
import { findTypedNames, planWhole } from './whole-plan.ts'
import type { TableShape } from './workbook.ts'

export type { Refreshed, RefreshOptions } from './table-update.ts'

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
  refresh.formerChoice = link.choice
  return refresh.run(null)
}

class Refresh {
  /** Where the choice is a new one, the one before: columns may go, and come back. */
  formerChoice: TableChoice | undefined
  readonly #deps: TableDeps
  readonly #options: RefreshOptions
  readonly #update: TableUpdate
  readonly #session: TableSession
  /** Of the names that the last refresh left; undefined when it did not end. */
  readonly #digest: string | undefined
  #dataset: ReadRows | undefined
  #chosen: RowsChoice = {}
  /** Names that somebody typed; no rows of the source have them. */
  readonly #typed = new Map<string, undefined>()

  constructor(deps: TableDeps, link: Link, options: RefreshOptions) {
    this.#deps = deps
    this.#options = options
    this.#session = TableSession.of(deps.workbook)
    this.#update = new TableUpdate(deps, link, options)
    this.#digest = link.isUnfinished ? undefined : link.digest
  }

  get #link(): Link {
    return this.#update.link
  }

  get #memory(): LinkMemory {
    return this.#link.memory ?? noMemory
  }

  /** Refreshes; compares everything where `newest`, the dataset's revision, is null. */
  async run(newest: number | null): Promise<Refreshed> {
    const link = this.#link
    this.#chosen = await this.#choose()
    const isUnchanged = newest === link.revision
    // Revisions only rise: a lower one comes from a broker that was set up anew.
    const isForeign = newest === null || newest < link.revision
    const isOtherChoice = this.#memory.filter !== (this.#chosen.filter ?? '')
    let isWhole = link.isUnfinished || isForeign || isOtherChoice || (link.key.length === 0 && !isUnchanged)
    for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
      try {
        return await (isWhole ? this.compare() : this.applyChanges(newest))
      } catch (error) {
        if (!(error instanceof RowsMoved) && !(error instanceof ComparisonNeeded)) {
          await this.#update.tellIncomplete()
          throw error
        }
        // Rows that are not where this session knew them to be are looked for once more; nothing has been written then.
        const isForgotten = this.#session.forget(link.tableId)
        isWhole = isWhole || !(error instanceof RowsMoved && isForgotten && !this.#update.hasWritten)
        if (error instanceof RowsMoved) await this.#update.learnFrom(error)
      }
    }
    await this.#update.tellIncomplete()
    throw new TableError('kept-changing', link.tableName)
  }

  /** Applies what changed since the link's revision. */
  async applyChanges(newest: number | null): Promise<Refreshed> {
    const data = newest === this.#link.revision ? this.#unchanged() : await this.#readChanges()
    const isSameTable = haveSameColumns(data.columns, this.#link.columns) && isSameKey(data.key, this.#link.key)
    // The places of changed rows among the others are not told.
    if (!isSameTable || (data.rows.length > 0 && this.#isOrdered())) throw new ComparisonNeeded()
    const target = this.#findTarget(await findLinkedTable(this.#deps.workbook, this.#link), data)
    const sheet = await readSheet(target, {
      link: this.#link,
      session: this.#session,
      checksEveryCell: this.#options.checksEveryCell === true,
    })
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
    const isExact = filter === undefined && top === undefined && this.#link.mode === 'replace'
    const tableRows = isExact ? data.tableRows : undefined
    const delta = planDelta(sheet.names, { changed, deleted: data.deleted, tableRows }) ?? needComparison()
    const known = await readTouched(target, sheet, delta)
    const plan = this.#applyMode(target, known, await this.#useEmptyTable(target, delta))
    if (plan.marks.length > 0 && target.layout.mark === undefined) {
      await this.#addMarkColumn(target)
      return this.applyChanges(newest)
    }
    return this.#update.carryOut({ target, sheet: known, plan, data, chosen: this.#chosen, order: undefined })
  }

  /** Makes the table the same as the whole dataset. */
  async compare(): Promise<Refreshed> {
    const data = (this.#dataset ??= await this.#readWhole())
    let target = this.#findTarget(await findLinkedTable(this.#deps.workbook, this.#link), data)
    if (this.formerChoice) target = await this.#dropUnchosen(target, data)
    if (target.layout.added.length > 0) target = await this.#addColumns(target, data)
    await this.#changeFormats(target)
    const { layout } = target
    const cells = await readOwnCells(target)
    const names = correctNames(target, cells, new Map([...this.#update.misnamed, ...this.#typed]))
    this.#update.learnMissing(names)
    const rows = data.rows.map((row) => toOwnCells(layout, row))
    const keepsRows = this.#keepsRows()
    const { sheet, plan: whole } = await planWhole(target, { cells, names, rows, digest: this.#digest, keepsRows })
    const isAsLeft = Digest.of(names).toString() === this.#digest
    const gone = { names, deletes: keepsRows || isAsLeft ? [] : whole.deletes }
    const typed = await findTypedNames(target, gone, () => this.#readFormer(target, data))
    for (const name of typed) this.#typed.set(name, undefined)
    if (typed.length > 0) return this.compare()
    const plan = this.#applyMode(target, sheet, whole)
    if (plan.marks.length > 0 && layout.mark === undefined) {
      await this.#addMarkColumn(target)
      return this.compare()
    }
    const order = this.#isOrdered() ? rows : undefined
    return this.#update.carryOut({ target, sheet, plan, data, chosen: this.#chosen, order })
  }

  /** What to read of the dataset, with the cells that filters follow as they are now. */
  async #choose(): Promise<RowsChoice> {
    const { choice, dataset } = this.#link
    let types: ReadonlyMap<string, ColumnType> = this.#memory.filterTypes
    if (choice.conditions.some(({ column }) => !types.has(column))) {
      const { columns } = await this.#deps.client.dataset(dataset, this.#options.signal)
      types = findFilterTypes(choice, columns)
      this.#update.link = { ...this.#link, memory: { ...this.#memory, filterTypes: types } }
    }
    return chooseRows(this.#deps.workbook, choice, types)
  }

  #request(): ReadRequest {
    return { dataset: this.#link.dataset, ...this.#chosen }
  }

  #unchanged(): ReadRows {
    const { revision, columns, key, rows } = this.#link
    return { revision, columns, key, tableRows: rows, names: [], rows: [], deleted: [] }
  }

  #readChanges(chosen = this.#chosen): Promise<ReadRows> {
    const { dataset, key, revision } = this.#link
    if (key.length === 0) needComparison()
    return readOrCompare(this.#deps.client, { ...chosen, dataset, since: revision }, this.#options)
  }

  /** The names of rows that the table had after the last refresh, among others perhaps; undefined when nobody knows. */
  async #readFormer({ layout }: Target, data: ReadRows): Promise<ReadonlySet<string> | undefined> {
    const naming = createRowNaming(layout)
    const isAlike = data.rows.every((row, index) => naming.nameRow(toOwnCells(layout, row)) === data.names[index])
    if (this.#digest === undefined || !isAlike) return undefined
    const { filter } = this.#memory
    const isSameChoice = !this.formerChoice && filter === (this.#chosen.filter ?? '')
    const choice = { ...(this.formerChoice ?? this.#link.choice), columns: data.key }
    const former = isSameChoice ? this.#chosen : chooseWith(choice, filter === '' ? undefined : filter)
    try {
      const { deleted } = await this.#readChanges(former)
      if (isSameChoice) return new Set(deleted)
      const request = { ...former, dataset: this.#link.dataset }
      const { names } = await readOrCompare(this.#deps.client, request, this.#options)
      return new Set([...deleted, ...names])
    } catch (error) {
      if (error instanceof ComparisonNeeded) return undefined
      throw error
    }
  }

  /** All that is chosen. When the dataset has lost a column that the choice names, or changed its type, what is left of it. */
  async #readWhole(): Promise<ReadRows> {
    const { client, workbook } = this.#deps
    try {
      return await readDataset(client, this.#request(), this.#options)
    } catch (error) {
      if (!(error instanceof ClientError) || error.code !== 'request-invalid') throw error
      const { columns } = await client.dataset(this.#link.dataset, this.#options.signal)
      const choice = keepKnownColumns(this.#link.choice, columns)
      const filterTypes = findFilterTypes(choice, columns)
      this.#chosen = await chooseRows(workbook, choice, filterTypes)
      this.#update.link = { ...this.#link, memory: { ...this.#memory, filterTypes } }
      return readDataset(client, this.#request(), this.#options)
    }
  }

  /** Whether rows stand in the source's order, not in that of the sheet. */
  #isOrdered(): boolean {
    return this.#link.mode === 'replace' && this.#link.choice.orderBy.length > 0
  }

  /** Whether rows stay that are gone at the source. */
  #keepsRows(): boolean {
    const { mode, vanished } = this.#link
    return mode === 'append' || (mode === 'merge' && vanished !== 'delete')
  }

  #findTarget(shape: TableShape, data: ReadRows): Target {
    const layout = findLayout({
      tableColumns: shape.columns,
      linked: this.#link.columns,
      columns: data.columns,
      key: data.key,
      mark: this.#memory.mark,
    })
    if (layout.own.length === 0) throw new TableError('columns-missing', this.#link.title)
    const missingKey = data.key.find((name) => layout.removed.includes(name))
    if (missingKey !== undefined) throw new TableError('key-missing', missingKey)
    return { workbook: this.#deps.workbook, shape, layout }
  }

  #applyMode({ layout }: Target, { names, cells }: SheetRows, plan: RowPlan): RowPlan {
    const { mode, vanished } = this.#link
    return applyMode(plan, {
      ...{ mode, vanished, names, cells },
      isMarked: (row) => layout.mark !== undefined && (cells[row]?.[layout.mark] ?? '') !== '',
    })
  }

  /** A table without rows shows an empty one; it goes when rows come. */
  async #useEmptyTable(target: Target, plan: RowPlan): Promise<RowPlan> {
    if (target.shape.rows !== 1 || plan.appends.length === 0 || plan.updates.length + plan.deletes.length > 0)
      return plan
    const cells = await readOwnCells(target)
    if (!cells.every(isBlank) && createRowNaming(target.layout).nameRow(cells[0] ?? []) === undefined) needComparison()
    const isEmpty = cells.every(isBlank) && (await findUserRows(target, [0], this.#keepsRows())).size === 0
    return isEmpty ? { ...plan, deletes: [0] } : plan
  }

  #growth(): Growth {
    return this.#options.growth ?? this.#memory.growth
  }

  async #addColumns(target: Target, data: ReadRows): Promise<Target> {
    const linked = await this.#add(target, target.layout.added)
    const memory = { ...this.#memory, addingTo: undefined }
    await this.#update.save({ ...this.#link, columns: [...this.#link.columns, ...linked], memory })
    return this.#findTarget(await findLinkedTable(this.#deps.workbook, this.#link), data)
  }

  async #addMarkColumn(target: Target): Promise<void> {
    const [mark] = await this.#add(target, [markColumn()])
    await this.#update.save({ ...this.#link, memory: { ...this.#memory, mark, addingTo: undefined } })
  }

  /** The link tells of it before: should it fail halfway, the next refresh uses the columns that are there. */
  async #add(target: Target, columns: readonly ColumnBody[]): Promise<readonly LinkedColumn[]> {
    const former = this.#memory.addingTo
    await this.#update.begin(target)
    if (!former) {
      const addingTo = target.shape.columns.map(({ header }) => header)
      await this.#update.save({ ...this.#link, memory: { ...this.#memory, addingTo } })
    }
    return addColumns(target, columns, { growth: this.#growth(), former })
  }

  /** Takes columns out that are no longer chosen, and forgets those that the user took out: they may be wanted again. */
  async #dropUnchosen(target: Target, data: ReadRows): Promise<Target> {
    const linked = this.#link.columns
    const before = findLayout({ tableColumns: target.shape.columns, linked, columns: linked, key: [], mark: undefined })
    const wanted = new Set(data.columns.map(({ name }) => name))
    const unwanted = new Set(before.own.map(({ name }) => name).filter((name) => !wanted.has(name)))
    if (unwanted.size > 0) {
      await this.#update.begin(target)
      await dropColumns({ ...target, layout: before }, unwanted)
    }
    const found = new Set(before.own.map(({ name }) => name))
    const kept = linked.filter(({ name }) => found.has(name) && wanted.has(name))
    this.#update.link = { ...this.#link, columns: kept }
    if (unwanted.size > 0) await this.#update.save(this.#link)
    return this.#findTarget(await findLinkedTable(this.#deps.workbook, this.#link), data)
  }

  async #changeFormats(target: Target): Promise<void> {
    const known = new Map(this.#link.columns.map((column) => [column.name, column]))
    const changed = target.layout.own.filter((column) => !isSameColumn(column, known.get(column.name) ?? column))
    if (changed.length === 0) return
    await this.#update.begin(target)
    await changeFormats(target, changed)
  }
}
