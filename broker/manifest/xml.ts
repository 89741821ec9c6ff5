// Reads a manifest: elements, attributes and texts. Office takes no document types and no processing instructions in one, so
// neither does this.

export interface XmlElement {
  /** Without its prefix. */
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  readonly text: string
}

/** The document cannot be read; `message` says why and where. */
export class XmlError extends Error {}

interface OpenElement {
  readonly tag: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: XmlElement[]
  text: string
}

const tokenPattern =
  /<!--[\s\S]*?-->|<\/([\w:.-]+)\s*>|<([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|[^<]+/y
const attributePattern = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/**
 * The root element.
 *
 * @throws {XmlError}
 */
export function readXml(xml: string): XmlElement {
  const root: OpenElement = { tag: '', attributes: new Map(), children: [], text: '' }
  const open: OpenElement[] = [root]
  let position = /^\uFEFF?(?:<\?xml [^?]*\?>)?/.exec(xml)?.[0].length ?? 0
  while (position < xml.length) {
    tokenPattern.lastIndex = position
    const token = tokenPattern.exec(xml)
    const current = open.at(-1)
    if (!token || !current) throw new XmlError(`Cannot be read at ${describePlace(xml, position)}.`)
    position += token[0].length
    const [whole, endTag, startTag, attributeText = '', isEmpty] = token
    if (endTag !== undefined) {
      if (endTag !== current.tag) throw new XmlError(`</${endTag}> closes nothing at ${describePlace(xml, position)}.`)
      open.pop()
      open.at(-1)?.children.push(close(current))
    } else if (startTag !== undefined) {
      const element = { tag: startTag, attributes: readAttributes(attributeText), children: [], text: '' }
      if (isEmpty === '/') current.children.push(close(element))
      else open.push(element)
    } else if (!whole.startsWith('<!--')) current.text += unescape(whole)
  }
  const [element, ...others] = root.children
  if (open.length > 1) throw new XmlError(`<${open.at(-1)?.tag ?? ''}> is not closed.`)
  if (!element || others.length > 0 || root.text.trim() !== '') throw new XmlError('There must be one root element.')
  return element
}

function close({ tag, attributes, children, text }: OpenElement): XmlElement {
  return { name: tag.slice(tag.indexOf(':') + 1), attributes, children, text: text.trim() }
}

function readAttributes(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>()
  for (const [, name = '', double, single] of text.matchAll(attributePattern)) {
    if (attributes.has(name)) throw new XmlError(`The attribute ${name} is there twice.`)
    attributes.set(name, unescape(double ?? single ?? ''))
  }
  return attributes
}

function unescape(text: string): string {
  return text.replaceAll(/&([^;\s]*);?/g, (whole, name: string) => {
    const character = /^#x[0-9a-f]+$/i.test(name)
      ? String.fromCodePoint(Number.parseInt(name.slice(2), 16))
      : /^#\d+$/.test(name)
        ? String.fromCodePoint(Number(name.slice(1)))
        : entities[name]
    if (character === undefined || !whole.endsWith(';')) throw new XmlError(`${whole} means nothing.`)
    return character
  })
}

function describePlace(xml: string, position: number): string {
  const lines = xml.slice(0, position).split('\n')
  return `${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`
}
