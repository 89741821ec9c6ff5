// What differs between languages besides the words: plural forms, numbers, dates, lists.

/** The forms that a language has for numbers of things; `#` stands for the number. */
export type Forms = Partial<Readonly<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string }

/** Numbers, ages and lists as one language writes them. */
export class Wording {
  readonly tag: string
  readonly #plural: Intl.PluralRules
  readonly #number: Intl.NumberFormat
  readonly #relative: Intl.RelativeTimeFormat
  readonly #exact: Intl.DateTimeFormat
  readonly #list: Intl.ListFormat

  /** @param tag a language tag (RFC 5646), such as `en` or `de-AT`: words come from the language, number forms from the region */
  constructor(tag: string) {
    this.tag = tag
    this.#plural = new Intl.PluralRules(tag)
    this.#number = new Intl.NumberFormat(tag)
    this.#relative = new Intl.RelativeTimeFormat(tag, { numeric: 'auto' })
    this.#exact = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short' })
    this.#list = new Intl.ListFormat(tag, { type: 'unit' })
  }

  /** `12,000`. */
  number(value: number): string {
    return this.#number.format(value)
  }

  /** `1 row`, `12,000 rows`. */
  count(value: number, forms: Forms): string {
    return (forms[this.#plural.select(value)] ?? forms.other).replace('#', this.#number.format(value))
  }

  /** A number with all its digits. */
  decimal(value: number): string {
    return value.toLocaleString(this.tag, { maximumSignificantDigits: 15 })
  }

  /** `Name, Town, Status`. */
  list(items: readonly string[]): string {
    return this.#list.format(items)
  }

  /** A date and time. */
  instant(epochMs: number): string {
    return this.#exact.format(epochMs)
  }

  /** `5 minutes ago`, `yesterday`; a date and time when it is more than a week. `justNow` is for less than a minute. */
  age(thenMs: number, nowMs: number, justNow: string): string {
    const seconds = Math.min(0, Math.round((thenMs - nowMs) / 1000))
    if (seconds > -45) return justNow
    if (seconds > -3_600) return this.#relative.format(Math.round(seconds / 60), 'minute')
    if (seconds > -86_400) return this.#relative.format(Math.round(seconds / 3_600), 'hour')
    if (seconds > -7 * 86_400) return this.#relative.format(Math.round(seconds / 86_400), 'day')
    return this.instant(thenMs)
  }

  /** `in 5 minutes`; a date and time when it is more than a day away. */
  ahead(thenMs: number, nowMs: number): string {
    const minutes = Math.max(1, Math.round((thenMs - nowMs) / 60_000))
    if (minutes < 60) return this.#relative.format(minutes, 'minute')
    return minutes < 24 * 60 ? this.#relative.format(Math.round(minutes / 60), 'hour') : this.instant(thenMs)
  }
}
