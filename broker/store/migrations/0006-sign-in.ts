import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Signing in with an identity provider: whose identities users have, and what was spent on sessions. */
export const signIn: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('identities')
      .addColumn('issuer', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('user_id', 'text', (column) => column.notNull().references('users.id'))
      .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('identities_pkey', ['issuer', 'subject'])
      .execute()
    await db.schema.createIndex('identities_user').on('identities').column('user_id').execute()
    await db.schema
      .createTable('spent_tokens')
      .addColumn('digest', 'text', (column) => column.primaryKey().notNull())
      .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
      .execute()
    await db.schema.createIndex('spent_tokens_expiry').on('spent_tokens').column('expires_at_ms').execute()
    await db.schema
      .createTable('sign_in_codes')
      .addColumn('digest', 'text', (column) => column.primaryKey().notNull())
      .addColumn('challenge', 'text', (column) => column.notNull())
      .addColumn('identity', 'text', (column) => column.notNull())
      .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .execute()
    await db.schema.createIndex('sign_in_codes_expiry').on('sign_in_codes').column('expires_at_ms').execute()
    await db.schema
      .alterTable('sessions')
      .addColumn('kind', 'text', (column) => column.notNull().defaultTo('kept'))
      .execute()
  },
}
