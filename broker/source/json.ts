import { BrokerError } from '../errors/broker-error.ts'

/** A value as JSON has them. A member may be called `__proto__`: read with `Object.hasOwn` or `Object.entries`. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject

/** A JSON object; a record of a source is one. */
export interface JsonObject {
  readonly [name: string]: JsonValue
}

/** Deeper nesting than this is no table; recursive code behind this file may rely on it. */
const maxDepth = 100
/** A double keeps 15 decimal digits whatever they are; Excel shows no more either. */
const exactDigits = 15

const quote = 0x22
const backslash = 0x5c

/**
 * The value that `bytes`, UTF-8 text, stand for. A number with more than 15 digits before its point comes as text,
 * digit by digit, so that an identifier is never rounded.
 *
 * @throws {BrokerError} `source-truncated` when there is no text or it ends before the value does; `source-malformed` when it
 * is no JSON or not in UTF-8, nests more than 100 levels deep, or holds a number beyond a double's range. No message quotes the text.
 */
export function parseJson(bytes: Uint8Array): JsonValue {
  const shape = scan(bytes)
  if (shape.isBlank) throw new BrokerError('source-truncated', 'The answer is empty.')
  if (shape.isCutOff) throw new BrokerError('source-truncated', 'The answer ends in the middle of its JSON.')
  if (shape.isTooDeep) {
    throw new BrokerError('source-malformed', `The answer nests its JSON more than ${maxDepth} levels deep.`)
  }
  const text = decodeText(bytes)
  try {
    // The reviver is several times slower, so only texts that hold a number in need of it pay for it.
    return shape.hasHardNumber ? (JSON.parse(text, keepDigits) as JsonValue) : (JSON.parse(text) as JsonValue)
  } catch (error) {
    if (error instanceof BrokerError) throw error
    // Not kept as a cause: the parser's message quotes the text, and causes are logged.
    throw new BrokerError('source-malformed', 'The answer is not JSON.')
  }
}

/** @see RFC 8259 section 8.1 */
function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new BrokerError('source-malformed', 'The answer is not JSON: it is not in UTF-8.')
  }
}

/**
 * The value at `pointer`, or undefined when there is none.
 *
 * @see RFC 6901 section 4
 */
export function findAt(value: JsonValue, pointer: string): JsonValue | undefined {
  let found: JsonValue | undefined = value
  for (const name of splitPointer(pointer)) {
    if (found === undefined) return undefined
    found = findMember(found, name)
  }
  return found
}

/**
 * The names that a JSON pointer consists of.
 *
 * @see RFC 6901 section 4
 */
export function splitPointer(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Whether a value is a JSON object: no list, no null. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What kind of value this is, in words for a message: `a list`, `nothing`. Says nothing of its content. */
export function describeKind(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'string') return 'a text'
  return typeof value === 'number' ? 'a number' : 'true or false'
}

function findMember(value: JsonValue, name: string): JsonValue | undefined {
  if (Array.isArray(value)) {
    const list: readonly JsonValue[] = value
    return /^(?:0|[1-9]\d{0,8})$/.test(name) ? list[Number(name)] : undefined
  }
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

function keepDigits(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number') return value
  if (!Number.isFinite(value)) {
    throw new BrokerError('source-malformed', 'The answer holds a number that is too large to be one.')
  }
  const text = context?.source ?? ''
  return /^-?\d{16,}/.test(text) ? text : value
}

interface Shape {
  readonly isBlank: boolean
  readonly isCutOff: boolean
  readonly isTooDeep: boolean
  /** Whether some number has more digits than a double keeps, or an exponent. */
  readonly hasHardNumber: boolean
}

/** One pass over the bytes, for what `JSON.parse` does not tell; most bytes are inside of strings, so that loop is tight. */
function scan(bytes: Uint8Array): Shape {
  const { length } = bytes
  let depth = 0
  let deepest = 0
  let digits = 0
  let hasHardNumber = false
  let isBlank = true
  for (let at = 0; at < length; at += 1) {
    const byte = bytes[at] ?? 0
    if (byte === quote) {
      for (at += 1; at < length; at += 1) {
        const inside = bytes[at]
        if (inside === quote) break
        if (inside === backslash) at += 1
      }
      if (at >= length) return { isBlank: false, isCutOff: true, isTooDeep: false, hasHardNumber }
      isBlank = false
      digits = 0
    } else if (byte >= 0x30 && byte <= 0x39) {
      digits += 1
      isBlank = false
      if (digits > exactDigits) hasHardNumber = true
    } else {
      // `e` right after a digit is an exponent; after a letter it belongs to `true` or `false`.
      if (digits > 0 && (byte | 0x20) === 0x65) hasHardNumber = true
      digits = 0
      if (byte > 0x20) isBlank = false
      if (byte === 0x5b || byte === 0x7b) {
        depth += 1
        if (depth > deepest) deepest = depth
      } else if (byte === 0x5d || byte === 0x7d) depth -= 1
    }
  }
  return { isBlank, isCutOff: depth > 0, isTooDeep: deepest > maxDepth, hasHardNumber }
}
