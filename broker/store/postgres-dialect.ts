// Kysely over a pool of PostgreSQL connections. The driver's errors become BrokerErrors here and nowhere else, and a connection that
// stopped answering leaves the pool.
import {
  CompiledQuery,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely'
import pg from 'pg'
import { BrokerError } from '../errors/broker-error.ts'

/**
 * SQLSTATE classes that say that the server cannot do it right now: connection, authorization, no such database, rolled back
 * (deadlock), out of resources, object in use, operator's intervention (restart, timeout), system error.
 */
const unavailable = /^(?:08|28|3D|40|53|55|57|58|25P0[23])/

/** `store-unavailable` when the server is away or busy, `internal` when it refuses the statement itself. */
export function postgresFailure(cause: unknown): BrokerError {
  if (cause instanceof pg.DatabaseError && !unavailable.test(cause.code ?? ''))
    return new BrokerError('internal', 'The database refused a statement.', { cause })
  return new BrokerError('store-unavailable', 'The database cannot be used right now.', { cause })
}

/** Kysely's dialect for a pool. */
export class PostgresStateDialect implements Dialect {
  readonly #pool: pg.Pool

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  createAdapter(): PostgresAdapter {
    return new PostgresAdapter()
  }

  createDriver(): Driver {
    return new PostgresStateDriver(this.#pool)
  }

  createIntrospector(...[db]: ConstructorParameters<typeof PostgresIntrospector>): PostgresIntrospector {
    return new PostgresIntrospector(db)
  }

  createQueryCompiler(): PostgresQueryCompiler {
    return new PostgresQueryCompiler()
  }
}

class PostgresStateDriver implements Driver {
  readonly #pool: pg.Pool
  readonly #clients = new WeakMap<DatabaseConnection, PostgresStateConnection>()

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  async init(): Promise<void> {
    // The pool connects when it is asked to.
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    try {
      const connection = new PostgresStateConnection(await this.#pool.connect())
      this.#clients.set(connection, connection)
      return connection
    } catch (error) {
      throw postgresFailure(error)
    }
  }

  releaseConnection(connection: DatabaseConnection): Promise<void> {
    this.#clients.get(connection)?.release()
    return Promise.resolve()
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin'))
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'))
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback'))
  }

  async destroy(): Promise<void> {
    await this.#pool.end()
  }
}

class PostgresStateConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient
  #isBroken = false

  constructor(client: pg.PoolClient) {
    this.#client = client
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    try {
      const { rows, rowCount, command } = await this.#client.query<Row & pg.QueryResultRow>(sql, [...parameters])
      if (sql === 'commit' && command === 'ROLLBACK')
        throw new BrokerError('internal', 'A failed transaction was committed.')
      return { rows, numAffectedRows: BigInt(rowCount ?? 0) }
    } catch (error) {
      if (error instanceof BrokerError) throw error
      // Not the server's answer but the lack of one: a late answer would be taken for the next statement's.
      this.#isBroken ||= !(error instanceof pg.DatabaseError)
      throw postgresFailure(error)
    }
  }

  release(): void {
    this.#client.release(this.#isBroken)
  }

  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    await Promise.reject(new BrokerError('internal', 'State queries are not streamed.'))
  }
}
