// Sums of hashes: they do not depend on the order of what is summed, and single parts can be taken out and put in.

/** A digest of a collection of texts, in any order. */
export class Digest {
  #count = 0
  #one = 0
  #other = 0

  static of(texts: Iterable<string | undefined>): Digest {
    const digest = new Digest()
    for (const text of texts) if (text !== undefined) digest.add(text)
    return digest
  }

  /** What `toString` wrote; undefined for anything else. */
  static parse(text: string): Digest | undefined {
    const match = /^(-?\d+)-([0-9a-f]{1,8})-([0-9a-f]{1,8})$/.exec(text)
    if (!match) return undefined
    const digest = new Digest()
    digest.#count = Number(match[1])
    digest.#one = Number.parseInt(match[2] ?? '', 16)
    digest.#other = Number.parseInt(match[3] ?? '', 16)
    return digest
  }

  add(text: string): this {
    return this.#shift(text, 1)
  }

  remove(text: string): this {
    return this.#shift(text, -1)
  }

  /** Puts in all that `other` has. */
  plus(other: Digest): Digest {
    return this.#combine(other, 1)
  }

  /** Takes out all that `other` has. */
  minus(other: Digest): Digest {
    return this.#combine(other, -1)
  }

  equals(other: Digest): boolean {
    return this.#count === other.#count && this.#one === other.#one && this.#other === other.#other
  }

  toString(): string {
    return `${this.#count}-${this.#one.toString(16)}-${this.#other.toString(16)}`
  }

  #shift(text: string, sign: 1 | -1): this {
    this.#count += sign
    this.#one = (this.#one + sign * hashText(text, 0x811c9dc5)) >>> 0
    this.#other = (this.#other + sign * hashText(text, 0x01000193)) >>> 0
    return this
  }

  #combine(other: Digest, sign: 1 | -1): Digest {
    const sum = new Digest()
    sum.#count = this.#count + sign * other.#count
    sum.#one = (this.#one + sign * other.#one) >>> 0
    sum.#other = (this.#other + sign * other.#other) >>> 0
    return sum
  }
}

/** FNV-1a with a last mixing, so that sums of hashes differ where texts differ a little. */
function hashText(text: string, seed: number): number {
  let hash = seed
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
