import { type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** How far each dataset was read, and which pulls can wait. */
export const readingPoints: Migration = {
  async up(db: Kysely<unknown>) {
    for (const column of ['read_from_ms', 'full_read_at_ms']) {
      await db.schema
        .alterTable('datasets')
        .addColumn(column, 'bigint', (definition) => definition.notNull().defaultTo(0))
        .execute()
    }
    await db.schema
      .alterTable('pulls')
      .addColumn('priority', 'integer', (definition) => definition.notNull().defaultTo(0))
      .execute()
    await db.schema.alterTable('pulls').addColumn('changes_since_ms', 'bigint').execute()
  },
}
