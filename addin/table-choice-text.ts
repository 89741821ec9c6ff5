// A choice as one line of text, for the workbook; reading one back trusts nothing, as workbooks come from anywhere.
import { wholeDataset, type Comparison, type Condition, type Operand, type TableChoice } from './table-choice.ts'

/** The choice as JSON; `parseChoice` reads it. */
export function printChoice(choice: TableChoice): string {
  return JSON.stringify(choice)
}

/** The choice that `printChoice` wrote; the whole dataset for an empty text; undefined for anything else. */
export function parseChoice(text: string): TableChoice | undefined {
  if (text === '') return wholeDataset
  const value = parseJson(text)
  if (!isObject(value)) return undefined
  const { columns, conditions, orderBy, top } = value
  if (columns !== undefined && !isListOf(columns, isText)) return undefined
  if (!isListOf(conditions, isCondition) || !isListOf(orderBy, isOrder)) return undefined
  if (top !== undefined && !(Number.isSafeInteger(top) && Number(top) >= 1)) return undefined
  return { columns, conditions, orderBy, top: top === undefined ? undefined : Number(top) }
}

const comparisons: ReadonlySet<unknown> = new Set<Comparison>([
  'equals',
  'not-equals',
  'contains',
  'starts-with',
  'less',
  'at-most',
  'greater',
  'at-least',
  'one-of',
  'is-empty',
  'is-not-empty',
])

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not one of ours, or cut off: the caller says so.
    return undefined
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isListOf<Item>(value: unknown, isItem: (item: unknown) => item is Item): value is readonly Item[] {
  return Array.isArray(value) && value.every(isItem)
}

function isCondition(value: unknown): value is Condition {
  return (
    isObject(value) && isText(value['column']) && comparisons.has(value['comparison']) && isOperand(value['operand'])
  )
}

function isOperand(value: unknown): value is Operand {
  if (!isObject(value)) return false
  if (value['kind'] === 'cell') return isText(value['name'])
  return value['kind'] === 'values' && isListOf(value['values'], isValue)
}

function isValue(value: unknown): value is string | number | boolean {
  return (
    typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
  )
}

function isOrder(value: unknown): value is TableChoice['orderBy'][number] {
  return isObject(value) && isText(value['column']) && typeof value['isDescending'] === 'boolean'
}
