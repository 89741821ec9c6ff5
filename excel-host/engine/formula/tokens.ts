// A formula's text cut into pieces. Texts in quotes and column names in brackets are pieces of their own, so that nothing
// inside them is ever taken for a reference.
import { columnName, MAX_COLUMNS, MAX_ROWS, splitSheetName } from '../area.ts'

/** One corner of a reference; a missing row or column means whole columns or rows. */
export interface Corner {
  readonly row: number | undefined
  readonly column: number | undefined
  readonly isRowFixed: boolean
  readonly isColumnFixed: boolean
}

/** `A1`, `$B$2:C7`, `A:C` or `2:5`, perhaps on another sheet. */
export interface Reference {
  /** As written, with quotes and the `!`; empty for the formula's own sheet. */
  readonly prefix: string
  readonly sheetName: string | undefined
  readonly from: Corner
  readonly to: Corner | undefined
}

/** One piece of a formula; the pieces' texts together are the formula. */
export type Token =
  | { readonly kind: 'reference'; readonly text: string; readonly reference: Reference }
  | {
      readonly kind: 'text' | 'structured' | 'name' | 'number' | 'error' | 'operator' | 'space'
      readonly text: string
    }

const SHEET = /(?:'(?:[^']|'')+'|[\p{L}_][\p{L}\p{N}_.]*)!/uy
const CELLS =
  /(?:\$?[A-Z]{1,3}\$?[1-9]\d{0,6}(?::\$?[A-Z]{1,3}\$?[1-9]\d{0,6})?|\$?[A-Z]{1,3}:\$?[A-Z]{1,3}|\$?[1-9]\d{0,6}:\$?[1-9]\d{0,6})(?![\p{L}\p{N}_.([!])/iuy
const PIECES: readonly (readonly [Exclude<Token['kind'], 'reference' | 'structured'>, RegExp])[] = [
  ['space', /\s+/y],
  ['text', /"(?:[^"]|"")*"/y],
  ['error', /(?:(?:'(?:[^']|'')+'|[\p{L}_][\p{L}\p{N}_.]*)!)?#(?:NULL!|DIV\/0!|VALUE!|REF!|NAME\?|NUM!|N\/A|BUSY!)/iuy],
  ['number', /(?:\d+(?:\.\d*)?|\.\d+)(?:E[+-]?\d+)?/iy],
  ['name', /[\p{L}_\\][\p{L}\p{N}_.\\]*/uy],
  ['operator', /<>|<=|>=|[-+*/^&=<>(),:;%@{}]/y],
]

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

function parseCorner(text: string): Corner {
  const match = /^(\$?)([A-Z]{1,3})?(\$?)(\d+)?$/i.exec(text)
  const letters = match?.[2]
  const digits = match?.[4]
  let column: number | undefined
  for (const letter of letters ?? '') column = (column ?? 0) * 26 + letter.toUpperCase().charCodeAt(0) - 64
  return {
    row: digits === undefined ? undefined : Number(digits) - 1,
    column: column === undefined ? undefined : column - 1,
    isRowFixed: letters === undefined ? match?.[1] === '$' : match?.[3] === '$',
    isColumnFixed: match?.[1] === '$',
  }
}

function isOnSheet(corner: Corner): boolean {
  return (corner.row ?? 0) < MAX_ROWS && (corner.column ?? 0) < MAX_COLUMNS
}

function referenceAt(text: string, at: number): Token | undefined {
  const prefix = matchAt(SHEET, text, at) ?? ''
  const cells = matchAt(CELLS, text, at + prefix.length)
  if (cells === undefined) return undefined
  const [first = '', second] = cells.split(':')
  const from = parseCorner(first)
  const to = second === undefined ? undefined : parseCorner(second)
  if (!isOnSheet(from) || (to !== undefined && !isOnSheet(to))) return undefined
  const sheetName = prefix === '' ? undefined : splitSheetName(`${prefix}A1`).sheetName
  return { kind: 'reference', text: prefix + cells, reference: { prefix, sheetName, from, to } }
}

// `Sales[[#This Row],[Amount]]`: an apostrophe escapes the next character of a column's name.
function structuredAt(text: string, at: number): Token | undefined {
  const name = matchAt(/[\p{L}_\\][\p{L}\p{N}_.\\]*/uy, text, at) ?? ''
  let end = at + name.length
  if (text[end] !== '[') return undefined
  let depth = 0
  for (; end < text.length; end += 1) {
    if (text[end] === "'") end += 1
    else if (text[end] === '[') depth += 1
    else if (text[end] === ']') {
      depth -= 1
      if (depth === 0) return { kind: 'structured', text: text.slice(at, end + 1) }
    }
  }
  return undefined
}

/** The pieces of a formula without its `=`; undefined when it is no formula at all. */
export function tokenize(formula: string): readonly Token[] | undefined {
  const tokens: Token[] = []
  let at = formula.startsWith('=') ? 1 : 0
  while (at < formula.length) {
    const token = structuredAt(formula, at) ?? referenceAt(formula, at) ?? pieceAt(formula, at)
    if (token === undefined) return undefined
    tokens.push(token)
    at += token.text.length
  }
  return tokens
}

function pieceAt(formula: string, at: number): Token | undefined {
  for (const [kind, pattern] of PIECES) {
    const text = matchAt(pattern, formula, at)
    if (text !== undefined) return { kind, text }
  }
  return undefined
}

function printCorner(corner: Corner): string {
  const column = corner.column === undefined ? '' : `${corner.isColumnFixed ? '$' : ''}${columnName(corner.column)}`
  const row = corner.row === undefined ? '' : `${corner.isRowFixed ? '$' : ''}${corner.row + 1}`
  return column + row
}

/** The text of a reference. */
export function printReference({ prefix, from, to }: Reference): string {
  return `${prefix}${printCorner(from)}${to === undefined ? '' : `:${printCorner(to)}`}`
}
