import { createHash } from 'node:crypto'
import pg from 'pg'
import { CamelCasePlugin, Kysely } from 'kysely'
import { onTestFinished } from 'vitest'
import { sourceDefinition } from '../../../../broker/dataset/source-definition.ts'
import { silentLog } from '../../../../broker/kernel/log.ts'
import { Secret } from '../../../../broker/kernel/secret.ts'
import { systemRandom } from '../../../../broker/kernel/system.ts'
import { HttpCaller } from '../../../../broker/source/http-caller.ts'
import type { HeldToken } from '../../../../broker/source/source-access.ts'
import type { SealedSecret } from '../../../../broker/source/token-exchange.ts'
import { TokenKeeper } from '../../../../broker/source/token-keeper.ts'
import type { TokenLedger } from '../../../../broker/source/token-ledger.ts'
import { digestOf } from '../../../../broker/source/token-scope.ts'
import { createStoredTokenLedger } from '../../../../broker/stored-token-ledger.ts'
import { PostgresStateDialect } from '../../../../broker/store/postgres-dialect.ts'
import type { Schema } from '../../../../broker/store/schema.ts'
import { openSqliteStores } from '../../../../broker/store/sqlite.ts'
import type { TokenStore } from '../../../../broker/store/stores.ts'
import { SqlTokenStore } from '../../../../broker/store/token-store.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import {
  createPostgresState,
  createSqliteState,
  testDataKey,
  type StateDatabase,
} from '../../../support/state-engines.ts'
import { deadlineMs, sealedForTest, thisMachineOnly, tokenPath } from './reading.ts'
import { Upstream, type Respond } from './upstream.ts'

const never = new AbortController().signal
const tokenKey = new Secret(createHash('sha256').update('key of these tests').digest('base64url'))
const stepMs = 100

/** The engines, their token store going by the test's clock. */
export const engines = ['SQLite', 'PostgreSQL'] as const

export interface InstancesOptions {
  readonly engine: (typeof engines)[number]
  readonly count: number
  readonly auth?: Readonly<Record<string, unknown>>
}

/** Several egress processes' token keepers over one real database, with a token endpoint that answers as the test says. */
export class Instances {
  readonly clock: ManualClock
  readonly upstream: Upstream
  readonly database: StateDatabase
  readonly keepers: readonly TokenKeeper[]
  /** As any instance has it. */
  readonly ledger: TokenLedger
  readonly digest: string
  readonly #traffic: Traffic
  secrets: SealedSecret[] = [sealedForTest(new Secret('first secret'))]

  private constructor(
    parts: Pick<Instances, 'clock' | 'upstream' | 'database' | 'ledger' | 'digest'>,
    traffic: Traffic,
    make: Make,
  ) {
    this.clock = parts.clock
    this.upstream = parts.upstream
    this.database = parts.database
    this.ledger = parts.ledger
    this.digest = parts.digest
    this.#traffic = traffic
    this.keepers = make(() => Promise.resolve(this.secrets))
  }

  /** Everything stops when the test ends. */
  static async start(respond: Respond, { engine, count, auth: settings }: InstancesOptions): Promise<Instances> {
    const clock = new ManualClock()
    const upstream = await Upstream.start(respond)
    const database = engine === 'SQLite' ? await createSqliteState(clock) : await createPostgresState()
    const stops: (() => unknown)[] = [() => upstream.stop(), () => database.remove()]
    await defineSource(database)
    const { baseUrl, auth } = sourceDefinition.parse({
      baseUrl: upstream.origin,
      auth: { method: 'client_secret_post', tokenUrl: upstream.origin + tokenPath, clientId: 'client', ...settings },
    })
    if (auth.method === 'static') throw new Error('Give a method with a token endpoint.')
    const ledgers: TokenLedger[] = []
    const traffic: Traffic = { underWay: 0, last: Promise.resolve() }
    for (let index = 0; index < count; index += 1) {
      const { tokens, close } = await openTokens(database, clock)
      ledgers.push(counting(createStoredTokenLedger({ source: 'vendor', tokens, tokenKey }), traffic))
      stops.unshift(close)
    }
    const make: Make = (secrets) =>
      ledgers.map((ledger) => {
        const http = new HttpCaller({ clock, timeoutMs: deadlineMs, addresses: thisMachineOnly })
        const deps = { auth, secrets, ledger, http, clock, random: systemRandom, log: silentLog }
        const keeper = new TokenKeeper({ ...deps, source: 'vendor', audience: baseUrl })
        stops.unshift(async () => {
          keeper.stop()
          await http.stop()
        })
        return keeper
      })
    const digest = digestOf(auth, baseUrl)
    const instances = new Instances({ clock, upstream, database, ledger: ledgers[0]!, digest }, traffic, make)
    onTestFinished(async () => {
      for (const stop of stops) await stop()
    })
    return instances
  }

