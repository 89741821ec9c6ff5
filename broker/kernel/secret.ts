import { inspect } from 'node:util'

/**
 * A text that must not be printed: every way of turning it into text gives `[secret]`.
 * `reveal()` is the one way to the value, so that uses can be searched for.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The secret text itself. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [inspect.custom](): string {
    return '[secret]'
  }
}
