// The columns of a choice: which, and in which order.
import type { ColumnBody } from '../../broker/http/contract.ts'

/** A column of the dataset, in the order that the user gave them. */
export interface ColumnLine extends ColumnBody {
  /** Part of the key: always chosen, as it tells the rows apart. */
  readonly isKey: boolean
  readonly isChosen: boolean
}

/** What is known of the dataset's columns. */
export interface KnownColumns {
  readonly columns: readonly ColumnBody[]
  readonly key: readonly string[]
}

/** The lines of a choice: the chosen ones in their order, then the others in the dataset's. */
export function startColumns(
  { columns, key }: KnownColumns,
  chosen: readonly string[] | undefined,
): readonly ColumnLine[] {
  const lineOf = (column: ColumnBody, isChosen: boolean): ColumnLine => {
    const isKey = key.includes(column.name)
    return { ...column, isKey, isChosen: isChosen || isKey }
  }
  if (chosen === undefined) return columns.map((column) => lineOf(column, true))
  const known = new Map(columns.map((column) => [column.name, column]))
  const first = [...new Set(chosen)].flatMap((name) => known.get(name) ?? [])
  const names = new Set(first.map(({ name }) => name))
  // As the broker orders them: a key that was not chosen by name stands first.
  const keys = columns.filter(({ name }) => key.includes(name) && !names.has(name))
  const others = columns.filter(({ name }) => !key.includes(name) && !names.has(name))
  return [
    ...keys.map((column) => lineOf(column, true)),
    ...first.map((column) => lineOf(column, true)),
    ...others.map((column) => lineOf(column, false)),
  ]
}

export function toggleColumn(lines: readonly ColumnLine[], name: string): readonly ColumnLine[] {
  return lines.map((line) => (line.name === name && !line.isKey ? { ...line, isChosen: !line.isChosen } : line))
}

/** Chooses all of the named columns, or none but the key. */
export function chooseColumns(
  lines: readonly ColumnLine[],
  names: ReadonlySet<string>,
  isChosen: boolean,
): readonly ColumnLine[] {
  return lines.map((line) => (names.has(line.name) ? { ...line, isChosen: isChosen || line.isKey } : line))
}

/** The column at another place; beyond an end means at that end. */
export function moveColumn(lines: readonly ColumnLine[], name: string, to: number): readonly ColumnLine[] {
  const line = lines.find((each) => each.name === name)
  if (!line) return lines
  const others = lines.filter((each) => each !== line)
  const place = Math.min(Math.max(to, 0), others.length)
  return [...others.slice(0, place), line, ...others.slice(place)]
}

/** The chosen names, in order. */
export function chosenNames(lines: readonly ColumnLine[]): readonly string[] {
  return lines.filter(({ isChosen }) => isChosen).map(({ name }) => name)
}
