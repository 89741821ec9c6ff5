// A state database and a snapshot directory of their own, with a source made of arrays: what a pull worker works in.
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { datasetDefinition, type DatasetDefinition } from '../../../broker/dataset/definition.ts'
import type { JsonRecord } from '../../../broker/dataset/flatten.ts'
import type { Log } from '../../../broker/kernel/log.ts'
import { systemClock, systemRandom } from '../../../broker/kernel/system.ts'
import { PullWorker, type PullWorkerDeps } from '../../../broker/pull/pull-worker.ts'
import { openSnapshot } from '../../../broker/snapshot/snapshot-reader.ts'
import type { SourcePage, SourceReader } from '../../../broker/source/source-reader.ts'
import { openSqliteStores } from '../../../broker/store/sqlite.ts'
import type { Stores } from '../../../broker/store/stores.ts'

const dataKey = new Uint8Array(32).fill(5)

type Events = Map<string, { resolve: (fields: unknown) => void; promise: Promise<unknown> }>

/** A log that can be waited for. */
export class WaitingLog implements Log {
  readonly lines: { readonly event: string; readonly fields: unknown }[] = []
  readonly #events: Events = new Map()

  error = (event: string, fields?: unknown): void => this.#note(event, fields)
  warn = (event: string, fields?: unknown): void => this.#note(event, fields)
  info = (event: string, fields?: unknown): void => this.#note(event, fields)

  /** Resolves when `event` is next logged. */
  next(event: string): Promise<unknown> {
    const known = this.#events.get(event)
    if (known) return known.promise
    const { promise, resolve } = Promise.withResolvers<unknown>()
    this.#events.set(event, { promise, resolve })
    return promise
  }

  #note(event: string, fields: unknown): void {
    this.lines.push({ event, fields })
    const waiting = this.#events.get(event)
    this.#events.delete(event)
    waiting?.resolve(fields)
  }
}

/** What a source does: yields pages of records, fails, or waits for the signal. */
export type Script = (signal: AbortSignal, dataset: DatasetDefinition) => AsyncGenerator<readonly JsonRecord[]>

/** A script that gives these pages. */
export function pages(...list: (readonly JsonRecord[])[]): Script {
  return async function* () {
    for (const page of list) yield await Promise.resolve(page)
  }
}

/** A script that gives one page and then nothing more until it is told to stop. */
export function stuckAfter(page: readonly JsonRecord[], onStuck: () => void): Script {
  return async function* (signal) {
    yield page
    onStuck()
    await new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error)
      })
    })
  }
}

export class PullHouse {
  readonly directory: string
  readonly snapshotDirectory: string
  readonly stores: Stores
  readonly log = new WaitingLog()
  readonly workers: PullWorker[] = []
  script: Script = pages([])
  /** What the source's reader warns of. */
  sourceWarnings: readonly string[] = []
  /** What the last reading said of itself. */
  isUrgent: () => boolean = () => true
  #pulls = 0

  private constructor(directory: string, stores: Stores) {
    this.directory = directory
    this.snapshotDirectory = join(directory, 'snapshots')
    this.stores = stores
  }

  static async open(): Promise<PullHouse> {
    const directory = await mkdtemp(join(tmpdir(), 'pulls-'))
    const path = join(directory, 'state.db')
    const stores = await openSqliteStores({ path, dataKey, clock: systemClock, random: systemRandom })
    const house = new PullHouse(directory, stores)
    await mkdir(house.snapshotDirectory)
    await house.apply(['people'])
    return house
  }

  async apply(names: readonly string[], changes: object = {}): Promise<void> {
    const definition = datasetDefinition.parse({
      source: 'api',
      request: { path: '/people' },
      paging: { type: 'none' },
      key: ['Id'],
      ...changes,
    })
    await this.stores.definitions.apply(
      {
        sources: [{ name: 'api', definition: '{}' }],
        datasets: names.map((name) => ({ name, source: 'api', definition: JSON.stringify(definition) })),
        users: [],
        grants: [],
      },
      () => '',
    )
  }

  async startWorker(changes: Partial<PullWorkerDeps> = {}): Promise<PullWorker> {
    const worker = new PullWorker({
      stores: this.stores,
      snapshotDirectory: this.snapshotDirectory,
      dataKey,
      sourceReaderFor: () => this.#reader(),
      pullsAtOnce: 4,
      keepSupersededMs: 3_600_000,
      clock: systemClock,
      random: systemRandom,
      log: this.log,
      ...changes,
    })
    this.workers.push(worker)
    await worker.start()
    return worker
  }

  async request(dataset = 'people'): Promise<string> {
    const id = `pull${++this.#pulls}`
    await this.stores.pulls.request({ id, dataset, requestedBy: undefined }, systemClock.nowMs())
    for (const worker of this.workers) worker.wake()
    return id
  }

  /** Asks for a pull and returns it as it is once `event` was logged. */
  async pull(event: string, dataset = 'people') {
    const happened = this.log.next(event)
    const id = await this.request(dataset)
    await happened
    return this.stores.pulls.find(id)
  }

  async currentTable(dataset = 'people') {
    const record = await this.stores.snapshots.findCurrent(dataset)
    if (!record) return undefined
    const reader = openSnapshot(join(this.snapshotDirectory, record.file), dataKey)
    try {
      const columns = reader.meta.columns.map((_, index) => index)
      return reader.rows({ columns, after: 0, limit: 10_000 }).cells
    } finally {
      reader.close()
    }
  }

  async listFiles(): Promise<string[]> {
    const entries = await readdir(this.snapshotDirectory, { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name)
  }

  async close(): Promise<void> {
    for (const worker of this.workers) await worker.stop()
    await this.stores.close()
    await rm(this.directory, { recursive: true })
  }

  #reader(): SourceReader {
    const { script } = this
    const read = async function* (dataset: DatasetDefinition, signal: AbortSignal): AsyncGenerator<SourcePage> {
      for await (const records of script(signal, dataset)) yield { records }
    }
    let tokenCalls = 0
    return {
      get tokenCalls() {
        return tokenCalls
      },
      warnings: this.sourceWarnings,
      read: (dataset, signal, options) => {
        this.isUrgent = options?.isUrgent ?? (() => true)
        tokenCalls += 1
        return read(dataset, signal)
      },
      stop: () => Promise.resolve(),
    }
  }
}
