// The way into this folder: everything that egress asks of a source goes through here.
import type { DatasetDefinition } from '../dataset/definition.ts'
import type { SourceDefinition } from '../dataset/source-definition.ts'
import { BrokerError } from '../errors/broker-error.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import type { Random } from '../kernel/random.ts'
import type { AddressGuard } from '../network/address-guard.ts'
import { HttpCaller } from './http-caller.ts'
import { Search } from './search.ts'
import type { SourceAccess } from './source-access.ts'
import { SourceClient } from './source-client.ts'
import type { SourcePage } from './source-page.ts'
import { StaticKey } from './static-key.ts'
import type { SealedSecret } from './token-exchange.ts'
import { TokenKeeper } from './token-keeper.ts'
import { createLocalLedger, type TokenLedger } from './token-ledger.ts'
import { WindowWalk } from './window-walk.ts'

export type { SourcePage } from './source-page.ts'

export interface ReadOptions {
  /** Whether somebody waits for this read, asked before each call; then its calls go before others. Somebody does, unless told otherwise. */
  readonly isUrgent?: () => boolean
}

/** Reads the datasets of one source. Its token and its budgets are shared by all reads, also at the same time. */
export interface SourceReader {
  /**
   * Yields pages of records in the source's order until the dataset is complete; throws a BrokerError otherwise. Holds at
   * most one page, or one slice's records below the window's cap.
   */
  read(dataset: DatasetDefinition, signal: AbortSignal, options?: ReadOptions): AsyncGenerator<SourcePage>
  /** Requests to the token endpoint so far. */
  readonly tokenCalls: number
  /** What an administrator should know of the last hour's tokens, in plain words. */
  readonly warnings: readonly string[]
  /** Ends every read and closes the connections. */
  stop(): Promise<void>
}

export interface SourceReaderDeps {
  readonly source: SourceDefinition
  readonly name: string
  /** The source's secrets, the one to prefer first; asked for each exchange, so that a new one is taken at once. */
  readonly secrets: () => Promise<readonly SealedSecret[]>
  /** Where tokens are shared with other instances; without it they are this reader's own. */
  readonly ledger?: TokenLedger
  /** Which addresses may be connected to. */
  readonly addresses: AddressGuard
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** A reader that does nothing until it is asked to read. */
export function createSourceReader(deps: SourceReaderDeps): SourceReader {
  const { source, name, addresses, clock, random, log } = deps
  const { certificateAuthority, timeoutSeconds, limits } = source
  const http = new HttpCaller({ clock, timeoutMs: timeoutSeconds * 1000, addresses, certificateAuthority })
  const tokens = createAccess(deps, http)
  const client = new SourceClient({ name, limits, tokens, clock, random, log })
  const stopped = new AbortController()
  return {
    read(dataset, signal, { isUrgent = () => true } = {}) {
      const search = new Search(client, dataset, { baseUrl: source.baseUrl, isUrgent })
      const either = AbortSignal.any([signal, stopped.signal])
      const { window, key } = dataset
      const pages =
        window === undefined
          ? search.pages({ values: [] }, either)
          : new WindowWalk(search, { window, key }, clock.nowMs()).pages(either)
      return limitRows(pages, dataset.maxRows)
    },
    get tokenCalls() {
      return tokens.calls
    },
    get warnings() {
      return tokens.warnings
    },
    async stop() {
      stopped.abort(new Error('The source reader was stopped.'))
      tokens.stop()
      await http.stop()
    },
  }
}

function createAccess({ source, name, ledger, ...deps }: SourceReaderDeps, http: HttpCaller): SourceAccess {
  const { auth, baseUrl } = source
  if (auth.method === 'static') return new StaticKey({ ...deps, auth, source: name, http })
  const audience = new URL(baseUrl).origin
  return new TokenKeeper({
    ...deps,
    auth,
    source: name,
    audience,
    http,
    ledger: ledger ?? createLocalLedger(deps.clock),
  })
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
