// Which rows a column's filter shows. Criteria have the form of `Excel.FilterCriteria`.
import type { CellValue } from './cell-value.ts'
import { invalidArgument } from './host-error.ts'

/** A filter of one column as the API has it. */
export interface FilterCriteria {
  readonly filterOn: string
  readonly values?: readonly string[]
  readonly criterion1?: string
  readonly criterion2?: string
  readonly operator?: string
  readonly color?: string
}

/** What of a cell a filter looks at. */
export interface FilteredCell {
  readonly value: CellValue | undefined
  readonly text: string
  readonly fillColor: string
  readonly fontColor: string
}

type Test = (cell: FilteredCell) => boolean

// Texts of Excel's filters have wildcards, and a tilde before one means the sign itself.
function wildcards(pattern: string): RegExp {
  const source = [...pattern.matchAll(/~([*?~])|([*?])|([\s\S])/g)]
    .map(([, escaped, wild, plain]) => {
      if (wild !== undefined) return wild === '*' ? '[\\s\\S]*' : '[\\s\\S]'
      return (escaped ?? plain ?? '').replaceAll(/[$()*+./?[\\\]^{|}]/g, '\\$&')
    })
    .join('')
  return new RegExp(`^${source}$`, 'i')
}

function compareWith(operator: string, wanted: string): Test {
  const number = wanted.trim() === '' ? Number.NaN : Number(wanted)
  const pattern = wildcards(wanted)
  const equals: Test = ({ value, text }) =>
    typeof value === 'number' && Number.isFinite(number) ? value === number : pattern.test(text)
  if (operator === '=') return equals
  if (operator === '<>') return (cell) => !equals(cell)
  return ({ value, text }) => {
    const isNumeric = Number.isFinite(number)
    if (value === undefined || isNumeric !== (typeof value === 'number')) return false
    const order = isNumeric ? Number(value) - number : text.localeCompare(wanted, 'en', { sensitivity: 'accent' })
    if (order === 0) return operator.endsWith('=')
    return operator.startsWith('<') ? order < 0 : order > 0
  }
}

function customTest(criterion: string): Test {
  const [, operator = '=', wanted = ''] = /^(<>|<=|>=|=|<|>)?([\s\S]*)$/.exec(criterion) ?? []
  return compareWith(operator, wanted)
}

function rankTest(criteria: FilterCriteria, cells: readonly FilteredCell[]): Test {
  const numbers = cells.flatMap(({ value }) => (typeof value === 'number' ? [value] : [])).sort((a, b) => a - b)
  if (criteria.filterOn.startsWith('Top')) numbers.reverse()
  const wanted = Number(criteria.criterion1)
  if (!(wanted > 0)) throw invalidArgument()
  const count = criteria.filterOn.endsWith('Percent')
    ? Math.max(1, Math.floor((numbers.length * wanted) / 100))
    : Math.min(numbers.length, Math.floor(wanted))
  const last = numbers[count - 1] ?? 0
  const isTop = criteria.filterOn.startsWith('Top')
  return ({ value }) => typeof value === 'number' && (isTop ? value >= last : value <= last)
}

/** The test that a filter puts to each cell; `cells` are those of the whole column. */
export function filterTest(criteria: FilterCriteria, cells: readonly FilteredCell[]): Test {
  const { filterOn } = criteria
  if (filterOn === 'Values') {
    const texts = new Set(criteria.values ?? [])
    return ({ text }) => texts.has(text)
  }
  if (filterOn === 'CellColor') return ({ fillColor }) => fillColor === (criteria.color ?? '')
  if (filterOn === 'FontColor') return ({ fontColor }) => fontColor === (criteria.color ?? '#000000')
  if (filterOn !== 'Custom') return rankTest(criteria, cells)
  const first = customTest(criteria.criterion1 ?? '')
  if (criteria.criterion2 === undefined) return first
  const second = customTest(criteria.criterion2)
  return criteria.operator === 'Or' ? (cell) => first(cell) || second(cell) : (cell) => first(cell) && second(cell)
}

const KINDS = new Set([
  'Values',
  'Custom',
  'CellColor',
  'FontColor',
  'TopItems',
  'TopPercent',
  'BottomItems',
  'BottomPercent',
])

function optionalText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  return typeof value === 'string' || typeof value === 'number' ? String(value) : refuse()
}

function refuse(): never {
  throw invalidArgument()
}

/** @throws {HostError} `InvalidArgument` for what is no criteria, or a kind this host does not have. */
export function readCriteria(input: unknown): FilterCriteria {
  if (typeof input !== 'object' || input === null) return refuse()
  const fields = input as Readonly<Record<string, unknown>>
  const { filterOn, values } = fields
  if (typeof filterOn !== 'string' || !KINDS.has(filterOn)) return refuse()
  if (filterOn === 'Values') {
    if (!Array.isArray(values)) return refuse()
    return { filterOn, values: values.map((value: unknown) => (typeof value === 'string' ? value : String(value))) }
  }
  const criterion1 = optionalText(fields['criterion1'])
  const criterion2 = optionalText(fields['criterion2'])
  const operator = optionalText(fields['operator'])
  const color = optionalText(fields['color'])
  return {
    filterOn,
    ...(criterion1 === undefined ? {} : { criterion1 }),
    ...(criterion2 === undefined ? {} : { criterion2 }),
    ...(operator === undefined ? {} : { operator }),
    ...(color === undefined ? {} : { color }),
  }
}
