// References by the names of tables and columns: `Sales[Amount]`, `[@Amount]`, `Sales[[#This Row],[Amount]]`.
import type { Area } from '../area.ts'
import { lastRow } from '../area.ts'
import type { Table } from '../sheet.ts'

/** What a structured reference asks for. */
export interface StructuredReference {
  /** Absent inside the table's own rows. */
  readonly tableName: string | undefined
  readonly items: ReadonlySet<string>
  readonly from: string | undefined
  readonly to: string | undefined
}

const SPECIAL = /['#[\]@]/g

function unescape(name: string): string {
  return name.replaceAll(/'([\s\S])/g, '$1')
}

/** A column's name as it stands between brackets. */
function escape(name: string): string {
  return name.replaceAll(SPECIAL, "'$&")
}

// The parts of `[[#Headers],[A]:[B]]` without their brackets, and whether a colon stands before each.
function innerParts(inner: string): readonly { readonly text: string; readonly afterColon: boolean }[] {
  const parts = [...inner.matchAll(/(:?)\s*\[((?:'[\s\S]|[^\]'])*)\]/g)]
  return parts.map(([, colon, text = '']) => ({ text, afterColon: colon === ':' }))
}

/** Reads one structured token. */
export function parseStructured(text: string): StructuredReference {
  const open = text.indexOf('[')
  const tableName = open === 0 ? undefined : text.slice(0, open)
  let inner = text.slice(open + 1, -1).trim()
  const items = new Set<string>()
  if (inner.startsWith('@')) {
    items.add('#this row')
    inner = inner.slice(1).trim()
  }
  if (inner.startsWith('#')) items.add(inner.toLowerCase())
  if (inner === '' || inner.startsWith('#')) return { tableName, items, from: undefined, to: undefined }
  if (!inner.startsWith('[')) return { tableName, items, from: unescape(inner), to: undefined }
  const columns: string[] = []
  for (const { text: part } of innerParts(inner)) {
    if (part.startsWith('#')) items.add(part.toLowerCase())
    else columns.push(unescape(part.startsWith('@') ? part.slice(1) : part))
    if (part.startsWith('@')) items.add('#this row')
  }
  return { tableName, items, from: columns[0], to: columns[1] }
}

function rowsOf(table: Table, items: ReadonlySet<string>, row: number): Area | undefined {
  if (items.has('#this row')) {
    const body = table.bodyArea
    return row >= body.row && row <= lastRow(body) ? { ...body, row, rowCount: 1 } : undefined
  }
  if (items.has('#all')) return table.area
  if (items.has('#headers') && items.has('#data')) {
    return { ...table.area, rowCount: table.area.rowCount - (table.showTotals ? 1 : 0) }
  }
  if (items.has('#data') && items.has('#totals')) {
    const above = table.showHeaders ? 1 : 0
    return { ...table.area, row: table.area.row + above, rowCount: table.area.rowCount - above }
  }
  if (items.has('#headers')) return table.headerArea
  return items.has('#totals') ? table.totalArea : table.bodyArea
}

/** The cells a structured reference means, seen from a row; undefined when there are none. */
export function structuredArea(table: Table, reference: StructuredReference, row: number): Area | undefined {
  const rows = rowsOf(table, reference.items, row)
  if (rows === undefined || reference.from === undefined) return rows
  const find = (name: string): number =>
    table.columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase())
  const first = find(reference.from)
  const last = reference.to === undefined ? first : find(reference.to)
  if (first < 0 || last < 0) return undefined
  const start = Math.min(first, last)
  return { ...rows, column: rows.column + start, columnCount: Math.abs(last - first) + 1 }
}

/** The token with another column name; unchanged when it does not name that column. */
export function renameColumnIn(text: string, from: string, to: string): string {
  const open = text.indexOf('[')
  const inner = text.slice(open + 1, -1)
  const old = from.toLowerCase()
  const at = inner.startsWith('@') ? '@' : ''
  const plain = inner.slice(at.length)
  if (!plain.startsWith('[')) {
    if (unescape(plain).toLowerCase() !== old) return text
    // Inside `[@…]` a name with blanks or signs needs brackets of its own.
    const needsBrackets = at !== '' && !/^[\p{L}\p{N}_]+$/u.test(to)
    return `${text.slice(0, open)}[${at}${needsBrackets ? `[${escape(to)}]` : escape(to)}]`
  }
  const renamed = inner.replaceAll(/\[((?:'[\s\S]|[^\]'[])*)\]/g, (whole, name: string) =>
    !name.startsWith('#') && unescape(name).toLowerCase() === old ? `[${escape(to)}]` : whole,
  )
  return `${text.slice(0, open)}[${renamed}]`
}

/** The token with another table name; unchanged when it names another table. */
export function renameTableIn(text: string, from: string, to: string): string {
  const open = text.indexOf('[')
  return text.slice(0, open).toLowerCase() === from.toLowerCase() ? to + text.slice(open) : text
}
