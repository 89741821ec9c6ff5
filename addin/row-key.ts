// What a row is called: by its key columns, or by all its cells where the dataset has no key.
import { canonicalText, fromSerial, type SheetValue } from './cells.ts'
import { Digest } from './digest.ts'
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
      nameRow: (cells) => {
        const named = columns.map(({ index }) => cells[index] ?? '')
        return isBlank(named) ? undefined : rowText(named)
      },
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

/** All of a row's own cells as one text: equal for rows that Excel cannot tell apart. */
export function rowText(cells: readonly SheetValue[]): string {
  return cells.map(canonicalText).join('\u0000')
}

/** A digest of rows' own cells, in any order of the rows; those that hold nothing of ours do not count. */
export function digestCells(rows: Iterable<readonly SheetValue[]>): string {
  const digest = new Digest()
  for (const cells of rows) if (!isBlank(cells)) digest.add(rowText(cells))
  return digest.toString()
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
