import type { Kysely } from 'kysely'
import type { IdentityRecord, SignInCodeRecord, UserRecord } from './records.ts'
import type { Schema } from './schema.ts'
import type { IdentityStore } from './stores.ts'
import { toUser } from './user-store.ts'

/** Identities and sign-in codes. Spending a code is part of starting a session. */
export class SqlIdentityStore implements IdentityStore {
  readonly #db: Kysely<Schema>

  constructor({ db }: { readonly db: Kysely<Schema> }) {
    this.#db = db
  }

  async findUser(issuer: string, subject: string): Promise<UserRecord | undefined> {
    const row = await this.#db
      .selectFrom('identities')
      .innerJoin('users', 'users.id', 'identities.userId')
      .selectAll('users')
      .where('issuer', '=', issuer)
      .where('subject', '=', subject)
      .executeTakeFirst()
    return row && toUser(row)
  }

  listOfUser(userId: string): Promise<readonly IdentityRecord[]> {
    return this.#db
      .selectFrom('identities')
      .selectAll()
      .where('userId', '=', userId)
      .orderBy('issuer')
      .orderBy('subject')
      .execute()
  }

  async link(identity: IdentityRecord): Promise<boolean> {
    await this.#db
      .insertInto('identities')
      .values(identity)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    return (await this.findUser(identity.issuer, identity.subject))?.id === identity.userId
  }

  async unlink({ issuer, subject, userId }: Pick<IdentityRecord, 'issuer' | 'subject' | 'userId'>): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('identities')
      .where('issuer', '=', issuer)
      .where('subject', '=', subject)
      .where('userId', '=', userId)
      .executeTakeFirstOrThrow()
    return numDeletedRows > 0n
  }

  async addCode(code: SignInCodeRecord): Promise<void> {
    await this.#db.insertInto('signInCodes').values(code).execute()
  }

  findCode(digest: string): Promise<SignInCodeRecord | undefined> {
    return this.#db.selectFrom('signInCodes').selectAll().where('digest', '=', digest).executeTakeFirst()
  }

  async forgetExpired(nowMs: number): Promise<void> {
    await this.#db.deleteFrom('spentTokens').where('expiresAtMs', '<', nowMs).execute()
    await this.#db.deleteFrom('signInCodes').where('expiresAtMs', '<', nowMs).execute()
  }
}
