/** How JavaScript writes a number. */
const form = /^(?<sign>-?)(?<whole>\d+)(?:\.(?<fraction>\d+))?(?:e(?<exponent>[-+]\d+))?$/

/** So many characters are a safe integer in any case. */
const safeLength = 15

/**
 * Adds numbers as people write them: 0.1 and 0.2 are 0.3, in whatever order and however many. What a number in a snapshot means is the
 * shortest decimal that stands for it, which is what the source wrote.
 */
export class ExactSum {
  /** Sums of numbers by how many digits they have after the point, as long as they are exact. */
  readonly #small: number[] = []
  /** What became too large for these. */
  readonly #large: bigint[] = []

  add(value: number): void {
    if (Number.isSafeInteger(value)) {
      this.#addDigits(value, 0)
      return
    }
    const { sign = '', whole = '', fraction = '', exponent = '0' } = form.exec(String(value))?.groups ?? {}
    const digits = fraction.length - Number(exponent)
    const text = sign + whole + fraction
    if (digits < 0) this.#addDigits(BigInt(text) * 10n ** BigInt(-digits), 0)
    else this.#addDigits(text.length <= safeLength ? Number(text) : BigInt(text), digits)
  }

  /** The sum, in digits, without an exponent and without needless zeros. */
  toString(): string {
    const most = Math.max(this.#small.length, this.#large.length)
    let sum = 0n
    for (let digits = 0; digits < most; digits += 1) {
      const part = BigInt(this.#small[digits] ?? 0) + (this.#large[digits] ?? 0n)
      if (part !== 0n) sum += part * 10n ** BigInt(most - 1 - digits)
    }
    const sign = sum < 0n ? '-' : ''
    const text = (sum < 0n ? -sum : sum).toString().padStart(most, '0')
    const whole = text.slice(0, text.length - Math.max(most - 1, 0)) || '0'
    const fraction = most > 1 ? text.slice(1 - most).replace(/0+$/, '') : ''
    return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`
  }

  #addDigits(value: number | bigint, digits: number): void {
    const sum = (this.#small[digits] ?? 0) + Number(value)
    const isExact = Number.isSafeInteger(sum) && (typeof value === 'number' || Number.isSafeInteger(Number(value)))
    for (let place = this.#small.length; place <= digits; place += 1) this.#small[place] = 0
    if (isExact) this.#small[digits] = sum
    else this.#large[digits] = (this.#large[digits] ?? 0n) + BigInt(value)
  }
}
