import type { StoredColumn } from '../dataset/column.ts'
import type { TableDefinition } from '../dataset/table-definition.ts'

/** What is to be written. */
export interface SnapshotRequest {
  readonly dataset: string
  /** The name of the source that the records come from. */
  readonly source: string
  readonly pullId: string
  readonly definition: TableDefinition
  /** What earlier pulls fixed; empty before the first, or when the definition has changed. */
  readonly columns: readonly StoredColumn[]
  /** The revision that readers have now, 0 when none, and its file, relative to the directory. */
  readonly current: { readonly revision: number; readonly file: string | undefined }
  /** The records will be only those that have changed since the current revision was read. */
  readonly isPartial: boolean
  /** The column in which records say when they were last changed. */
  readonly updatedColumn: string | undefined
}
