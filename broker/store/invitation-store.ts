import type { Kysely } from 'kysely'
import type { InvitationRecord } from './records.ts'
import type { InvitationRow, Schema } from './schema.ts'
import type { InvitationStore } from './stores.ts'

/** Invitations. Spending one is part of starting a session. */
export class SqlInvitationStore implements InvitationStore {
  readonly #db: Kysely<Schema>

  constructor({ db }: { readonly db: Kysely<Schema> }) {
    this.#db = db
  }

  async add({ sessionId, ...rest }: InvitationRecord): Promise<void> {
    await this.#db
      .insertInto('invitations')
      .values({ ...rest, sessionId: sessionId ?? null })
      .execute()
  }

  async findBySelector(selector: string): Promise<readonly InvitationRecord[]> {
    const rows = await this.#db
      .selectFrom('invitations')
      .selectAll()
      .where('selector', '=', selector)
      .orderBy('createdAtMs')
      .orderBy('id')
      .execute()
    return rows.map(toInvitation)
  }

  async countWrongTry(id: string, limit: number): Promise<void> {
    await this.#db
      .updateTable('invitations')
      .set((eb) => ({
        wrongTries: eb('wrongTries', '+', 1),
        state: eb
          .case()
          .when('wrongTries', '>=', limit - 1)
          .then(eb.val<InvitationRecord['state']>('burnt'))
          .else(eb.ref('state'))
          .end(),
      }))
      .where('id', '=', id)
      .where('state', '=', 'current')
      .execute()
  }
}

function toInvitation({ sessionId, ...rest }: InvitationRow): InvitationRecord {
  return { ...rest, sessionId: sessionId ?? undefined }
}
