// What `load` asks for: paths as `values` or `format/font/bold`, in camel case, answered with wire names.
import { apiNotFound } from './host-error.ts'
import type { Child, HostObject } from './host-object.ts'

/** The wire form of one load. */
export interface QueryInfo {
  readonly Select?: readonly string[]
  readonly Expand?: readonly string[]
  readonly Top?: number
  readonly Skip?: number
}

type Selection = Map<string, Selection>

/** Makes an object of what a property holds. */
export type Wrap = (child: Child) => HostObject | null

interface Reading {
  readonly info: QueryInfo
  readonly wrap: Wrap
}

function wireName(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1)
}

function parseSelection(info: QueryInfo): Selection {
  const root: Selection = new Map()
  const paths = [...(info.Select ?? []), ...(info.Expand ?? [])]
  for (const path of paths.length === 0 ? ['*'] : paths) {
    let at = root
    for (const name of path.trim().split('/')) {
      const next = at.get(name) ?? new Map<string, never>()
      at.set(name, next)
      at = next
    }
  }
  return root
}

function readObject(object: HostObject, selection: Selection, wrap: Wrap): Record<string, unknown> {
  const answer: Record<string, unknown> = {}
  for (const [name, inner] of selection) {
    const wire = wireName(name)
    if (name === '*') for (const scalar of object.scalarNames) answer[scalar] = object.get(scalar)
    else if (object.hasScalar(wire)) answer[wire] = object.get(wire)
    else if (object.hasChild(wire)) answer[wire] = readChild(wrap(object.child(wire)), inner, wrap)
    else throw apiNotFound(`${object.typeName}.${name}`)
  }
  return answer
}

function readChild(child: HostObject | null, selection: Selection, wrap: Wrap): unknown {
  if (child === null) return null
  return readSelection(child, selection.size === 0 ? new Map([['*', new Map<string, never>()]]) : selection, {
    wrap,
    info: {},
  })
}

function readCollection(
  collection: HostObject,
  selection: Selection,
  { info, wrap }: Reading,
): Record<string, unknown> {
  const answer: Record<string, unknown> = {}
  const ofItems: Selection = new Map()
  for (const [name, inner] of selection) {
    const wire = wireName(name)
    if (collection.hasScalar(wire)) answer[wire] = collection.get(wire)
    else if (name === 'items') for (const [key, value] of inner) ofItems.set(key, value)
    else ofItems.set(name, inner)
  }
  if (selection.has('*')) for (const scalar of collection.scalarNames) answer[scalar] = collection.get(scalar)
  if (ofItems.size === 0 && !selection.has('items')) return answer
  const skip = info.Skip ?? 0
  const items = collection.items().slice(skip, info.Top === undefined ? undefined : skip + info.Top)
  answer['_Items'] = items.map((item) => ({ ...item.identity(), ...readSelection(item, ofItems, { wrap, info: {} }) }))
  return answer
}

function readSelection(object: HostObject, selection: Selection, reading: Reading): Record<string, unknown> {
  return object.isCollection ? readCollection(object, selection, reading) : readObject(object, selection, reading.wrap)
}

/**
 * Answers one load of one object.
 *
 * @throws {HostError} `ApiNotFound` naming the first property the type does not have.
 */
export function readQuery(object: HostObject, info: QueryInfo, wrap: Wrap): Record<string, unknown> {
  return readSelection(object, parseSelection(info), { info, wrap })
}
