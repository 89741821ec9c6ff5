// Reads a manifest: elements, attributes, texts, and where each of them stands. Document types are refused, and with them every
// entity but XML's own five.
import { SaxesParser } from 'saxes'

/** A name together with the namespace that its prefix stands for. */
export interface QualifiedName {
  readonly namespace: string
  readonly name: string
}

/** A place in the text, both from 1 on. */
export interface Position {
  readonly line: number
  readonly column: number
}

export interface XmlAttribute extends QualifiedName {
  readonly value: string
}

export interface XmlElement extends QualifiedName {
  readonly attributes: readonly XmlAttribute[]
  readonly children: readonly XmlElement[]
  /** All text right inside it, spaces included. */
  readonly text: string
  /** Text in CDATA sections counts as text even when it is blank. */
  readonly hasCharacterData: boolean
  /** What `xsi:type` says; undefined where it is absent or its prefix stands for nothing. */
  readonly type: QualifiedName | undefined
  readonly position: Position
}

export const schemaInstance = 'http://www.w3.org/2001/XMLSchema-instance'

/** The document cannot be read; `message` says why. */
export class XmlError extends Error {
  readonly position: Position

  constructor(message: string, position: Position) {
    super(message)
    this.position = position
  }
}

/** Manifests have some fifteen; whoever walks through elements comes down to the last one. */
const mostLevels = 100

type Growing = { -readonly [Key in keyof XmlElement]: XmlElement[Key] } & { children: XmlElement[] }

/**
 * The root element.
 *
 * @throws {XmlError}
 */
export function readXml(xml: string): XmlElement {
  const parser = new SaxesParser({ xmlns: true, position: true })
  const open: Growing[] = []
  let root: XmlElement | undefined
  let start: Position = { line: 1, column: 1 }
  const here = (): Position => ({ line: parser.line, column: parser.column + 1 })
  parser.on('error', (error) => {
    throw new XmlError(error.message.replace(/^\d+:\d+: /, ''), here())
  })
  parser.on('doctype', () => {
    throw new XmlError('Office takes no document type.', here())
  })
  const positionOf = createPositions(xml)
  parser.on('opentagstart', ({ name }) => {
    // The event comes when the character after the name has been read.
    start = positionOf(xml.lastIndexOf(`<${name}`, parser.position))
  })
  parser.on('opentag', (tag) => {
    const attributes = Object.values(tag.attributes)
      .filter(({ prefix, name }) => prefix !== 'xmlns' && name !== 'xmlns')
      .map(({ uri, local, value }) => ({ namespace: uri, name: local, value }))
    const element: Growing = {
      namespace: tag.uri,
      name: tag.local,
      attributes,
      children: [],
      text: '',
      hasCharacterData: false,
      type: readType(attributes, (prefix) => parser.resolve(prefix)),
      position: start,
    }
    open.at(-1)?.children.push(element)
    root ??= element
    open.push(element)
    if (open.length > mostLevels) throw new XmlError(`There are more than ${mostLevels} levels.`, start)
  })
  parser.on('closetag', () => void open.pop())
  const addText = (text: string, isCharacterData: boolean): void => {
    const current = open.at(-1)
    if (!current) return
    current.text += text
    current.hasCharacterData ||= isCharacterData
  }
  parser.on('text', (text) => addText(text, false))
  parser.on('cdata', (text) => addText(text, true))
  parser.write(xml).close()
  if (!root) throw new XmlError('There is no root element.', here())
  return root
}

/** Places of offsets that only rise: the text is walked once. */
function createPositions(xml: string): (offset: number) => Position {
  let line = 1
  let lineStart = 0
  return (offset) => {
    for (let end = xml.indexOf('\n', lineStart); end >= 0 && end < offset; end = xml.indexOf('\n', lineStart)) {
      line += 1
      lineStart = end + 1
    }
    return { line, column: offset - lineStart + 1 }
  }
}

function readType(
  attributes: readonly XmlAttribute[],
  resolve: (prefix: string) => string | undefined,
): QualifiedName | undefined {
  const value = attributes.find(({ namespace, name }) => namespace === schemaInstance && name === 'type')?.value.trim()
  if (value === undefined) return undefined
  const [name = '', prefix = ''] = value.split(':').reverse()
  const namespace = resolve(prefix)
  // An absent default namespace is none at all; an unknown prefix is a mistake, which no type will match.
  return namespace === undefined && prefix !== '' ? undefined : { namespace: namespace ?? '', name }
}

/** The child elements of this name, whatever their namespace. */
export function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name)
}

/** The value of an attribute without a namespace. */
export function attributeOf(element: XmlElement, name: string): string | undefined {
  return element.attributes.find((attribute) => attribute.namespace === '' && attribute.name === name)?.value
}

/** The element and everything below it, in order. */
export function descendantsOf(element: XmlElement): readonly XmlElement[] {
  return [element, ...element.children.flatMap(descendantsOf)]
}
