// The dataset's columns against those that a link knows.
import type { ColumnBody } from '../broker/http/contract.ts'
import type { OwnCells } from './delta-plan.ts'
import type { Layout } from './layout.ts'
import type { Link } from './links.ts'

/** A row of the dataset as own cells. */
export function toOwnCells(layout: Layout, row: OwnCells): OwnCells {
  return layout.own.map(({ sourceColumn }) => row[sourceColumn] ?? '')
}

/** Whether a column is still of the same type, and shown in the same way. */
export function isSameColumn(one: ColumnBody, other: ColumnBody): boolean {
  return one.type === other.type && one.format === other.format && one.currency === other.currency
}

/** Whether both have the same columns, shown in the same way, in whatever order. */
export function haveSameColumns(columns: readonly ColumnBody[], linked: readonly ColumnBody[]): boolean {
  const known = new Map(linked.map((column) => [column.name, column]))
  const isKnown = (column: ColumnBody): boolean => {
    const former = known.get(column.name)
    return former !== undefined && isSameColumn(column, former)
  }
  return columns.length === linked.length && columns.every(isKnown)
}

/** Whether both keys have the same columns in the same order. */
export function isSameKey(key: readonly string[], linked: readonly string[]): boolean {
  return key.length === linked.length && key.every((name, index) => name === linked[index])
}

/** What the link is to remember: columns where they stand now, and those that the user removed, so that they stay away. */
export function linkColumns(link: Link, layout: Layout, columns: readonly ColumnBody[]): Link['columns'] {
  const own = new Map(layout.own.map((column) => [column.name, column]))
  const former = new Map(link.columns.map((column) => [column.name, column]))
  return columns.map((column) => {
    const { header, columnId } = own.get(column.name) ??
      former.get(column.name) ?? { header: column.name, columnId: '' }
    return { ...column, header, columnId }
  })
}
