import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** What instances share of a source's tokens, and a second secret beside the one in use. */
export const tokens: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('token_states')
      .addColumn('source', 'text', (column) => column.primaryKey().notNull().references('sources.name'))
      .addColumn('state', 'text')
      .execute()
    // A source without a first secret has no second one.
    await db.schema
      .createTable('second_secrets')
      .addColumn('source', 'text', (column) =>
        column.primaryKey().notNull().references('secrets.source').onDelete('cascade'),
      )
      .addColumn('sealed', 'text', (column) => column.notNull())
      .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
      .execute()
  },
}
