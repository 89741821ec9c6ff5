import { BrokerError } from '../errors/broker-error.ts'
import type { PagePosition } from '../query/page-request.ts'
import type { ResolvedChoice } from '../query/resolve-choice.ts'
import type {
  ChangeCounts,
  ChosenChanges,
  RowSlice,
  SliceRequest,
  SnapshotReader,
} from '../snapshot/snapshot-reader.ts'

/** Where a read begins. */
export const firstPosition: PagePosition = { afterKey: '', afterLeft: 0, afterRow: 0 }

/** Some deleted keys, and where those after them begin. */
export interface DeletedSlice {
  readonly keys: readonly string[]
  readonly end: PagePosition
}

/** What a read goes through, page by page: first deleted keys, then rows. */
export interface RowSource {
  /** Of the whole read. */
  readonly totals: ChangeCounts
  readonly deleted: (from: PagePosition, limit: number) => DeletedSlice
  /** `after` and `lastRow` are what positions have as `afterRow`. */
  readonly rows: (request: SliceRequest) => RowSlice
}

/** Rows times weight of the condition: what takes some seconds, in which the thread does nothing else. */
const mostWork = 1_000_000_000

/**
 * Goes through the rows of a snapshot that a choice means: of the whole table, or of what changed after revision `since`.
 *
 * @throws {BrokerError} `request-invalid` when the filter would take too long for so many rows
 */
export function openRowSource(snapshot: SnapshotReader, choice: ResolvedChoice, since: number | null): RowSource {
  const { condition, order, most } = choice
  const candidates = since === null ? snapshot.meta.rows : snapshot.countChanges(since).rows
  if (condition && condition.weight * candidates > mostWork) {
    const message = `This filter is too much work for ${candidates} rows. Use fewer functions, \`in\` instead of many \`or\`, or a shorter filter.`
    throw new BrokerError('request-invalid', `filter: ${message}`, { details: [{ at: 'filter', message }] })
  }
  if (since !== null && condition) return openChosen(snapshot, snapshot.chooseChanges(since, condition), since)
  if (since !== null) return openChanges(snapshot, since)
  if (!condition && order.length === 0 && most === undefined) return openTable(snapshot)
  return openChosen(snapshot, { matching: snapshot.choose(choice), others: new Uint32Array() }, null)
}

function openTable(snapshot: SnapshotReader): RowSource {
  return {
    totals: { rows: snapshot.meta.rows, deleted: 0 },
    deleted: (from) => ({ keys: [], end: from }),
    rows: (request) => snapshot.rows(request),
  }
}

function openChanges(snapshot: SnapshotReader, since: number): RowSource {
  return {
    totals: snapshot.countChanges(since),
    deleted: (from, limit) => readTombstones(snapshot, since, { from, limit }),
    rows: (request) => snapshot.changedRows(since, request),
  }
}

/**
 * Rows by their numbers. Of changes, the keys of those that do not match now count as deleted: which of them matched before is not
 * known, and deleting a row that one never had does no harm.
 */
function openChosen(snapshot: SnapshotReader, { matching, others }: ChosenChanges, since: number | null): RowSource {
  const gone = since === null ? 0 : snapshot.countChanges(since).deleted
  return {
    totals: { rows: matching.length, deleted: gone + others.length },
    deleted: (from, limit) => {
      const tombstones =
        since === null || from.afterLeft > 0
          ? { keys: [], end: from }
          : readTombstones(snapshot, since, { from, limit })
      const left = others.subarray(from.afterLeft, from.afterLeft + limit - tombstones.keys.length)
      const { keys } = snapshot.rowsAt(left, [])
      return {
        keys: [...tombstones.keys, ...keys],
        end: { ...tombstones.end, afterLeft: from.afterLeft + left.length },
      }
    },
    rows: ({ columns, after, limit }) => {
      const numbers = matching.subarray(after, after + limit)
      return { ...snapshot.rowsAt(numbers, columns), lastRow: after + numbers.length }
    },
  }
}

function readTombstones(
  snapshot: SnapshotReader,
  since: number,
  { from, limit }: { from: PagePosition; limit: number },
): DeletedSlice {
  const keys = snapshot.deletedKeys(since, from.afterKey, limit)
  return { keys, end: { ...from, afterKey: keys.at(-1) ?? from.afterKey } }
}
