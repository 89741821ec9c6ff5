import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { BrokerError } from '../../../../broker/errors/broker-error.ts'
import { mostCharacters, mostItems, mostLevels, parseFilter } from '../../../../broker/query/filter/parse-filter.ts'
import { asksForNow, type FilterNode, type LiteralNode } from '../../../../broker/query/filter/syntax-tree.ts'
import { hasOasisCases, readOasisCases } from './oasis-cases.ts'
import { printFilter } from './print-filter.ts'

/** A tree without its positions. */
const shapeOf = (node: FilterNode): unknown =>
  JSON.parse(
    JSON.stringify(node, (name, value: unknown) => {
      if (name === 'at') return undefined
      return typeof value === 'bigint' ? `${value}n` : value
    }),
  )

const full = (filter: string): string => printFilter(parseFilter(filter), 'all')

function mistakeIn(filter: string): { at: string; message: string } {
  try {
    parseFilter(filter)
  } catch (error) {
    if (error instanceof BrokerError && error.code === 'request-invalid' && error.details[0]) return error.details[0]
    throw error
  }
  throw new Error(`It was taken: ${filter}`)
}

describe('precedence', () => {
  test.each([
    ["not contains(Name,'x') and B eq 2", "((not contains(Name,'x')) and (B eq 2))"],
    ['A sub B sub C eq 0', '(((A sub B) sub C) eq 0)'],
    ['A mul 2 add 1 gt 3', '(((A mul 2) add 1) gt 3)'],
    ['1 add A mul 2 gt 3', '((1 add (A mul 2)) gt 3)'],
    ['A div 2 div 2 mul 3 eq 1', '((((A div 2) div 2) mul 3) eq 1)'],
    ['a or b and c or d', '(a or (b and c) or d)'],
    ['a and (b and c)', '(a and (b and c))'],
    ['A gt B eq C lt D', '((A gt B) eq (C lt D))'],
    ['not a eq b', '((not a) eq b)'],
    ['not A in (1,2) and b', '((not (A in (1, 2))) and b)'],
    ['-A mul B', '((- A) mul B)'],
    ['A sub -5 gt - 5', '((A sub -5) gt (- 5))'],
    ['A add 2 in (3)', '(A add (2 in (3)))'],
    ["NOT A Eq 1 OR CONTAINS(B,'x')", "(((not A) eq 1) or contains(B,'x'))"],
    ['not(a)', '(not a)'],
    ['not and and eq', '((not and) and eq)'],
  ])('%s', (filter, tree) => {
    expect(full(filter)).toBe(tree)
  })
})

describe('literals and names', () => {
  test.each<[text: string, type: string, value: unknown]>([
    ["'O''Neil'", 'text', "O'Neil"],
    ["''", 'text', ''],
    ['5', 'integer', 5n],
    ['-5', 'integer', -5n],
    ['9223372036854775807', 'integer', 9223372036854775807n],
    ['9223372036854775808', 'decimal', 9223372036854775808],
    ['2.50', 'decimal', 2.5],
    ['-1e-3', 'decimal', -0.001],
    ['TRUE', 'boolean', true],
    ['null', 'null', null],
    ['2024-02-29', 'date', '2024-02-29'],
    ['2021-02-03T04:05:06Z', 'datetime', '2021-02-03T04:05:06Z'],
    ['2021-02-03T04:05Z', 'datetime', '2021-02-03T04:05:00Z'],
    ['2021-02-03T00:00:00+01:00', 'datetime', '2021-02-02T23:00:00Z'],
    ['2021-02-03T00:00:00 01:00', 'datetime', '2021-02-02T23:00:00Z'],
    ['2021-02-03T00:00:00.5-01:30', 'datetime', '2021-02-03T01:30:00.500Z'],
    ['07:59', 'time', '07:59:00'],
    ['07:59:59.1239', 'time', '07:59:59.123'],
    ["duration'P1DT2H3M4.5S'", 'duration', 93_784_500],
    ["duration'-PT1S'", 'duration', -1_000],
  ])('%s', (text, type, value) => {
    expect(parseFilter(text)).toEqual({ kind: 'literal', at: 0, type, value })
  })

  test.each(['Name', 'Name.First', 'Name/First', 'Größe', '_x1', 'a.0.b', 'eq', 'in', 'null2'])('column %s', (name) => {
    expect(parseFilter(name)).toEqual({ kind: 'column', at: 0, name })
  })

  test.each([
    ['"First name"', 'First name'],
    ['"a ""b"""', 'a "b"'],
    ['"null"', 'null'],
    ['"not"', 'not'],
  ])('column %s', (text, name) => {
    expect(parseFilter(text)).toEqual({ kind: 'column', at: 0, name })
  })

  test('now is found wherever it stands', () => {
    expect(asksForNow(parseFilter("A eq 1 and not (B gt NOW() sub duration'P7D')"))).toBe(true)
    expect(asksForNow(parseFilter("now eq 1 and contains(B,'now()')"))).toBe(false)
  })
})

