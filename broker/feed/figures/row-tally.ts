import type { Cell } from '../../dataset/column.ts'
import type { NamedColumn } from '../../query/column-names.ts'
import { toColumnSql, type Condition } from '../../query/filter/compile-filter.ts'
import type { SnapshotReader, SqlCondition } from '../../snapshot/snapshot-reader.ts'
import { ExactSum } from './exact-sum.ts'

/** That a column holds a value, as conditions have it in SQL; null means that it holds nothing. */
export interface HeldValue {
  readonly column: NamedColumn
  readonly value: Cell
}

/** What is counted of the rows that hold the same values, and for which the same condition is true. */
export class Group {
  rows = 0
  /** The number of the first; 0 while there is none. */
  firstRow = 0
  /** By the column's place in the snapshot. */
  readonly sums = new Map<number, ExactSum>()
}

/** Groups whose rows are told apart by the same columns, under the same condition. */
interface Pass {
  readonly columns: readonly NamedColumn[]
  readonly condition: Condition | undefined
  readonly groups: GroupTree
  /** Columns of which any of the groups has a sum, by their place in the snapshot. */
  readonly summed: Map<number, NamedColumn>
  readonly waiting: Group[]
}

/** Groups by the values of one column after the other. */
interface GroupTree {
  readonly branches: Map<Cell, GroupTree>
  group: Group | undefined
}

/** What one row costs besides its conditions, in their measure: coming from SQLite to here and looking up its groups. */
const rowWeight = 150
const passWeight = 12
const sumWeight = 40

/** SQLite takes 2,000 columns and 32,766 parameters, each of which has at least one letter. */
const mostPasses = 200
const mostLetters = 30_000

/**
 * Counts the rows of many groups, going through the table as seldom as it can: groups that name the same columns cost one look-up a row,
 * however many they are.
 */
export class RowTally {
  readonly #passes = new Map<string, Pass>()

  /** The group of rows that hold these values (each column once) and for which the condition is true. Counted by `run`. */
  group(held: readonly HeldValue[], condition: Condition | undefined): Group {
    const sorted = held.toSorted((a, b) => a.column.index - b.column.index)
    const pass = this.#pass(
      sorted.map(({ column }) => column),
      condition,
    )
    let tree = pass.groups
    for (const { value } of sorted) {
      const known = tree.branches.get(value)
      const branch = known ?? { branches: new Map(), group: undefined }
      if (!known) tree.branches.set(value, branch)
      tree = branch
    }
    tree.group ??= new Group()
    pass.waiting.push(tree.group)
    this.#passOf.set(tree.group, pass)
    return tree.group
  }

  readonly #passOf = new Map<Group, Pass>()

  /** From now on the group has a sum of this column: of its numbers, or of its durations in milliseconds. */
  sum(group: Group, column: NamedColumn): void {
    if (group.sums.has(column.index)) return
    group.sums.set(column.index, new ExactSum())
    this.#passOf.get(group)?.summed.set(column.index, column)
  }

  /** Counts, with at most so much work in all; returns the groups that were not counted. At least one pass is made. */
  run(snapshot: SnapshotReader, mostWork: number): ReadonlySet<Group> {
    const left = new Set<Group>()
    let work = 0
    for (const passes of inBatches([...this.#passes.values()], mostWork / Math.max(snapshot.meta.rows, 1))) {
      const more = snapshot.meta.rows * passes.reduce((sum, pass) => sum + weigh(pass), rowWeight)
      if (work === 0 || work + more <= mostWork) scan(snapshot, passes)
      else for (const { waiting } of passes) for (const group of waiting) left.add(group)
      work += more
    }
    return left
  }

  #pass(columns: readonly NamedColumn[], condition: Condition | undefined): Pass {
    const parameters = condition?.parameters.map((value) => (typeof value === 'bigint' ? `${value}n` : value))
    const id = JSON.stringify([columns.map(({ index }) => index), condition?.sql, parameters])
    const known = this.#passes.get(id)
    if (known) return known
    const groups = { branches: new Map(), group: undefined }
    const pass: Pass = { columns, condition, groups, summed: new Map(), waiting: [] }
    this.#passes.set(id, pass)
    return pass
  }
}

function weigh({ condition, summed }: Pass): number {
  return passWeight + (condition?.weight ?? 0) + sumWeight * summed.size
}

/** Passes that go through the table together. */
function* inBatches(passes: readonly Pass[], mostWeight: number): Generator<readonly Pass[]> {
  let batch: Pass[] = []
  let weight = 0
  let letters = 0
  for (const pass of passes) {
    const { sql = '' } = pass.condition ?? {}
    const isFull = weight + weigh(pass) > mostWeight || letters + sql.length > mostLetters || batch.length >= mostPasses
    if (isFull && batch.length > 0) {
      yield batch
      ;[batch, weight, letters] = [[], 0, 0]
    }
    batch.push(pass)
    weight += weigh(pass)
    letters += sql.length
  }
  if (batch.length > 0) yield batch
}

/** Where among a row's values a pass finds what it needs. */
interface Places {
  readonly condition: number | undefined
  readonly columns: readonly number[]
  readonly sums: readonly { readonly column: number; readonly place: number }[]
}

function scan(snapshot: SnapshotReader, passes: readonly Pass[]): void {
  const [only] = passes
  const whole = passes.length === 1 ? only?.condition : undefined
  const expressions = new Expressions()
  const places = passes.map((pass): Places => ({
    condition: pass.condition && pass.condition !== whole ? expressions.add(toTruth(pass.condition)) : undefined,
    columns: pass.columns.map((column) => expressions.add({ sql: toColumnSql(column), parameters: [] })),
    sums: [...pass.summed].map(([column, named]) => ({
      column,
      place: expressions.add({ sql: toColumnSql(named), parameters: [] }),
    })),
  }))
  snapshot.scan({ expressions: expressions.list, condition: whole }, (values) => {
    for (const [index, { groups }] of passes.entries()) {
      const place = places[index]
      if (place) count(groups, place, values)
    }
  })
}

function count(groups: GroupTree, { condition, columns, sums }: Places, values: readonly Cell[]): void {
  if (condition !== undefined && values[condition] !== 1) return
  let tree: GroupTree | undefined = groups
  for (const place of columns) {
    const value: Cell = values[place] ?? null
    tree = tree.branches.get(value === '' ? null : value)
    if (!tree) return
  }
  const { group } = tree
  if (!group) return
  group.rows += 1
  if (group.firstRow === 0) group.firstRow = Number(values.at(-1))
  for (const { column, place } of sums) {
    const value = values[place]
    if (typeof value === 'number') group.sums.get(column)?.add(value)
  }
}

function toTruth({ sql, parameters }: Condition): SqlCondition {
  return { sql: `((${sql}) IS TRUE)`, parameters }
}

/** Each expression once. Those with parameters are of one pass each. */
class Expressions {
  readonly list: SqlCondition[] = []
  readonly #places = new Map<string, number>()

  add(expression: SqlCondition): number {
    const known = expression.parameters.length === 0 ? this.#places.get(expression.sql) : undefined
    if (known !== undefined) return known
    this.list.push(expression)
    this.#places.set(expression.sql, this.list.length - 1)
    return this.list.length - 1
  }
}
