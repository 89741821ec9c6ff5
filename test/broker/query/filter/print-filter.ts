// A tree as the text of a filter, written from the precedence table and not from the parser.
import type { FilterNode, LiteralNode } from '../../../../broker/query/filter/syntax-tree.ts'

export type Parentheses = 'fewest' | 'all'

const levels = {
  or: 0,
  and: 1,
  ...{ eq: 2, ne: 2 },
  ...{ gt: 3, ge: 3, lt: 3, le: 3 },
  ...{ add: 4, sub: 4 },
  ...{ mul: 5, div: 5, divby: 5, mod: 5 },
  ...{ not: 6, negate: 6 },
  in: 7,
  primary: 8,
} as const

/** `node` with no more parentheses than it needs, or with a pair around every operation. */
export function printFilter(node: FilterNode, parentheses: Parentheses): string {
  return print(node, 0, parentheses)
}

function print(node: FilterNode, leastLevel: number, parentheses: Parentheses): string {
  const level = levelOf(node)
  const text = printBare(node, level, parentheses)
  const isBare = level === levels.primary || (parentheses === 'fewest' && level >= leastLevel)
  return isBare ? text : `(${text})`
}

function printBare(node: FilterNode, level: number, parentheses: Parentheses): string {
  switch (node.kind) {
    case 'literal':
      return printLiteral(node)
    case 'column':
      return printName(node.name)
    case 'call':
      return `${node.name}(${node.operands.map((operand) => print(operand, 0, parentheses)).join(',')})`
    case 'and':
    case 'or':
      return node.operands.map((operand) => print(operand, level + 1, parentheses)).join(` ${node.kind} `)
    case 'not':
      return `not ${print(node.operand, level, parentheses)}`
    case 'negate':
      // The space keeps a number's sign apart from the operation.
      return `- ${print(node.operand, level, parentheses)}`
    case 'binary':
      return `${print(node.left, level, parentheses)} ${node.operator} ${print(node.right, level + 1, parentheses)}`
    case 'in':
      return `${print(node.operand, level, parentheses)} in (${node.items.map(printLiteral).join(', ')})`
  }
}

function levelOf(node: FilterNode): number {
  if (node.kind === 'binary') return levels[node.operator]
  return node.kind === 'literal' || node.kind === 'column' || node.kind === 'call' ? levels.primary : levels[node.kind]
}

function printLiteral({ type, value }: LiteralNode): string {
  if (type === 'text') return `'${String(value).replaceAll("'", "''")}'`
  if (type === 'duration')
    return `duration'${Number(value) < 0 ? '-' : ''}PT${(Math.abs(Number(value)) / 1_000).toFixed(3)}S'`
  if (type === 'decimal' && Number.isInteger(value) && !String(value).includes('e')) return `${String(value)}.0`
  return String(value)
}

function printName(name: string): string {
  const isPlain = /^[a-z_]\w*(?:[./]\w+)*$/i.test(name) && !/^(?:true|false|null|not)$/i.test(name)
  return isPlain ? name : `"${name.replaceAll('"', '""')}"`
}
