import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** The tables of the first release. */
export const initial: Migration = {
  async up(db: Kysely<unknown>) {
    await createLocks(db)
    await createDefinitions(db)
    await createSignIn(db)
    await createPulls(db)
  },
}

async function createLocks(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('locks')
    .addColumn('name', 'text', (column) => column.primaryKey().notNull())
    .execute()
  await sql`insert into locks (name) values ('definitions')`.execute(db)
}

async function createDefinitions(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('sources')
    .addColumn('name', 'text', (column) => column.primaryKey().notNull())
    .addColumn('definition', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('secrets')
    .addColumn('source', 'text', (column) => column.primaryKey().notNull().references('sources.name'))
    .addColumn('sealed', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('datasets')
    .addColumn('name', 'text', (column) => column.primaryKey().notNull())
    .addColumn('source', 'text', (column) => column.notNull().references('sources.name'))
    .addColumn('definition', 'text', (column) => column.notNull())
    .addColumn('columns', 'text', (column) => column.notNull())
    .addColumn('revision', 'bigint', (column) => column.notNull())
    .addColumn('rows', 'bigint', (column) => column.notNull())
    .addColumn('pulled_at_ms', 'bigint', (column) => column.notNull())
    .execute()
}

async function createSignIn(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('users')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('name', 'text', (column) => column.notNull().unique())
    .addColumn('display_name', 'text', (column) => column.notNull())
    .addColumn('is_active', 'integer', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('grants')
    .addColumn('user_id', 'text', (column) => column.notNull().references('users.id'))
    .addColumn('dataset', 'text', (column) => column.notNull().references('datasets.name'))
    .addColumn('columns', 'text')
    .addPrimaryKeyConstraint('grants_pkey', ['user_id', 'dataset'])
    .execute()
  await db.schema
    .createTable('invitations')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('user_id', 'text', (column) => column.notNull().references('users.id'))
    .addColumn('selector', 'text', (column) => column.notNull())
    .addColumn('code_hash', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('wrong_tries', 'bigint', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('session_id', 'text')
    .execute()
  await db.schema.createIndex('invitations_selector').on('invitations').column('selector').execute()
  await db.schema
    .createTable('sessions')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('user_id', 'text', (column) => column.notNull().references('users.id'))
    .addColumn('token_hash', 'text', (column) => column.notNull().unique())
    .addColumn('key_thumbprint', 'text', (column) => column.notNull())
    .addColumn('device', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('last_used_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('sessions_user').on('sessions').columns(['user_id', 'state']).execute()
}

async function createPulls(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('pulls')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('dataset', 'text', (column) => column.notNull().references('datasets.name'))
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('requested_by', 'text')
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('started_at_ms', 'bigint')
    .addColumn('ended_at_ms', 'bigint')
    .addColumn('rows', 'bigint', (column) => column.notNull())
    .addColumn('pages', 'bigint', (column) => column.notNull())
    .addColumn('token_calls', 'bigint', (column) => column.notNull())
    .addColumn('owner', 'text')
    .addColumn('lease_until_ms', 'bigint', (column) => column.notNull())
    .addColumn('attempts', 'bigint', (column) => column.notNull())
    .addColumn('revision', 'bigint')
    .addColumn('rows_changed', 'bigint', (column) => column.notNull())
    .addColumn('rows_deleted', 'bigint', (column) => column.notNull())
    .addColumn('duplicates', 'bigint', (column) => column.notNull())
    .addColumn('warnings', 'text', (column) => column.notNull())
    .addColumn('problem_code', 'text')
    .addColumn('problem_message', 'text')
    .execute()
  // At most one active pull a dataset, whatever the number of users and instances. One that is being cancelled is no longer active.
  await sql`create unique index pulls_active on pulls (dataset) where state in ('queued', 'running')`.execute(db)
  await db.schema.createIndex('pulls_dataset').on('pulls').columns(['dataset', 'created_at_ms']).execute()
  await db.schema.createIndex('pulls_state').on('pulls').columns(['state', 'created_at_ms']).execute()
  await db.schema
    .createTable('pull_waiters')
    .addColumn('pull_id', 'text', (column) => column.notNull().references('pulls.id'))
    .addColumn('waiter', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('pull_waiters_pkey', ['pull_id', 'waiter'])
    .execute()
  await db.schema
    .createTable('snapshots')
    .addColumn('dataset', 'text', (column) => column.notNull().references('datasets.name'))
    .addColumn('revision', 'bigint', (column) => column.notNull())
    .addColumn('file', 'text', (column) => column.notNull())
    .addColumn('rows', 'bigint', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('superseded_at_ms', 'bigint')
    .addPrimaryKeyConstraint('snapshots_pkey', ['dataset', 'revision'])
    .execute()
  await sql`create unique index snapshots_current on snapshots (dataset) where superseded_at_ms is null`.execute(db)
  await db.schema
    .createTable('egress_processes')
    .addColumn('owner', 'text', (column) => column.primaryKey().notNull())
    .addColumn('beat_at_ms', 'bigint', (column) => column.notNull())
    .execute()
}
