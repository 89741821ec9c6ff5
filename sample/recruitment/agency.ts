import { dayOfSeconds, findDay } from '../calendar.ts'
import { SeededRandom } from '../random.ts'
import { companyBuilder, jobBuilder, placementBuilder, type SetSizes } from './business-records.ts'
import { candidateBuilder } from './candidates.ts'
import { type DayPlan, planDays } from './day-plan.ts'
import { drawPools } from './pools.ts'
import { RecordSet, type RowFacts, type SampleRecord } from './record-set.ts'

export interface AgencyOptions {
  readonly candidates: number
  readonly seed: number
  /** The day after the last generated record. */
  readonly today: number
  /** Records created on one day beyond the plan, to go over the search cap. */
  readonly crowdedDay?: { readonly date: string; readonly records: number } | undefined
}

export type SetName = keyof SetSizes

/** How many candidates a tick touches. */
export interface Changes {
  readonly updated: number
  readonly added: number
  readonly deleted: number
}

/** The references of the candidates a tick touched; no reference appears twice. */
export interface TickResult {
  readonly tick: number
  readonly updated: readonly string[]
  readonly added: readonly string[]
  readonly deleted: readonly string[]
}

/** A recruitment agency's records and how they change; the same options give the same records and the same changes. */
export class Agency {
  readonly sets: Readonly<Record<SetName, RecordSet>>
  readonly #seed: number
  #ticks = 0
  #lastTickSeconds = 0

  constructor(options: AgencyOptions) {
    this.#seed = options.seed
    this.sets = createSets(options)
  }

  /** Updates, deletes and adds candidates at that instant, or a second after the last tick where that is later. */
  tick(changes: Changes, nowSeconds: number): TickResult {
    const { candidates } = this.sets
    this.#ticks += 1
    this.#lastTickSeconds = Math.max(nowSeconds, this.#lastTickSeconds + 1)
    const random = new SeededRandom(this.#seed, 6, this.#ticks)
    const rows = pickLiveRows(candidates, changes.updated + changes.deleted, random)
    const updatedRows = rows.slice(0, changes.updated)
    const deletedRows = rows.slice(changes.updated)
    updatedRows.forEach((row) => candidates.update(row, this.#lastTickSeconds))
    deletedRows.forEach((row) => candidates.delete(row))
    const addedRows = Array.from({ length: changes.added }, () => candidates.add(this.#lastTickSeconds))
    const keysOf = (touched: readonly number[]): string[] => touched.map((row) => candidates.keyOf(row))
    return { tick: this.#ticks, updated: keysOf(updatedRows), added: keysOf(addedRows), deleted: keysOf(deletedRows) }
  }
}

function createSets(options: AgencyOptions): Record<SetName, RecordSet> {
  const { seed, candidates, today } = options
  const pools = drawPools()
  const sizes: SetSizes = {
    candidates,
    companies: Math.max(10, Math.ceil(candidates / 20)),
    jobs: Math.max(10, Math.ceil(candidates / 10)),
    placements: Math.max(10, Math.ceil(candidates / 15)),
  }
  const facts = { seed, pools, sizes }
  const createSet = (name: SetName, keyField: string, build: (facts: RowFacts) => SampleRecord): RecordSet => {
    const random = new SeededRandom(seed, 7, Object.keys(sizes).indexOf(name))
    const plan = planDays(sizes[name], today - 1, random)
    return new RecordSet({ keyField, build, random, plan: name === 'candidates' ? crowd(plan, options) : plan })
  }
  return {
    candidates: createSet('candidates', 'CandidateRef', candidateBuilder(seed, pools)),
    companies: createSet('companies', 'CompanyRef', companyBuilder(facts)),
    jobs: createSet('jobs', 'JobRef', jobBuilder(facts)),
    placements: createSet('placements', 'PlacementRef', placementBuilder(facts)),
  }
}

function crowd(plan: DayPlan, { crowdedDay }: AgencyOptions): DayPlan {
  if (crowdedDay === undefined) {
    return plan
  }
  const position = (findDay(crowdedDay.date) ?? Number.NaN) - plan.firstDay
  const planned = plan.counts[position]
  if (planned === undefined) {
    throw new RangeError(`The crowded day ${crowdedDay.date} is not among the days the sample has records for.`)
  }
  return { ...plan, counts: plan.counts.with(position, planned + crowdedDay.records) }
}

function pickLiveRows(set: RecordSet, wanted: number, random: SeededRandom): number[] {
  const picked = new Set<number>()
  const reachable = Math.min(wanted, set.size)
  while (picked.size < reachable) {
    const row = random.below(set.rowCount)
    if (set.isLive(row)) {
      picked.add(row)
    }
  }
  return [...picked]
}

/** The day an instant belongs to, for callers that hold milliseconds. */
export function dayOfMs(epochMs: number): number {
  return dayOfSeconds(epochMs / 1000)
}
