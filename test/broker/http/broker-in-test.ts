// The whole web process on a port of its own, with a real state database, real snapshot files and page threads. Egress is played by the
// test through the same stores.
import { lookup } from 'node:dns'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import type { JsonRecord } from '../../../broker/dataset/flatten.ts'
import { datasetDefinition } from '../../../broker/dataset/definition.ts'
import { PagePool } from '../../../broker/feed/page-pool.ts'
import { WebServer } from '../../../broker/http/server.ts'
import { createWebApp, type WebApp, type WebSettings } from '../../../broker/http/web-app.ts'
import { createInvitation } from '../../../broker/identity/invitation.ts'
import type { Clock } from '../../../broker/kernel/clock.ts'
import type { Log } from '../../../broker/kernel/log.ts'
import { Secret } from '../../../broker/kernel/secret.ts'
import { systemRandom } from '../../../broker/kernel/system.ts'
import { AddressGuard } from '../../../broker/network/address-guard.ts'
import { SnapshotWriter } from '../../../broker/snapshot/snapshot-writer.ts'
import type { StoredColumn } from '../../../broker/dataset/column.ts'
import type { PullRecord } from '../../../broker/store/records.ts'
import type { Stores } from '../../../broker/store/stores.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { createSqliteState, testDataKey, type StateDatabase } from '../../support/state-engines.ts'
import { TestDevice } from './test-device.ts'

const never = new AbortController().signal
export const dayMs = 86_400_000

export interface LogLine {
  readonly level: 'error' | 'warn' | 'info'
  readonly event: string
  readonly fields: Readonly<Record<string, unknown>>
}

const request = { path: '/people' }
const definitionOf = (more: object): string =>
  JSON.stringify(datasetDefinition.parse({ source: 'crm', request, paging: { type: 'none' }, key: ['Id'], ...more }))

const atNight = { cron: '0 2 * * *', quietHours: { from: '22:00', to: '04:00' } }

/** One broker for one test. */
export class BrokerInTest {
  readonly clock = new ManualClock()
  readonly lines: LogLine[] = []
  readonly webKey = new Secret(Buffer.from(systemRandom.bytes(32)).toString('base64url'))
  readonly stops: (() => Promise<void>)[] = []
  pullsRequested = 0
  stores!: Stores
  #state: StateDatabase | undefined
  directory = ''
  url = ''
  server!: WebServer
  app!: WebApp
  pagePool!: PagePool

  readonly log: Log = {
    error: (event, fields = {}) => this.#addLine({ level: 'error', event, fields }),
    warn: (event, fields = {}) => this.#addLine({ level: 'warn', event, fields }),
    info: (event, fields = {}) => this.#addLine({ level: 'info', event, fields }),
  }
  readonly #onLine = new Set<(line: LogLine) => void>()

  /** Resolves once `event` was logged `times` times from now on. */
  untilLogged(event: string, times = 1): Promise<void> {
    let left = times
    return new Promise((resolve) => {
      const notice = (line: LogLine): void => {
        if (line.event === event) left -= 1
        if (left > 0) return
        this.#onLine.delete(notice)
        resolve()
      }
      this.#onLine.add(notice)
    })
  }

