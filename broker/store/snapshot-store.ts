import type { Kysely } from 'kysely'
import type { SnapshotRecord } from './records.ts'
import type { Schema, SnapshotRow } from './schema.ts'
import type { SnapshotStore } from './stores.ts'

/** Which snapshot files there are. New ones come in by `PullStore.complete`. */
export class SqlSnapshotStore implements SnapshotStore {
  readonly #db: Kysely<Schema>

  constructor({ db }: { readonly db: Kysely<Schema> }) {
    this.#db = db
  }

  async find(dataset: string, revision: number): Promise<SnapshotRecord | undefined> {
    const row = await this.#db
      .selectFrom('snapshots')
      .selectAll()
      .where('dataset', '=', dataset)
      .where('revision', '=', revision)
      .executeTakeFirst()
    return row && toSnapshot(row)
  }

  async findCurrent(dataset: string): Promise<SnapshotRecord | undefined> {
    const row = await this.#db
      .selectFrom('snapshots')
      .selectAll()
      .where('dataset', '=', dataset)
      .where('supersededAtMs', 'is', null)
      .executeTakeFirst()
    return row && toSnapshot(row)
  }

  async listSuperseded(beforeMs: number): Promise<readonly SnapshotRecord[]> {
    const rows = await this.#db
      .selectFrom('snapshots')
      .selectAll()
      .where('supersededAtMs', '<', beforeMs)
      .orderBy('dataset')
      .orderBy('revision')
      .execute()
    return rows.map(toSnapshot)
  }

  async remove(dataset: string, revision: number): Promise<void> {
    await this.#db
      .deleteFrom('snapshots')
      .where('dataset', '=', dataset)
      .where('revision', '=', revision)
      .where('supersededAtMs', 'is not', null)
      .execute()
  }
}

function toSnapshot({ supersededAtMs, ...rest }: SnapshotRow): SnapshotRecord {
  return { ...rest, supersededAtMs: supersededAtMs ?? undefined }
}
