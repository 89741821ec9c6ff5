import { BrokerError } from '../errors/broker-error.ts'
import type { PagePosition } from '../query/page-request.ts'
import type { ResolvedChoice } from '../query/resolve-choice.ts'
import type { ChangeCounts, RowSlice, SliceRequest, SnapshotReader } from '../snapshot/snapshot-reader.ts'
import { compareChoices, dependsOnOthers, type ChosenTable } from './compare-choices.ts'

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

/** What to read of a snapshot. */
export interface RowsWanted {
  readonly choice: ResolvedChoice
  /** Only what changed after this revision; null for the whole table. */
  readonly since: number | null
  /** Opens the snapshot of `since` with the same choice, to compare with; undefined when it is not to be had. */
  readonly openEarlier: (() => ChosenTable) | undefined
}

/** Rows times weight of the condition: what takes some seconds, in which the thread does nothing else. */
const mostWork = 1_000_000_000

/**
 * Goes through the rows of a snapshot that a choice means: of the whole table, or of what changed after revision `since`.
 *
 * @throws {BrokerError} `request-invalid` when the filter would take too long for so many rows; `revision-unknown` when changes can only
 *   be found by comparing, and there is nothing to compare with
 */
export function openRowSource(snapshot: SnapshotReader, wanted: RowsWanted): RowSource {
  const { choice, since, openEarlier } = wanted
  if (since !== null) return openChanges(snapshot, { choice, since, openEarlier })
  if (!choice.condition && choice.order.length === 0 && choice.most === undefined) return openTable(snapshot)
  refuseTooMuchWork(choice, snapshot.meta.rows)
  return openNumbers(snapshot, snapshot.choose(choice), nothingDeleted)
}

function refuseTooMuchWork({ condition }: ResolvedChoice, candidates: number): void {
  if (!condition || condition.weight * candidates <= mostWork) return
  const message = `This filter is too much work for ${candidates} rows. Use fewer functions, \`in\` instead of many \`or\`, or a shorter filter.`
  throw new BrokerError('request-invalid', `filter: ${message}`, { details: [{ at: 'filter', message }] })
}

function openTable(snapshot: SnapshotReader): RowSource {
  return {
    totals: { rows: snapshot.meta.rows, deleted: nothingDeleted.total },
    deleted: nothingDeleted.slice,
    rows: (request) => snapshot.rows(request),
  }
}

function openChanges(
  snapshot: SnapshotReader,
  { choice, since, openEarlier }: RowsWanted & { readonly since: number },
): RowSource {
  const changes = snapshot.countChanges(since)
  const isWhole = !choice.condition && choice.order.length === 0 && choice.most === undefined
  // The usual question, and the usual answer: the earlier snapshot need not be opened for it.
  if (isWhole && (changes.deleted === 0 || !openEarlier))
    return openWhole(snapshot, since, { total: changes.deleted, slice: readTombstones(snapshot, since) })
  if (!openEarlier) return openRemembered(snapshot, { choice, since })
  const earlier = openEarlier()
  refuseTooMuchWork(choice, countCandidates(choice, snapshot, earlier.snapshot))
  const { matching, others } = compareChoices({ snapshot, choice }, earlier)
  const deleted = { total: others.length, slice: readKeys(earlier.snapshot, others) }
  return isWhole ? openWhole(snapshot, since, deleted) : openNumbers(snapshot, matching, deleted)
}

function countCandidates(choice: ResolvedChoice, snapshot: SnapshotReader, earlier: SnapshotReader): number {
  if (dependsOnOthers(choice)) return snapshot.meta.rows + earlier.meta.rows
  const { rows, deleted } = snapshot.countChanges(earlier.meta.revision)
  return 2 * rows + deleted
}

/**
 * Changes as the new snapshot alone remembers them: the keys of all rows that changed and do not match now count as deleted, as which of
 * them matched before is not known; deleting a row that one never had does no harm.
 */
function openRemembered(
  snapshot: SnapshotReader,
  { choice, since }: { readonly choice: ResolvedChoice; readonly since: number },
): RowSource {
  if (dependsOnOthers(choice))
    throw new BrokerError('revision-unknown', 'That revision is no longer kept. Read everything: leave out `since`.')
  const changes = snapshot.countChanges(since)
  refuseTooMuchWork(choice, changes.rows)
  const { matching, others } = snapshot.chooseChanges(since, choice)
  const tombstones = readTombstones(snapshot, since)
  const rest = readKeys(snapshot, others)
  const slice = (from: PagePosition, limit: number): DeletedSlice => {
    const first = from.afterLeft > 0 ? { keys: [], end: from } : tombstones(from, limit)
    const last = rest(first.end, limit - first.keys.length)
    return { keys: [...first.keys, ...last.keys], end: last.end }
  }
  return openNumbers(snapshot, matching, { total: changes.deleted + others.length, slice })
}

interface DeletedKeys {
  readonly total: number
  readonly slice: RowSource['deleted']
}

const nothingDeleted: DeletedKeys = { total: 0, slice: (from) => ({ keys: [], end: from }) }

/** Every row that changed, found by its revision: without a list of them. */
function openWhole(snapshot: SnapshotReader, since: number, deleted: DeletedKeys): RowSource {
  return {
    totals: { rows: snapshot.countChanges(since).rows, deleted: deleted.total },
    deleted: deleted.slice,
    rows: (request) => snapshot.changedRows(since, request),
  }
}

/** Rows by their numbers. */
function openNumbers(snapshot: SnapshotReader, chosen: Uint32Array, deleted: DeletedKeys): RowSource {
  return {
    totals: { rows: chosen.length, deleted: deleted.total },
    deleted: deleted.slice,
    rows: ({ columns, after, limit }) => {
      const numbers = chosen.subarray(after, after + limit)
      return { ...snapshot.rowsAt(numbers, columns), lastRow: after + numbers.length }
    },
  }
}

/** Keys of rows of `snapshot`, by their numbers. */
function readKeys(snapshot: SnapshotReader, numbers: Uint32Array): RowSource['deleted'] {
  return (from, limit) => {
    const some = numbers.subarray(from.afterLeft, from.afterLeft + limit)
    return { keys: snapshot.rowsAt(some, []).keys, end: { ...from, afterLeft: from.afterLeft + some.length } }
  }
}

function readTombstones(snapshot: SnapshotReader, since: number): RowSource['deleted'] {
  return (from, limit) => {
    const keys = snapshot.deletedKeys(since, from.afterKey, limit)
    return { keys, end: { ...from, afterKey: keys.at(-1) ?? from.afterKey } }
  }
}
