// How the protocol sees an object: members by their wire names (`Values`, `GetRange`). One table per type says what it
// has; whatever is not in the table answers `ApiNotFound`.
import { apiNotFound, invalidArgument } from './host-error.ts'
import { RangeRef } from './range-ref.ts'
import type { Sheet } from './sheet.ts'
import type { Workbook } from './workbook.ts'

/** What a property holds. A sheet is given as it is: ranges lead to sheets and sheets to ranges, but files must not. */
export type Child = HostObject | Sheet | null

/** An object that a batch can name; null stands for a null object. */
export interface HostObject {
  readonly typeName: string
  readonly target: unknown
  /** What instantiating answers: `{Id}` for objects that their collection finds by id. */
  identity(): Record<string, unknown>
  readonly scalarNames: readonly string[]
  hasScalar(name: string): boolean
  hasChild(name: string): boolean
  get(name: string): unknown
  set(name: string, value: unknown): void
  child(name: string): Child
  call(name: string, args: Arguments): unknown
  readonly isCollection: boolean
  items(): readonly HostObject[]
  item(key: unknown): HostObject
}

/** What one type of object offers; `W` is always the workbook it belongs to. */
export interface TypeDefinition<T> {
  readonly name: string
  readonly identity?: (target: T) => Record<string, unknown>
  readonly scalars?: Readonly<Record<string, (target: T, workbook: Workbook) => unknown>>
  readonly setters?: Readonly<Record<string, (target: T, value: unknown, workbook: Workbook) => void>>
  readonly children?: Readonly<Record<string, (target: T, workbook: Workbook) => Child>>
  readonly methods?: Readonly<Record<string, (target: T, args: Arguments, workbook: Workbook) => unknown>>
  readonly items?: (target: T, workbook: Workbook) => readonly HostObject[]
  readonly item?: (target: T, key: unknown, workbook: Workbook) => HostObject
}

class DefinedObject<T> implements HostObject {
  readonly target: T
  readonly #type: TypeDefinition<T>
  readonly #workbook: Workbook

  constructor(type: TypeDefinition<T>, target: T, workbook: Workbook) {
    this.target = target
    this.#type = type
    this.#workbook = workbook
  }

  get typeName(): string {
    return this.#type.name
  }

  get scalarNames(): readonly string[] {
    return Object.keys(this.#type.scalars ?? {}).filter((name) => !this.#lacks(name))
  }

  get isCollection(): boolean {
    return this.#type.items !== undefined
  }

  identity(): Record<string, unknown> {
    return this.#type.identity?.(this.target) ?? {}
  }

  hasScalar(name: string): boolean {
    return Object.hasOwn(this.#type.scalars ?? {}, name) && !this.#lacks(name)
  }

  hasChild(name: string): boolean {
    return Object.hasOwn(this.#type.children ?? {}, name) && !this.#lacks(name)
  }

  get(name: string): unknown {
    return this.#member(this.#type.scalars, name)(this.target, this.#workbook)
  }

  set(name: string, value: unknown): void {
    this.#member(this.#type.setters, name)(this.target, value, this.#workbook)
  }

  child(name: string): Child {
    return this.#member(this.#type.children, name)(this.target, this.#workbook)
  }

  call(name: string, args: Arguments): unknown {
    return this.#member(this.#type.methods, name)(this.target, args, this.#workbook)
  }

  items(): readonly HostObject[] {
    if (this.#type.items === undefined) throw apiNotFound(`${this.typeName}.items`)
    return this.#type.items(this.target, this.#workbook)
  }

  item(key: unknown): HostObject {
    if (this.#type.item === undefined || this.#lacks('GetItem')) throw apiNotFound(`${this.typeName}.getItem`)
    return this.#type.item(this.target, key, this.#workbook)
  }

  #member<F>(members: Readonly<Record<string, F>> | undefined, name: string): F {
    const member = members !== undefined && Object.hasOwn(members, name) ? members[name] : undefined
    if (member === undefined || this.#lacks(name)) throw apiNotFound(this.#memberName(name))
    return member
  }

  #lacks(name: string): boolean {
    return this.#workbook.lacks.has(this.#memberName(name))
  }

  #memberName(name: string): string {
    return `${this.typeName}.${camelCase(name)}`
  }
}

/** Makes an object of a type. */
export function hostObject<T>(type: TypeDefinition<T>, target: T, workbook: Workbook): HostObject {
  return new DefinedObject(type, target, workbook)
}

/** Whether a method's answer is an object rather than a value. */
export function isHostObject(value: unknown): value is HostObject {
  return value instanceof DefinedObject
}

/** `GetRange` as the add-in's author writes it: `getRange`. */
export function camelCase(wireName: string): string {
  return wireName.slice(0, 1).toLowerCase() + wireName.slice(1)
}

/** The arguments of a call, each read with the type it must have. */
export class Arguments {
  readonly #values: readonly unknown[]

  constructor(values: readonly unknown[]) {
    this.#values = values
  }

  /** The argument as it came; null and absent are undefined. */
  raw(index: number): unknown {
    return this.#values[index] ?? undefined
  }

  /** A text that must be there. */
  text(index: number): string {
    return this.optionalText(index) ?? refuse()
  }

  /** A text or nothing. */
  optionalText(index: number): string | undefined {
    const value = this.raw(index)
    if (value === undefined || typeof value === 'string') return value
    return refuse()
  }

  /** A whole number that must be there. */
  integer(index: number): number {
    return this.optionalInteger(index) ?? refuse()
  }

  /** A whole number or nothing. */
  optionalInteger(index: number): number | undefined {
    const value = this.raw(index)
    if (value === undefined) return undefined
    return typeof value === 'number' && Number.isInteger(value) ? value : refuse()
  }

  /** A yes or no; absent is the default. */
  flag(index: number, otherwise: boolean): boolean {
    const value = this.raw(index)
    if (value === undefined) return otherwise
    return typeof value === 'boolean' ? value : refuse()
  }

  /** The target of an object that was passed, of the class that the method needs. */
  optionalTarget<T>(index: number, type: abstract new (...args: never[]) => T): T | undefined {
    const value = this.raw(index)
    if (!isHostObject(value)) return undefined
    return value.target instanceof type ? value.target : refuse()
  }

  /** A range given as an object or as an address; undefined when nothing was given. */
  optionalRange(index: number, resolve: (address: string) => RangeRef): RangeRef | undefined {
    const value = this.raw(index)
    if (value === undefined) return undefined
    if (typeof value === 'string') return resolve(value)
    return this.optionalTarget(index, RangeRef) ?? refuse()
  }

  /** A range that must be there. */
  range(index: number, resolve: (address: string) => RangeRef): RangeRef {
    return this.optionalRange(index, resolve) ?? refuse()
  }
}

function refuse(): never {
  throw invalidArgument()
}

/** The value of a setter that takes a text. */
export function textValue(value: unknown): string {
  return typeof value === 'string' ? value : refuse()
}

/** The value of a setter that takes yes or no. */
export function flagValue(value: unknown): boolean {
  return typeof value === 'boolean' ? value : refuse()
}

/** The value of a setter that takes a number. */
export function numberValue(value: unknown): number {
  return typeof value === 'number' ? value : refuse()
}
