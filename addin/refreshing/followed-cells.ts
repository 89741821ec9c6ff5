// Filters may follow cells of the workbook: when such a cell has another value, its tables are refreshed.
import type { ClientClock } from '../../client/clock.ts'
import { namesOfCells } from '../filter-cells.ts'
import type { Link } from '../links.ts'
import type { CellReading, Workbook } from '../workbook.ts'

export interface FollowedCellsDeps {
  readonly workbook: Workbook
  readonly clock: ClientClock
  readonly random: () => number
  readonly isFollowed: (tableId: string) => boolean
  readonly onChanged: (tableIds: readonly string[]) => void
}

/** People change several cells before they look at the result. */
const pauseMs = 1_500
/**
 * Somebody who changes a cell of a file that several have open refreshes its tables himself, if he has the add-in. The others look later,
 * and each at another time: then there is nothing left to do, or one of them does it.
 */
const remotePauseMs = 15_000
const remoteSpreadMs = 30_000

/** Watches the workbook, and compares the cells' values rather than places: a formula's value changes without a change of its own cell. */
export class FollowedCells {
  readonly #deps: FollowedCellsDeps
  #names = new Map<string, readonly string[]>()
  #known: ReadonlyMap<string, string> = new Map()
  readonly #pauses = new Map<'here' | 'elsewhere', AbortController>()
  #unwatch: (() => void) | undefined

  constructor(deps: FollowedCellsDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#unwatch = this.#deps.workbook.watch((change) => {
      // What the add-in writes itself is no wish of the user's.
      if (change.kind !== 'cells' || change.isOurs || this.#names.size === 0) return
      void this.#lookAfterPause(change.isRemote ? 'elsewhere' : 'here')
    })
  }

  stop(): void {
    this.#unwatch?.()
    for (const pause of this.#pauses.values()) pause.abort()
  }

  /** Follows the cells of these links' filters. */
  follow(links: readonly Link[]): void {
    const before = this.#names
    this.#names = new Map(
      links.flatMap(({ tableId, choice }) => {
        const names = namesOfCells(choice)
        return names.length > 0 ? [[tableId, names] as const] : []
      }),
    )
    // Cells that are new here have their first value now; what they had at the last refresh the link knows itself.
    const known = new Set([...before.values()].flat())
    if ([...this.#names.values()].flat().some((name) => !known.has(name))) void this.#learn()
  }

  async #learn(): Promise<void> {
    const now = await this.#read()
    if (now) this.#known = new Map([...now, ...this.#known])
  }

  async #lookAfterPause(where: 'here' | 'elsewhere'): Promise<void> {
    this.#pauses.get(where)?.abort()
    const pause = new AbortController()
    this.#pauses.set(where, pause)
    const waitMs = where === 'here' ? pauseMs : remotePauseMs + this.#deps.random() * remoteSpreadMs
    try {
      await this.#deps.clock.wait(waitMs, pause.signal)
    } catch {
      // Another change has come meanwhile; its pause counts.
      return
    }
    const now = await this.#read()
    if (!now || pause.signal.aborted) return
    const isOther = (name: string): boolean => this.#known.has(name) && this.#known.get(name) !== now.get(name)
    const changed = [...this.#names].filter(([, names]) => names.some(isOther)).map(([tableId]) => tableId)
    this.#known = now
    const wanted = changed.filter((tableId) => this.#deps.isFollowed(tableId))
    if (wanted.length > 0) this.#deps.onChanged(wanted)
  }

  async #read(): Promise<ReadonlyMap<string, string> | undefined> {
    const names = [...new Set([...this.#names.values()].flat())]
    try {
      const cells = await this.#deps.workbook.readNamedCells(names)
      return new Map(names.map((name) => [name, print(cells.get(name))]))
    } catch {
      // A cell is being edited, for one: the end of that is the next change.
      return undefined
    }
  }
}

function print(cell: CellReading | undefined): string {
  return cell ? JSON.stringify([cell.value, cell.isError]) : ''
}
