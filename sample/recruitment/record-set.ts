import { DAY_SECONDS, dayOfSeconds } from '../calendar.ts'
import type { SeededRandom } from '../random.ts'
import type { DayPlan } from './day-plan.ts'
import { DayIndex } from './day-index.ts'

export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [field: string]: JsonValue }
export type SampleRecord = Readonly<Record<string, JsonValue>>

/** Everything a record is made from; the same facts always give the same record. */
export interface RowFacts {
  readonly row: number
  /** 0 as created, one more with each update. */
  readonly version: number
  readonly createdSeconds: number
  readonly updatedSeconds: number
}

export interface Search {
  readonly dates: 'created' | 'updated'
  readonly fromDay: number
  readonly toDay: number
  readonly offset: number
  readonly limit: number
  readonly matches?: ((record: SampleRecord) => boolean) | undefined
}

interface RecordSetDeps {
  readonly keyField: string
  readonly build: (facts: RowFacts) => SampleRecord
  readonly plan: DayPlan
  readonly random: SeededRandom
}

/**
 * The records of one search endpoint. Keeps eleven bytes and two index entries a record and builds the rest when it is
 * read, so a million records start within a second or two.
 */
export class RecordSet {
  readonly keyField: string
  readonly #build: (facts: RowFacts) => SampleRecord
  readonly #byCreated = new DayIndex()
  readonly #byUpdated = new DayIndex()
  #created: Uint32Array
  #updated: Uint32Array
  #version: Uint16Array
  #isDeleted: Uint8Array
  #rows = 0
  #live = 0

  constructor(deps: RecordSetDeps) {
    this.keyField = deps.keyField
    this.#build = deps.build
    const planned = deps.plan.counts.reduce((sum, count) => sum + count, 0)
    this.#created = new Uint32Array(planned)
    this.#updated = new Uint32Array(planned)
    this.#version = new Uint16Array(planned)
    this.#isDeleted = new Uint8Array(planned)
    this.#fill(deps.plan, deps.random)
  }

  /** Records that exist now. */
  get size(): number {
    return this.#live
  }

  /** Row numbers ever given, deleted records included; row numbers are below it. */
  get rowCount(): number {
    return this.#rows
  }

  isLive(row: number): boolean {
    return row < this.#rows && this.#isDeleted[row] === 0
  }

  read(row: number): SampleRecord {
    return this.#build({
      row,
      version: this.#version[row] ?? 0,
      createdSeconds: this.#created[row] ?? 0,
      updatedSeconds: this.#updated[row] ?? 0,
    })
  }

  keyOf(row: number): string {
    const key = this.read(row)[this.keyField]
    if (typeof key !== 'string') {
      throw new TypeError(`A record has no text in ${this.keyField}.`)
    }
    return key
  }

  /** Records of the wanted days, oldest day first, within a day in the order they were created. */
  search(search: Search): SampleRecord[] {
    const index = search.dates === 'created' ? this.#byCreated : this.#byUpdated
    const { matches } = search
    if (matches === undefined) {
      return index.slice(search, search.offset, search.limit).map((row) => this.read(row))
    }
    return index
      .rows(search.fromDay, search.toDay)
      .map((row) => this.read(row))
      .filter(matches)
      .drop(search.offset)
      .take(search.limit)
      .toArray()
  }

  /** Every record that exists now, in the order they were created. */
  *all(): Generator<SampleRecord> {
    for (let row = 0; row < this.#rows; row += 1) {
      if (this.isLive(row)) {
        yield this.read(row)
      }
    }
  }

  add(atSeconds: number): number {
    if (this.#rows === this.#created.length) {
      this.#grow()
    }
    return this.#append(atSeconds, atSeconds)
  }

  update(row: number, atSeconds: number): void {
    this.#byUpdated.remove(dayOfSeconds(this.#updated[row] ?? 0), row)
    this.#byUpdated.add(dayOfSeconds(atSeconds), row)
    this.#updated[row] = atSeconds
    this.#version[row] = (this.#version[row] ?? 0) + 1
  }

  delete(row: number): void {
    this.#byCreated.remove(dayOfSeconds(this.#created[row] ?? 0), row)
    this.#byUpdated.remove(dayOfSeconds(this.#updated[row] ?? 0), row)
    this.#isDeleted[row] = 1
    this.#live -= 1
  }

  #fill(plan: DayPlan, random: SeededRandom): void {
    const endSeconds = (plan.firstDay + plan.counts.length) * DAY_SECONDS
    plan.counts.forEach((count, position) => {
      // Office hours, 7 to 19 h: in the order of creation, so that references rise with time.
      const opensSeconds = (plan.firstDay + position) * DAY_SECONDS + 7 * 3_600
      for (let place = 0; place < count; place += 1) {
        const createdSeconds = opensSeconds + Math.floor(((place + random.next()) / count) * 12 * 3_600)
        const touchedSeconds = createdSeconds + random.between(60, 60 * DAY_SECONDS)
        const isTouched = random.isTrue(0.4) && touchedSeconds < endSeconds
        this.#append(createdSeconds, isTouched ? touchedSeconds : createdSeconds)
      }
    })
  }

  #append(createdSeconds: number, updatedSeconds: number): number {
    const row = this.#rows
    this.#created[row] = createdSeconds
    this.#updated[row] = updatedSeconds
    this.#byCreated.add(dayOfSeconds(createdSeconds), row)
    this.#byUpdated.add(dayOfSeconds(updatedSeconds), row)
    this.#rows += 1
    this.#live += 1
    return row
  }

  #grow(): void {
    const capacity = this.#rows + Math.max(1_000, this.#rows >>> 2)
    this.#created = enlarge(this.#created, new Uint32Array(capacity))
    this.#updated = enlarge(this.#updated, new Uint32Array(capacity))
    this.#version = enlarge(this.#version, new Uint16Array(capacity))
    this.#isDeleted = enlarge(this.#isDeleted, new Uint8Array(capacity))
  }
}

function enlarge<T extends Uint8Array | Uint16Array | Uint32Array>(from: T, to: T): T {
  to.set(from)
  return to
}
