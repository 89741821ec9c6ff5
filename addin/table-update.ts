// The last part of a refresh: the plan is carried out, looked over, and the link says what the table holds now. Until then the link says
// that the table is unfinished.
import type { RowsChoice } from '../client/choice.ts'
import { toSerial } from './cells.ts'
import { findCellsBelow, putCellsBack } from './cells-below.ts'
import { groupRows } from './comparison.ts'
import type { OwnCells, RowNames, RowPlan } from './delta-plan.ts'
import { Digest } from './digest.ts'
import { expectWritable, findLinkedTable } from './find-table.ts'
import type { TableDeps } from './insert.ts'
import { texts } from './language.ts'
import { noMemory, type CellsBelow, type LinkMemory } from './link-memory.ts'
import { fitLink, keepRows } from './kept-rows.ts'
import { linkColumns } from './linked-columns.ts'
import { saveLink, type Link } from './links.ts'
import { makeRoomBelow } from './make-room.ts'
import { cellsAfter, digestAfter, namesAfter } from './plan-outcome.ts'
import type { ReadRows, TaskOptions } from './read-dataset.ts'
import { createRowNaming, digestCells } from './row-key.ts'
import { arrangeRows } from './row-order.ts'
import type { Growth } from './table-choice.ts'
import { expectColumns } from './table-columns.ts'
import { RowsMoved, type LostRow, type Misnamed } from './table-error.ts'
import { readOwnCells, type Target } from './table-reader.ts'
import { TableSession } from './table-session.ts'
import { applyPlan, type SheetRows } from './table-writer.ts'
import { restoreLost } from './user-rows.ts'

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
  /** Look at every cell of ours, however many; otherwise those of large tables only when somebody has touched them. */
  readonly checksEveryCell?: boolean
}

/** What is to be done, and with what. */
export interface Work {
  readonly target: Target
  readonly sheet: SheetRows
  readonly plan: RowPlan
  readonly data: ReadRows
  readonly chosen: RowsChoice
  /** All rows in the order in which they are to stand; undefined where the sheet's own order stays. */
  readonly order: readonly OwnCells[] | undefined
}

/** After a refresh all own cells of tables up to this size are read once more, to see that they are what was written. */
const mostVerifiedCells = 50_000

export class TableUpdate {
  link: Link
  readonly #deps: TableDeps
  readonly #options: RefreshOptions
  readonly #session: TableSession
  readonly #misnamed = new Map<string, string | undefined>()
  /** Whether a refresh before this one may have said in the sheet that the table is not whole. */
  readonly #mayHaveComment: boolean
  #hasBegun = false

  constructor(deps: TableDeps, link: Link, options: RefreshOptions) {
    this.#deps = deps
    this.#options = options
    this.#session = TableSession.of(deps.workbook)
    this.link = link
    this.#mayHaveComment = link.isUnfinished || link.memory?.commentId !== undefined
    for (const [name, former] of link.memory?.misnamed ?? []) this.#misnamed.set(name, former ?? undefined)
    this.#session.recall(link.tableId, link.memory ?? noMemory)
  }

  /** Names that rows were given by mistake, with the ones they had. */
  get misnamed(): Misnamed {
    return this.#misnamed
  }

  /** Whether anything of the table may have been changed. */
  get hasWritten(): boolean {
    return this.#hasBegun
  }

