// The workbook's tables as the pane lists them: the linked ones, and copies of these.
import { findCopiedTables, type CopiedTable } from '../copied-tables.ts'
import { forgetUnusedCells } from '../filter-cells.ts'
import { texts } from '../language.ts'
import { readLinks, removeLink, saveLink, type Link } from '../links.ts'
import { explain } from '../messages.ts'
import type { Notice } from '../notice.ts'
import type { LinkedTable } from '../pane-state.ts'
import type { PaneStore } from '../pane-store.ts'
import { TableSession } from '../table-session.ts'
import type { Workbook } from '../workbook.ts'
import type { Tasks } from './tasks.ts'

export interface TableListDeps {
  readonly store: PaneStore
  readonly workbook: Workbook
  readonly tasks: Pick<Tasks, 'isAnyRunning' | 'show'>
}

/** Keeps the list in the state. */
export class TableList {
  readonly #deps: TableListDeps

  constructor(deps: TableListDeps) {
    this.#deps = deps
  }

  /** Reads the links and looks for copies again: tables come and go without the pane, too. */
  async load(): Promise<void> {
    const { store, workbook } = this.#deps
    try {
      const [links, tables] = await Promise.all([readLinks(workbook), workbook.listTables()])
      const known = new Map(tables.map((table) => [table.id, table]))
      const items = links.map((link) => {
        const { name = link.tableName, isFiltered = false } = known.get(link.tableId) ?? {}
        return { link, name, isFiltered }
      })
      // In the workbook's order: that of the links changes with each refresh. Tables that are gone come last.
      const order = [...known.keys()]
      const place = (id: string): number => (known.has(id) ? order.indexOf(id) : order.length)
      items.sort((one, other) => place(one.link.tableId) - place(other.link.tableId))
      store.set({ tables: { state: 'ready', items } })
      for (const { tableId } of links) {
        if (known.has(tableId)) TableSession.of(workbook).noteOthers(tableId, tables)
      }
      store.set({ copies: await this.#findCopies(links, order) })
    } catch (error) {
      store.set({ tables: { ...store.state.tables, state: 'failed', notice: explain(error) } })
    }
  }

  /** Links a copy; whether that was done. */
  async linkCopy(tableId: string): Promise<boolean> {
    const { store, workbook } = this.#deps
    // Looked for anew: the table may have been changed, deleted, or linked in another window since.
    await this.load()
    const copy = store.state.copies.find((each) => each.tableId === tableId)
    if (!copy) return false
    try {
      await saveLink(workbook, copy.link)
      await this.load()
      return true
    } catch (error) {
      store.set({ tables: { ...store.state.tables, notice: explain(error) } })
      return false
    }
  }

  /** Forgets the link of a table. */
  async forget(tableId: string): Promise<void> {
    const { store, workbook } = this.#deps
    const former = store.state.tables.items.find(({ link }) => link.tableId === tableId)
    await this.#attempt(tableId, async () => {
      await removeLink(workbook, tableId)
      if (former) await forgetUnusedCells(workbook, former.link)
    })
    await this.load()
  }

  /** The same for a table that is there, and says what that means for it. */
  async unlink(tableId: string): Promise<void> {
    const { store } = this.#deps
    const find = (): LinkedTable | undefined => store.state.tables.items.find(({ link }) => link.tableId === tableId)
    const former = find()
    await this.forget(tableId)
    if (!former || find()) return
    const notice: Notice = { intent: 'success', text: texts.refreshing.unlinked(former.name) }
    store.set({ tables: { ...store.state.tables, notice } })
  }

  /** Shows a table in the sheet. */
  async show(tableId: string): Promise<void> {
    await this.#attempt(tableId, () => this.#deps.workbook.showTable(tableId))
  }

  async #attempt(tableId: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#deps.tasks.show('refreshes', tableId, explain(error), 'failed')
    }
  }

  async #findCopies(links: readonly Link[], tableIds: readonly string[]): Promise<readonly CopiedTable[]> {
    const { store, workbook, tasks } = this.#deps
    // A table that is being inserted has no link yet, and is no copy.
    const linked = new Set(links.map(({ tableId }) => tableId))
    const unlinked = tableIds.filter((id) => !linked.has(id))
    if (tasks.isAnyRunning('inserts')) return store.state.copies.filter(({ tableId }) => unlinked.includes(tableId))
    if (links.length === 0 || unlinked.length === 0) return []
    const shapes = await workbook.listColumns()
    const session = TableSession.of(workbook)
    return findCopiedTables({
      links,
      shapes,
      isOther: ({ tableId }, id) => session.isOther(tableId, id),
    })
  }
}
