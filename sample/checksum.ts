import { createHash } from 'node:crypto'

const MODULUS = 2n ** 256n

/**
 * A checksum over records in any order: the SHA-256 digests of each record's text, read as big-endian numbers and
 * added modulo 2^256. A record that is missing, doubled or changed in one character gives another sum.
 */
export class RecordChecksum {
  #sum = 0n
  #count = 0

  get count(): number {
    return this.#count
  }

  /** `text` is the record's JSON as the API sends it, or the JSON array of selected fields (see `selectFields`). */
  add(text: string): void {
    this.#sum = (this.#sum + BigInt(`0x${createHash('sha256').update(text).digest('hex')}`)) % MODULUS
    this.#count += 1
  }

  hex(): string {
    return this.#sum.toString(16).padStart(64, '0')
  }
}

/** The values at dotted paths (`Name.Last`), null where there is none: what a flattened table can be compared by. */
export function selectFields(record: unknown, paths: readonly string[]): unknown[] {
  return paths.map((path) => {
    let value = record
    for (const step of path.split('.')) {
      value = isObject(value) ? value[step] : undefined
    }
    return value ?? null
  })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
