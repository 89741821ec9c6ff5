// What a filter says, as a tree. Positions (`at`) are indexes into the text, from 0: of a literal, name or prefix its beginning, of what
// stands between two operands the operator's.

export type LiteralType =
  'text' | 'integer' | 'decimal' | 'boolean' | 'date' | 'datetime' | 'time' | 'duration' | 'null'

/**
 * A literal's value: integers are bigint (64 bits), decimals number, dates `YYYY-MM-DD`, datetimes as in a snapshot (`...Z`), times of day
 * `HH:MM:SS[.sss]`, durations milliseconds.
 */
export type LiteralValue = string | number | bigint | boolean | null

export interface LiteralNode {
  readonly kind: 'literal'
  readonly at: number
  readonly type: LiteralType
  readonly value: LiteralValue
}

export interface ColumnNode {
  readonly kind: 'column'
  readonly at: number
  /** As written, without quotes: parts may be joined by dots or slashes. */
  readonly name: string
}

/** `a and b and c` has three operands; `a and (b and c)` two. */
export interface LogicNode {
  readonly kind: 'and' | 'or'
  readonly at: number
  readonly operands: readonly FilterNode[]
}

export interface PrefixNode {
  readonly kind: 'not' | 'negate'
  readonly at: number
  readonly operand: FilterNode
}

export type Comparison = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le'
export type Arithmetic = 'add' | 'sub' | 'mul' | 'div' | 'divby' | 'mod'

export interface BinaryNode {
  readonly kind: 'binary'
  readonly at: number
  readonly operator: Comparison | Arithmetic
  readonly left: FilterNode
  readonly right: FilterNode
}

export interface MemberNode {
  readonly kind: 'in'
  readonly at: number
  readonly operand: FilterNode
  readonly items: readonly LiteralNode[]
}

export interface CallNode {
  readonly kind: 'call'
  readonly at: number
  /** In lower case. */
  readonly name: string
  readonly operands: readonly FilterNode[]
}

export type FilterNode = LiteralNode | ColumnNode | LogicNode | PrefixNode | BinaryNode | MemberNode | CallNode

/** What a node is made of, in the order of the text. */
export function operandsOf(node: FilterNode): readonly FilterNode[] {
  switch (node.kind) {
    case 'literal':
    case 'column':
      return []
    case 'and':
    case 'or':
    case 'call':
      return node.operands
    case 'not':
    case 'negate':
      return [node.operand]
    case 'binary':
      return [node.left, node.right]
    case 'in':
      return [node.operand, ...node.items]
  }
}

/** Whether what the filter finds depends on the time at which it is read. */
export function asksForNow(node: FilterNode): boolean {
  return (node.kind === 'call' && node.name === 'now') || operandsOf(node).some(asksForNow)
}
