// A choice while it is being made: what the screen's controls hold, and the settings that they mean.
import type { ColumnType } from '../../broker/http/contract.ts'
import type { Condition, RefreshMode, TableSettings, Vanished } from '../table-choice.ts'
import { chosenNames, startColumns, type ColumnLine, type KnownColumns } from './columns.ts'
import { finishCondition, readCondition, type ConditionDraft, type DraftMistake } from './conditions.ts'

/** One column to sort by. */
export interface OrderDraft {
  readonly id: number
  readonly column: string
  readonly isDescending: boolean
}

export interface Draft {
  readonly columns: readonly ColumnLine[]
  /** All columns in the dataset's order, those that come later included. */
  readonly followsDataset: boolean
  readonly conditions: readonly ConditionDraft[]
  readonly orderBy: readonly OrderDraft[]
  /** The row limit as it was typed; empty for none. */
  readonly top: string
  readonly mode: RefreshMode
  readonly vanished: Vanished
}

/** The draft of settings. What they say of columns that the dataset has not got any more is left out. */
export function startDraft(known: KnownColumns, { choice, mode, vanished }: TableSettings): Draft {
  const types = typesOf(known)
  const conditions = choice.conditions.flatMap((condition, index) => {
    const type = types.get(condition.column)
    return type ? [readCondition(index + 1, condition, type)] : []
  })
  const orderBy = choice.orderBy
    .filter(({ column }) => types.has(column))
    .map((order, index) => ({ ...order, id: choice.conditions.length + index + 1 }))
  return {
    columns: startColumns(known, choice.columns),
    followsDataset: choice.columns === undefined,
    conditions,
    orderBy,
    top: choice.top === undefined ? '' : String(choice.top),
    mode,
    vanished,
  }
}

/** An id that no line of the draft has. */
export function nextId({ conditions, orderBy }: Draft): number {
  return Math.max(0, ...conditions.map(({ id }) => id), ...orderBy.map(({ id }) => id)) + 1
}

export function typesOf({ columns }: Pick<KnownColumns, 'columns'>): ReadonlyMap<string, ColumnType> {
  return new Map(columns.map(({ name, type }) => [name, type]))
}

/** A draft's conditions, apart from the lines that are none yet. */
export interface FinishedConditions {
  readonly conditions: readonly { readonly id: number; readonly condition: Condition }[]
  /** By the id of the line. */
  readonly mistakes: ReadonlyMap<number, DraftMistake>
}

export function finishConditions(draft: Draft, types: ReadonlyMap<string, ColumnType>): FinishedConditions {
  const conditions: { id: number; condition: Condition }[] = []
  const mistakes = new Map<number, DraftMistake>()
  for (const line of draft.conditions) {
    const finished = finishCondition(line, types.get(line.column) ?? 'text')
    if (typeof finished === 'string') mistakes.set(line.id, finished)
    else conditions.push({ id: line.id, condition: finished })
  }
  return { conditions, mistakes }
}

/** The row limit: undefined for none, `wrong` when it is no whole number from 1 on. */
export function readTop(top: string): number | 'wrong' | undefined {
  const text = top.trim()
  if (text === '') return undefined
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 'wrong'
}

/** The settings that a draft means; undefined while something in it is wrong. */
export function finishDraft(draft: Draft, types: ReadonlyMap<string, ColumnType>): TableSettings | undefined {
  const { conditions, mistakes } = finishConditions(draft, types)
  const top = readTop(draft.top)
  if (mistakes.size > 0 || top === 'wrong') return undefined
  const columns = draft.followsDataset ? undefined : chosenNames(draft.columns)
  if (columns?.length === 0) return undefined
  return {
    choice: {
      columns,
      conditions: conditions.map(({ condition }) => condition),
      orderBy: draft.orderBy.map(({ column, isDescending }) => ({ column, isDescending })),
      top,
    },
    mode: draft.mode,
    vanished: draft.vanished,
  }
}
