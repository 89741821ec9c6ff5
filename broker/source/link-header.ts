import { BrokerError } from '../errors/broker-error.ts'

/** One link of a `Link` header. */
interface Link {
  readonly target: string
  /** Lower-case relation types. */
  readonly relations: readonly string[]
  /** Whether it is a link of another thing than the page (`anchor`). */
  readonly isForeign: boolean
}

/**
 * The target of the page's own first link with the relation `next`; undefined when there is none. Takes several links, quoted and bare
 * parameters, and several relations in one `rel`; of repeated `rel` parameters the first counts.
 *
 * @see RFC 8288 section 3 and appendix B.2
 * @throws {BrokerError} `source-malformed` when it cannot be told whether there is one, as something before it is no link: the page would
 * be taken for the last
 */
export function findNextLink(header: string): string | undefined {
  const reader = new HeaderReader(header)
  for (;;) {
    reader.skip(/[\s,]*/y)
    if (reader.isAtEnd) return undefined
    const link = readLink(reader)
    if (!link) throw new BrokerError('source-malformed', 'The Link header, which names the next page, cannot be read.')
    if (!link.isForeign && link.relations.includes('next')) return link.target
  }
}

function readLink(reader: HeaderReader): Link | undefined {
  const target = reader.read(/<([^<>]*)>/y)
  if (target === undefined) return undefined
  let relations: readonly string[] | undefined
  let isForeign = false
  while (reader.read(/\s*(;)\s*/y) !== undefined) {
    const name = reader.read(/([^\s"<>;,=]+)\s*/y)?.toLowerCase()
    const value = reader.read(/(=)\s*/y) === undefined ? '' : readValue(reader)
    if (name === 'rel') relations ??= value.toLowerCase().split(/\s+/).filter(Boolean)
    if (name === 'anchor') isForeign = value !== ''
  }
  return { target, relations: relations ?? [], isForeign }
}

function readValue(reader: HeaderReader): string {
  const quoted = reader.read(/"((?:[^"\\]|\\.)*)"/y)
  // Apostrophes are no quotes by the standard, but some servers take them for such.
  return quoted?.replace(/\\(.)/g, '$1') ?? reader.read(/'([^'";,]*)'/y) ?? reader.read(/([^\s";,]*)/y) ?? ''
}

class HeaderReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** The first group of `pattern` (sticky) at the current place, and moves past the match; undefined without a match. */
  read(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (!match) return undefined
    this.#at = pattern.lastIndex
    return match[1] ?? ''
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length
  }

  skip(pattern: RegExp): void {
    this.read(pattern)
  }
}
