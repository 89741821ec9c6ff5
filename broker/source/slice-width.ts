/** How much of the cap a slice should hold: more would be cut off too often, less would cost more calls. */
const aim = 0.6
const mostGrowth = 8
/** The first slice's part of the whole, when nothing is known yet. */
const firstPart = 32

/**
 * Proposes how wide the next slice should be, from how many records the ones before held. It only saves calls: whether a slice
 * is complete is judged by its own records.
 */
export class SliceWidth {
  readonly #aimedRecords: number
  #width: number
  #units = 0
  #records = 0

  constructor(cap: number, wholeUnits: number) {
    this.#aimedRecords = Math.max(1, Math.floor(cap * aim))
    this.#width = Math.max(1, Math.ceil(wholeUnits / firstPart))
  }

  /** At least one unit. */
  get units(): number {
    return this.#width
  }

  /** Learns from a slice that was complete. */
  complete(units: number, records: number): void {
    this.#units += units
    this.#records += records
    // The last slice shows the present density, all slices together the usual one; a crowded day must not narrow the rest.
    const last = records / units
    const usual = this.#records / this.#units
    const density = Math.min(last, usual) * 0.5 + usual * 0.5
    const wanted = density === 0 ? Number.POSITIVE_INFINITY : this.#aimedRecords / density
    this.#width = Math.max(1, Math.floor(Math.min(wanted, units * mostGrowth)))
  }

  /** Learns from a slice that was cut off. */
  cutOff(units: number): void {
    this.#width = Math.max(1, Math.floor(units / 2))
  }
}
