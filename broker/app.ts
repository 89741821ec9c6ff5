// The web process put together: everything that serves users, and egress as its child unless that runs as a service of its own.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { guardAddresses } from './allowed-addresses.ts'
import type { Config } from './config.ts'
import { readWebKeys } from './crypto/key-files.ts'
import { findEntraApplication, issueManifest, type ManifestForm } from './deployed-manifest.ts'
import { EgressChild } from './egress-child.ts'
import { BrokerError } from './errors/broker-error.ts'
import { PagePool } from './feed/page-pool.ts'
import { ownOfficeJsUrl } from './http/addin-files.ts'
import type { ManifestSource } from './http/routes/public.ts'
import { WebServer } from './http/server.ts'
import { createWebApp, type WebSettings } from './http/web-app.ts'
import type { Log } from './kernel/log.ts'
import { systemClock, systemRandom } from './kernel/system.ts'
import { ManifestFile } from './manifest-memory.ts'
import { dataPaths, openStores } from './open.ts'
import type { Stores } from './store/stores.ts'

const dayMs = 86_400_000
/** Far above a page: V8 ends the whole process, not the thread, when a single value does not fit. */
const pageThreadMegabytes = 2_048
const addinDirectory = join(import.meta.dirname, '../dist/addin')

/** A running web process. */
export interface RunningWeb {
  /** What it listens on; where no public URL is set, the address that clients use. */
  readonly listensOn: string
  /** What clients use. */
  readonly publicUrl: string
  /** Rejects when egress, as its child, cannot run as things are. */
  readonly egressUnable: Promise<never>
  /** Whether there is an add-in to serve. */
  readonly hasAddin: boolean
  /** Stops without breaking a request, then ends egress. */
  stop(): Promise<void>
}

/**
 * Starts to serve. `environment` goes to the egress child, which reads its settings from it.
 *
 * @throws {BrokerError} `init-required`, `config-invalid`, `store-unavailable`
 */
export async function startWeb(
  config: Config,
  environment: Readonly<Record<string, string | undefined>>,
  log: Log,
): Promise<RunningWeb> {
  const paths = dataPaths(config)
  const tls = readTls(config)
  const { webKey, dataKey } = await readWebKeys(paths.keys)
  const stores = await openStores(config, dataKey, log)
  const egress = new EgressChild({ environment: egressEnvironment(config, environment), clock: systemClock, log })
  const pagePool = new PagePool({
    dataKey,
    log,
    settings: { threads: config.SHEETBROKER_PAGE_WORKERS, heapMegabytes: pageThreadMegabytes },
  })
  const scheme = tls ? 'https' : 'http'
  const publicUrlOf = (port: number): string => config.SHEETBROKER_PUBLIC_URL ?? `${scheme}://localhost:${port}`
  const server = new WebServer({
    settings: { host: config.SHEETBROKER_HOST, port: config.SHEETBROKER_PORT, tls },
    createApp: (port) =>
      createWebApp({
        stores,
        pagePool,
        webKey,
        addresses: guardAddresses(config),
        clock: systemClock,
        random: systemRandom,
        log,
        settings: webSettings(config, publicUrlOf(port)),
        manifest: createManifestSource(config, stores, publicUrlOf(port)),
        onPullRequested: () => egress.wake(),
      }),
    clock: systemClock,
    log,
  })
  const port = await server.start()
  if (config.SHEETBROKER_EGRESS === 'child') egress.start()
  return {
    listensOn: config.SHEETBROKER_PUBLIC_URL
      ? `${scheme}://${hostInUrl(config.SHEETBROKER_HOST)}:${port}`
      : publicUrlOf(port),
    publicUrl: publicUrlOf(port),
    egressUnable: egress.unable,
    hasAddin: existsSync(join(addinDirectory, 'taskpane.html')),
    stop: async () => {
      await server.stop()
      await egress.stop()
      await pagePool.stop()
      await stores.close()
    },
  }
}

/** The manifest of the running broker, under the versions that the command line gives, too. */
function createManifestSource(config: Config, stores: Stores, publicUrl: string): ManifestSource {
  const file = new ManifestFile(dataPaths(config).manifests)
  const entra = findEntraApplication(config.SHEETBROKER_SIGN_IN)
  const issue = (form: ManifestForm) =>
    issueManifest(form, { publicUrl, entra }, { store: stores.manifests, others: [file.find(form)] })
  return { xml: () => issue('xml'), package: () => issue('unified') }
}

function webSettings(config: Config, publicUrl: string): WebSettings {
  return {
    publicUrl,
    trustedProxies: config.SHEETBROKER_TRUSTED_PROXIES,
    snapshotDirectory: dataPaths(config).snapshots,
    session: {
      idleMs: config.SHEETBROKER_SESSION_IDLE_DAYS * dayMs,
      lifetimeMs: config.SHEETBROKER_SESSION_DAYS * dayMs,
      mostPerUser: config.SHEETBROKER_SESSIONS_PER_USER,
    },
    requestsPerMinute: config.SHEETBROKER_REQUESTS_PER_MINUTE,
    signInsPerMinute: config.SHEETBROKER_SIGN_INS_PER_MINUTE,
    issuers: config.SHEETBROKER_SIGN_IN,
    addin: {
      directory: addinDirectory,
      officeJsUrl: config.SHEETBROKER_OFFICE_JS_DIR === undefined ? config.SHEETBROKER_OFFICE_JS_URL : ownOfficeJsUrl,
      officeJsDirectory: config.SHEETBROKER_OFFICE_JS_DIR,
      frameAncestors: [...config.SHEETBROKER_FRAME_ANCESTORS, ...localFrames(publicUrl)],
    },
  }
}

/** On a developer's own machine, a page on another port may play Excel. */
function localFrames(publicUrl: string): string[] {
  const { hostname } = new URL(publicUrl)
  return ['localhost', '127.0.0.1'].includes(hostname) ? [`https://${hostname}:*`] : []
}

function readTls(config: Config): { cert: Buffer; key: Buffer } | undefined {
  const { SHEETBROKER_TLS_CERT: cert, SHEETBROKER_TLS_KEY: key } = config
  if (cert === undefined || key === undefined) return undefined
  try {
    return { cert: readFileSync(cert), key: readFileSync(key) }
  } catch (cause) {
    const text = 'The files that SHEETBROKER_TLS_CERT and SHEETBROKER_TLS_KEY name cannot be read.'
    throw new BrokerError('config-invalid', text, { cause })
  }
}

/** The command line's settings reach the child as well. */
function egressEnvironment(
  config: Config,
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  return { ...environment, SHEETBROKER_DATA_DIR: config.SHEETBROKER_DATA_DIR }
}

function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
