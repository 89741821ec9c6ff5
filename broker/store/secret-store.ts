import type { Kysely } from 'kysely'
import type { SecretRecord } from './records.ts'
import type { Schema } from './schema.ts'
import type { SecretStore } from './stores.ts'

/** Sealed client secrets, one a source, and a second one beside it during a rotation. */
export class SqlSecretStore implements SecretStore {
  readonly #db: Kysely<Schema>

  constructor({ db }: { readonly db: Kysely<Schema> }) {
    this.#db = db
  }

  async put(secret: SecretRecord): Promise<void> {
    await this.#put('secrets', secret)
  }

  find(source: string): Promise<SecretRecord | undefined> {
    return this.#db.selectFrom('secrets').selectAll().where('source', '=', source).executeTakeFirst()
  }

  putSecond(secret: SecretRecord): Promise<boolean> {
    return this.#db.transaction().execute(async (transaction) => {
      // Holds the first one, which must not go away meanwhile.
      const first = await transaction
        .updateTable('secrets')
        .set((eb) => ({ source: eb.ref('source') }))
        .where('source', '=', secret.source)
        .returning('source')
        .executeTakeFirst()
      if (!first) return false
      await this.#put('secondSecrets', secret, transaction)
      return true
    })
  }

  findSecond(source: string): Promise<SecretRecord | undefined> {
    return this.#db.selectFrom('secondSecrets').selectAll().where('source', '=', source).executeTakeFirst()
  }

  promote(source: string): Promise<boolean> {
    return this.#db.transaction().execute(async (transaction) => {
      const second = await transaction
        .deleteFrom('secondSecrets')
        .where('source', '=', source)
        .returningAll()
        .executeTakeFirst()
      if (!second) return false
      const { sealed, createdAtMs } = second
      await transaction.updateTable('secrets').set({ sealed, createdAtMs }).where('source', '=', source).execute()
      return true
    })
  }

  async removeSecond(source: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('secondSecrets')
      .where('source', '=', source)
      .executeTakeFirstOrThrow()
    return numDeletedRows > 0n
  }

  async #put(table: 'secrets' | 'secondSecrets', secret: SecretRecord, db: Kysely<Schema> = this.#db): Promise<void> {
    await db
      .insertInto(table)
      .values(secret)
      .onConflict((conflict) =>
        conflict.column('source').doUpdateSet((eb) => ({
          sealed: eb.ref('excluded.sealed'),
          createdAtMs: eb.ref('excluded.createdAtMs'),
        })),
      )
      .execute()
  }
}
