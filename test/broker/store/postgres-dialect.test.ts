import { Kysely, sql } from 'kysely'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PostgresStateDialect } from '../../../broker/store/postgres-dialect.ts'
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts'

let database: TestDatabase
let db: Kysely<{ numbers: { n: number } }>
beforeEach(async () => {
  database = await createTestDatabase()
  const pool = new pg.Pool({ connectionString: database.url.reveal(), max: 1, query_timeout: 300 })
  pool.on('error', () => undefined)
  db = new Kysely({ dialect: new PostgresStateDialect(pool) })
  await database.query('create table numbers (n integer primary key)')
})
afterEach(async () => {
  await db.destroy()
  await database.drop()
})

const sleep = sql`select pg_sleep(5)`
const unavailable = { name: 'BrokerError', code: 'store-unavailable' }

describe('PostgresStateDialect', () => {
  test('drops a connection that did not answer in time: the next statement gets its own answer', async () => {
    await expect(sleep.execute(db)).rejects.toMatchObject(unavailable)
    const { rows } = await sql<{ n: number }>`select 7 as n`.execute(db)
    expect(rows).toEqual([{ n: 7 }])
  })

  test('drops it inside a transaction too', async () => {
    const transaction = db.transaction().execute(async (trx) => {
      await trx.insertInto('numbers').values({ n: 1 }).execute()
      await sleep.execute(trx)
    })
    await expect(transaction).rejects.toMatchObject(unavailable)
    expect(await db.selectFrom('numbers').selectAll().execute()).toEqual([])
  })

  test('refuses to commit a transaction in which a statement failed unnoticed', async () => {
    await db.insertInto('numbers').values({ n: 1 }).execute()
    const transaction = db.transaction().execute(async (trx) => {
      await trx.insertInto('numbers').values({ n: 2 }).execute()
      await trx
        .insertInto('numbers')
        .values({ n: 1 })
        .execute()
        .catch(() => undefined)
    })
    await expect(transaction).rejects.toMatchObject({ code: 'internal' })
    expect(await db.selectFrom('numbers').selectAll().execute()).toEqual([{ n: 1 }])
  })

  test.each([
    { name: 'a constraint', statement: sql`insert into numbers values (null)`, code: 'internal' },
    { name: 'a mistake of ours', statement: sql`select nothing from nowhere`, code: 'internal' },
    {
      name: 'a lock held too long',
      statement: sql`do $$ begin raise sqlstate '55P03'; end $$`,
      code: 'store-unavailable',
    },
    { name: 'a deadlock', statement: sql`do $$ begin raise sqlstate '40P01'; end $$`, code: 'store-unavailable' },
    { name: 'a full disk', statement: sql`do $$ begin raise sqlstate '53100'; end $$`, code: 'store-unavailable' },
    { name: 'a shutdown', statement: sql`do $$ begin raise sqlstate '57P01'; end $$`, code: 'store-unavailable' },
  ])('turns $name into $code', async ({ statement, code }) => {
    await expect(statement.execute(db)).rejects.toMatchObject({ name: 'BrokerError', code })
    await expect(sql`select 1`.execute(db)).resolves.toBeDefined()
  })
})
