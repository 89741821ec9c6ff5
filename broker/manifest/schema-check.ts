// Holds a manifest against the grammar, as a validating parser holds it against the schema.
import { Findings, type ManifestFinding } from './finding.ts'
import { elementTypes, namespaces, type ElementType, type NamespaceName } from './grammar.ts'
import { simpleTypes, type SimpleType } from './simple-types.ts'
import { schemaInstance, type XmlAttribute, type XmlElement } from './xml.ts'

/** A place in an element's sequence: which children it takes, and how many. */
interface Slot {
  readonly kinds: ReadonlyMap<string, string>
  readonly names: readonly string[]
  readonly least: number
  readonly most: number
}

interface Attribute {
  readonly type: SimpleType
  readonly isRequired: boolean
}

interface ReadType {
  readonly slots: readonly Slot[]
  readonly attributes: ReadonlyMap<string, Attribute>
}

/** What the schema has against the manifest whose root this is; an element of an unknown kind is not looked into. */
export function checkSchema(root: XmlElement): readonly ManifestFinding[] {
  const check = new SchemaCheck()
  check.element(root, 'OfficeApp', root.name)
  return check.findings
}

class SchemaCheck {
  readonly #findings = new Findings('schema')

  get findings(): readonly ManifestFinding[] {
    return this.#findings.all
  }

  element(element: XmlElement, kind: string, path: string): void {
    const text = findSimpleType(kind)
    if (text) {
      this.#checkText(element, text, path)
      return
    }
    const declared = getType(kind)
    if (declared.isFree) return
    const actual = this.#findVariant(element, kind, declared, path)
    if (actual === undefined) return
    const type = getType(actual)
    const { slots, attributes } = readType(actual)
    this.#checkAttributes(element, attributes, path)
    this.#checkBlank(element, slots.length > 0 || type.ends !== undefined, path)
    this.#checkChildren(element, { slots, ends: type.ends }, path)
  }

  #checkText(element: XmlElement, type: SimpleType, path: string): void {
    this.#checkAttributes(element, new Map(), path)
    if (element.attributes.some(isTypeAttribute))
      this.#findings.error(element, path, 'Take xsi:type out: this is a text.')
    for (const child of element.children)
      this.#findings.error(child, `${path}/${child.name}`, `${element.name} holds a text only: take ${child.name} out.`)
    if (!type.accepts(element.text)) this.#findings.error(element, path, `Write ${type.expects}.`)
  }

  /** The kind that `xsi:type` picks, or the declared one. */
  #findVariant(element: XmlElement, kind: string, { of, variants }: ElementType, path: string): string | undefined {
    const says = element.attributes.find(isTypeAttribute)
    if (says === undefined && variants === undefined) return kind
    const choices = variants ?? [kind]
    const { type } = element
    if (type?.namespace === namespaces[of] && choices.includes(type.name)) return type.name
    const found = says === undefined ? 'is missing' : `cannot be ${says.value}`
    this.#findings.error(element, path, `The attribute xsi:type ${found}: write ${choices.join(' or ')}.`)
    return undefined
  }

  #checkAttributes(element: XmlElement, declared: ReadonlyMap<string, Attribute>, path: string): void {
    const present = new Set<string>()
    for (const { namespace, name, value } of element.attributes) {
      if (namespace === schemaInstance && ['type', 'schemaLocation', 'noNamespaceSchemaLocation'].includes(name))
        continue
      const attribute = namespace === '' ? declared.get(name) : undefined
      if (!attribute) {
        this.#findings.error(element, path, `${element.name} has no attribute ${name}: take it out.`)
        continue
      }
      present.add(name)
      if (!attribute.type.accepts(value)) {
        this.#findings.error(
          element,
          path,
          `The attribute ${name} is ${quote(value)}: write ${attribute.type.expects}.`,
        )
      }
    }
    for (const [name, { isRequired }] of declared)
      if (isRequired && !present.has(name)) this.#findings.error(element, path, `The attribute ${name} is missing.`)
  }

  #checkBlank(element: XmlElement, mayHold: boolean, path: string): void {
    if (!mayHold && element.text !== '') {
      this.#findings.error(element, path, `${element.name} is empty: write it as <${element.name} …/>.`)
    } else if (element.hasCharacterData || /[^\t\n\r ]/.test(element.text)) {
      this.#findings.error(element, path, `${element.name} holds no text: take ${quote(element.text.trim())} out.`)
    }
  }

  #checkChildren(
    element: XmlElement,
    { slots, ends }: { readonly slots: readonly Slot[]; readonly ends: string | undefined },
    path: string,
  ): void {
    let place = 0
    let count = 0
    const isTooFew = (): boolean => count < (slots[place]?.least ?? 0)
    for (const child of element.children) {
      const at = `${path}/${child.name}`
      if (ends === '*') continue
      if (ends !== undefined && child.namespace === ends && place < slots.length) {
        this.#requireRest(element, { slots, place, count }, path)
        place = slots.length
        count = 0
        continue
      }
      const key = keyOf(child)
      const found = slots.findIndex(({ kinds }, index) => index >= place && kinds.has(key))
      const slot = slots[found]
      if (!slot) {
        this.#findings.error(child, at, describeStray(child, slots))
        continue
      }
      if (found > place) {
        this.#requireUntil(child, { slots, place, count, until: found }, path)
        place = found
        count = 0
      }
      count += 1
      if (count > slot.most) this.#findings.error(child, at, `${child.name} may be there once only: take one out.`)
      this.element(child, slot.kinds.get(key) ?? '', at)
    }
    if (isTooFew() || place < slots.length) this.#requireRest(element, { slots, place, count }, path)
  }

  #requireUntil(
    child: XmlElement,
    from: { readonly slots: readonly Slot[]; readonly place: number; readonly count: number; readonly until: number },
    path: string,
  ): void {
    for (const name of missingNames(from.slots, from.place, from.count, from.until))
      this.#findings.error(child, path, `${name} is missing before ${child.name}.`)
  }

  #requireRest(
    element: XmlElement,
    from: { readonly slots: readonly Slot[]; readonly place: number; readonly count: number },
    path: string,
  ): void {
    for (const name of missingNames(from.slots, from.place, from.count, from.slots.length))
      this.#findings.error(element, path, `${name} is missing in ${element.name}.`)
  }
}

