/** One link of a `Link` header. */
export interface Link {
  readonly target: string
  /** Lower-case relation types. */
  readonly relations: readonly string[]
}

/**
 * The links of a `Link` header in their order. Takes several links, quoted and bare parameters, and several relations in one
 * `rel`; of repeated `rel` parameters the first counts. Stops at the first thing that is no link.
 *
 * @see RFC 8288 section 3 and appendix B.2
 */
export function parseLinkHeader(header: string): readonly Link[] {
  const links: Link[] = []
  const reader = new HeaderReader(header)
  for (;;) {
    reader.skip(/[\s,]*/y)
    const target = reader.read(/<([^<>]*)>/y)
    if (target === undefined) return links
    links.push({ target, relations: readRelations(reader) })
  }
}

function readRelations(reader: HeaderReader): readonly string[] {
  let relations: readonly string[] | undefined
  while (reader.read(/\s*(;)\s*/y) !== undefined) {
    const name = reader.read(/([^\s"<>;,=]+)\s*/y)
    const value = reader.read(/(=)\s*/y) === undefined ? '' : readValue(reader)
    if (name?.toLowerCase() === 'rel') relations ??= value.toLowerCase().split(/\s+/).filter(Boolean)
  }
  return relations ?? []
}

function readValue(reader: HeaderReader): string {
  const quoted = reader.read(/"((?:[^"\\]|\\.)*)"/y)
  return quoted?.replace(/\\(.)/g, '$1') ?? reader.read(/([^\s";,]*)/y) ?? ''
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

  skip(pattern: RegExp): void {
    this.read(pattern)
  }
}
