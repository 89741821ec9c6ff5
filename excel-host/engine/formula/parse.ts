// Formulas as trees. Excel's order: comparison, `&`, sum, product, power, sign, percent; a sign binds tighter than `^`.
import type { StructuredReference } from './structured.ts'
import { parseStructured } from './structured.ts'
import type { Reference, Token } from './tokens.ts'
import { tokenize } from './tokens.ts'

/** A node of a formula. */
export type Expression =
  | { readonly kind: 'constant'; readonly value: string | number | boolean }
  | { readonly kind: 'error'; readonly code: string }
  | { readonly kind: 'reference'; readonly reference: Reference }
  | { readonly kind: 'structured'; readonly reference: StructuredReference }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'sign'; readonly negative: boolean; readonly of: Expression }
  | { readonly kind: 'percent'; readonly of: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }

const LEVELS: readonly (readonly string[])[] = [['=', '<>', '<', '>', '<=', '>='], ['&'], ['+', '-'], ['*', '/'], ['^']]

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens.filter((token) => token.kind !== 'space')
  }

  parse(): Expression | undefined {
    const expression = this.#binary(0)
    return this.#at === this.#tokens.length ? expression : undefined
  }

  #peekOperator(): string | undefined {
    const token = this.#tokens[this.#at]
    return token?.kind === 'operator' ? token.text : undefined
  }

  #take(operator: string): boolean {
    if (this.#peekOperator() !== operator) return false
    this.#at += 1
    return true
  }

  #binary(level: number): Expression | undefined {
    const operators = LEVELS[level]
    if (operators === undefined) return this.#signed()
    let left = this.#binary(level + 1)
    for (;;) {
      const operator = this.#peekOperator()
      if (left === undefined || operator === undefined || !operators.includes(operator)) return left
      this.#at += 1
      const right = this.#binary(level + 1)
      if (right === undefined) return undefined
      left = { kind: 'binary', operator, left, right }
    }
  }

  #signed(): Expression | undefined {
    // `@` asks for one value, which every operation here takes anyway.
    if (this.#take('@')) return this.#signed()
    const negative = this.#take('-')
    if (negative || this.#take('+')) {
      const of = this.#signed()
      return of === undefined ? undefined : { kind: 'sign', negative, of }
    }
    let expression = this.#operand()
    while (expression !== undefined && this.#take('%')) expression = { kind: 'percent', of: expression }
    return expression
  }

  #operand(): Expression | undefined {
    const token = this.#tokens[this.#at]
    if (token === undefined) return undefined
    this.#at += 1
    if (token.kind === 'number') return { kind: 'constant', value: Number(token.text) }
    if (token.kind === 'text') return { kind: 'constant', value: token.text.slice(1, -1).replaceAll('""', '"') }
    if (token.kind === 'error')
      return { kind: 'error', code: token.text.slice(token.text.lastIndexOf('#')).toUpperCase() }
    if (token.kind === 'reference') return { kind: 'reference', reference: token.reference }
    if (token.kind === 'structured') return { kind: 'structured', reference: parseStructured(token.text) }
    if (token.kind === 'name') return this.#named(token.text)
    if (token.text !== '(') return undefined
    const inner = this.#binary(0)
    return this.#take(')') ? inner : undefined
  }

  #named(name: string): Expression | undefined {
    if (!this.#take('(')) {
      if (/^(?:true|false)$/i.test(name)) return { kind: 'constant', value: name.toLowerCase() === 'true' }
      return { kind: 'name', name }
    }
    const args: Expression[] = []
    if (this.#take(')')) return { kind: 'call', name: name.toUpperCase(), args }
    do {
      const next = this.#peekOperator()
      // An argument may be left out: `IF(A1,,2)`.
      const argument: Expression | undefined =
        next === ',' || next === ')' ? { kind: 'constant', value: '' } : this.#binary(0)
      if (argument === undefined) return undefined
      args.push(argument)
    } while (this.#take(','))
    return this.#take(')') ? { kind: 'call', name: name.toUpperCase(), args } : undefined
  }
}

/** The tree of a formula; undefined when it cannot be read, which Excel would not have accepted. */
export function parseFormula(formula: string): Expression | undefined {
  const tokens = tokenize(formula)
  return tokens === undefined ? undefined : new Parser(tokens).parse()
}
