// What a filter says of a row, found in plain memory: what the SQL is held to. Whole numbers are bigint, other numbers number; null is null.
import type { FilterNode, LiteralNode } from '../../../../broker/query/filter/syntax-tree.ts'

interface Instant {
  readonly kind: 'date' | 'datetime' | 'time' | 'duration'
  readonly ms: number
}

export type Value = string | bigint | number | boolean | Instant | null

/** Cells by the name of their column. */
export type ValueRow = ReadonlyMap<string, Value>

const dayMs = 86_400_000

/** A cell of a column of `type` as a value. */
export function toValue(type: string, cell: string | number | boolean | null): Value {
  if (cell === null) return null
  if (type === 'integer') return BigInt(cell)
  if (type === 'date' || type === 'datetime') return { kind: type, ms: Date.parse(String(cell)) }
  if (type === 'time') return { kind: type, ms: Date.parse(`1970-01-01T${String(cell)}Z`) }
  if (type === 'duration') return { kind: type, ms: lengthOf(String(cell)) }
  return cell
}

function lengthOf(text: string): number {
  const parts = [...text.matchAll(/([\d.]+)([DHMS])/g)]
  const units: Record<string, number> = { D: dayMs, H: 3_600_000, M: 60_000, S: 1_000 }
  const ms = parts.reduce((sum, [, count, unit]) => sum + Number(count) * units[unit!]!, 0)
  return text.startsWith('-') ? -ms : ms
}

export function evaluate(node: FilterNode, row: ValueRow, nowMs: number): Value {
  const of = (operand: FilterNode): Value => evaluate(operand, row, nowMs)
  switch (node.kind) {
    case 'literal':
      return literalValue(node)
    case 'column':
      return row.get(node.name)!
    case 'and':
    case 'or': {
      const decides = node.kind === 'or'
      const values = node.operands.map(of)
      if (values.includes(decides)) return decides
      return values.includes(null) ? null : !decides
    }
    case 'not': {
      const value = of(node.operand)
      return value === null ? null : !(value as boolean)
    }
    case 'negate': {
      const value = of(node.operand)
      if (value === null) return null
      return typeof value === 'object' ? { ...value, ms: -value.ms } : -(value as number)
    }
    case 'in': {
      const value = of(node.operand)
      return node.items.some((item) => isEqual(value, literalValue(item)))
    }
    case 'call':
      return node.name === 'now' ? { kind: 'datetime', ms: nowMs } : callFunction(node.name, node.operands.map(of))
    case 'binary': {
      const [left, right] = [of(node.left), of(node.right)]
      if (node.operator === 'eq') return isEqual(left, right)
      if (node.operator === 'ne') return !isEqual(left, right)
      if (left === null || right === null) return node.operator.length === 2 ? false : null
      const order = compare(left, right)
      if (node.operator === 'gt') return order > 0
      if (node.operator === 'ge') return order >= 0
      if (node.operator === 'lt') return order < 0
      if (node.operator === 'le') return order <= 0
      return calculate(node.operator, left, right)
    }
  }
}

function literalValue({ type, value }: LiteralNode): Value {
  if (type === 'date' || type === 'datetime') return { kind: type, ms: Date.parse(String(value)) }
  if (type === 'time') return { kind: type, ms: Date.parse(`1970-01-01T${String(value)}Z`) }
  return type === 'duration' ? { kind: type, ms: Number(value) } : value
}

function isEqual(left: Value, right: Value): boolean {
  return left === null || right === null ? left === right : compare(left, right) === 0
}

function compare(left: Exclude<Value, null>, right: Exclude<Value, null>): number {
  if (typeof left === 'string') return Buffer.compare(Buffer.from(left), Buffer.from(right as string))
  const [a, b] = [left, right].map((value) => (typeof value === 'object' ? value.ms : value)) as [number, number]
  return a < b ? -1 : a > b ? 1 : 0
}

function calculate(operator: string, left: Value, right: Value): Value {
  if (typeof left === 'object' || typeof right === 'object') return calculateTime(operator, left, right)
  if (typeof left === 'bigint' && typeof right === 'bigint' && operator !== 'divby') {
    if (operator === 'add') return left + right
    if (operator === 'sub') return left - right
    if (operator === 'mul') return left * right
    if (right === 0n) return null
    return operator === 'div' ? left / right : left % right
  }
  return calculateNumber(operator, Number(left), Number(right))
}

function calculateNumber(operator: string, left: number, right: number): number | null {
  if (operator === 'add') return left + right
  if (operator === 'sub') return left - right
  if (operator === 'mul') return left * right
  if (right === 0) return null
  return operator === 'mod' ? left % right : left / right
}

function calculateTime(operator: string, left: Value, right: Value): Value {
  const msOf = (value: Value): number => (typeof value === 'object' ? value!.ms : Number(value))
  const ms = calculateNumber(operator, msOf(left), msOf(right))
  if (ms === null) return null
  const isDuration = (value: Value): boolean => typeof value !== 'object' || value!.kind === 'duration'
  if (isDuration(left) || !isDuration(right)) return { kind: 'duration', ms }
  return { kind: 'datetime', ms: Math.trunc(ms) }
}

function callFunction(name: string, values: readonly Value[]): Value {
  const [first, second, third] = values
  if (first === undefined || values.includes(null)) return null
  if (typeof first === 'string') return callTextFunction(name, first, values.slice(1))
  if (typeof first === 'object') return callTimeFunction(name, first!.ms)
  expectNone(second, third)
  const size = Math.abs(Number(first))
  if (name === 'round') return Math.sign(Number(first)) * Math.round(size)
  return name === 'floor' ? Math.floor(Number(first)) : Math.ceil(Number(first))
}

/** Characters are Unicode's code points. */
const lettersOf = (text: string): readonly string[] => Array.from(text)

function callTextFunction(name: string, whole: string, more: readonly Value[]): Value {
  const letters = lettersOf(whole)
  const other = more[0] as string
  switch (name) {
    case 'contains':
      return whole.includes(other)
    case 'startswith':
      return whole.startsWith(other)
    case 'endswith':
      return whole.endsWith(other)
    case 'length':
      return BigInt(letters.length)
    case 'indexof':
      return whole.includes(other) ? BigInt(lettersOf(whole.slice(0, whole.indexOf(other))).length) : -1n
    case 'substring': {
      const start = Math.max(0, Number(more[0]))
      const end = more[1] === undefined ? letters.length : start + Math.max(0, Number(more[1]))
      return letters.slice(start, end).join('')
    }
    case 'tolower':
      return whole.toLowerCase()
    case 'toupper':
      return whole.toUpperCase()
    case 'trim':
      return whole.trim()
    default:
      return whole + other
  }
}

function callTimeFunction(name: string, ms: number): Value {
  const date = new Date(ms)
  switch (name) {
    case 'year':
      return BigInt(date.getUTCFullYear())
    case 'month':
      return BigInt(date.getUTCMonth() + 1)
    case 'day':
      return BigInt(date.getUTCDate())
    case 'hour':
      return BigInt(date.getUTCHours())
    case 'minute':
      return BigInt(date.getUTCMinutes())
    case 'second':
      return BigInt(date.getUTCSeconds())
    case 'date':
      return { kind: 'date', ms: Math.floor(ms / dayMs) * dayMs }
    default:
      return { kind: 'time', ms: ms - Math.floor(ms / dayMs) * dayMs }
  }
}

function expectNone(...values: readonly (Value | undefined)[]): void {
  if (values.some((value) => value !== undefined)) throw new TypeError('Rounding takes one number.')
}
