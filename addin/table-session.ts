// What is known of the linked tables of a workbook while it is open. It saves reading the names of all rows at every refresh of a large
// table; nothing depends on it: every request checks the names of the rows that it touches.
import type { RowNames } from './delta-plan.ts'
import type { LinkMemory } from './link-memory.ts'
import type { LostRow } from './table-error.ts'
import type { Target } from './table-reader.ts'
import type { Workbook } from './workbook.ts'

interface KnownTable {
  readonly revision: number
  readonly names: RowNames
  readonly sheet: string
  /** The own columns on the sheet, to tell whether a change is about them. */
  readonly columns: ReadonlySet<number>
  isTouched: boolean
}

/** Of one workbook. */
export class TableSession {
  /** Rows that were deleted by mistake and are not back yet, by table id: a refresh that fails leaves them to the next one. */
  readonly lost = new Map<string, readonly LostRow[]>()
  /** Rows of which nobody knows whether they were deleted by mistake, as Excel's answer was lost; by table id. */
  readonly unsure = new Map<string, readonly LostRow[]>()
  readonly #tables = new Map<string, KnownTable>()
  /** Ids of the tables that have stood beside a linked one, by that one's id. */
  readonly #others = new Map<string, Set<string>>()

  /** The session of a workbook; it watches the workbook from the first call on. */
  static of(workbook: Workbook): TableSession {
    const known = sessions.get(workbook)
    if (known) return known
    const session = new TableSession()
    sessions.set(workbook, session)
    workbook.watch((change) => {
      if (change.kind === 'cells' && !change.isOurs) session.#touch(change.sheet, change.address)
    })
    return session
  }

  /** Takes up what the link knows of rows that another pane deleted by mistake, or may have, unless this session knows better. */
  recall(tableId: string, { lost, kept }: Pick<LinkMemory, 'lost' | 'kept'>): void {
    if (this.lost.has(tableId) || this.unsure.has(tableId)) return
    if (lost.length > 0) this.lost.set(tableId, lost)
    if (kept.length > 0) this.unsure.set(tableId, kept)
  }

  /** Nothing is lost any more: a refresh has ended well. */
  settle(tableId: string): void {
    this.lost.delete(tableId)
    this.unsure.delete(tableId)
  }

  /** The names of the table's rows as they were left at this revision, unless something may have changed them. */
  findNames({ shape }: Target, revision: number): RowNames | undefined {
    const known = this.#tables.get(shape.id)
    const isSame = known?.revision === revision && known.names.length === shape.rows
    return known && isSame && !known.isTouched ? known.names : undefined
  }

  /** Whether somebody changed cells of ours since the table was left. */
  isTouched(tableId: string): boolean {
    return this.#tables.get(tableId)?.isTouched ?? false
  }

  remember({ shape, layout }: Target, revision: number, names: RowNames): void {
    this.#tables.set(shape.id, {
      revision,
      names,
      sheet: shape.sheet,
      columns: new Set(layout.own.map(({ sheetColumn }) => shape.column + sheetColumn)),
      isTouched: false,
    })
  }

  /** These tables are in the workbook together with the linked one: whatever they are called some day, they are not that one. */
  noteOthers(tableId: string, tables: readonly { readonly id: string }[]): void {
    const others = this.#others.get(tableId) ?? new Set()
    for (const { id } of tables) if (id !== tableId) others.add(id)
    this.#others.set(tableId, others)
  }

  isOther(tableId: string, id: string): boolean {
    return this.#others.get(tableId)?.has(id) ?? false
  }

  /** Whether anything was known that now is not any more. */
  forget(tableId: string): boolean {
    return this.#tables.delete(tableId)
  }

  #touch(sheet: string, address: string): void {
    for (const table of this.#tables.values()) {
      if (table.sheet === sheet && isAbout(address, table)) table.isTouched = true
    }
  }
}

const sessions = new WeakMap<Workbook, TableSession>()

function isAbout(address: string, { columns }: KnownTable): boolean {
  return address.split(',').some((part) => {
    const match = /^\$?([A-Z]*)\$?(\d*)(?::\$?([A-Z]*)\$?(\d*))?$/.exec(part.slice(part.lastIndexOf('!') + 1))
    // Whole rows and columns may have come or gone, and an address of another form may mean anything.
    if (!match || match[1] === '' || match[2] === '') return true
    const [, left = '', , right = left] = match
    const [from, to] = [columnNumber(left), columnNumber(right)]
    return [...columns].some((column) => column >= from && column <= to)
  })
}

function columnNumber(letters: string): number {
  return Array.from(letters).reduce((number, letter) => number * 26 + letter.charCodeAt(0) - 64, 0) - 1
}
