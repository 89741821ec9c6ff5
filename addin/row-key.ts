// What a row is called: by its key columns, or by all its cells where the dataset has no key.
import { canonicalText, fromSerial, type SheetValue } from './cells.ts'
import { serialToDuration, serialToTime } from './time-cells.ts'
import type { Layout, OwnColumn } from './layout.ts'

/** Names rows; one naming for rows of the sheet and rows of the dataset. */
export interface RowNaming {
  /** The row's name from its own cells; undefined when all key cells are empty. */
  nameRow(ownCells: readonly SheetValue[]): string | undefined
}

/**
 * Names rows as the broker does in `keys` and `deleted`: the text of the one key column, or the JSON array of several. Rows of a
 * dataset without a key are named by their cells; those names are the add-in's own, so changes by key cannot be used with them.
 */
export function createRowNaming(layout: Layout): RowNaming {
  const columns = layout.keyColumns.flatMap((index) => {
    const column = layout.own[index]
    return column ? [{ index, column }] : []
  })
  if (!layout.hasKey) {
    return {
      nameRow: (cells) => (isBlank(cells) ? undefined : cells.map(canonicalText).join('\u0000')),
    }
  }
  return {
    nameRow: (cells) => {
      const parts = columns.map(({ index, column }) => brokerCell(cells[index] ?? '', column))
      if (parts.every((part) => part === null || part === '')) return undefined
      return parts.length === 1 ? String(parts[0]) : JSON.stringify(parts)
    },
  }
}

/**
 * A short text that is the same for the same names in any order: a sorted table has the digest it had before, one with a row added,
 * removed, doubled or renamed by hand has another.
 */
export function digestNames(names: readonly (string | undefined)[]): string {
  let one = 0
  let other = 0
  let count = 0
  for (const name of names) {
    if (name === undefined) continue
    count += 1
    one = (one + hashText(name, 0x811c9dc5)) >>> 0
    other = (other + hashText(name, 0x01000193)) >>> 0
  }
  return `${count}-${one.toString(16)}-${other.toString(16)}`
}

/** FNV-1a with a last mixing, so that sums of hashes differ where texts differ a little. */
function hashText(text: string, seed: number): number {
  let hash = seed
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Whether none of the cells holds anything. */
export function isBlank(cells: readonly SheetValue[]): boolean {
  return cells.every((cell) => cell === '')
}

/** The cell as the broker keeps it: booleans as 0 and 1, dates as text. */
function brokerCell(value: SheetValue, { type }: OwnColumn): string | number | null {
  if (value === '') return type === 'text' ? '' : null
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'number') {
    if (type === 'date' || type === 'datetime') return fromSerial(value, type)
    if (type === 'time') return serialToTime(value)
    if (type === 'duration') return serialToDuration(value)
    return type === 'text' ? String(value) : Number(value.toPrecision(15))
  }
  return value
}
