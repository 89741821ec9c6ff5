// Kysely over one SQLite connection that several processes' files share: write transactions take the write lock at their start, a
// busy file is waited for without blocking the event loop, and the driver's errors become BrokerErrors here and nowhere else.
import {
  CompiledQuery,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely'
import type { EncryptedDatabase } from '../crypto/encrypted-file.ts'
import { BrokerError } from '../errors/broker-error.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Random } from '../kernel/random.ts'

/** The longest that a statement waits for another process's write. */
const longestWaitMs = 10_000
const retryMs = 10

/** Codes that say that the file cannot be used, not that the statement is wrong. */
const unavailable =
  /^(?:SQLITE_(?:BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY|NOTADB|CORRUPT|NOMEM|PERM|PROTOCOL)|EACCES$|EPERM$|ENOENT$|EROFS$|ENOSPC$|EISDIR$)/

interface Deps {
  readonly database: EncryptedDatabase
  readonly clock: Clock
  readonly random: Random
}

/** `store-unavailable` for a file that cannot be used, `internal` for everything else. */
export function sqliteFailure(cause: unknown): BrokerError {
  if (unavailable.test(sqliteCode(cause)))
    return new BrokerError('store-unavailable', 'The state file cannot be used right now.', { cause })
  return new BrokerError('internal', 'The state file refused a statement.', { cause })
}

/** Runs `work` again, after a wait, as long as another process holds the file. Only for work that a refusal leaves undone. */
export async function retryWhileBusy<Result>(work: () => Result, deps: Omit<Deps, 'database'>): Promise<Result> {
  const giveUpAtMs = deps.clock.monotonicMs() + longestWaitMs
  for (;;) {
    try {
      return work()
    } catch (error) {
      if (!sqliteCode(error).startsWith('SQLITE_BUSY') || deps.clock.monotonicMs() >= giveUpAtMs)
        throw sqliteFailure(error)
    }
    await deps.clock.wait(retryMs * (1 + deps.random.fraction()))
  }
}

/** Kysely's dialect for an open state file. */
export class SqliteStateDialect implements Dialect {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  createAdapter(): SqliteAdapter {
    return new TransactionalSqliteAdapter()
  }

  createDriver(): Driver {
    return new SqliteStateDriver(this.#deps)
  }

  createIntrospector(...[db]: ConstructorParameters<typeof SqliteIntrospector>): SqliteIntrospector {
    return new SqliteIntrospector(db)
  }

  createQueryCompiler(): SqliteQueryCompiler {
    return new SqliteQueryCompiler()
  }
}

/** SQLite's DDL is transactional; Kysely's own adapter denies it, and so would not migrate in a transaction. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

class SqliteStateDriver implements Driver {
  readonly #database: EncryptedDatabase
  readonly #connection: DatabaseConnection

  constructor(deps: Deps) {
    this.#database = deps.database
    this.#connection = new SqliteStateConnection(deps)
  }

  async init(): Promise<void> {
    // The file is open already.
  }

  /** The one connection; Kysely's mutex lends it to one user at a time. */
  acquireConnection(): Promise<DatabaseConnection> {
    return Promise.resolve(this.#connection)
  }

  async releaseConnection(): Promise<void> {
    // Nothing to give back.
  }

  /** Immediate: a transaction that first reads and then writes would otherwise fail when another process wrote in between. */
  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'))
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // A full disk, for one, has SQLite roll back by itself.
    if (this.#database.inTransaction) await connection.executeQuery(CompiledQuery.raw('rollback'))
  }

  destroy(): Promise<void> {
    this.#database.close()
    return Promise.resolve()
  }
}

class SqliteStateConnection implements DatabaseConnection {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const { database } = this.#deps
    const execute = (): QueryResult<Row> => {
      const statement = database.prepare<unknown[], Row>(sql)
      if (statement.reader) return { rows: statement.all(...parameters) }
      return { rows: [], numAffectedRows: BigInt(statement.run(...parameters).changes) }
    }
    if (!database.inTransaction) return retryWhileBusy(execute, this.#deps)
    try {
      return execute()
    } catch (error) {
      throw sqliteFailure(error)
    }
  }

  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    await Promise.reject(new BrokerError('internal', 'State queries are not streamed.'))
  }
}

function sqliteCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
