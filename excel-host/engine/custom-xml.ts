import { invalidArgument } from './host-error.ts'

/** A custom XML part of the file. */
export interface CustomXmlPart {
  readonly id: string
  xml: string
  namespaceUri: string
}

const TAG =
  /<(?:!--[\s\S]*?--|\?[\s\S]*?\?|!\[CDATA\[[\s\S]*?\]\]|(\/?)([A-Za-z_][\w.-]*(?::[\w.-]+)?)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?))>/g

function unescapeXml(text: string): string {
  const names: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_whole, name: string) => names[name] ?? '')
}

function namespaceOf(tagName: string, attributes: string): string {
  const prefix = tagName.includes(':') ? tagName.slice(0, tagName.indexOf(':')) : undefined
  const wanted = prefix === undefined ? 'xmlns' : `xmlns:${prefix}`
  for (const match of attributes.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
    if (match[1] === wanted) return unescapeXml(match[2] ?? match[3] ?? '')
  }
  return ''
}

/**
 * The namespace of a document's root element.
 *
 * @throws {HostError} `InvalidArgument` when tags are not balanced, text stands outside the root or an `&` or `<` is not escaped.
 */
export function rootNamespace(xml: string): string {
  const open: string[] = []
  let root: string | undefined
  let position = 0
  const refuse = (): never => {
    throw invalidArgument('The XML is not well formed.')
  }
  for (const match of xml.matchAll(TAG)) {
    const between = xml.slice(position, match.index)
    if (between.includes('<') || /&(?!#?\w+;)/.test(between) || (open.length === 0 && between.trim() !== '')) refuse()
    position = match.index + match[0].length
    const [, closing, name, attributes = '', empty] = match
    if (name === undefined) continue
    if (closing === '/') {
      if (open.pop() !== name) refuse()
      continue
    }
    if (open.length === 0) {
      if (root !== undefined) refuse()
      root = namespaceOf(name, attributes)
    }
    if (empty !== '/') open.push(name)
  }
  if (open.length > 0 || xml.slice(position).trim() !== '') refuse()
  return root ?? refuse()
}

/** The custom XML parts of a workbook, in the order they came. */
export class CustomXmlParts {
  #parts: CustomXmlPart[] = []
  #next = 1

  /** Takes over another file's parts, ids included. */
  copyFrom(other: CustomXmlParts): void {
    this.#parts = other.#parts.map((part) => ({ ...part }))
    this.#next = other.#next
  }

  /** Every part. */
  get all(): readonly CustomXmlPart[] {
    return this.#parts
  }

  /** Adds a part. */
  add(xml: string): CustomXmlPart {
    const namespaceUri = rootNamespace(xml)
    const id = `{5B1A3C00-0000-4000-8000-${this.#next.toString(16).padStart(12, '0').toUpperCase()}}`
    this.#next += 1
    const part = { id, xml, namespaceUri }
    this.#parts.push(part)
    return part
  }

  /** Replaces a part's document. */
  replace(part: CustomXmlPart, xml: string): void {
    part.namespaceUri = rootNamespace(xml)
    part.xml = xml
  }

  /** Removes a part; removing it twice does nothing. */
  remove(part: CustomXmlPart): void {
    this.#parts = this.#parts.filter((other) => other !== part)
  }
}
