import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** What was given out last of the add-in's manifest, in each of its forms, so that another content gets a higher version. */
export const manifests: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('issued_manifests')
      .addColumn('form', 'text', (column) => column.primaryKey().notNull())
      .addColumn('digest', 'text')
      .addColumn('version', 'text')
      .execute()
  },
}
