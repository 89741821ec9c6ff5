// The way into this folder: everything that egress asks of a source goes through here.
import type { DatasetDefinition } from '../dataset/definition.ts'
import type { SourceDefinition } from '../dataset/source-definition.ts'
import { BrokerError } from '../errors/broker-error.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import type { Random } from '../kernel/random.ts'
import type { Secret } from '../kernel/secret.ts'
import type { AddressGuard } from './address-guard.ts'
import { HttpCaller } from './http-caller.ts'
import { Search } from './search.ts'
import { SourceClient } from './source-client.ts'
import type { SourcePage } from './source-page.ts'
import { TokenKeeper } from './token-keeper.ts'
import { WindowWalk } from './window-walk.ts'

export type { SourcePage } from './source-page.ts'

/** Reads the datasets of one source. Its token and its budgets are shared by all reads, also at the same time. */
export interface SourceReader {
  /**
   * Yields pages of records in the source's order until the dataset is complete; throws a BrokerError otherwise. Holds at
   * most one page, or one slice's records below the window's cap.
   */
  read(dataset: DatasetDefinition, signal: AbortSignal): AsyncGenerator<SourcePage>
  /** Requests to the token endpoint so far. */
  readonly tokenCalls: number
  /** Ends every read and closes the connections. */
  stop(): Promise<void>
}

export interface SourceReaderDeps {
  readonly source: SourceDefinition
  readonly name: string
  /** Opens the client secret; asked for each exchange, so that a new one is taken at once. */
  readonly secret: () => Promise<Secret>
  /** Which addresses may be connected to. */
  readonly addresses: AddressGuard
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** A reader that does nothing until it is asked to read. */
export function createSourceReader(deps: SourceReaderDeps): SourceReader {
  const { source, name, secret, addresses, clock, random, log } = deps
  const http = new HttpCaller({ clock, timeoutMs: source.timeoutSeconds * 1000, addresses })
  const tokens = new TokenKeeper({ auth: source.auth, source: name, secret, http, clock, random, log })
  const client = new SourceClient({ name, limits: source.limits, tokens, http, clock, random, log })
  const stopped = new AbortController()
  return {
    read(dataset, signal) {
      const search = new Search(client, dataset, source.baseUrl)
      const either = AbortSignal.any([signal, stopped.signal])
      const pages =
        dataset.window === undefined
          ? search.pages({ values: [] }, either)
          : new WindowWalk(search, dataset.window, clock.nowMs()).pages(either)
      return limitRows(pages, dataset.maxRows)
    },
    get tokenCalls() {
      return tokens.calls
    },
    async stop() {
      stopped.abort(new Error('The source reader was stopped.'))
      tokens.stop()
      await http.stop()
    },
  }
}

/** @throws {BrokerError} `source-too-large` instead of the page that brings more than `maxRows` records in all */
async function* limitRows(pages: AsyncGenerator<SourcePage>, maxRows: number): AsyncGenerator<SourcePage> {
  let rows = 0
  for await (const page of pages) {
    rows += page.records.length
    if (rows > maxRows) {
      throw new BrokerError(
        'source-too-large',
        `The source gave more than ${maxRows} records. If there are so many, raise maxRows.`,
      )
    }
    yield page
  }
}