  #addLine(line: LogLine): void {
    this.lines.push(line)
    for (const notice of [...this.#onLine]) notice(line)
  }

  static async start(
    settings: Partial<WebSettings> = {},
    createState: (clock: Clock) => Promise<StateDatabase> = createSqliteState,
  ): Promise<BrokerInTest> {
    const broker = new BrokerInTest()
    broker.directory = await mkdtemp(join(tmpdir(), 'sheetbroker-web-'))
    const state = await createState(broker.clock)
    broker.#state = state
    broker.stores = await state.open()
    broker.stops.push(
      () => broker.stores.close(),
      () => broker.removeState(),
      () => rm(broker.directory, { recursive: true }),
    )
    await broker.define()
    ;({ url: broker.url, server: broker.server } = await broker.listen(settings))
    return broker
  }

  /** One more web process on the same state. */
  async listen(settings: Partial<WebSettings> = {}): Promise<{ url: string; server: WebServer }> {
    const { clock, log } = this
    const dataKey = new Secret(Buffer.from(testDataKey).toString('base64url'))
    const pagePool = new PagePool({ dataKey, log, settings: { threads: 2, heapMegabytes: 256 } })
    this.pagePool = pagePool
    let url = ''
    const server = new WebServer({
      settings: { host: '127.0.0.1', port: 0 },
      createApp: (port) => {
        url = `http://127.0.0.1:${port}`
        this.app = this.#createApp(pagePool, { publicUrl: url, ...settings })
        return this.app
      },
      clock,
      log,
    })
    await server.start()
    this.stops.unshift(
      () => this.stopServer(server),
      () => pagePool.stop(),
    )
    return { url, server }
  }

  async stop(): Promise<void> {
    for (const stop of this.stops) await stop()
  }

  /** The state database is gone, while everything else goes on. */
  async removeState(): Promise<void> {
    await this.#state?.remove()
    this.#state = undefined
  }

  /** Stops a web process; its time of grace passes at once. */
  async stopServer(server = this.server): Promise<void> {
    const stopped = server.stop()
    await this.clock.advance(1_000)
    await stopped
  }

  /** Rows of the state database. */
  query(sql: string): Promise<readonly unknown[]> {
    return this.#state!.query(sql)
  }

  device(url = this.url): Promise<TestDevice> {
    return TestDevice.make({ url, clock: this.clock })
  }

  async userId(name: string): Promise<string> {
    return (await this.stores.users.find(name))!.id
  }

  /** A new invitation's code for a user. */
  async invite(name = 'anna', lifetimeMs = 7 * dayMs): Promise<string> {
    const { stores, clock } = this
    const user = (await stores.users.find(name))!
    const { code } = await createInvitation(user, {
      invitations: stores.invitations,
      clock,
      random: systemRandom,
      lifetimeMs,
    })
    return code
  }

  /** A device on which a user is signed in. */
  async signedIn(name = 'anna', url = this.url): Promise<TestDevice> {
    const device = await this.device(url)
    const answer = await device.signIn(await this.invite(name))
    if (answer.status !== 201) throw new Error(`Sign-in was answered with ${answer.status}.`)
    return device
  }

  /** Egress is alive, as of now. */
  beat(): Promise<void> {
    return this.stores.egress.beat('egress', this.clock.nowMs())
  }

  /** A pull that completes with these records, as egress does it. */
  async pull(records: readonly JsonRecord[], dataset = 'people'): Promise<PullRecord> {
    const { stores, clock } = this
    const { id } = await stores.pulls.request(
      { id: crypto.randomUUID(), dataset, requestedBy: undefined },
      clock.nowMs(),
    )
    await stores.pulls.claim('egress', clock.nowMs(), clock.nowMs() + 60_000)
    await this.complete(id, records, dataset)
    return (await stores.pulls.find(id))!
  }

  /** Ends a claimed pull well with these records. */
  async complete(pullId: string, records: readonly JsonRecord[], dataset = 'people'): Promise<void> {
    const { stores, clock, log, directory } = this
    const record = (await stores.definitions.findDataset(dataset))!
    const current = await stores.snapshots.findCurrent(dataset)
    const writer = new SnapshotWriter(
      { directory, dataKey: testDataKey, clock, random: systemRandom, log },
      {
        dataset,
        source: record.source,
        pullId,
        definition: datasetDefinition.parse(JSON.parse(record.definition)),
        columns: JSON.parse(record.columns) as StoredColumn[],
        current: { revision: record.revision, file: current?.file },
        isPartial: false,
        updatedColumn: undefined,
      },
    )
    await writer.start()
    await writer.add(records, never)
    const made = await writer.finish(never)
    const { revision, rowsChanged, rowsDeleted, duplicates, warnings, file, rows } = made
    const isDone = await stores.pulls.complete(
      pullId,
      'egress',
      {
        ...{ rows: records.length, pages: 1, tokenCalls: 1, revision, rowsChanged, rowsDeleted, duplicates, warnings },
        columns: JSON.stringify(made.columns),
        snapshot: file === undefined ? undefined : { file, rows },
        reading: { startedAtMs: clock.nowMs(), changesSinceMs: undefined, readFromMs: clock.nowMs() },
      },
      clock.nowMs(),
    )
    if (!isDone) throw new Error('The pull could not be completed.')
  }

  /** anna may read all of `people` and `fresh`; ben some columns of `people`; nobody `secret`. */
  async define(): Promise<void> {
    const datasets = [
      { name: 'people', source: 'crm', definition: definitionOf({ title: 'People', description: 'Everybody.' }) },
      {
        name: 'fresh',
        source: 'crm',
        definition: definitionOf({ freshnessSeconds: 60, schedule: { cron: '0 6 * * *' } }),
      },
      { name: 'hashed', source: 'crm', definition: definitionOf({ key: [], schedule: atNight }) },
      { name: 'secret', source: 'crm', definition: definitionOf({}) },
    ]
    const users = ['anna', 'ben', 'carl'].map((name) => ({ name, displayName: name.toUpperCase() }))
    const grants = [
      { user: 'anna', dataset: 'people', columns: undefined },
      { user: 'anna', dataset: 'fresh', columns: undefined },
      { user: 'anna', dataset: 'hashed', columns: undefined },
      { user: 'ben', dataset: 'people', columns: ['Id', 'Name'] },
      { user: 'ben', dataset: 'fresh', columns: undefined },
      { user: 'carl', dataset: 'people', columns: ['Name'] },
    ]
    await this.stores.definitions.apply(
      { sources: [{ name: 'crm', definition: '{}' }], datasets, users, grants },
      String,
    )
  }

  /** Makes another definition of `people`, which only anna may read then. */
  async redefine(more: object): Promise<void> {
    const datasets = [{ name: 'people', source: 'crm', definition: definitionOf(more) }]
    const users = [{ name: 'anna', displayName: 'ANNA' }]
    const grants = [{ user: 'anna', dataset: 'people', columns: undefined }]
    const sources = [{ name: 'crm', definition: '{}' }]
    await this.stores.definitions.apply({ sources, datasets, users, grants }, String)
  }

  #createApp(pagePool: PagePool, settings: Partial<WebSettings> & { publicUrl: string }): WebApp {
    const { stores, webKey, clock, log, directory } = this
    return createWebApp({
      ...{ stores, pagePool, webKey, clock, log },
      addresses: new AddressGuard({ allowed: [], mayNameThisMachine: true, lookup }),
      random: systemRandom,
      settings: {
        trustedProxies: [],
        snapshotDirectory: directory,
        session: { idleMs: 30 * dayMs, lifetimeMs: 180 * dayMs, mostPerUser: 10 },
        requestsPerMinute: 10_000,
        signInsPerMinute: 10_000,
        issuers: [],
        addin: {
          directory: join(directory, 'addin'),
          officeJsUrl: 'https://office.example.com/lib/office.js',
          officeJsDirectory: undefined,
          frameAncestors: ['https://*.office.example.com'],
        },
        ...settings,
      },
      manifest: {
        xml: () => Promise.resolve(Buffer.from('<OfficeApp/>')),
        package: () => Promise.resolve(Buffer.from('PK')),
      },
      onPullRequested: () => {
        this.pullsRequested += 1
      },
    })
  }
}

/** A broker for each test of the surrounding `describe`. */
export function useBroker(settings: Partial<WebSettings> = {}): { readonly broker: BrokerInTest } {
  let current: BrokerInTest | undefined
  beforeEach(async () => {
    current = await BrokerInTest.start(settings)
  })
  afterEach(() => current?.stop())
  return {
    get broker() {
      return current!
    },
  }
}

/** `count` records, each a little different; `change` marks a later state. */
export function people(count: number, change = ''): JsonRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    Id: index + 1,
    Name: `Zoë ${index + 1}${change}`,
    IsActive: index % 2 === 0,
    Pay: index + 0.5,
    Born: '1990-02-28',
  }))
}
