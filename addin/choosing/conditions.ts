// A line of a filter while it is being made: what its controls hold, and the condition that it means.
import type { ColumnType } from '../../broker/http/contract.ts'
import type { Comparison, Condition } from '../table-choice.ts'
import { durationToSerial, serialToDuration } from '../time-cells.ts'

/** A condition as its controls show it. */
export interface ConditionDraft {
  readonly id: number
  readonly column: string
  readonly comparison: Comparison
  /** What was typed or picked: one text, or any number for `one-of`. */
  readonly texts: readonly string[]
  /** The name of the cell that the condition follows, instead of the texts. */
  readonly cell: string | undefined
}

/** Why a draft is no condition yet. */
export type DraftMistake = 'value-missing' | 'number-wrong' | 'date-wrong' | 'time-wrong' | 'duration-wrong'

const ordered: readonly Comparison[] = [
  'equals',
  'not-equals',
  'less',
  'at-most',
  'greater',
  'at-least',
  'one-of',
  'is-empty',
  'is-not-empty',
]
const ofTexts: readonly Comparison[] = [
  'contains',
  'starts-with',
  'equals',
  'not-equals',
  'one-of',
  'is-empty',
  'is-not-empty',
]
const ofBooleans: readonly Comparison[] = ['equals', 'is-empty', 'is-not-empty']
const ofInstants: readonly Comparison[] = [
  'at-least',
  'greater',
  'at-most',
  'less',
  'equals',
  'not-equals',
  'is-empty',
  'is-not-empty',
]

/** The comparisons that fit a type, the most useful first. */
export function comparisonsOf(type: ColumnType): readonly Comparison[] {
  if (type === 'text') return ofTexts
  if (type === 'boolean') return ofBooleans
  return type === 'date' || type === 'datetime' ? ofInstants : ordered
}

/** Whether the comparison is with something, so that there is a control for it. */
export function needsValue(comparison: Comparison): boolean {
  return comparison !== 'is-empty' && comparison !== 'is-not-empty'
}

/** A new condition on a column, with the comparison that is most useful for its type. */
export function startCondition(id: number, column: string, type: ColumnType): ConditionDraft {
  const [comparison = 'equals'] = comparisonsOf(type)
  return { id, column, comparison, texts: type === 'boolean' ? ['true'] : [], cell: undefined }
}

/** The draft of a condition that is there already. */
export function readCondition(
  id: number,
  { column, comparison, operand }: Condition,
  type: ColumnType,
): ConditionDraft {
  const base = { id, column, comparison }
  if (operand.kind === 'cell') return { ...base, texts: [], cell: operand.name }
  return { ...base, texts: operand.values.map((value) => printInput(value, type)), cell: undefined }
}

/** The draft on another column: what was entered stays where it fits the other type, too. */
export function changeColumn(
  draft: ConditionDraft,
  column: string,
  types: ReadonlyMap<string, ColumnType>,
): ConditionDraft {
  const type = types.get(column) ?? 'text'
  const fresh = startCondition(draft.id, column, type)
  if (types.get(draft.column) !== type) return { ...fresh, cell: draft.cell }
  return { ...draft, column }
}

/** The draft with another comparison: the value stays; one of many keeps the first. */
export function changeComparison(draft: ConditionDraft, comparison: Comparison): ConditionDraft {
  const texts = comparison === 'one-of' ? draft.texts.filter((text) => text.trim() !== '') : draft.texts.slice(0, 1)
  return { ...draft, comparison, texts }
}

/** The condition that a draft means, or what is wrong with it. */
export function finishCondition(draft: ConditionDraft, type: ColumnType): Condition | DraftMistake {
  const { column, comparison, texts, cell } = draft
  if (!needsValue(comparison)) return { column, comparison, operand: { kind: 'values', values: [] } }
  if (cell !== undefined) return { column, comparison, operand: { kind: 'cell', name: cell } }
  const values: (string | number | boolean)[] = []
  for (const text of texts) {
    if (text.trim() === '') continue
    const value = parseInput(text, type)
    if (value === undefined) return mistakes[type]
    values.push(value)
  }
  if (values.length === 0) return 'value-missing'
  return { column, comparison, operand: { kind: 'values', values } }
}

/** What is wrong with one entry, while more can be added. */
export function checkInput(text: string, type: ColumnType): DraftMistake | undefined {
  if (text.trim() === '') return 'value-missing'
  return parseInput(text, type) === undefined ? mistakes[type] : undefined
}

const mistakes: Readonly<Record<ColumnType, DraftMistake>> = {
  text: 'value-missing',
  integer: 'number-wrong',
  decimal: 'number-wrong',
  boolean: 'value-missing',
  date: 'date-wrong',
  datetime: 'date-wrong',
  time: 'time-wrong',
  duration: 'duration-wrong',
}

/** The value that an entry means for a column of the type. */
function parseInput(text: string, type: ColumnType): string | number | boolean | undefined {
  const trimmed = text.trim()
  switch (type) {
    case 'text':
      // Spaces can matter in a text.
      return text
    case 'integer':
    case 'decimal':
      return parseNumber(trimmed)
    case 'boolean':
      return trimmed === 'true' ? true : trimmed === 'false' ? false : undefined
    case 'date':
      return isDay(trimmed) ? trimmed : undefined
    case 'datetime':
      return parseInstant(trimmed)
    case 'time':
      return /^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,3})?)?$/.test(trimmed)
        ? trimmed.length === 5
          ? `${trimmed}:00`
          : trimmed
        : undefined
    case 'duration':
      return parseDuration(trimmed)
  }
}

function parseNumber(text: string): number | undefined {
  const number = Number(text)
  return text !== '' && Number.isFinite(number) ? number : undefined
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const epochMs = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(epochMs) && new Date(epochMs).toISOString().startsWith(text)
}

/** A day, or a day and a time in UTC. */
function parseInstant(text: string): string | undefined {
  const [, day = '', time] = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)Z?)?$/.exec(text) ?? []
  if (!isDay(day)) return undefined
  if (time === undefined) return day
  const instant = `${day}T${time.length === 5 ? `${time}:00` : time}Z`
  return Number.isNaN(Date.parse(instant)) ? undefined : instant
}

/** Hours and minutes, `26:30` or `26:30:15`, as Excel shows durations. */
function parseDuration(text: string): string | undefined {
  const [, hours, minutes = '0', seconds = '0'] =
    /^(\d{1,7}):([0-5]?\d)(?::([0-5]?\d(?:\.\d{1,3})?))?$/.exec(text) ?? []
  if (hours === undefined) return undefined
  return serialToDuration(((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) / 86_400)
}

/** A value as the control for its type holds it. */
export function printInput(value: string | number | boolean, type: ColumnType): string {
  if (typeof value !== 'string') return String(value)
  if (type !== 'duration') return value
  const days = durationToSerial(value)
  if (days === undefined) return value
  const totalSeconds = Math.round(days * 86_400 * 1_000) / 1_000
  const two = (number: number): string => String(number).padStart(2, '0')
  const hours = Math.floor(totalSeconds / 3_600)
  return `${hours}:${two(Math.floor(totalSeconds / 60) % 60)}:${two(Math.round((totalSeconds % 60) * 1_000) / 1_000)}`
}
