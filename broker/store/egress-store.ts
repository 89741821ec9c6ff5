import type { Kysely } from 'kysely'
import type { Schema } from './schema.ts'
import type { EgressStore } from './stores.ts'

/** Processes that ended without a word are forgotten after a day. */
const forgottenAfterMs = 86_400_000

/** Heartbeats of the egress processes. */
export class SqlEgressStore implements EgressStore {
  readonly #db: Kysely<Schema>

  constructor({ db }: { readonly db: Kysely<Schema> }) {
    this.#db = db
  }

  async beat(owner: string, nowMs: number): Promise<void> {
    await this.#db
      .insertInto('egressProcesses')
      .values({ owner, beatAtMs: nowMs })
      .onConflict((conflict) =>
        conflict.column('owner').doUpdateSet((eb) => ({ beatAtMs: eb.ref('excluded.beatAtMs') })),
      )
      .execute()
    await this.#db
      .deleteFrom('egressProcesses')
      .where('beatAtMs', '<', nowMs - forgottenAfterMs)
      .execute()
  }

  async leave(owner: string): Promise<void> {
    await this.#db.deleteFrom('egressProcesses').where('owner', '=', owner).execute()
  }

  async lastBeatMs(): Promise<number> {
    const row = await this.#db
      .selectFrom('egressProcesses')
      .select('beatAtMs')
      .orderBy('beatAtMs', 'desc')
      .limit(1)
      .executeTakeFirst()
    return row?.beatAtMs ?? 0
  }
}
