/** Numbers that look random and are the same for the same parts (seed, row, version ...) on every machine. */
export class SeededRandom {
  #state: number

  constructor(...parts: readonly number[]) {
    let state = 0x9e3779b9
    for (const part of parts) {
      state = scramble(state ^ scramble(part | 0))
    }
    this.#state = state
  }

  /** A number from 0 up to and without 1 (the mulberry32 sequence). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }

  /** A whole number from 0 up to and without `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit)
  }

  /** A whole number between both ends, ends included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1)
  }

  isTrue(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(pool: readonly T[]): T {
    const picked = pool[this.below(pool.length)]
    if (picked === undefined) {
      throw new Error('Nothing can be picked from an empty pool.')
    }
    return picked
  }
}

function scramble(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
