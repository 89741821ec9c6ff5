import { ColumnNames, type NamedColumn } from './column-names.ts'
import { compileFilter, toColumnSql, type Condition } from './filter/compile-filter.ts'
import { parseFilter } from './filter/parse-filter.ts'
import { mostMistakes, parameterProblem, type Mistake } from './mistakes.ts'
import { readNames, readOrder, type ListedName } from './name-list.ts'
import type { TableChoice } from './page-request.ts'

/** A choice, in terms of one snapshot. */
export interface ResolvedChoice {
  /** In the order wanted; the key's are always among them. */
  readonly columns: readonly NamedColumn[]
  /** undefined for all rows. */
  readonly condition: Condition | undefined
  /** Terms of SQL's ORDER BY. */
  readonly order: readonly string[]
  /** undefined for no limit. */
  readonly most: number | undefined
  /** Whether what it finds depends on the time. */
  readonly isTimed: boolean
}

/** The columns of a snapshot that a reader may name, and those of them that are the key. */
export interface ReadableColumns {
  readonly visible: readonly NamedColumn[]
  readonly key: readonly string[]
}

/**
 * What a choice means for a snapshot. Only visible columns can be named, in filters and orders too: what a reader may not see cannot be
 * found out by asking.
 *
 * @throws {BrokerError} `request-invalid` naming each mistake with its parameter and column, as `orderby:8`
 */
export function resolveChoice(choice: TableChoice, { visible, key }: ReadableColumns): ResolvedChoice {
  const names = new ColumnNames(visible)
  const { columns, filter, orderBy, top, nowMs } = choice
  return {
    columns: columns === undefined ? visible : chooseColumns(readNames(columns), names, key),
    // A row filter of the reader's grant belongs here too, joined by AND and compiled over all columns.
    condition:
      filter === undefined ? undefined : compileFilter(parseFilter(filter), { columns: names, nowMs: nowMs ?? 0 }),
    order: orderBy === undefined ? [] : chooseOrder(orderBy, names),
    most: top,
    isTimed: nowMs !== undefined,
  }
}

/** The columns named; before them those of the key that are not. */
function chooseColumns(listed: readonly ListedName[], names: ColumnNames, key: readonly string[]) {
  const chosen = findColumns('columns', listed, names)
  const missing = key.filter((name) => !chosen.some(({ column }) => column.name === name))
  return [...missing.flatMap((name) => names.find(name) ?? []), ...chosen]
}

/** Null comes first, and last in descending order; texts go by code point, with capitals before small letters. */
function chooseOrder(orderBy: string, names: ColumnNames): readonly string[] {
  const terms = readOrder(orderBy)
  const columns = findColumns('orderby', terms, names)
  return columns.map((column, index) => `${toColumnSql(column)}${terms[index]?.isDescending ? ' DESC' : ''}`)
}

function findColumns(parameter: string, listed: readonly ListedName[], names: ColumnNames): readonly NamedColumn[] {
  const found = new Map<string, NamedColumn>()
  const mistakes: Mistake[] = []
  for (const { name, at } of listed) {
    const known = names.find(name)
    if (!known) mistakes.push({ at, message: names.explainMissing(name) })
    else if (found.has(known.column.name)) mistakes.push({ at, message: `${known.column.name} is there already.` })
    else found.set(known.column.name, known)
    if (mistakes.length >= mostMistakes) break
  }
  if (mistakes.length > 0) throw parameterProblem(parameter, mistakes)
  return [...found.values()]
}
