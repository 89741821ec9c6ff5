import { parameterProblem } from '../mistakes.ts'
import {
  operandsOf,
  type Arithmetic,
  type BinaryNode,
  type Comparison,
  type FilterNode,
  type LiteralNode,
} from './syntax-tree.ts'
import { readTokens, type Token } from './tokens.ts'

/** The longest filter, in characters. */
export const mostCharacters = 8_192
/** How many levels of parentheses, prefixes and calls may be inside each other, and how many operations may wait for each other. */
export const mostLevels = 100
/** How many values a list after `in` may have. */
export const mostItems = 1_000

type BinaryOperator = Comparison | Arithmetic

/** Operators between two operands, loosest first; those of a level are taken from left to right. OData 4.01 part 2, section 5.1.1.17. */
const binaryLevels: readonly (readonly BinaryOperator[])[] = [
  ['eq', 'ne'],
  ['gt', 'ge', 'lt', 'le'],
  ['add', 'sub'],
  ['mul', 'div', 'divby', 'mod'],
]

/**
 * What a filter in OData's language says. Operators and functions may be written in any case.
 *
 * Precedence, loosest first: `or`; `and`; `eq ne`; `gt ge lt le`; `add sub`; `mul div divby mod`; `not` and `-`; `in`. Takes time in proportion
 * to the text's length.
 *
 * @throws {BrokerError} `request-invalid`; its details say what is wrong and at which column, as `filter:12`
 * @see OData 4.01 part 2, section 5.1.1
 */
export function parseFilter(text: string): FilterNode {
  if (text.length > mostCharacters)
    throw parameterProblem('filter', [
      { at: mostCharacters, message: `A filter may have ${mostCharacters} characters; this one has ${text.length}.` },
    ])
  return new FilterParser(readTokens(text)).parse()
}

class FilterParser {
  readonly #tokens: readonly Token[]
  #place = 0
  /** How many recursive steps are under way. */
  #level = 0
  /** How high the tree under each node is. */
  readonly #heights = new Map<FilterNode, number>()

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  parse(): FilterNode {
    if (this.#tokens.length === 1) throw mistakeAt({ at: 0 }, 'The filter is empty.')
    const node = this.#readLogic('or')
    if (this.#next.kind !== 'end') throw this.#unexpected('an operator such as `eq` or `and`, or the end')
    return node
  }

  get #next(): Token {
    const token = this.#tokens[Math.min(this.#place, this.#tokens.length - 1)]
    if (!token) throw new RangeError('The tokens of a filter have an end.')
    return token
  }

  #take(): Token {
    const token = this.#next
    this.#place += 1
    return token
  }

