import type { Kysely } from 'kysely'
import type { SessionRecord } from './records.ts'
import type { Schema, SessionRow } from './schema.ts'
import type { SessionStore } from './stores.ts'

interface Deps {
  readonly db: Kysely<Schema>
  /** A quicker way to a row than Kysely's, where the engine has one. */
  readonly findRow: ((tokenHash: string) => Promise<SessionRow | undefined>) | undefined
}

/** Sessions, found by the digest of their credential. */
export class SqlSessionStore implements SessionStore {
  readonly #db: Kysely<Schema>
  readonly #findRow: Deps['findRow']

  constructor({ db, findRow }: Deps) {
    this.#db = db
    this.#findRow = findRow
  }

  async add(session: SessionRecord, mostPerUser: number): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      // Holds the user's row, so that of two sign-ins at once the second one counts the first one's session.
      await transaction
        .updateTable('users')
        .set((eb) => ({ id: eb.ref('id') }))
        .where('id', '=', session.userId)
        .execute()
      await transaction.insertInto('sessions').values(session).execute()
      await transaction
        .updateTable('sessions')
        .set({ state: 'ended' })
        .where('userId', '=', session.userId)
        .where('state', '=', 'active')
        .where('id', '!=', session.id)
        .where('id', 'not in', (eb) =>
          eb
            .selectFrom('sessions')
            .select('id')
            .where('userId', '=', session.userId)
            .where('state', '=', 'active')
            .where('id', '!=', session.id)
            .orderBy('lastUsedAtMs', 'desc')
            .orderBy('id')
            .limit(mostPerUser - 1),
        )
        .execute()
    })
  }

  findByTokenHash(tokenHash: string): Promise<SessionRecord | undefined> {
    if (this.#findRow) return this.#findRow(tokenHash)
    return this.#db.selectFrom('sessions').selectAll().where('tokenHash', '=', tokenHash).executeTakeFirst()
  }

  async touch(id: string, lastUsedAtMs: number): Promise<void> {
    await this.#db
      .updateTable('sessions')
      .set({ lastUsedAtMs })
      .where('id', '=', id)
      .where('lastUsedAtMs', '<', lastUsedAtMs)
      .execute()
  }

  async setState(id: string, state: SessionRecord['state']): Promise<void> {
    await this.#db.updateTable('sessions').set({ state }).where('id', '=', id).where('state', '!=', 'ended').execute()
  }
}
