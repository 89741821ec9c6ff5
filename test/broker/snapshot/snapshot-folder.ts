// A snapshot directory of its own for a test, and the pull after pull that a dataset goes through in it.
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StoredColumn } from '../../../broker/dataset/column.ts'
import type { JsonRecord } from '../../../broker/dataset/flatten.ts'
import { silentLog } from '../../../broker/kernel/log.ts'
import { systemClock, systemRandom } from '../../../broker/kernel/system.ts'
import { tableDefinition, type TableDefinition } from '../../../broker/dataset/table-definition.ts'
import { openSnapshot, type SnapshotReader } from '../../../broker/snapshot/snapshot-reader.ts'
import type { SnapshotRequest } from '../../../broker/snapshot/snapshot-request.ts'
import { SnapshotWriter, type SnapshotResult } from '../../../broker/snapshot/snapshot-writer.ts'

export const dataKey = new Uint8Array(32).fill(3)

export const never = new AbortController().signal

export class SnapshotFolder {
  readonly path: string
  columns: readonly StoredColumn[] = []
  revision = 0
  file: string | undefined
  readonly files = new Map<number, string>()

  private constructor(path: string) {
    this.path = path
  }

  static async make(): Promise<SnapshotFolder> {
    return new SnapshotFolder(await mkdtemp(join(tmpdir(), 'snapshots-')))
  }

  writer(definition: Partial<TableDefinition>, changes: Partial<SnapshotRequest> = {}): SnapshotWriter {
    return new SnapshotWriter(
      { directory: this.path, dataKey, clock: systemClock, random: systemRandom, log: silentLog },
      {
        dataset: 'people',
        source: 'api',
        pullId: 'pull',
        definition: tableDefinition.parse({ key: ['Id'], ...definition }),
        columns: this.columns,
        current: { revision: this.revision, file: this.file },
        isPartial: false,
        updatedColumn: undefined,
        ...changes,
      },
    )
  }

  /** One whole pull; its result is what the next one builds on, as the state database would have it. */
  async pull(
    records: readonly JsonRecord[],
    definition: Partial<TableDefinition> = {},
    changes: Partial<SnapshotRequest> = {},
  ): Promise<SnapshotResult> {
    const writer = this.writer(definition, changes)
    try {
      await writer.start()
      await writer.add(records, never)
      const result = await writer.finish(never)
      this.columns = result.columns
      this.revision = result.revision
      if (result.file !== undefined) {
        this.file = result.file
        this.files.set(result.revision, result.file)
      }
      return result
    } catch (error) {
      await writer.discard()
      throw error
    }
  }

  open(revision = this.revision, functions: Parameters<typeof openSnapshot>[2] = {}): SnapshotReader {
    return openSnapshot(join(this.path, this.files.get(revision) ?? 'none'), dataKey, functions)
  }

  async listFiles(): Promise<string[]> {
    const entries = await readdir(this.path, { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name)
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true })
  }
}

/** Every row as the snapshot has it, key first, read in slices of `limit`. */
export function readTable(reader: SnapshotReader, limit = 1_000): Map<string, readonly unknown[]> {
  const columns = reader.meta.columns.map((_, index) => index)
  const table = new Map<string, readonly unknown[]>()
  for (let after = 0; ;) {
    const slice = reader.rows({ columns, after, limit })
    slice.keys.forEach((key, index) => table.set(key, slice.cells[index] ?? []))
    if (slice.keys.length < limit) return table
    after = slice.lastRow
  }
}
