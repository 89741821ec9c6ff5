import type { Cell, ColumnType } from '../../dataset/column.ts'
import type { ColumnNames, NamedColumn } from '../column-names.ts'
import type { FilterNode, LiteralNode } from './syntax-tree.ts'

/** That a column holds exactly this value, as conditions have it in SQL: never null or the empty text. */
export interface EqualTerm {
  readonly column: NamedColumn
  readonly value: Cell
}

/** A filter in two parts, which together are true for the same rows. */
export interface SplitFilter {
  /** At most one for each column. */
  readonly equal: readonly EqualTerm[]
  readonly rest: FilterNode | undefined
}

/**
 * Takes from a filter what says no more than that columns hold values: that can be answered for many filters in one pass. The filter must
 * be one that compiles.
 */
export function splitFilter(tree: FilterNode, columns: ColumnNames): SplitFilter {
  const equal = new Map<number, EqualTerm>()
  const rest: FilterNode[] = []
  for (const node of listOperands(tree)) {
    const term = findEqualTerm(node, columns)
    if (term && !equal.has(term.column.index)) equal.set(term.column.index, term)
    else rest.push(node)
  }
  const [first] = rest
  return {
    equal: [...equal.values()],
    rest: first && rest.length > 1 ? { kind: 'and', at: tree.at, operands: rest } : first,
  }
}

/** What must be true for the whole to be. */
function listOperands(node: FilterNode): readonly FilterNode[] {
  return node.kind === 'and' ? node.operands.flatMap(listOperands) : [node]
}

function findEqualTerm(node: FilterNode, columns: ColumnNames): EqualTerm | undefined {
  if (node.kind !== 'binary' || node.operator !== 'eq') return undefined
  const sides = [node.left, node.right]
  const name = sides.find((side) => side.kind === 'column')
  const literal = sides.find((side) => side.kind === 'literal')
  const column = name && columns.find(name.name)
  if (!column || !literal) return undefined
  const value = toCell(literal, column.column.type)
  return value === undefined ? undefined : { column, value }
}

/** The literal as a column of this type would have it; undefined where SQL must compare. */
function toCell({ type, value }: LiteralNode, target: ColumnType): Cell | undefined {
  if (value === null || value === '') return undefined
  const isNumber = type === 'integer' || type === 'decimal'
  if (isNumber && (target === 'integer' || target === 'decimal'))
    return Number.isSafeInteger(Number(value)) || typeof value === 'number' ? Number(value) : undefined
  if (type === 'date' && target === 'datetime') return `${String(value)}T00:00:00`
  if (type !== target) return undefined
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'bigint') return undefined
  return type === 'datetime' ? String(value).slice(0, -1) : value
}
