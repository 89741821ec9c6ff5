import type { Kysely } from 'kysely'
import type { SessionRecord } from './records.ts'
import type { Schema, SessionRow } from './schema.ts'
import { startSession } from './session-start.ts'
import type { SessionOutcome, SessionStore, SessionTerms } from './stores.ts'

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

  add(session: SessionRecord, mostPerUser: number, terms: SessionTerms = { spends: [] }): Promise<SessionOutcome> {
    return startSession(this.#db, { session, mostPerUser, terms })
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