function isTypeAttribute({ namespace, name }: XmlAttribute): boolean {
  return namespace === schemaInstance && name === 'type'
}

function missingNames(slots: readonly Slot[], place: number, count: number, until: number): string[] {
  return slots
    .slice(place, until)
    .filter(({ least }, index) => (index === 0 ? count : 0) < least)
    .map(({ names }) => names.join(' or '))
}

function describeStray(child: XmlElement, slots: readonly Slot[]): string {
  const names = slots.flatMap((slot) => slot.names)
  const slot = slots.findIndex(({ kinds }) => kinds.has(keyOf(child)))
  if (slot >= 0) {
    const next = slots[slot + 1]?.names.join(' or ')
    return `${child.name} comes too late: it belongs before ${next ?? 'what precedes it'}.`
  }
  if (names.includes(child.name)) return `${child.name} is in the wrong namespace: ${child.namespace || 'none'}.`
  return names.length > 0
    ? `${child.name} does not belong here; what may be here is ${names.join(', ')}.`
    : `${child.name} does not belong here: take it out.`
}

function keyOf({ namespace, name }: XmlElement): string {
  return `{${namespace}}${name}`
}

function quote(text: string): string {
  return `"${text.length > 60 ? `${text.slice(0, 60)}…` : text}"`
}

function findSimpleType(kind: string): SimpleType | undefined {
  return Object.entries(simpleTypes).find(([name]) => name === kind)?.[1]
}

function getType(kind: string): ElementType {
  const type = elementTypes[kind]
  if (!type) throw new Error(`The grammar has no ${kind}.`)
  return type
}

const readTypes = new Map<string, ReadType>()

function readType(kind: string): ReadType {
  const known = readTypes.get(kind)
  if (known) return known
  const { of, holds = '', has = '' } = getType(kind)
  const type = {
    slots: words(holds).map((word) => readSlot(word, of)),
    attributes: new Map(words(has).map(readAttribute)),
  }
  readTypes.set(kind, type)
  return type
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}

function readSlot(word: string, of: NamespaceName): Slot {
  const many = /[?*+]$/.exec(word)?.[0] ?? ''
  const kinds = new Map<string, string>()
  const names: string[] = []
  for (const choice of word.slice(0, word.length - many.length).split('|')) {
    const [, prefix, name = '', kind = ''] = /^(?:(\w+)\.)?(\w+):(.+)$/.exec(choice) ?? []
    const namespace = Object.entries(namespaces).find(([short]) => short === (prefix ?? of))?.[1] ?? ''
    kinds.set(`{${namespace}}${name}`, kind)
    names.push(name)
  }
  return {
    kinds,
    names,
    least: many === '' || many === '+' ? 1 : 0,
    most: many === '' || many === '?' ? 1 : Number.POSITIVE_INFINITY,
  }
}

function readAttribute(word: string): readonly [string, Attribute] {
  const [name = '', kind = ''] = word.replace('?', '').split(':')
  const type = findSimpleType(kind)
  if (!type) throw new Error(`The grammar has no text ${kind}.`)
  return [name, { type, isRequired: !word.endsWith('?') }]
}
