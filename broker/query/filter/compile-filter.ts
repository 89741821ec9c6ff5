import type { ColumnNames, NamedColumn } from '../column-names.ts'
import { mostMistakes, parameterProblem, type Mistake } from '../mistakes.ts'
import {
  commonKind,
  fits,
  functionRules,
  negateRules,
  operatorRules,
  promote,
  slowWeight,
  type Kind,
  type Rule,
} from './rules.ts'
import { toLocal } from './sql-functions.ts'
import type { BinaryNode, CallNode, FilterNode, LiteralNode, MemberNode } from './syntax-tree.ts'

/** Which rows are meant, in SQL over the table `rows` of a snapshot. Needs `sqlFunctions`. True for those that are; null is not true. */
export interface Condition {
  readonly sql: string
  /** In the order of the `?` in it. */
  readonly parameters: readonly (string | number | bigint)[]
  /** How long it takes for one row, compared with reading a column or a value. */
  readonly weight: number
}

export interface FilterSurroundings {
  /** The columns that the filter may name. */
  readonly columns: ColumnNames
  /** What `now()` is. */
  readonly nowMs: number
}

/**
 * The rows that a filter is true for. Values become parameters, never SQL; names of columns become their numbers.
 *
 * Null is as OData has it: `eq` and `ne` take it for a value that equals only itself; `gt`, `ge`, `lt`, `le` are false for it; arithmetic and
 * functions make null of it; `and`, `or`, `not` are three-valued; and a row for which the whole is null is not meant.
 *
 * @throws {BrokerError} `request-invalid` naming up to 20 mistakes: columns that are not there, functions, and kinds that do not go together
 * @see OData 4.01 part 2, section 5.1.1
 */
export function compileFilter(tree: FilterNode, surroundings: FilterSurroundings): Condition {
  return new FilterCompiler(surroundings).compile(tree)
}

interface Fragment {
  readonly kind: Kind
  readonly sql: string
}

const comparisons = { eq: 'IS', ne: 'IS NOT', gt: '>', ge: '>=', lt: '<', le: '<=' } as const

const kindNames: Readonly<Record<Kind, string>> = {
  text: 'a text',
  integer: 'a whole number',
  decimal: 'a number',
  boolean: 'true or false',
  date: 'a date',
  datetime: 'a date and time',
  time: 'a time of day',
  duration: 'a duration',
  null: 'null',
  unknown: 'something else',
}

class FilterCompiler {
  readonly #surroundings: FilterSurroundings
  readonly #parameters: (string | number | bigint)[] = []
  readonly #mistakes: Mistake[] = []
  #weight = 0

  constructor(surroundings: FilterSurroundings) {
    this.#surroundings = surroundings
  }

  compile(tree: FilterNode): Condition {
    const { sql } = this.#expectBoolean(tree, () => 'A filter must be true or false for each row')
    if (this.#mistakes.length > 0) throw parameterProblem('filter', this.#mistakes)
    return { sql, parameters: this.#parameters, weight: this.#weight }
  }

  #visit(node: FilterNode): Fragment {
    // Enough was found: the rest would only cost time.
    if (this.#mistakes.length >= mostMistakes) return unknown
    this.#weight += 1
    switch (node.kind) {
      case 'literal':
        return this.#literal(node)
      case 'column':
        return this.#column(node)
      case 'and':
      case 'or':
        return this.#logic(node.kind, node.operands)
      case 'not': {
        const hint = (): string =>
          '`not` turns true or false around, and binds tighter than `eq`: write not (A eq 1). Here it has'
        const { kind, sql } = this.#expectBoolean(node.operand, hint)
        return { kind, sql: `(NOT ${sql})` }
      }
      case 'negate':
        return this.#apply(negateRules, [this.#visit(node.operand)], { at: node.at, name: '-' })
      case 'binary':
        return this.#binary(node)
      case 'in':
        return this.#member(node)
      case 'call':
        return this.#call(node)
    }
  }

  #literal({ type, value }: LiteralNode): Fragment {
    if (value === null) return { kind: 'null', sql: 'NULL' }
    if (typeof value === 'boolean') return this.#bind(type, value ? 1n : 0n)
    return this.#bind(type, type === 'datetime' ? String(value).slice(0, -1) : value)
  }

  #bind(kind: Kind, value: string | number | bigint): Fragment {
    this.#parameters.push(value)
    return { kind, sql: '?' }
  }

