import { parameterProblem } from '../mistakes.ts'
import {
  toDateLiteral,
  toDatetimeLiteral,
  toDurationLiteral,
  toNumberLiteral,
  toTimeLiteral,
  type Literal,
} from './literals.ts'

/** One word of a filter. */
export interface Token {
  /** `quoted` is a name in double quotes; a symbol is one of `( ) , -`. */
  readonly kind: 'word' | 'quoted' | 'literal' | 'symbol' | 'end'
  readonly at: number
  /** As it stands in the filter; of a quoted name what it names. */
  readonly text: string
  readonly literal: Literal | undefined
}

type TextToken = Omit<Token, 'literal'>

interface Form {
  readonly pattern: RegExp
  /** The token that a match is; throws when it is none that exists. */
  readonly read: (match: string, at: number) => Token
}

/** What a column's name may look like without quotes: OData's identifiers, joined by dots or slashes. */
const word =
  /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Nd}\p{Mn}\p{Mc}\p{Pc}\p{Cf}]*(?:[./][\p{L}\p{Nl}\p{Nd}\p{Mn}\p{Mc}\p{Pc}\p{Cf}]+)*/uy

/** In the order tried. None can match in two ways, so reading a filter takes one pass. */
const forms: readonly Form[] = [
  { pattern: /'(?:[^']|'')*'/y, read: readText },
  { pattern: /"(?:[^"]|"")+"/y, read: readName },
  { pattern: /duration'[^']*'/iy, read: (text, at) => readValue(toDurationLiteral(text.slice(9, -1)), { text, at }) },
  {
    pattern: /\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,12})?)?(?:Z|[-+ ]\d\d:\d\d)/iy,
    read: (text, at) => readValue(toDatetimeLiteral(text), { text, at }),
  },
  { pattern: /\d{4}-\d\d-\d\d(?![\dT])/iy, read: (text, at) => readValue(toDateLiteral(text), { text, at }) },
  { pattern: /\d{4,}-\d\d-\d\dT?/iy, read: refuseDatetime },
  {
    pattern: /\d\d:\d\d(?::\d\d(?:\.\d{1,12})?)?/y,
    read: (text, at) => readValue(toTimeLiteral(text), { text, at }),
  },
  {
    pattern: /\+?\d+(?:\.\d+)?(?:e[-+]?\d+)?/iy,
    read: (text, at) => readValue(toNumberLiteral(text), { text, at }),
  },
  { pattern: word, read: (text, at) => ({ kind: 'word', at, text, literal: undefined }) },
  { pattern: /[(),-]/y, read: (text, at) => ({ kind: 'symbol', at, text, literal: undefined }) },
]

const space = /[ \t]*/y

/**
 * The words of a filter, and last an `end`. Takes time in proportion to its length.
 *
 * @throws {BrokerError} `request-invalid` naming the first place that is no word
 */
export function readTokens(text: string): readonly Token[] {
  const tokens: Token[] = []
  for (let at = skipSpace(text, 0); at < text.length; at = skipSpace(text, at)) {
    const [token, end] = readToken(text, at)
    tokens.push(token)
    at = end
  }
  tokens.push({ kind: 'end', at: text.length, text: '', literal: undefined })
  return tokens
}

function skipSpace(text: string, at: number): number {
  space.lastIndex = at
  return at + (space.exec(text)?.[0].length ?? 0)
}

function readToken(text: string, at: number): [token: Token, end: number] {
  for (const { pattern, read } of forms) {
    pattern.lastIndex = at
    const match = pattern.exec(text)?.[0]
    if (match === undefined) continue
    const token = read(match, at)
    const end = at + match.length
    if (token.kind !== 'symbol' && touchesNext.test(text.slice(end, end + 2))) throw touching(token, text.charAt(end))
    return [token, end]
  }
  throw parameterProblem('filter', [{ at, message: explain(text, at) }])
}

/** What must not follow a word without a space between: `5L`, `12:00Z`, `datetime'...'`, `'a'b`. */
const touchesNext = /^[\p{L}\p{N}_'":.]/u

function touching({ at, kind, text }: TextToken, next: string): Error {
  const message =
    kind === 'word' && next === "'"
      ? `Only durations have a name before the quote, as duration'PT1H'; leave out ${text}, and write dates as 2021-02-03T04:05:06Z.`
      : text.startsWith("'")
        ? 'Leave a space after a text. A quote inside it is written twice, and one at its end closes it.'
        : `Leave a space after ${shorten(text)}, or put a text in single quotes.`
  return parameterProblem('filter', [{ at, message }])
}

function explain(text: string, at: number): string {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0)
  if (character === "'") return 'This text has no end: close it with a single quote. A quote inside is written twice.'
  if (character === '"') return 'This name has no end: close it with a double quote. A quote inside is written twice.'
  return `A filter cannot have ${JSON.stringify(character)} here.`
}

function refuseDatetime(_text: string, at: number): never {
  const message = 'This is no date and time. Write 2021-02-03T04:05:06Z, or an offset such as +01:00 instead of Z.'
  throw parameterProblem('filter', [{ at, message }])
}

function readText(text: string, at: number): Token {
  const value = text.slice(1, -1).replaceAll("''", "'")
  return { kind: 'literal', at, text, literal: { type: 'text', value } }
}

function readName(text: string, at: number): Token {
  return { kind: 'quoted', at, text: text.slice(1, -1).replaceAll('""', '"'), literal: undefined }
}

function readValue(literal: Literal | undefined, { text, at }: { text: string; at: number }): Token {
  if (literal) return { kind: 'literal', at, text, literal }
  throw parameterProblem('filter', [{ at, message: `There is no such value: ${shorten(text)}` }])
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
