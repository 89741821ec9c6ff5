import { createHash } from 'node:crypto'
import { openSecret, sourceSecretBinding } from './crypto/seal.ts'
import type { EgressKeys } from './crypto/key-files.ts'
import { sourceDefinition } from './dataset/source-definition.ts'
import { BrokerError } from './errors/broker-error.ts'
import type { Clock } from './kernel/clock.ts'
import type { Log } from './kernel/log.ts'
import type { Random } from './kernel/random.ts'
import type { Secret } from './kernel/secret.ts'
import type { AddressGuard } from './network/address-guard.ts'
import type { SealedSecret } from './source/token-exchange.ts'
import { createSourceReader, type SourceReader } from './source/source-reader.ts'
import type { Stores } from './store/stores.ts'
import { createStoredTokenLedger } from './stored-token-ledger.ts'

export interface SourceReadersDeps {
  readonly stores: Stores
  readonly keys: EgressKeys
  readonly addresses: AddressGuard
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/**
 * One reader a source, kept between pulls because tokens and budgets live in it; a new one when the source's definition changed.
 * The client secret is opened for each token exchange, so a new one is taken without a restart.
 */
export class SourceReaders {
  readonly #deps: SourceReadersDeps
  readonly #readers = new Map<string, { readonly definition: string; readonly reader: SourceReader }>()

  constructor(deps: SourceReadersDeps) {
    this.#deps = deps
  }

  /** @throws {BrokerError} `not-found` when there is no such source (any more) */
  async get(name: string): Promise<SourceReader> {
    const { stores, keys, addresses, clock, random, log } = this.#deps
    const source = await stores.definitions.findSource(name)
    if (!source) throw new BrokerError('not-found', `There is no source ${name}.`)
    const kept = this.#readers.get(name)
    if (kept?.definition === source.definition) return kept.reader
    const reader = createSourceReader({
      source: sourceDefinition.parse(JSON.parse(source.definition)),
      name,
      secrets: () => findSealedSecrets(this.#deps, name),
      ledger: createStoredTokenLedger({ source: name, tokens: stores.tokens, tokenKey: keys.tokenKey }),
      addresses,
      clock,
      random,
      log,
    })
    this.#readers.set(name, { definition: source.definition, reader })
    // Pulls that still read with the old definition finish first: `stop` waits for them.
    void kept?.reader.stop()
    return reader
  }

  /** Closes the connections of every reader. */
  async stop(): Promise<void> {
    await Promise.all([...this.#readers.values()].map(({ reader }) => reader.stop()))
    this.#readers.clear()
  }
}

/**
 * A source's secrets, the first one first; sealed until somebody opens them.
 *
 * @throws {BrokerError} `secret-missing`
 */
export async function findSealedSecrets(
  { stores, keys }: Pick<SourceReadersDeps, 'stores' | 'keys'>,
  source: string,
): Promise<readonly SealedSecret[]> {
  const [first, second] = await Promise.all([stores.secrets.find(source), stores.secrets.findSecond(source)])
  if (!first)
    throw new BrokerError('secret-missing', `Set the client secret first: npx sheetbroker secret set ${source}`)
  return [first, ...(second ? [second] : [])].map(({ sealed }) => ({
    // Sealing draws chance, so the same text sealed twice has two versions.
    version: createHash('sha256').update(sealed).digest('base64url').slice(0, 16),
    open: (): Promise<Secret> => openSecret(keys.openingKey, sealed, sourceSecretBinding(source)),
  }))
}
