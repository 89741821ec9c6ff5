import type { Kysely } from 'kysely'
import type { Schema } from './schema.ts'
import type { PullRetention } from './stores.ts'

/** So many at a time, so that nobody waits for the database meanwhile. */
const mostAtOnce = 500

/** Forgets pulls as `PullStore.forgetEnded` says; returns how many. */
export function forgetPulls(db: Kysely<Schema>, { endedBeforeMs, keep }: PullRetention): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    const ranked = transaction.selectFrom('pulls').select(({ fn }) => [
      'id',
      'state',
      'endedAtMs',
      fn
        .agg<number>('row_number')
        .over((over) => over.partitionBy('dataset').orderBy('createdAtMs', 'desc').orderBy('id'))
        .as('place'),
      fn
        .agg<number>('row_number')
        .over((over) =>
          over.partitionBy(['dataset', 'state']).orderBy('endedAtMs', 'desc').orderBy('createdAtMs', 'desc'),
        )
        .as('placeInState'),
    ])
    const old = await transaction
      .selectFrom(ranked.as('ranked'))
      .select('id')
      .where('state', 'in', ['completed', 'failed', 'cancelled'])
      .where('endedAtMs', '<', endedBeforeMs)
      .where('place', '>', keep)
      .where((eb) => eb.or([eb('state', '!=', 'completed'), eb('placeInState', '>', 1)]))
      .limit(mostAtOnce)
      .execute()
    const ids = old.map(({ id }) => id)
    if (ids.length === 0) return 0
    await transaction.deleteFrom('pullWaiters').where('pullId', 'in', ids).execute()
    await transaction.deleteFrom('pulls').where('id', 'in', ids).execute()
    return ids.length
  })
}