  #isWord(word: string): boolean {
    return this.#next.kind === 'word' && this.#next.text.toLowerCase() === word
  }

  #isSymbol(symbol: string): boolean {
    return this.#next.kind === 'symbol' && this.#next.text === symbol
  }

  #readLogic(operator: 'or' | 'and'): FilterNode {
    const readOperand = () => (operator === 'or' ? this.#readLogic('and') : this.#readBinary(0))
    const first = readOperand()
    if (!this.#isWord(operator)) return first
    const { at } = this.#next
    const operands = [first]
    while (this.#isWord(operator)) {
      this.#take()
      operands.push(readOperand())
    }
    return this.#build({ kind: operator, at, operands })
  }

  #readBinary(level: number): FilterNode {
    const operators = binaryLevels[level]
    if (!operators) return this.#readPrefixed()
    let left = this.#readBinary(level + 1)
    for (;;) {
      const operator = operators.find((name) => this.#isWord(name))
      if (!operator) return left
      const { at } = this.#take()
      const node: BinaryNode = { kind: 'binary', at, operator, left, right: this.#readBinary(level + 1) }
      left = this.#build(node)
    }
  }

  #readPrefixed(): FilterNode {
    const { at } = this.#next
    if (this.#isSymbol('-')) {
      this.#take()
      return this.#readNegatedNumber(at) ?? this.#descend(at, () => this.#negate(at))
    }
    if (!this.#isWord('not')) return this.#readMember()
    this.#take()
    return this.#build({ kind: 'not', at, operand: this.#descend(at, () => this.#readPrefixed()) })
  }

  /** `-5` is a number, and not an operation. */
  #readNegatedNumber(at: number): FilterNode | undefined {
    const { literal, at: start } = this.#next
    if (start !== at + 1 || !(typeof literal?.value === 'number' || typeof literal?.value === 'bigint'))
      return undefined
    if (literal.type === 'duration') return undefined
    this.#take()
    return this.#readList({ kind: 'literal', at, type: literal.type, value: -literal.value })
  }

  #negate(at: number): FilterNode {
    return this.#build({ kind: 'negate', at, operand: this.#readPrefixed() })
  }

  #readMember(): FilterNode {
    return this.#readList(this.#readOperand())
  }

  /** What `in` makes of the operand before it, if there is one. */
  #readList(operand: FilterNode): FilterNode {
    if (this.#isWord('has'))
      throw mistakeAt(this.#next, '`has` is for flags of an enumeration, and no column is one. Use `contains` or `in`.')
    if (!this.#isWord('in')) return operand
    const { at } = this.#take()
    this.#expect('(', 'a list of values in parentheses')
    const items: LiteralNode[] = []
    while (!this.#isSymbol(')')) {
      if (items.length > 0) this.#expect(',', '`,` or `)`')
      if (items.length >= mostItems) throw mistakeAt(this.#next, `A list may have ${mostItems} values.`)
      items.push(this.#readItem())
    }
    this.#take()
    // Another `in` would ask whether true or false is in a list.
    return this.#readList(this.#build({ kind: 'in', at, operand, items }))
  }

  #readItem(): LiteralNode {
    const { at } = this.#next
    const sign = this.#isSymbol('-') ? this.#take() : undefined
    const item = sign ? this.#readNegatedNumber(at) : this.#findLiteral()
    if (item?.kind !== 'literal') throw this.#unexpected("a value, such as 'text', 5 or null")
    return item
  }

  #readOperand(): FilterNode {
    const literal = this.#findLiteral()
    if (literal) return literal
    const { at } = this.#next
    if (this.#isSymbol('(')) {
      this.#take()
      const inner = this.#descend(at, () => this.#readLogic('or'))
      this.#expect(')', '`)`')
      return inner
    }
    if (this.#next.kind !== 'word' && this.#next.kind !== 'quoted') throw this.#unexpected('a column, a value or `(`')
    const { kind, text } = this.#take()
    if (kind === 'word' && this.#isSymbol('(')) return this.#readCall(text.toLowerCase(), at)
    return this.#build({ kind: 'column', at, name: text })
  }

  #findLiteral(): LiteralNode | undefined {
    const { at, literal, kind, text } = this.#next
    const found = literal ?? (kind === 'word' ? namedLiterals.get(text.toLowerCase()) : undefined)
    if (!found) return undefined
    this.#take()
    const node: LiteralNode = { kind: 'literal', at, type: found.type, value: found.value }
    this.#build(node)
    return node
  }

  #readCall(name: string, at: number): FilterNode {
    this.#take()
    const operands: FilterNode[] = []
    while (!this.#isSymbol(')')) {
      if (operands.length > 0) this.#expect(',', '`,` or `)`')
      operands.push(this.#descend(at, () => this.#readLogic('or')))
    }
    this.#take()
    return this.#build({ kind: 'call', at, name, operands })
  }

  #expect(symbol: string, description: string): void {
    if (!this.#isSymbol(symbol)) throw this.#unexpected(description)
    this.#take()
  }

  #unexpected(expected: string): Error {
    const { kind, text } = this.#next
    const found = kind === 'end' ? 'the filter ends' : `there is ${text.length > 60 ? `${text.slice(0, 57)}...` : text}`
    return mistakeAt(this.#next, `Expected ${expected}, but ${found}.`)
  }

  #descend<Result>(at: number, read: () => Result): Result {
    if (this.#level >= mostLevels) throw tooDeep(at)
    this.#level += 1
    const result = read()
    this.#level -= 1
    return result
  }

  #build(node: FilterNode): FilterNode {
    const height = operandsOf(node).reduce((most, operand) => Math.max(most, this.#heights.get(operand) ?? 0), 0) + 1
    if (height > mostLevels) throw tooDeep(node.at)
    this.#heights.set(node, height)
    return node
  }
}

const namedLiterals: ReadonlyMap<string, { type: 'boolean' | 'null'; value: boolean | null }> = new Map([
  ['true', { type: 'boolean', value: true }],
  ['false', { type: 'boolean', value: false }],
  ['null', { type: 'null', value: null }],
])

function tooDeep(at: number): Error {
  return mistakeAt(
    { at },
    `A filter may have ${mostLevels} levels; this is one more. Use \`and\`, \`or\` and \`in\` without nesting.`,
  )
}

function mistakeAt({ at }: { readonly at: number }, message: string): Error {
  return parameterProblem('filter', [{ at, message }])
}