  /** A token of the `index`th instance; time moves on while it waits. */
  get(index: number): Promise<HeldToken> {
    return this.drive(this.keepers[index]!.get(never))
  }

  /** A token of every instance, all asked at the same moment. */
  getAll(callersEach = 1): Promise<readonly HeldToken[]> {
    const gets = this.keepers.flatMap((keeper) => Array.from({ length: callersEach }, () => keeper.get(never)))
    return this.drive(Promise.all(gets))
  }

  /**
   * Runs `work` to its end. Time moves on when all that is left is waiting for it: requests and statements, which take real
   * time, take none of the clock's.
   */
  async drive<Result>(work: Promise<Result>): Promise<Result> {
    const state = { isDone: false }
    const done = work.finally(() => {
      state.isDone = true
    })
    done.catch(() => undefined) // Awaited below; a failure must not count as unhandled meanwhile.
    for (let idleTurns = 0; !state.isDone; idleTurns += 1) {
      await new Promise((resolve) => setImmediate(resolve))
      if (this.#isInTransit()) idleTurns = 0
      if (idleTurns < 3) continue
      idleTurns = 0
      await this.clock.advance(stepMs)
    }
    return done
  }

  /** Waits until no exchange is under way in the background. */
  async quiet(): Promise<void> {
    for (let idleTurns = 0; idleTurns < 5; idleTurns += 1) {
      await new Promise((resolve) => setImmediate(resolve))
      if (this.#isInTransit()) idleTurns = 0
    }
  }

  #isInTransit(): boolean {
    return this.#traffic.underWay > 0 || this.clock.waiting.includes(deadlineMs)
  }
}

/**
 * Counts what is under way, and lets one statement begin after the other: instances in one process would block each
 * other where SQLite waits for its file, which processes of their own do not.
 */
function counting(ledger: TokenLedger, traffic: Traffic): TokenLedger {
  const count = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    traffic.underWay += 1
    try {
      return await work()
    } finally {
      traffic.underWay -= 1
    }
  }
  return {
    isShared: ledger.isShared,
    apply(rule) {
      const work = traffic.last.then(() => ledger.apply(rule))
      traffic.last = work.catch(() => undefined)
      return count(() => work)
    },
    seal: (text, digest) => count(() => ledger.seal(text, digest)),
    open: (sealed, digest) => count(() => ledger.open(sealed, digest)),
  }
}

/** What takes real time. */
interface Traffic {
  underWay: number
  last: Promise<unknown>
}

type Make = (secrets: () => Promise<readonly SealedSecret[]>) => readonly TokenKeeper[]

async function defineSource(database: StateDatabase): Promise<void> {
  const stores = await database.open()
  const source = { name: 'vendor', definition: '{}' }
  await stores.definitions.apply({ sources: [source], datasets: [], users: [], grants: [] }, String)
  await stores.close()
}

async function openTokens(
  { place }: StateDatabase,
  clock: ManualClock,
): Promise<{ tokens: TokenStore; close: () => Promise<void> }> {
  if ('path' in place) {
    return openSqliteStores({ path: place.path, dataKey: testDataKey, clock, random: systemRandom })
  }
  // As openPostgresStores does, but for the clock, which the server would not let a test move.
  const pool = new pg.Pool({ connectionString: place.url, max: 2 })
  // A pool has ended before its connections have, and the database is dropped under them.
  pool.on('error', () => undefined)
  const db = new Kysely<Schema>({ dialect: new PostgresStateDialect(pool), plugins: [new CamelCasePlugin()] })
  return { tokens: new SqlTokenStore({ db, nowMs: () => Promise.resolve(clock.nowMs()) }), close: () => db.destroy() }
}
