// The dataset of the benchmark, and a broker that answers the client's requests from it without a network: only requests are counted here,
// what the broker's own time is, other benchmarks say.
import type { CellBody, ColumnBody, DatasetBody, PullBody, RowsBody } from '../../broker/http/contract.ts'

export type Row = readonly CellBody[]

const columns: readonly ColumnBody[] = [
  { name: 'Id', type: 'text' },
  { name: 'Name', type: 'text' },
  { name: 'Town', type: 'text' },
  { name: 'Status', type: 'text' },
  { name: 'Openings', type: 'integer' },
  { name: 'Salary', type: 'decimal' },
  { name: 'Remote', type: 'boolean' },
  { name: 'Created', type: 'date' },
  { name: 'Updated', type: 'datetime' },
  { name: 'Owner', type: 'text' },
]

const pageRows = 10_000

/** A dataset with revisions, answered as the broker answers. */
export class RefreshDataset {
  requests = 0
  #rows: readonly Row[]
  #revision = 1
  #changed: readonly Row[] = []
  readonly #random: () => number

  constructor(rows: number) {
    this.#random = createRandom(42)
    this.#rows = Array.from({ length: rows }, (_none, index) => this.#makeRow(index * 10))
  }

  get rows(): readonly Row[] {
    return this.#rows
  }

  get columns(): readonly ColumnBody[] {
    return columns
  }

  /** Changes one cell in each of `count` rows at random places. */
  change(count: number): void {
    const rows = [...this.#rows]
    const places = new Set<number>()
    while (places.size < count) places.add(Math.floor(this.#random() * rows.length))
    for (const place of places) rows[place] = (rows[place] ?? []).with(3, `changed ${this.#revision}`)
    this.#publish(rows, [...places])
  }

  /** Inserts `count` rows at random places. */
  insert(count: number): void {
    const added = new Map<number, Row>()
    while (added.size < count) {
      const place = Math.floor(this.#random() * this.#rows.length)
      if (!added.has(place)) added.set(place, this.#makeRow(place * 10 + 1))
    }
    this.#rows = this.#rows.flatMap((row, place) => [row, ...(added.has(place) ? [added.get(place) ?? row] : [])])
    this.#revision += 1
    this.#changed = [...added.values()]
  }

  /** What `fetch` is to the client. */
  readonly fetch: typeof fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    this.requests += 1
    const body = this.#answer(`${init?.method ?? 'GET'} ${url.pathname}`, url.searchParams)
    return Promise.resolve(Response.json(body, { status: url.pathname.endsWith('/sessions') ? 201 : 200 }))
  }

  #publish(rows: readonly Row[], places: readonly number[]): void {
    this.#rows = rows
    this.#revision += 1
    this.#changed = places.flatMap((place) => {
      const row = rows[place]
      return row ? [row] : []
    })
  }

  #makeRow(number: number): Row {
    const pick = (items: readonly string[]): string => items[Math.floor(this.#random() * items.length)] ?? ''
    const day = new Date(Date.UTC(2020, 0, 1 + Math.floor(this.#random() * 2_000))).toISOString()
    const second = new Date(Date.UTC(2025, 0, 1) + Math.floor(this.#random() * 3e7) * 1_000).toISOString()
    return [
      `J-${String(number).padStart(8, '0')}`,
      `${pick(firstWords)} ${pick(secondWords)}`,
      pick(towns),
      pick(['open', 'closed', 'on hold', 'draft']),
      Math.floor(this.#random() * 40),
      Math.round(this.#random() * 12_000_000) / 100,
      this.#random() < 0.5,
      day.slice(0, 10),
      second.replace('.000Z', 'Z'),
      pick(owners),
    ]
  }

  #answer(request: string, query: URLSearchParams): unknown {
    const summary = { name: 'jobs', title: 'Jobs', description: '', revision: this.#revision, rows: this.#rows.length }
    const pulledAt = '2026-05-01T10:00:00Z'
    switch (request) {
      case 'POST /api/v1/sessions':
        return { credential: `shb_ses_${'0'.repeat(49)}`, session: {}, user: { name: 'ana', displayName: 'Ana' } }
      case 'GET /api/v1/datasets/jobs': {
        const rest = { freshnessSeconds: 60, activePull: null, nextPullAt: null }
        const body: DatasetBody = { ...summary, pulledAt, columns, key: ['Id'], ...rest }
        return body
      }
      case 'POST /api/v1/datasets/jobs/pulls':
        return this.#pull(pulledAt)
      case 'GET /api/v1/datasets/jobs/rows':
        return this.#page(query, pulledAt)
      default:
        throw new Error(`The benchmark's broker does not know ${request}.`)
    }
  }

  /** The snapshot is fresh enough: the answer names its revision. */
  #pull(at: string): PullBody {
    const times = { createdAt: at, startedAt: at, endedAt: at }
    const counts = { rows: this.#rows.length, pages: 1, tokenCalls: 1, rowsChanged: 0, rowsDeleted: 0, duplicates: 0 }
    return {
      id: 'p',
      dataset: 'jobs',
      state: 'completed',
      ...times,
      ...counts,
      revision: this.#revision,
      warnings: [],
      problem: null,
    }
  }

  #page(query: URLSearchParams, pulledAt: string): RowsBody {
    const cursor = query.get('cursor')?.split(':')
    const since = cursor ? cursor[0] !== 'all' : query.has('since')
    const offset = Number(cursor?.[1] ?? 0)
    const all = since ? this.#changed : this.#rows
    const rows = all.slice(offset, offset + pageRows)
    const end = offset + rows.length
    return {
      dataset: 'jobs',
      revision: this.#revision,
      pulledAt,
      complete: true,
      since: since ? this.#revision - 1 : null,
      columns,
      key: ['Id'],
      totalRows: all.length,
      totalDeleted: 0,
      tableRows: this.#rows.length,
      keys: rows.map(([id]) => String(id)),
      rows,
      deleted: [],
      next: end < all.length ? `${since ? 'some' : 'all'}:${end}` : null,
    }
  }
}

const firstWords = ['Senior', 'Junior', 'Lead', 'Interim', 'Assistant', 'Chief', 'Deputy', 'Regional']
const secondWords = ['engineer', 'nurse', 'controller', 'designer', 'buyer', 'recruiter', 'analyst', 'driver']
const towns = ['Berlin', 'Lyon', 'Kraków', 'Porto', 'Leeds', 'Malmö', 'Gdańsk', 'Wien', 'Brno', 'Antwerp']
const owners = ['Ana Kovač', 'Ben Okafor', 'Chloé Martin', 'Daan de Vries', 'Elif Yılmaz', 'Finn Olsen']

/** Small, fast and the same everywhere. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
