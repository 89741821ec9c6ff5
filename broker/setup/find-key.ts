import type { SampledColumn, TableSample } from './table-sample.ts'

export interface FoundKey {
  readonly columns: readonly string[]
  readonly reason: string
}

const idName = /(?:^|[._-]|(?<=[a-z0-9]))(?:id|ref|uuid|guid|key)$/i
const weakName = /(?:number|code|no|email|login|name)$/i

/**
 * The column, or the two, whose values name a record: in every record of the sample, different in each, and called as keys are.
 * The record's own id comes before ids of what it belongs to.
 *
 * @param path the request's path: `/candidates/search` makes `CandidateRef` the likeliest
 */
export function findKey(sample: TableSample, path: string): FoundKey | undefined {
  if (sample.rows === 0) return undefined
  const words = new Set(
    path
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter(Boolean)
      .flatMap(singularOf),
  )
  const whole = sample.columns.filter(isFit)
  const [best] = whole
    .filter((column) => column.isUnique)
    .map((column) => ({ column, score: scoreOf(column.name, words) }))
    .filter(({ score }) => score > 0)
    .toSorted((one, other) => other.score - one.score)
  if (best) {
    return {
      columns: [best.column.name],
      reason: `different in each of the ${sample.rows} records of the sample, and never empty`,
    }
  }
  return undefined
}

function isFit({ type, hasGaps }: SampledColumn): boolean {
  return !hasGaps && (type === 'text' || type === 'integer')
}

function scoreOf(name: string, words: ReadonlySet<string>): number {
  const lower = name.toLowerCase()
  const stem = lower.replace(/[._-]?(?:id|ref|uuid|guid|key)$/, '')
  const depth = name.split('.').length - 1
  if (lower === 'id' || lower === '_id') return 100
  if (idName.test(name)) return (words.has(stem) ? 90 : 40) + (lower.endsWith('id') ? 2 : 0) - depth * 15
  return weakName.test(name) ? 10 - depth * 5 : 0
}

function singularOf(word: string): string[] {
  if (word.endsWith('ies')) return [word, `${word.slice(0, -3)}y`]
  if (word.endsWith('ses') || word.endsWith('xes')) return [word, word.slice(0, -2), word.slice(0, -1)]
  return word.endsWith('s') ? [word, word.slice(0, -1)] : [word]
}
