import type { Kysely } from 'kysely'
import type { SecretRecord } from './records.ts'
import type { Schema } from './schema.ts'
import type { SecretStore } from './stores.ts'

/** Sealed client secrets, one a source. */
export class SqlSecretStore implements SecretStore {
  readonly #db: Kysely<Schema>

  constructor({ db }: { readonly db: Kysely<Schema> }) {
    this.#db = db
  }

  async put(secret: SecretRecord): Promise<void> {
    await this.#db
      .insertInto('secrets')
      .values(secret)
      .onConflict((conflict) =>
        conflict.column('source').doUpdateSet((eb) => ({
          sealed: eb.ref('excluded.sealed'),
          createdAtMs: eb.ref('excluded.createdAtMs'),
        })),
      )
      .execute()
  }

  find(source: string): Promise<SecretRecord | undefined> {
    return this.#db.selectFrom('secrets').selectAll().where('source', '=', source).executeTakeFirst()
  }
}
