// What a user does to a draft, as functions from one draft to the next.
import type { ColumnType } from '../../broker/http/contract.ts'
import type { Comparison } from '../table-choice.ts'
import { chooseColumns, moveColumn, startColumns, toggleColumn, type ColumnLine, type KnownColumns } from './columns.ts'
import { changeColumn, changeComparison, startCondition, type ConditionDraft } from './conditions.ts'
import { nextId, type Draft, type OrderDraft } from './draft.ts'

type Types = ReadonlyMap<string, ColumnType>

/** All columns in the dataset's order, those that come later included. */
export function withAllColumns(draft: Draft, known: KnownColumns): Draft {
  return { ...draft, columns: startColumns(known, undefined), followsDataset: true }
}

/** The columns as they are now, whatever comes later. */
export function withTheseColumns(draft: Draft): Draft {
  return { ...draft, followsDataset: false }
}

export function withToggledColumn(draft: Draft, name: string): Draft {
  return { ...draft, columns: toggleColumn(draft.columns, name), followsDataset: false }
}

export function withColumns(draft: Draft, names: ReadonlySet<string>, isChosen: boolean): Draft {
  return { ...draft, columns: chooseColumns(draft.columns, names, isChosen), followsDataset: false }
}

export function withMovedColumn(draft: Draft, name: string, to: number): Draft {
  return { ...draft, columns: moveColumn(draft.columns, name, to), followsDataset: false }
}

/** A new condition, on the first column that has none. */
export function withNewCondition(draft: Draft, types: Types): Draft {
  const taken = new Set(draft.conditions.map(({ column }) => column))
  // What tells rows apart is seldom what they are filtered by.
  const names = [...draft.columns].sort(keysLast).map(({ name }) => name)
  const column = names.find((name) => !taken.has(name)) ?? names[0]
  if (column === undefined) return draft
  const condition = startCondition(nextId(draft), column, types.get(column) ?? 'text')
  return { ...draft, conditions: [...draft.conditions, condition] }
}

export function withoutCondition(draft: Draft, id: number): Draft {
  return { ...draft, conditions: draft.conditions.filter((condition) => condition.id !== id) }
}

export function withConditionColumn(
  draft: Draft,
  id: number,
  { column, types }: { column: string; types: Types },
): Draft {
  return editCondition(draft, id, (condition) => changeColumn(condition, column, types))
}

export function withComparison(draft: Draft, id: number, comparison: Comparison): Draft {
  return editCondition(draft, id, (condition) => changeComparison(condition, comparison))
}

export function withTexts(draft: Draft, id: number, texts: readonly string[]): Draft {
  return editCondition(draft, id, (condition) => ({ ...condition, texts }))
}

/** Follows a named cell, or no cell any more. */
export function withCell(draft: Draft, id: number, cell: string | undefined): Draft {
  return editCondition(draft, id, (condition) => ({ ...condition, cell }))
}

/** One more column to sort by, the first that is not sorted by yet. */
export function withNewOrder(draft: Draft): Draft {
  const taken = new Set(draft.orderBy.map(({ column }) => column))
  const line = [...draft.columns].sort(keysLast).find(({ name }) => !taken.has(name))
  if (!line) return draft
  return { ...draft, orderBy: [...draft.orderBy, { id: nextId(draft), column: line.name, isDescending: false }] }
}

/** A column is sorted by once: taking one that another line has swaps the two. */
export function withOrder(draft: Draft, id: number, change: Partial<Omit<OrderDraft, 'id'>>): Draft {
  const former = draft.orderBy.find((order) => order.id === id)
  if (!former) return draft
  const orderBy = draft.orderBy.map((order) => {
    if (order.id === id) return { ...order, ...change }
    return order.column === change.column ? { ...order, column: former.column } : order
  })
  return { ...draft, orderBy }
}

export function withoutOrder(draft: Draft, id: number): Draft {
  return { ...draft, orderBy: draft.orderBy.filter((order) => order.id !== id) }
}

function keysLast(one: ColumnLine, other: ColumnLine): number {
  return Number(one.isKey) - Number(other.isKey)
}

function editCondition(draft: Draft, id: number, edit: (condition: ConditionDraft) => ConditionDraft): Draft {
  return { ...draft, conditions: draft.conditions.map((each) => (each.id === id ? edit(each) : each)) }
}
