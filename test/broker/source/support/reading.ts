import { createHash } from 'node:crypto'
import { lookup } from 'node:dns'
import { onTestFinished } from 'vitest'
import type * as z from 'zod'
import { datasetDefinition } from '../../../../broker/dataset/definition.ts'
import { sourceDefinition } from '../../../../broker/dataset/source-definition.ts'
import { BrokerError } from '../../../../broker/errors/broker-error.ts'
import type { Log } from '../../../../broker/kernel/log.ts'
import type { Random } from '../../../../broker/kernel/random.ts'
import { Secret } from '../../../../broker/kernel/secret.ts'
import type { JsonObject } from '../../../../broker/source/json.ts'
import { AddressGuard } from '../../../../broker/network/address-guard.ts'
import type { SealedSecret } from '../../../../broker/source/token-exchange.ts'
import { createSourceReader, type SourceReader } from '../../../../broker/source/source-reader.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { sendJson, Upstream, type Respond } from './upstream.ts'

/** How long requests may take here. `ManualClock.drive` takes waits of this length for guards of requests. */
export const deadlineMs = 17_000
export const clientSecret = 's3cr3t / with+"signs" & ünïcode'
export const evenRandom: Random = { bytes: (length) => new Uint8Array(length), fraction: () => 0 }

/** For servers on this machine. */
export const thisMachineOnly = new AddressGuard({ allowed: [], mayNameThisMachine: true, lookup })

/** The token endpoint of these tests is `/token`; everything else is the API. */
export const tokenPath = '/token'

type SourceInput = z.input<typeof sourceDefinition>
export type DatasetInput = Omit<z.input<typeof datasetDefinition>, 'source' | 'request'> &
  Partial<Pick<z.input<typeof datasetDefinition>, 'request'>>

export interface Reading {
  readonly upstream: Upstream
  readonly reader: SourceReader
  readonly clock: ManualClock
  /** What was logged, one text a line. */
  readonly logged: string[]
  /** All records of a dataset whose request is `/items` unless told otherwise; time moves on whenever the reader waits. */
  read(dataset: DatasetInput, signal?: AbortSignal): Promise<JsonObject[]>
  /** The error that reading ends with. */
  fail(dataset: DatasetInput): Promise<BrokerError>
}

export interface ReadingOptions {
  readonly source?: Partial<Omit<SourceInput, 'auth'>>
  readonly auth?: Readonly<Record<string, unknown>>
  readonly token?: Respond
  readonly secret?: () => Promise<Secret>
  readonly addresses?: AddressGuard
}

/** A reader of a source that answers as the test says. Everything stops when the test ends. */
export async function startReading(api: Respond, options: ReadingOptions = {}): Promise<Reading> {
  const clock = new ManualClock()
  const logged: string[] = []
  const token = options.token ?? grantTokens(599)
  const upstream = await Upstream.start((seen, response, request) =>
    (seen.url.pathname === tokenPath ? token : api)(seen, response, request),
  )
  const reader = createSourceReader({
    source: sourceDefinition.parse({
      baseUrl: upstream.origin,
      timeoutSeconds: deadlineMs / 1000,
      ...options.source,
      auth: {
        method: 'client_secret_post',
        tokenUrl: upstream.origin + tokenPath,
        clientId: 'client',
        ...options.auth,
      },
    }),
    name: 'vendor',
    secrets: async () => [sealedForTest(await (options.secret?.() ?? new Secret(clientSecret)))],
    addresses: options.addresses ?? thisMachineOnly,
    clock,
    random: evenRandom,
    log: keepLog(logged),
  })
  onTestFinished(async () => {
    await reader.stop()
    await upstream.stop()
  })
  const read = async (dataset: DatasetInput, signal = new AbortController().signal): Promise<JsonObject[]> => {
    return (await clock.drive(collect(reader, parseDataset(dataset), signal), deadlineMs)).result
  }
  return { upstream, reader, clock, logged, read, fail: async (dataset) => problemOf(read(dataset)) }
}

/** A secret that needs no opening; another text is another version. */
export function sealedForTest(secret: Secret): SealedSecret {
  return { version: createHash('sha256').update(secret.reveal()).digest('hex'), open: () => Promise.resolve(secret) }
}

/** A whole definition; the request is `/items` unless told otherwise. */
export function parseDataset(dataset: DatasetInput): z.output<typeof datasetDefinition> {
  return datasetDefinition.parse({ source: 'vendor', request: { path: '/items' }, ...dataset })
}

/** A token endpoint that gives `token-1`, `token-2`, … */
export function grantTokens(expiresIn: unknown): Respond {
  let count = 0
  return (_seen, response) => {
    count += 1
    sendJson(response, { access_token: `token-${count}`, token_type: 'Bearer', expires_in: expiresIn })
  }
}

/** The BrokerError that `work` ends with; anything else fails the test. */
export async function problemOf(work: Promise<unknown>): Promise<BrokerError> {
  const outcome = await work.then(
    () => 'success',
    (error: unknown) => error,
  )
  if (outcome instanceof BrokerError) return outcome
  throw new Error('Expected a BrokerError.', { cause: outcome })
}

/** A log that keeps its lines, with everything in them that a log file would have. */
function keepLog(lines: string[]): Log {
  const keep = (event: string, fields: Readonly<Record<string, unknown>> = {}): void => {
    const cause = fields['cause'] instanceof Error ? String(fields['cause'].stack) : ''
    lines.push(`${event} ${JSON.stringify(fields)} ${cause}`)
  }
  return { error: keep, warn: keep, info: keep }
}

async function collect(
  reader: SourceReader,
  dataset: z.output<typeof datasetDefinition>,
  signal: AbortSignal,
): Promise<JsonObject[]> {
  const records: JsonObject[] = []
  for await (const page of reader.read(dataset, signal)) records.push(...page.records)
  return records
}
