import type { RequestListener } from 'node:http'
import { CursorSeal } from '../crypto/cursor-seal.ts'
import type { PagePool } from '../feed/page-pool.ts'
import { Access } from '../identity/access.ts'
import { DeviceProofs } from '../identity/device-proof.ts'
import { Redemptions } from '../identity/invitation.ts'
import { Sessions, type SessionSettings } from '../identity/sessions.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import type { Random } from '../kernel/random.ts'
import type { Secret } from '../kernel/secret.ts'
import type { Stores } from '../store/stores.ts'
import { AddinFiles, type AddinSettings } from './addin-files.ts'
import { EventStreams } from './event-streams.ts'
import { describeApi } from './openapi.ts'
import { PullWatch } from './pull-watch.ts'
import { RateLimit } from './rate-limits.ts'
import type { Route } from './route.ts'
import { createRouter } from './router.ts'
import { datasetRoutes } from './routes/datasets.ts'
import { figureRoutes } from './routes/figures.ts'
import { publicRoutes, type ManifestSource } from './routes/public.ts'
import { pullRoutes } from './routes/pulls.ts'
import { sessionRoutes } from './routes/sessions.ts'

export interface WebSettings {
  /** Scheme and host that clients use; what proofs, links and the Host header are held to. */
  readonly publicUrl: string
  readonly trustedProxies: readonly string[]
  readonly snapshotDirectory: string
  readonly session: SessionSettings
  readonly requestsPerMinute: number
  readonly signInsPerMinute: number
  readonly addin: AddinSettings
}

export interface WebAppDeps {
  readonly stores: Stores
  readonly pagePool: PagePool
  /** Root of the keys that are the web process's own. */
  readonly webKey: Secret
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly settings: WebSettings
  /** The add-in's manifest for this broker: as XML, and as the package of its unified form. */
  readonly manifest: ManifestSource
  /** Called once a pull is in line; wakes egress. */
  readonly onPullRequested: () => void
}

export interface WebApp {
  readonly handler: RequestListener
  /** From now on not ready, and no event stream stays open; requests are still answered. */
  drain(): void
}

/** Everything that answers HTTP requests, put together. */
export function createWebApp(deps: WebAppDeps): WebApp {
  const { clock, random, log, settings } = deps
  const proofs = new DeviceProofs({ publicUrl: settings.publicUrl, clock, random })
  const { sessions: sessionStore, users } = deps.stores
  const sessions = new Sessions({
    sessions: sessionStore,
    users,
    proofs,
    clock,
    random,
    log,
    settings: settings.session,
  })
  const streams = new EventStreams(clock)
  let isDraining = false
  const routes = listRoutes(deps, { sessions, streams, isDraining: () => isDraining })
  const router = createRouter(routes, {
    publicUrl: settings.publicUrl,
    trustedProxies: settings.trustedProxies,
    proofs,
    sessions,
    requests: new RateLimit(settings.requestsPerMinute),
    isDraining: () => isDraining,
    clock,
    random,
    log,
  })
  return {
    handler: (request, response) => {
      router(request, response)
    },
    drain: () => {
      isDraining = true
      streams.endAll()
    },
  }
}

interface Shared {
  readonly sessions: Sessions
  readonly streams: EventStreams
  readonly isDraining: () => boolean
}

/** Every route there is. */
function listRoutes(deps: WebAppDeps, { sessions, streams, isDraining }: Shared): readonly Route[] {
  const { stores, pagePool, webKey, clock, random, log, settings, manifest, onPullRequested } = deps
  const { users, definitions, invitations, pulls, egress } = stores
  const access = new Access({ users, definitions })
  const redemptions = new Redemptions({ invitations, users, sessions, clock, log })
  const cursorSeal = new CursorSeal({ webKey, random })
  const { snapshotDirectory, publicUrl } = settings
  const watch = new PullWatch({ pulls, clock, log })
  const routes: Route[] = [
    ...publicRoutes({
      stores,
      addin: new AddinFiles(settings.addin),
      manifest,
      deployment: {
        publicUrl,
        officeJsUrl: settings.addin.officeJsUrl,
        frameAncestors: settings.addin.frameAncestors,
        signInOrigins: [],
      },
      openapi: () => JSON.stringify(describeApi(routes, publicUrl)),
      isDraining,
    }),
    ...sessionRoutes({ sessions, redemptions, signIns: new RateLimit(settings.signInsPerMinute) }),
    ...datasetRoutes({ access, stores, pagePool, cursorSeal, snapshotDirectory, clock }),
    ...figureRoutes({ access, stores, pagePool, snapshotDirectory, clock, log }),
    ...pullRoutes({ access, sessions, pulls, egress, watch, streams, clock, random, onPullRequested }),
  ]
  return routes
}
