import type { Cell } from '../dataset/column.ts'
import { withFormat } from '../dataset/column-format.ts'
import { BrokerError } from '../errors/broker-error.ts'
import type { NamedColumn } from '../query/column-names.ts'
import type { Comparison, PagePosition } from '../query/page-request.ts'
import { resolveChoice } from '../query/resolve-choice.ts'
import type { SnapshotReader } from '../snapshot/snapshot-reader.ts'
import type { ChosenTable } from './compare-choices.ts'
import type { EncodedPage, PageJob } from './page-job.ts'
import { firstPosition, openRowSource, type RowSource } from './row-source.ts'
import { findVisible } from './visible-columns.ts'

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
 * Reads one page of a snapshot and encodes it; `openEarlier` opens the snapshot to compare with, where the request says that there is one.
 * Synchronous, for a page thread.
 *
 * @throws {BrokerError} `revision-unknown` when the snapshot does not know the changes since `since`; `request-invalid` when the choice
 *   names columns that the reader does not have, or compares what cannot be compared
 */
export function encodePage(snapshot: SnapshotReader, job: PageJob, openEarlier: () => SnapshotReader): EncodedPage {
  const { meta } = snapshot
  const { since, limit, choice, comparison, from = firstPosition } = job.request
  if (since !== null && (since < meta.deltasSince || since > meta.revision))
    throw new BrokerError('revision-unknown', 'Read the whole table instead: leave out `since`.')
  const visible = findVisible(meta.columns, meta.key, job.columns)
  const resolved = resolveChoice(choice, { visible, key: meta.key })
  const source = openRowSource(snapshot, {
    choice: resolved,
    since,
    openEarlier: comparison && (() => chooseEarlier(openEarlier(), job, comparison)),
  })
  // Once a row was sent, all deleted keys had been.
  const deleted = from.afterRow > 0 ? { keys: [], end: from } : source.deleted(from, limit)
  const deletedText = JSON.stringify(deleted.keys)
  const rows = readRows(source, {
    columns: resolved.columns,
    after: from.afterRow,
    limit: limit - deleted.keys.length,
    mostBytes: enoughBytes - Buffer.byteLength(deletedText),
  })
  const head = {
    dataset: job.dataset,
    revision: meta.revision,
    pulledAt: job.pulledAt,
    complete: true,
    since,
    ...(choice.nowMs !== undefined && { now: new Date(choice.nowMs).toISOString() }),
    columns: resolved.columns.map(({ column }) => withFormat(column, job.formats)),
    key: meta.key,
    totalRows: source.totals.rows,
    totalDeleted: source.totals.deleted,
    tableRows: meta.rows,
  }
  const text =
    `${JSON.stringify(head).slice(0, -1)},"keys":[${rows.keys.join()}],"rows":[${rows.rows.join()}],` +
    `"deleted":${deletedText},"next":`
  const end = { ...deleted.end, afterRow: rows.lastRow }
  const isLast = rows.keys.length + deleted.keys.length === 0 || isReadOut(source, end)
  // A buffer of its own (Buffer.from may share one), so that it can be handed over without a copy.
  const bytes = new TextEncoder().encode(text)
  return { bytes, next: isLast ? undefined : end }
}

/** The same choice in the snapshot to compare with. */
function chooseEarlier(snapshot: SnapshotReader, { request, columns }: PageJob, { nowMs }: Comparison): ChosenTable {
  const { meta } = snapshot
  try {
    const visible = findVisible(meta.columns, meta.key, columns)
    return {
      snapshot,
      choice: resolveChoice({ ...request.choice, columns: undefined, nowMs }, { visible, key: meta.key }),
    }
  } catch (cause) {
    // The choice is right for the table as it is now, so the table was another one.
    if (!(cause instanceof BrokerError)) throw cause
    throw new BrokerError('revision-unknown', 'The columns have changed. Read everything: leave out `since`.', {
      cause,
    })
  }
}

interface RowsRequest {
  readonly columns: readonly NamedColumn[]
  readonly after: number
  readonly limit: number
  readonly mostBytes: number
}

function readRows(source: RowSource, request: RowsRequest): RowsText {
  const columns = request.columns.map(({ index }) => index)
  const booleans = request.columns.flatMap(({ column }, place) => (column.type === 'boolean' ? [place] : []))
  const keys: string[] = []
  const rows: string[] = []
  let lastRow = request.after
  let size = 0
  let sliceRows = firstSliceRows
  while (keys.length < request.limit && size < request.mostBytes) {
    const limit = Math.min(sliceRows, request.limit - keys.length)
    const slice = source.rows({ columns, after: lastRow, limit })
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

function isReadOut(source: RowSource, at: PagePosition): boolean {
  if (at.afterRow === 0 && source.deleted(at, 1).keys.length > 0) return false
  return source.rows({ columns: [], after: at.afterRow, limit: 1 }).keys.length === 0
}