describe('mistakes are named with their column', () => {
  test.each([
    { filter: '', at: 1, says: 'empty' },
    { filter: '  ', at: 1, says: 'empty' },
    { filter: 'A eq', at: 5, says: 'the filter ends' },
    { filter: 'A eq 1 B', at: 8, says: 'operator' },
    { filter: "A eq 'x", at: 6, says: 'no end' },
    { filter: "A eq 'it's'", at: 6, says: 'twice' },
    { filter: 'A eq "x', at: 6, says: 'no end' },
    { filter: '(A eq 1', at: 8, says: '`)`' },
    { filter: 'A eq 1)', at: 7, says: 'operator' },
    { filter: 'A = 1', at: 3, says: '"="' },
    { filter: 'A eq 2021-02-30', at: 6, says: 'no such value' },
    { filter: 'A eq 2021-02-03T04:05:06', at: 6, says: 'offset' },
    { filter: 'A eq 2021-02-03T24:00:00Z', at: 6, says: 'no such value' },
    { filter: 'A eq 25:00', at: 6, says: 'no such value' },
    { filter: 'A eq 1e999', at: 6, says: 'no such value' },
    { filter: "A eq duration'P1Y'", at: 6, says: 'no such value' },
    { filter: "A eq datetime'2021-02-03T00:00'", at: 6, says: 'Only durations' },
    { filter: 'A eq 5L', at: 6, says: 'space' },
    { filter: 'A eq 3fa85f64-5717-4562-b3fc-2c963f66afa6', at: 6, says: 'single quotes' },
    { filter: 'A in 1', at: 6, says: 'list' },
    { filter: 'A in (B)', at: 7, says: 'value' },
    { filter: 'A in (1,)', at: 9, says: 'value' },
    { filter: 'contains(A,)', at: 12, says: 'column' },
    { filter: "A has 'x'", at: 3, says: 'enumeration' },
    { filter: 'A eq 😀', at: 6, says: '😀' },
  ])('$filter', ({ filter, at, says }) => {
    const mistake = mistakeIn(filter)
    expect(mistake.at).toBe(`filter:${at}`)
    expect(mistake.message).toContain(says)
  })
})

describe('limits', () => {
  test('length', () => {
    const longest = `A eq '${'x'.repeat(mostCharacters - 7)}'`
    expect(parseFilter(longest).kind).toBe('binary')
    expect(mistakeIn(`${longest} `)).toMatchObject({ at: `filter:${mostCharacters + 1}` })
  })

  test.each([
    { name: 'parentheses', open: '(', core: 'a', close: ')' },
    { name: 'not', open: 'not ', core: 'a', close: '' },
    { name: 'minus', open: '- ', core: 'a', close: '' },
    { name: 'calls', open: 'trim(', core: 'a', close: ')' },
  ])('levels of $name', ({ open, core, close }) => {
    const nested = (count: number) => open.repeat(count) + core + close.repeat(count)
    expect(() => parseFilter(nested(mostLevels - 1))).not.toThrow()
    const mistake = mistakeIn(nested(mostLevels + 1))
    expect(mistake.message).toContain('levels')
  })

  test('operations in a row, but as many alternatives as there is room for', () => {
    expect(mistakeIn(`1${' add 1'.repeat(mostLevels + 1)} eq 1`).message).toContain('levels')
    const alternatives = Array.from({ length: 900 }, (_, index) => `A eq ${index}`).join(' or ')
    expect(parseFilter(alternatives.slice(0, alternatives.lastIndexOf(' or ', mostCharacters))).kind).toBe('or')
  })

  test('values in a list', () => {
    const list = (count: number) => `A in (${Array<number>(count).fill(7).join()})`
    expect(() => parseFilter(list(mostItems))).not.toThrow()
    expect(mistakeIn(list(mostItems + 1)).message).toContain(`${mostItems} values`)
  })
})

describe('time grows with the length alone', () => {
  /** How often the parser looks at its text or at its notes. */
  function stepsOf(filter: string): number {
    const spies = [
      vi.spyOn(RegExp.prototype, 'exec'),
      vi.spyOn(RegExp.prototype, 'test'),
      vi.spyOn(String.prototype, 'toLowerCase'),
      vi.spyOn(Map.prototype, 'get'),
      vi.spyOn(Map.prototype, 'set'),
    ]
    try {
      parseFilter(filter)
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error
    }
    const steps = spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0)
    for (const spy of spies) spy.mockRestore()
    return steps
  }

  test.each<{ name: string; make: (count: number) => string }>([
    { name: 'parentheses', make: (count) => '('.repeat(count) + 'a' + ')'.repeat(count) },
    { name: 'open parentheses', make: (count) => '('.repeat(count) },
    { name: 'not', make: (count) => `${'not '.repeat(count)}a` },
    { name: 'alternatives', make: (count) => `a${' or a'.repeat(count)}` },
    { name: 'a list', make: (count) => `a in (1${',1'.repeat(count)})` },
    { name: 'quotes', make: (count) => `a eq '${"''".repeat(count)}` },
    { name: 'dots', make: (count) => `a${'.a'.repeat(count)}.` },
    { name: 'digits', make: (count) => `a eq ${'1'.repeat(count)}` },
  ])('$name', ({ make }) => {
    const [few, many] = [stepsOf(make(500)), stepsOf(make(1_000))]
    expect(few).toBeGreaterThan(0)
    expect(many).toBeLessThanOrEqual(2 * few)
    expect(many).toBeLessThanOrEqual(60 * make(1_000).length)
  })
})

