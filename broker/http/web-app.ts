import type { RequestListener } from 'node:http'
import { CursorSeal } from '../crypto/cursor-seal.ts'
import type { PagePool } from '../feed/page-pool.ts'
import { Access } from '../identity/access.ts'
import { DeviceProofs } from '../identity/device-proof.ts'
import { Redemptions } from '../identity/invitation.ts'
import { Sessions, type SessionSettings } from '../identity/sessions.ts'
import { DialogSignIns } from '../identity/sign-in/dialog-sign-ins.ts'
import { IssuerHttp } from '../identity/sign-in/issuer-http.ts'
import { IssuerKeys } from '../identity/sign-in/issuer-keys.ts'
import type { Issuer } from '../identity/sign-in/sign-in-settings.ts'
import { SignIns } from '../identity/sign-in/sign-ins.ts'
import { TokenChecks } from '../identity/sign-in/token-checks.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import type { Random } from '../kernel/random.ts'
import type { Secret } from '../kernel/secret.ts'
import type { AddressGuard } from '../network/address-guard.ts'
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
import { callbackPath, signInRoutes } from './routes/sign-in.ts'

export interface WebSettings {
  /** Scheme and host that clients use; what proofs, links and the Host header are held to. */
  readonly publicUrl: string
  readonly trustedProxies: readonly string[]
  readonly snapshotDirectory: string
  readonly session: SessionSettings
  readonly requestsPerMinute: number
  readonly signInsPerMinute: number
  /** The identity providers that users can sign in with. */
  readonly issuers: readonly Issuer[]
  readonly addin: AddinSettings
}

export interface WebAppDeps {
  readonly stores: Stores
  readonly pagePool: PagePool
  /** Root of the keys that are the web process's own. */
  readonly webKey: Secret
  /** What identity providers' addresses are held to. */
  readonly addresses: AddressGuard
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
  const limitSignIns = (): RateLimit => new RateLimit(settings.signInsPerMinute)
  const { withIdentity, dialogs } = createSignIns(deps, sessions, redemptions)
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
    ...sessionRoutes({ sessions, redemptions, withIdentity, signIns: limitSignIns() }),
    ...signInRoutes({
      issuers: settings.issuers,
      dialogs,
      publicUrl,
      log,
      starts: limitSignIns(),
      callbacks: limitSignIns(),
    }),
    ...datasetRoutes({ access, stores, pagePool, cursorSeal, snapshotDirectory, clock }),
    ...figureRoutes({ access, stores, pagePool, snapshotDirectory, clock, log }),
    ...pullRoutes({ access, sessions, pulls, egress, watch, streams, clock, random, onPullRequested }),
  ]
  return routes
}

function createSignIns(deps: WebAppDeps, sessions: Sessions, redemptions: Redemptions) {
  const { stores, settings, webKey, addresses, clock, random, log } = deps
  const issuers = settings.issuers.map((issuer) => {
    const http = new IssuerHttp({ addresses, clock, certificateAuthority: issuer.certificateAuthority })
    return { issuer, http, keys: new IssuerKeys({ issuer, http, clock, log }) }
  })
  const { identities } = stores
  const checks = new TokenChecks({ issuers, clock, log })
  const callbackUrl = settings.publicUrl + callbackPath
  return {
    withIdentity: new SignIns({ checks, identities, redemptions, sessions, clock, random, log }),
    dialogs: new DialogSignIns({ issuers, checks, identities, webKey, callbackUrl, clock, random }),
  }
}
