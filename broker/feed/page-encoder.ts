import type { Cell, Column } from '../dataset/column.ts'
import { BrokerError } from '../errors/broker-error.ts'
import type { RowSlice, SnapshotReader } from '../snapshot/snapshot-reader.ts'
import type { EncodedPage, PageJob } from './page-job.ts'

/** A page ends near this size, however many rows were asked for: Excel's and Power Query's HTTP hold whole answers in memory. */
const enoughBytes = 2 * 1024 * 1024
/** The first rows tell how many more will fit. */
const firstSliceRows = 8
const mostSliceRows = 1_000

/** Keys and rows of a page as JSON, while it is being made. */
interface RowsText {
  readonly keys: string[]
  readonly rows: string[]
  readonly lastRow: number
}

/**
 * Reads one page of a snapshot and encodes it. Synchronous, for a page thread.
 *
 * @throws {BrokerError} `revision-unknown` when the snapshot does not know the changes since `since`
 */
export function encodePage(snapshot: SnapshotReader, job: PageJob): EncodedPage {
  const { meta } = snapshot
  const { since, limit, from } = job.request
  if (since !== null && (since < meta.deltasSince || since > meta.revision))
    throw new BrokerError('revision-unknown', 'Read the whole table instead: leave out `since`.')
  const visible = findVisible(meta.columns, meta.key, job.columns)
  const totals = since === null ? { rows: meta.rows, deleted: 0 } : snapshot.countChanges(since)
  const start = from ?? { afterKey: '', afterRow: 0 }
  // Once a row was sent, all deleted keys had been.
  const deleted = since === null || start.afterRow > 0 ? [] : snapshot.deletedKeys(since, start.afterKey, limit)
  const deletedText = JSON.stringify(deleted)
  const rows = readRows(snapshot, {
    since,
    visible,
    after: start.afterRow,
    limit: limit - deleted.length,
    mostBytes: enoughBytes - Buffer.byteLength(deletedText),
  })
  const head = {
    dataset: job.dataset,
    revision: meta.revision,
    pulledAt: job.pulledAt,
    complete: true,
    since,
    columns: visible.map(({ column }) => column),
    key: meta.key,
    totalRows: totals.rows,
    totalDeleted: totals.deleted,
    tableRows: meta.rows,
  }
  const text =
    `${JSON.stringify(head).slice(0, -1)},"keys":[${rows.keys.join()}],"rows":[${rows.rows.join()}],` +
    `"deleted":${deletedText},"next":`
  const afterKey = deleted.at(-1) ?? start.afterKey
  const isLast =
    rows.keys.length + deleted.length === 0 || isReadOut(snapshot, { since, afterKey, afterRow: rows.lastRow })
  // A buffer of its own (Buffer.from may share one), so that it can be handed over without a copy.
  const bytes = new TextEncoder().encode(text)
  return { bytes, next: isLast ? undefined : { afterKey, afterRow: rows.lastRow } }
}

interface VisibleColumn {
  readonly column: Column
  readonly index: number
}

/** The columns the reader may see, in table order. */
function findVisible(
  columns: readonly Column[],
  key: readonly string[],
  granted: readonly string[] | undefined,
): readonly VisibleColumn[] {
  const visible = columns
    .map((column, index) => ({ column, index }))
    .filter(({ column }) => granted === undefined || granted.includes(column.name))
  const hidden = new Set(columns.map(({ name }) => name))
  for (const { column } of visible) hidden.delete(column.name)
  // The key travels beside every row; whoever may not see its columns may not see the rows.
  if (key.some((name) => hidden.has(name)))
    throw new BrokerError(
      'dataset-unknown',
      'Your access leaves out columns of the key; ask an administrator to add them.',
    )
  return visible
}

interface RowsRequest {
  readonly since: number | null
  readonly visible: readonly VisibleColumn[]
  readonly after: number
  readonly limit: number
  readonly mostBytes: number
}

function readRows(snapshot: SnapshotReader, request: RowsRequest): RowsText {
  const columns = request.visible.map(({ index }) => index)
  const booleans = request.visible.flatMap(({ column }, place) => (column.type === 'boolean' ? [place] : []))
  const keys: string[] = []
  const rows: string[] = []
  let lastRow = request.after
  let size = 0
  let sliceRows = firstSliceRows
  while (keys.length < request.limit && size < request.mostBytes) {
    const limit = Math.min(sliceRows, request.limit - keys.length)
    const slice = readSlice(snapshot, request.since, { columns, after: lastRow, limit })
    for (const name of slice.keys) {
      const key = JSON.stringify(name)
      size += Buffer.byteLength(key)
      keys.push(key)
    }
    for (const cells of slice.cells) {
      const row = JSON.stringify(toWire(cells, booleans))
      size += Buffer.byteLength(row)
      rows.push(row)
    }
    lastRow = slice.lastRow
    if (slice.keys.length < limit) break
    const rowsThatFit = Math.floor(((request.mostBytes - size) * keys.length) / size)
    sliceRows = Math.max(1, Math.min(rowsThatFit, mostSliceRows))
  }
  return { keys, rows, lastRow }
}

function readSlice(
  snapshot: SnapshotReader,
  since: number | null,
  request: { columns: readonly number[]; after: number; limit: number },
): RowSlice {
  return since === null ? snapshot.rows(request) : snapshot.changedRows(since, request)
}

/** A snapshot has 0 and 1 where the wire has false and true. */
function toWire(cells: readonly Cell[], booleans: readonly number[]): readonly (Cell | boolean)[] {
  if (booleans.length === 0) return cells
  const row: (Cell | boolean)[] = [...cells]
  for (const place of booleans) {
    const cell = row[place] ?? null
    row[place] = cell === null ? null : cell === 1
  }
  return row
}

function isReadOut(
  snapshot: SnapshotReader,
  at: { since: number | null; afterKey: string; afterRow: number },
): boolean {
  const { since, afterKey, afterRow } = at
  if (since !== null && afterRow === 0 && snapshot.deletedKeys(since, afterKey, 1).length > 0) return false
  return readSlice(snapshot, since, { columns: [], after: afterRow, limit: 1 }).keys.length === 0
}
