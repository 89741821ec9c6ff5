// What `source try` and `doctor` run on: a source looked at from the command line, with the egress process's keys and guards.
import { guardAddresses } from './allowed-addresses.ts'
import { readEgressKeys } from './crypto/key-files.ts'
import { datasetDefinition } from './dataset/definition.ts'
import { sourceDefinition, type SourceDefinition } from './dataset/source-definition.ts'
import { endpointsOf } from './dataset/source-endpoints.ts'
import { parseStoredColumns } from './dataset/stored-columns.ts'
import type { Config } from './config.ts'
import { BrokerError } from './errors/broker-error.ts'
import type { Secret } from './kernel/secret.ts'
import { systemClock, systemRandom } from './kernel/system.ts'
import { dataPaths, withStores } from './open.ts'
import { examineSource, type Diagnosis, type Patient } from './setup/doctor.ts'
import { readPartialFile, type PartialFile } from './setup/partial-file.ts'
import { SourceProbe } from './setup/source-probe.ts'
import { trySource } from './setup/try-source.ts'
import { findSealedSecrets } from './source-readers.ts'
import type { SealedSecret } from './source/token-exchange.ts'
import type { Stores } from './store/stores.ts'

/** As long as a person waits for an answer. */
const longestMs = 180_000

export interface TryOptions {
  readonly text: string
  readonly dataset: string | undefined
  readonly path: string | undefined
  /** Asks the person for the source's secret. */
  readonly askForSecret: (source: string, definition: SourceDefinition) => Promise<Secret>
  readonly tell: (line: string) => void
}

/** The text of a definition file, completed from a sample. The broker's own state is read, never written. */
export function runTry(config: Config, options: TryOptions): Promise<string> {
  return withStores(config, async (stores) => {
    const known = await readDefinitions(stores)
    const file = readPartialFile(options.text, { ...options, known })
    const stored = known.get(file.sourceName)
    const isSamePlace = stored !== undefined && endpointsOf(stored) === endpointsOf(file.source)
    const kept = isSamePlace ? await openKept(config, stores, file) : undefined
    if (kept) options.tell(`The secret of ${file.sourceName} that is set is used.`)
    const secrets = kept ?? [asSealed(await options.askForSecret(file.sourceName, file.source))]
    const probe = new SourceProbe({
      ...{ source: file.source, name: file.sourceName, clock: systemClock, random: systemRandom },
      secrets: () => Promise.resolve(secrets),
      addresses: guardAddresses(config),
    })
    try {
      const signal = AbortSignal.timeout(longestMs)
      return await trySource(file, { probe, clock: systemClock, signal, tell: options.tell })
    } finally {
      await probe.stop()
    }
  })
}

/** The secrets that are set for the source; undefined where there is none, or none that this user of the machine may open. */
async function openKept(
  config: Config,
  stores: Stores,
  { sourceName }: PartialFile,
): Promise<readonly SealedSecret[] | undefined> {
  if (!(await stores.secrets.find(sourceName))) return undefined
  try {
    const keys = await readEgressKeys(dataPaths(config).keys)
    return await findSealedSecrets({ stores, keys }, sourceName)
  } catch {
    return undefined // Egress runs as another user here: the person is asked instead.
  }
}

function asSealed(secret: Secret): SealedSecret {
  return { version: 'typed', open: () => Promise.resolve(secret) }
}

async function readDefinitions(stores: Stores): Promise<ReadonlyMap<string, SourceDefinition>> {
  const sources = await stores.definitions.listSources()
  return new Map(sources.map(({ name, definition }) => [name, sourceDefinition.parse(JSON.parse(definition))]))
}

/**
 * A paragraph on each source, or on the one that is named.
 *
 * @throws {BrokerError} `not-found` when there is no such source; `init-required` where the egress keys cannot be read
 */
export async function runDoctor(config: Config, name: string | undefined): Promise<readonly Diagnosis[]> {
  const keys = await readEgressKeys(dataPaths(config).keys)
  return withStores(config, async (stores) => {
    const known = await readDefinitions(stores)
    if (name !== undefined && !known.has(name))
      throw new BrokerError(
        'not-found',
        `There is no source ${name}: npx sheetbroker doctor without a name looks at all of them.`,
      )
    const diagnoses: Diagnosis[] = []
    for (const patient of await findPatients(stores, known, name)) {
      const deps = { addresses: guardAddresses(config), clock: systemClock, random: systemRandom }
      const secrets = (): Promise<readonly SealedSecret[]> => findSealedSecrets({ stores, keys }, patient.name)
      const probe = new SourceProbe({ ...deps, source: patient.source, name: patient.name, secrets })
      try {
        diagnoses.push(await examineSource(patient, { ...deps, probe, signal: AbortSignal.timeout(longestMs) }))
      } finally {
        await probe.stop()
      }
    }
    return diagnoses
  })
}

async function findPatients(
  stores: Stores,
  known: ReadonlyMap<string, SourceDefinition>,
  wanted: string | undefined,
): Promise<Patient[]> {
  const datasets = await stores.definitions.listDatasets()
  return [...known]
    .filter(([name]) => wanted === undefined || name === wanted)
    .map(([name, source]) => ({
      name,
      source,
      datasets: datasets
        .filter((dataset) => dataset.source === name)
        .map((dataset) => ({
          name: dataset.name,
          definition: datasetDefinition.parse(JSON.parse(dataset.definition)),
          columns: parseStoredColumns(dataset.columns),
        })),
    }))
}
