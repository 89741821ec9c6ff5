// Making tables of chosen parts of datasets, and changing what a table shows; the user is led to the table afterwards.
import { forgetUnusedCells } from '../filter-cells.ts'
import { insertDataset } from '../insert.ts'
import type { Link } from '../links.ts'
import { describeChange, describeInsert } from '../messages.ts'
import type { PaneStore } from '../pane-store.ts'
import { changeTable } from '../refresh.ts'
import type { Tasks } from '../refreshing/tasks.ts'
import type { Growth, TableSettings } from '../table-choice.ts'

export interface ChosenTablesDeps {
  readonly store: PaneStore
  readonly tasks: Tasks
  /** The link as the workbook has it now. */
  readonly findLink: (known: Link) => Promise<Link>
  readonly onRefreshed: (result: { readonly link: Link }) => void
}

export interface ChangeOptions {
  /** What to do when the table must grow over something. */
  readonly growth?: Growth
}

/** What the choosing screen leads to. Failures are shown where the user is; success leads to the tables, with this one first. */
export class ChosenTables {
  readonly #deps: ChosenTablesDeps

  constructor(deps: ChosenTablesDeps) {
    this.#deps = deps
  }

  /** Writes a part of a dataset as a new table. Does nothing while one of the same dataset is being inserted. */
  async insert(dataset: string, settings: TableSettings, isOnNewSheet: boolean): Promise<void> {
    const { store, tasks, onRefreshed } = this.#deps
    const outcome = await tasks.run({
      list: 'inserts',
      key: dataset,
      work: (deps, options) => insertDataset(deps, dataset, settings, { ...options, isOnNewSheet }),
      describe: describeInsert,
    })
    if (outcome?.kind !== 'done') return
    const { link } = outcome.result
    onRefreshed(outcome.result)
    // The notice moves to the table's card, where the user is led.
    tasks.dismiss('inserts', dataset)
    tasks.show('refreshes', link.tableId, describeInsert(outcome.result), 'done')
    store.set({ newest: link.tableId, route: { name: 'home' } })
  }

  /** Makes a linked table show another part of its dataset. Does nothing while it is being refreshed. */
  async change(tableId: string, settings: TableSettings, { growth }: ChangeOptions = {}): Promise<void> {
    const { store, tasks, findLink, onRefreshed } = this.#deps
    const table = store.state.tables.items.find(({ link }) => link.tableId === tableId)
    if (!table) return
    const outcome = await tasks.run({
      list: 'refreshes',
      key: tableId,
      work: async (deps, options) => {
        const former = await findLink(table.link)
        const result = await changeTable(deps, former, settings, {
          ...options,
          ...(growth === undefined ? {} : { growth }),
        })
        await forgetUnusedCells(deps.workbook, former)
        return result
      },
      describe: describeChange,
    })
    if (outcome?.kind !== 'done') return
    onRefreshed(outcome.result)
    store.set({ newest: outcome.result.link.tableId, route: { name: 'home' } })
  }
}
