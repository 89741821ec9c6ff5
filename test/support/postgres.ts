import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { Secret } from '../../broker/kernel/secret.ts'

/** An empty database of one's own on the test run's PostgreSQL server. */
export interface TestDatabase {
  readonly url: Secret
  /** Runs a statement past the product's own code. */
  query(sql: string): Promise<readonly unknown[]>
  drop(): Promise<void>
}

/** Makes an empty database; the server is started by the first call of the run. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const response = await fetch(inject('postgresLender'))
  const server = await response.text()
  if (!response.ok) throw new Error(server)
  const name = `sheetbroker_test_${randomBytes(8).toString('hex')}`
  await queryOnce(server, `create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return {
    url: new Secret(url.href),
    query: (sql) => queryOnce(url.href, sql),
    async drop() {
      await queryOnce(server, `drop database ${name} with (force)`)
    },
  }
}

async function queryOnce(url: string, sql: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}