  #column({ at, name }: { at: number; name: string }): Fragment {
    const found = this.#surroundings.columns.find(name)
    if (!found) return this.#fail(at, this.#surroundings.columns.explainMissing(name))
    const { type } = found.column
    if (type === 'duration') this.#weight += slowWeight
    return { kind: type, sql: toColumnSql(found) }
  }

  #logic(operator: 'and' | 'or', operands: readonly FilterNode[]): Fragment {
    const fragments = operands.map((operand) =>
      this.#expectBoolean(operand, () => `\`${operator}\` joins what is true or false, but here is`),
    )
    return {
      kind: 'boolean',
      sql: joinEvenly(
        fragments.map(({ sql }) => sql),
        operator.toUpperCase(),
      ),
    }
  }

  #binary({ at, operator, left, right }: BinaryNode): Fragment {
    const operands = [this.#visit(left), this.#visit(right)]
    if (!isComparison(operator)) return this.#apply(operatorRules[operator], operands, { at, name: operator })
    const kind = commonKind(operands.map((operand) => operand.kind))
    if (!kind) return this.#fail(at, `\`${operator}\` compares values of one kind, but here are ${list(operands)}.`)
    const sql = operands.map((operand) => promote(operand.sql, operand.kind, kind)).join(` ${comparisons[operator]} `)
    // IS and IS NOT take null for a value; the others would be null themselves.
    return { kind: 'boolean', sql: operator === 'eq' || operator === 'ne' ? `(${sql})` : `ifnull(${sql}, 0)` }
  }

  #member({ at, operand, items }: MemberNode): Fragment {
    const value = this.#visit(operand)
    const present = items.filter(({ type }) => type !== 'null')
    const fragments = present.map((item) => this.#literal(item))
    const kind = commonKind([value, ...fragments].map((fragment) => fragment.kind))
    if (!kind) return this.#fail(at, `\`in\` compares values of one kind, but here are ${list([value, ...fragments])}.`)
    const sqlOf = (fragment: Fragment): string => promote(fragment.sql, fragment.kind, kind)
    const hasNull = present.length < items.length
    if (present.length === 0)
      return { kind: 'boolean', sql: hasNull ? `(${value.sql} IS NULL)` : `(${value.sql} IN ())` }
    // Without null in the list, IN is null exactly for null.
    const sql = `ifnull(${sqlOf(value)} IN (${fragments.map(sqlOf).join(', ')}), ${hasNull ? 1 : 0})`
    return { kind: 'boolean', sql }
  }

  #call({ at, name, operands }: CallNode): Fragment {
    const fragments = operands.map((operand) => this.#visit(operand))
    if (name === 'now' && fragments.length === 0) return this.#bind('datetime', toLocal(this.#surroundings.nowMs) ?? '')
    const rules =
      name === 'now' ? [{ takes: [], gives: 'datetime' as const, sql: () => '', weight: 0 }] : functionRules.get(name)
    if (rules) return this.#apply(rules, fragments, { at, name })
    const shown = name.length > 60 ? `${name.slice(0, 57)}...` : name
    return this.#fail(at, `There is no function ${shown}. There are ${[...functionRules.keys(), 'now'].join(', ')}.`)
  }

  /** What the first rule makes of the operands that takes them. */
  #apply(rules: readonly Rule[], operands: readonly Fragment[], place: { at: number; name: string }): Fragment {
    const found = rules.find(
      ({ takes }) =>
        takes.length === operands.length &&
        takes.every((kind, index) => fits(operands[index]?.kind ?? 'unknown', kind)),
    )
    if (!found) {
      const takes = rules.map((rule) => `(${rule.takes.map((kind) => kindNames[kind]).join(', ')})`).join(' or ')
      return this.#fail(place.at, `\`${place.name}\` takes ${takes}, but here is (${list(operands)}).`)
    }
    this.#weight += found.weight
    const sql = operands.map((operand, index) => promote(operand.sql, operand.kind, found.takes[index] ?? 'unknown'))
    return { kind: found.gives, sql: found.sql(...sql) }
  }

  #expectBoolean(node: FilterNode, expectation: () => string): Fragment {
    const fragment = this.#visit(node)
    if (fits(fragment.kind, 'boolean')) return fragment
    return this.#fail(node.at, `${expectation()}: ${kindNames[fragment.kind]}.`)
  }

  #fail(at: number, message: string): Fragment {
    this.#mistakes.push({ at, message })
    return unknown
  }
}

const unknown: Fragment = { kind: 'unknown', sql: 'NULL' }

/** A column as conditions and orders have it; `rules.ts` says why. */
export function toColumnSql({ column, index }: NamedColumn): string {
  if (column.type === 'datetime') return `rtrim(c${index}, 'Z')`
  return column.type === 'duration' ? `filter_duration(c${index})` : `c${index}`
}

function isComparison(operator: BinaryNode['operator']): operator is keyof typeof comparisons {
  return operator in comparisons
}

function list(fragments: readonly Fragment[]): string {
  const names = [...new Set(fragments.map(({ kind }) => kindNames[kind]))]
  return names.length > 0 ? names.join(', ') : 'nothing'
}

/** `a AND b AND c AND d` as a tree of few levels: SQLite allows a thousand, and a filter may have more alternatives. */
function joinEvenly(parts: readonly string[], operator: string): string {
  if (parts.length === 1) return parts[0] ?? ''
  const middle = parts.length >> 1
  return `(${joinEvenly(parts.slice(0, middle), operator)} ${operator} ${joinEvenly(parts.slice(middle), operator)})`
}
