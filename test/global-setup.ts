// Lends one PostgreSQL server to the whole test run: TEST_POSTGRES_URL, or one from npm that is started when the first test asks.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { startPostgres, type PostgresServer } from './support/postgres-server.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** GET it for the URL of a PostgreSQL server whose user may create databases. */
    postgresLender: string
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const ready = process.env['TEST_POSTGRES_URL']
  let started: Promise<PostgresServer> | undefined
  const lender = createServer((_request, response) => {
    const url =
      ready === undefined ? (started ??= startPostgres()).then((server) => server.url) : Promise.resolve(ready)
    url.then(
      (text) => response.end(text),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>((resolve) => lender.listen(0, '127.0.0.1', resolve))
  project.provide('postgresLender', `http://127.0.0.1:${(lender.address() as AddressInfo).port}/`)
  return async () => {
    lender.close()
    lender.closeAllConnections()
    await (await started?.catch(() => undefined))?.stop()
  }
}