describe('any tree', () => {
  const at = 0
  const literal: fc.Arbitrary<LiteralNode> = fc.oneof(
    fc.string({ unit: 'binary' }).map((value) => ({ kind: 'literal' as const, at, type: 'text' as const, value })),
    fc
      .bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n })
      .map((value) => ({ kind: 'literal' as const, at, type: 'integer' as const, value })),
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .filter((value) => !Object.is(value, -0))
      .map((value) => ({ kind: 'literal' as const, at, type: 'decimal' as const, value })),
    fc
      .integer({ min: -(10 ** 11), max: 10 ** 11 })
      .map((value) => ({ kind: 'literal' as const, at, type: 'duration' as const, value })),
    fc.constantFrom<LiteralNode>(
      { kind: 'literal', at, type: 'boolean', value: true },
      { kind: 'literal', at, type: 'null', value: null },
      { kind: 'literal', at, type: 'date', value: '1999-12-31' },
      { kind: 'literal', at, type: 'datetime', value: '1999-12-31T23:59:59.999Z' },
      { kind: 'literal', at, type: 'time', value: '23:59:59' },
    ),
  )
  const name = fc.oneof(
    fc.constantFrom('A', 'Name.First', 'Name/First', 'and', 'or', 'eq', 'in', 'not', 'null', 'First name', 'duration'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 5 }),
  )
  const { node } = fc.letrec<{ node: FilterNode }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 6, withCrossShrink: true },
      literal,
      name.map((text) => ({ kind: 'column' as const, at, name: text })),
      fc.record({
        kind: fc.constantFrom('and' as const, 'or' as const),
        at: fc.constant(at),
        operands: fc.array(tie('node'), { minLength: 2, maxLength: 4 }),
      }),
      fc.record({
        kind: fc.constantFrom('not' as const, 'negate' as const),
        at: fc.constant(at),
        operand: tie('node'),
      }),
      fc.record({
        kind: fc.constant('binary' as const),
        at: fc.constant(at),
        operator: fc.constantFrom(
          ...(['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'add', 'sub', 'mul', 'div', 'divby', 'mod'] as const),
        ),
        left: tie('node'),
        right: tie('node'),
      }),
      fc.record({
        kind: fc.constant('in' as const),
        at: fc.constant(at),
        operand: tie('node'),
        items: fc.array(literal, { maxLength: 4 }),
      }),
      fc.record({
        kind: fc.constant('call' as const),
        at: fc.constant(at),
        name: fc.constantFrom('contains', 'now', 'length'),
        operands: fc.array(tie('node'), { maxLength: 3 }),
      }),
    ),
  }))

  test.each(['fewest', 'all'] as const)('comes back from its text with %s parentheses', (parentheses) => {
    fc.assert(
      fc.property(node, (tree) => {
        const text = printFilter(tree, parentheses)
        fc.pre(text.length <= mostCharacters)
        expect(shapeOf(parseFilter(text))).toEqual(shapeOf(tree))
      }),
      { numRuns: 500 },
    )
  })

  test('and any text is taken, or refused with a place in it', () => {
    const words = fc.constantFrom(
      ' ',
      '(',
      ')',
      ',',
      "'",
      '"',
      '-',
      'A',
      'eq',
      'not ',
      '1',
      '2021-02-03',
      'T04:05',
      '+',
      'Z',
      '.',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string({ maxLength: 3 })), { maxLength: 30 }), (parts) => {
        const filter = parts.join('')
        try {
          parseFilter(filter)
        } catch (error) {
          if (!(error instanceof BrokerError)) throw error
          const column = Number(/^filter:(\d+)$/.exec(error.details[0]!.at)?.[1])
          expect(column).toBeGreaterThanOrEqual(1)
          expect(column).toBeLessThanOrEqual(filter.length + 1)
        }
      }),
      { numRuns: 2_000 },
    )
  })
})

describe.skipIf(!hasOasisCases)('the published cases of OASIS', () => {
  const cases = hasOasisCases ? readOasisCases() : []
  const valid = cases.filter(({ isValid }) => isValid)
  const invalid = cases.filter(({ isValid }) => !isValid)

  test(`${valid.length} valid ones are taken`, () => {
    expect(valid.length).toBeGreaterThan(100)
    const refused = valid.flatMap(({ name, filter }) => {
      try {
        parseFilter(filter)
        return []
      } catch (error) {
        return [{ name, filter, error: String(error) }]
      }
    })
    expect(refused).toEqual([])
  })

  test(`${invalid.length} invalid ones are refused`, () => {
    expect(invalid.length).toBeGreaterThan(5)
    for (const { filter } of invalid) expect(mistakeIn(filter).at).toMatch(/^filter:\d+$/)
  })
})
