// One dataset as a broker keeps it, in plain memory: revisions, what changed between them, and choices of columns and rows. Filters are
// read by the broker's own parser.
import type { CellBody, ColumnBody, RowsBody } from '../../broker/http/contract.ts'
import { parseFilter } from '../../broker/query/filter/parse-filter.ts'
import { evaluate, toValue } from '../broker/query/filter/evaluate-filter.ts'

export type SourceRow = readonly CellBody[]

interface Snapshot {
  readonly columns: readonly ColumnBody[]
  readonly rows: ReadonlyMap<string, SourceRow>
}

interface KeyedRow {
  readonly key: string
  readonly row: SourceRow
}

export class TinyDataset {
  columns: readonly ColumnBody[]
  key: readonly string[]
  revision = 0
  pageSize = 7
  /** Changes are only known since this revision. */
  oldestKnown = 1
  /** What a pull ends with instead of success. */
  pullProblem: string | undefined
  readonly #snapshots = new Map<number, Snapshot>([[0, { columns: [], rows: new Map() }]])

  constructor(columns: readonly ColumnBody[], key: readonly string[]) {
    this.columns = columns
    this.key = key
  }

  get rows(): readonly SourceRow[] {
    return [...this.#snapshot(this.revision).rows.values()]
  }

  /** The rows of a new revision, in their order at the source; nothing happens when they are the same. */
  publish(rows: readonly SourceRow[]): void {
    const next = new Map(rows.map((row, index) => [this.keyOf(row, index), row]))
    const { columns, rows: before } = this.#snapshot(this.revision)
    const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)
    const isChanged =
      this.revision === 0 ||
      next.size !== before.size ||
      !isSame(columns, this.columns) ||
      [...next].some(([key, row]) => !isSame(before.get(key), row))
    if (isChanged) this.revision += 1
    this.#snapshots.set(this.revision, { columns: this.columns, rows: next })
  }

  keyOf(row: SourceRow, index: number): string {
    if (this.key.length === 0) return `${JSON.stringify(row)}#${index}`
    const cells = this.key.map((name) => row[this.columns.findIndex((column) => column.name === name)] ?? null)
    const plain = cells.map((cell) => (typeof cell === 'boolean' ? Number(cell) : cell))
    return plain.length === 1 ? String(plain[0]) : JSON.stringify(plain)
  }

  /** The page that these parameters ask for, or the code of a problem. */
  answer(query: URLSearchParams): RowsBody | string {
    const cursor = query.get('cursor')
    const { text = '', offset = 0 } = cursor === null ? {} : (JSON.parse(cursor) as { text: string; offset: number })
    const asked = cursor === null ? query : new URLSearchParams(text)
    const since = asked.has('since') ? Number(asked.get('since')) : null
    if (since !== null && (since < this.oldestKnown || since > this.revision)) return 'revision-unknown'
    const columns = this.#chooseColumns(asked.get('columns'))
    if (!columns) return 'request-invalid'
    const found = this.#choose(this.revision, asked)
    const before = new Map(since === null ? [] : this.#choose(since, asked).map(({ key, row }) => [key, row]))
    const changed = found.filter(
      ({ key, row }) => since === null || JSON.stringify(before.get(key)) !== JSON.stringify(row),
    )
    const now = new Set(found.map(({ key }) => key))
    const deleted = [...before.keys()].filter((key) => !now.has(key))
    const items = [...deleted, ...changed].slice(offset, offset + this.pageSize)
    const rows = items.flatMap((item) => (typeof item === 'string' ? [] : [item]))
    const end = offset + items.length
    return {
      dataset: 'people',
      revision: this.revision,
      pulledAt: '2026-05-01T10:00:00Z',
      complete: true,
      since,
      columns,
      key: this.key,
      totalRows: changed.length,
      totalDeleted: deleted.length,
      tableRows: this.rows.length,
      keys: rows.map(({ key }) => key),
      rows: rows.map(({ row }) => columns.map(({ name }) => row[this.#place(name)] ?? null)),
      deleted: items.flatMap((item) => (typeof item === 'string' ? [item] : [])),
      next: end < deleted.length + changed.length ? JSON.stringify({ text: asked.toString(), offset: end }) : null,
    }
  }

  #snapshot(revision: number): Snapshot {
    return this.#snapshots.get(revision)!
  }

  #place(name: string): number {
    return this.columns.findIndex((column) => column.name === name)
  }

  /** The columns named, after those of the key that are not. */
  #chooseColumns(text: string | null): readonly ColumnBody[] | undefined {
    if (text === null) return this.columns
    const names = readNames(text).map(({ name }) => name)
    const all = [...this.key.filter((name) => !names.includes(name)), ...names]
    const chosen = all.flatMap((name) => this.columns[this.#place(name)] ?? [])
    return chosen.length === all.length ? chosen : undefined
  }

  #choose(revision: number, asked: URLSearchParams): readonly KeyedRow[] {
    const { columns, rows } = this.#snapshot(revision)
    const filter = asked.get('filter')
    const tree = filter === null ? undefined : parseFilter(filter)
    const found = [...rows].flatMap(([key, row]) => {
      const cells = new Map(columns.map(({ name, type }, index) => [name, toValue(type, row[index] ?? null)]))
      return tree === undefined || evaluate(tree, cells, 0) === true ? [{ key, row }] : []
    })
    for (const { name, rest } of readNames(asked.get('orderby') ?? '').reverse()) {
      const place = columns.findIndex((column) => column.name === name)
      const sign = rest.trim() === 'desc' ? -1 : 1
      found.sort((one, other) => sign * compareCells(one.row[place] ?? null, other.row[place] ?? null))
    }
    const top = asked.get('top')
    return top === null ? found : found.slice(0, Number(top))
  }
}

/** Null before all else, texts by code unit (the tests' texts are plain). */
function compareCells(one: CellBody, other: CellBody): number {
  if (one === other) return 0
  if (one === null || other === null) return one === null ? -1 : 1
  return one < other ? -1 : 1
}

/** `"Name" desc,"Other"` as names with what comes after them. */
function readNames(text: string): { name: string; rest: string }[] {
  return [...text.matchAll(/"((?:[^"]|"")*)"([^,]*)/g)].map(([, name = '', rest = '']) => ({
    name: name.replaceAll('""', '"'),
    rest,
  }))
}
