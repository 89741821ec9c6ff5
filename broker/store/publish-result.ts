import type { Transaction } from 'kysely'
import { BrokerError } from '../errors/broker-error.ts'
import type { Schema } from './schema.ts'
import type { PullResult } from './stores.ts'

/** Makes a pull's result what readers of the dataset get, inside the transaction that ends the pull. */
export async function publishResult(
  transaction: Transaction<Schema>,
  dataset: string,
  { snapshot, revision, columns, reading }: PullResult,
  nowMs: number,
): Promise<void> {
  if (snapshot) {
    await transaction
      .updateTable('snapshots')
      .set({ supersededAtMs: nowMs })
      .where('dataset', '=', dataset)
      .where('supersededAtMs', 'is', null)
      .execute()
    await transaction
      .insertInto('snapshots')
      .values({ dataset, revision, ...snapshot, createdAtMs: nowMs, supersededAtMs: null })
      .execute()
  }
  const { numUpdatedRows } = await transaction
    .updateTable('datasets')
    .set({
      ...{ columns, revision, pulledAtMs: nowMs, readFromMs: reading.readFromMs },
      ...(snapshot && { rows: snapshot.rows }),
      ...(reading.changesSinceMs === undefined && { fullReadAtMs: reading.startedAtMs }),
    })
    .where('name', '=', dataset)
    .where('revision', '=', snapshot ? revision - 1 : revision)
    .executeTakeFirstOrThrow()
  if (numUpdatedRows !== 1n)
    throw new BrokerError('internal', `Revision ${revision} of ${dataset} does not follow its current one.`)
}