  /**
   * Before the first change of the table: the link says from now on that it is unfinished, what the user has in rows that stay, which rows
   * are to be called something else for a moment, and where what stands below the table is to be.
   *
   * @throws {WorkbookError} `protected` when nothing can be changed
   */
  async begin(
    { workbook, shape }: Target,
    kept: readonly LostRow[] = [],
    misnamed: Misnamed = new Map(),
  ): Promise<void> {
    if (kept.length > 0) this.#session.unsure.set(this.link.tableId, kept)
    for (const [name, former] of misnamed) this.#misnamed.set(name, former)
    if (this.#hasBegun && kept.length + misnamed.size === 0 && this.#memory.below === undefined) return
    await expectWritable(workbook, shape)
    await this.#saveKept()
    this.#hasBegun = true
  }

  /** Remembers what was done to rows that were not the ones meant, so that the comparison that follows puts it right. */
  async learnFrom({ misnamed, lost }: RowsMoved): Promise<void> {
    for (const [name, former] of misnamed) this.#misnamed.set(name, former)
    if (lost.length > 0) this.#session.lost.set(this.link.tableId, [...this.#findLost(), ...lost])
    if (misnamed.size + lost.length > 0) await this.#saveKept()
  }

  /** Finds out which rows a deletion took by mistake that was not seen to its end, now that the names of those that are there are known. */
  learnMissing(names: RowNames): void {
    const { lost, unsure } = this.#session
    const present = new Set([...names, ...this.#findLost().map(({ name }) => name)])
    const missing = (unsure.get(this.link.tableId) ?? []).filter(({ name }) => !present.has(name))
    unsure.delete(this.link.tableId)
    if (missing.length > 0) lost.set(this.link.tableId, [...this.#findLost(), ...missing])
  }

  /** Says in the sheet that the table is not whole, where it is so; best effort, as something has gone wrong already. */
  async tellIncomplete(): Promise<void> {
    if (!this.#hasBegun || this.#memory.commentId !== undefined) return
    try {
      const { workbook } = this.#deps
      // The link says so before there is a comment: whatever gets lost from here on, the refresh that ends well looks for one.
      await this.save({ ...this.link, isUnfinished: true })
      const commentId = await workbook.addComment(this.link.tableId, texts.refreshing.incompleteComment)
      if (commentId !== undefined) await this.save({ ...this.link, memory: { ...this.#memory, commentId } })
    } catch {
      // What went wrong first is what the user is told; the pane says that the table is incomplete in any case.
    }
  }

  /** Carries the work out and ends the refresh. */
  async carryOut(work: Work): Promise<Refreshed> {
    const { target, plan } = work
    const { layout } = target
    let names = namesAfter(layout, work.sheet, plan)
    const hasWork = plan.updates.length + plan.deletes.length + plan.appends.length + plan.marks.length > 0
    await this.#putCellsBack(target)
    if (hasWork) {
      const restored = this.#findLost().filter(({ name }) => name === undefined).length
      await makeRoomBelow(target, plan.appends.length - plan.deletes.length + restored, this.#growth())
      this.link = { ...this.link, memory: { ...this.#memory, below: await this.#findCellsBelow(target, plan) } }
      await this.begin(target, await keepRows(target, work.sheet.names, plan.deletes))
      // A column that moved since the table was read would get what belongs to another.
      expectColumns(target, await target.workbook.findTable(target.shape.id))
    }
    if (hasWork || work.order || this.#findLost().length > 0)
      names = await this.#withoutFilters(work, () => this.#write(work, names))
    const found = work.sheet.isWhole ? digestCells(work.sheet.cells.filter((row) => row !== undefined)) : undefined
    const cells = hasWork ? await this.#verify(work) : (found ?? this.#digestAfter(work))
    await this.#end(work, names, cells)
    return {
      link: this.link,
      changed: plan.updates.length + plan.marks.length,
      deleted: plan.deletes.length,
      added: plan.appends.length,
      removedColumns: layout.removed,
      orphanedColumns: layout.orphaned,
    }
  }

  async save(link: Link): Promise<void> {
    await saveLink(this.#deps.workbook, link, this.link.tableId)
    this.link = link
  }

  /** The link as that of an unfinished refresh, with all that another pane needs to put right what this one did. */
  async #saveKept(): Promise<void> {
    const misnamed = [...this.#misnamed].map(([name, former]) => [name, former ?? null] as const)
    const lost = fitLink(this.#findLost())
    const kept = fitLink(this.#session.unsure.get(this.link.tableId) ?? [])
    await this.save({ ...this.link, isUnfinished: true, memory: { ...this.#memory, misnamed, lost, kept } })
  }

  get #memory(): LinkMemory {
    return this.link.memory ?? noMemory
  }

  #findLost(): readonly LostRow[] {
    return this.#session.lost.get(this.link.tableId) ?? []
  }

  #growth(): Growth {
    return this.#options.growth ?? this.#memory.growth
  }

  /** Since when rows are gone at the source, as far as the add-in knows: today. */
  #today(): number {
    return toSerial(new Date(this.#deps.nowMs()).toISOString().slice(0, 10)) ?? 0
  }

  /** What stands below the table, where this plan may move it: rows come above a total row by pushing all that is below down. */
  async #findCellsBelow(target: Target, { deletes, appends }: RowPlan): Promise<CellsBelow | undefined> {
    const pushed = target.shape.hasTotals ? appends.length : 0
    const most = Math.max(deletes.length, pushed)
    return most === 0 ? undefined : findCellsBelow(target, most)
  }

  async #putCellsBack(target: Target): Promise<void> {
    if (this.#memory.below) await putCellsBack(target, this.#memory.below)
  }

  async #write({ target, sheet, plan, order }: Work, names: RowNames): Promise<RowNames> {
    const { signal, onProgress } = this.#options
    try {
      await applyPlan(target, sheet, plan, {
        signal,
        onProgress: (done, total) => onProgress({ phase: 'writing', done, total }),
        mark: this.#today(),
        below: this.#memory.below,
      })
    } catch (error) {
      // Best effort: the next refresh does it otherwise.
      await this.#putCellsBack(target).catch(() => undefined)
      throw error
    }
    this.#session.unsure.delete(this.link.tableId)
    const isGrown = plan.deletes.length + plan.appends.length > 0
    const now = isGrown ? await this.#lookAgain(target) : target
    await restoreLost(now, this.#findLost())
    await this.#putCellsBack(now)
    // Somebody else may take a row again before the end: what it had is known until then.
    this.#session.lost.set(
      this.link.tableId,
      this.#findLost().filter(({ name }) => name !== undefined),
    )
    if (!order) return names
    return arrangeRows(now, order, { signal, begin: (misnamed) => this.begin(target, [], misnamed) })
  }

  async #lookAgain(target: Target): Promise<Target> {
    const shape = await findLinkedTable(this.#deps.workbook, this.link)
    expectColumns(target, shape)
    return { ...target, shape }
  }

  /** Rows come, go and move where a filter hides none; the filters are put on again whatever happens. */
  async #withoutFilters({ target, plan, order }: Work, work: () => Promise<RowNames>): Promise<RowNames> {
    const { workbook, shape } = target
    const isMoving = plan.deletes.length + plan.appends.length > 0 || order !== undefined
    if (!isMoving || !(await workbook.describeAccess(shape.id)).isFiltered) return work()
    const filters = await workbook.liftFilters(shape.id)
    try {
      return await work()
    } finally {
      const apply = async (): Promise<void> => filters && workbook.applyFilters(shape.id, filters)
      if (filters && filters.size > 0) await apply().catch(apply)
    }
  }

  #digestAfter({ target, sheet, plan }: Work): string {
    return digestAfter(this.#memory.cells, { layout: target.layout, sheet, plan, mark: this.#today() })
  }

  /**
   * Reads the cells of a table that is not large once more: Excel may have filled a calculated column over them. What is not as it was
   * written is written again, once. Returns the digest of what is there.
   */
  async #verify(work: Work): Promise<string> {
    const { sheet, plan } = work
    const { layout } = work.target
    const { isWhole } = sheet
    const expected = isWhole ? cellsAfter({ layout, sheet, plan, mark: this.#today() }) : []
    const digest = isWhole ? digestCells(expected) : this.#digestAfter(work)
    if (!isWhole || !layout.hasKey || expected.length * layout.own.length > mostVerifiedCells) return digest
    const target = await this.#lookAgain(work.target)
    const naming = createRowNaming(layout)
    const found = await readOwnCells(target)
    if (digestCells(found) === digest) return digest
    const names = found.map((row) => naming.nameRow(row))
    // Rows of one name, which mode `merge` may keep, each have their own cells, in the order of the sheet.
    const expectedNames = expected.map((row) => naming.nameRow(row))
    const wanted = groupRows(expectedNames)
    if (!Digest.of(names).equals(Digest.of(expectedNames))) throw new RowsMoved()
    const updates = found.flatMap((_cells, row) => {
      const cells = expected[wanted.get(names[row] ?? '')?.shift() ?? -1]
      return cells && names[row] !== undefined ? [{ row, cells }] : []
    })
    const { signal } = this.#options
    const again = { updates, deletes: [], appends: [], marks: [] }
    await applyPlan(target, { names, cells: found, isWhole: true }, again, {
      signal,
      onProgress: () => undefined,
      mark: 0,
    })
    // What somebody has just typed into a row without a name is left out: the next refresh shall notice it.
    return digestCells((await readOwnCells(target)).filter((row) => naming.nameRow(row) !== undefined))
  }

  /** Takes away what says that the table is not whole; what stays for now as the comment's id, so that the next refresh does it. */
  async #removeComment(): Promise<string | undefined> {
    if (!this.#mayHaveComment) return undefined
    const id = this.#memory.commentId
    try {
      await this.#deps.workbook.removeComments(this.link.tableId, { id, text: texts.refreshing.incompleteComment })
      return undefined
    } catch {
      // A comment that stays says too little, a refresh that is called failed because of it too much.
      return id ?? 'unknown'
    }
  }

  async #end({ target, data, chosen }: Work, names: RowNames, cells: string): Promise<void> {
    const { shape, layout } = target
    const commentId = await this.#removeComment()
    const mark = layout.mark === undefined ? undefined : layout.own[layout.mark]
    const known = names.filter((name) => name !== undefined)
    await this.save({
      ...this.link,
      tableId: shape.id,
      tableName: shape.name,
      revision: data.revision,
      rows: known.length,
      digest: Digest.of(known).toString(),
      key: data.key,
      columns: linkColumns(this.link, layout, data.columns),
      refreshedAt: new Date(this.#deps.nowMs()).toISOString(),
      refreshedBy: this.#deps.userName,
      isUnfinished: false,
      memory: {
        ...this.#memory,
        filter: chosen.filter ?? '',
        cells,
        growth: this.#options.remembersGrowth === true ? this.#growth() : this.#memory.growth,
        mark: mark ? { header: mark.header, columnId: mark.columnId } : undefined,
        addingTo: undefined,
        commentId,
        misnamed: [],
        lost: [],
        kept: [],
        below: undefined,
      },
    })
    this.#session.settle(this.link.tableId)
    this.#session.remember({ ...target, shape: { ...shape, rows: names.length } }, data.revision, names)
  }
}
