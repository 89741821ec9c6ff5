import { digestCredential, makeCredential, parseCredential } from '../crypto/credential.ts'
import { BrokerError } from '../errors/broker-error.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import type { Random } from '../kernel/random.ts'
import type { SessionRecord, UserRecord } from '../store/records.ts'
import type { SessionOutcome, SessionStore, SessionTerms, UserStore } from '../store/stores.ts'
import type { DeviceProofs, ProofRequest } from './device-proof.ts'

export interface SessionSettings {
  /** A session ends after so long without use. */
  readonly idleMs: number
  /** A session ends so long after it started. */
  readonly lifetimeMs: number
  /** Above it the least recently used one ends. */
  readonly mostPerUser: number
}

/** Who is asking, and through which session. */
export interface Caller {
  readonly user: UserRecord
  readonly session: SessionRecord
}

export interface NewSession {
  readonly id: string
  readonly userId: string
  readonly device: string
  /** Of the device key that the session is bound to. */
  readonly thumbprint: string
  readonly kind: SessionRecord['kind']
}

/** What a device says when it wants a session. */
export type DeviceRequest = Pick<NewSession, 'device' | 'thumbprint' | 'kind'>

export interface StartedSession {
  /** Shown once; the database keeps its digest. */
  readonly credential: string
  readonly session: SessionRecord
}

interface SessionDeps {
  readonly sessions: SessionStore
  readonly users: UserStore
  readonly proofs: DeviceProofs
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly settings: SessionSettings
}

/** How exact the last use is kept: writing on every request would make reading a page wait for the disk. */
const touchEveryMs = 60_000
/** A session whose device keeps nothing is of no use to it once the pane is closed. */
const temporaryIdleMs = 1_800_000

/** Users' long-lived rights to use the broker from one device. */
export class Sessions {
  readonly #deps: SessionDeps

  constructor(deps: SessionDeps) {
    this.#deps = deps
  }

  /** Starts a session with a credential of its own, if everything that `terms` want can happen with it. */
  async start(
    { id, userId, device, thumbprint, kind }: NewSession,
    terms: SessionTerms,
  ): Promise<Exclude<SessionOutcome, { kind: 'started' }> | ({ readonly kind: 'started' } & StartedSession)> {
    const { sessions, clock, random, settings } = this.#deps
    const credential = makeCredential('ses', random).reveal()
    const nowMs = clock.nowMs()
    const session: SessionRecord = {
      id,
      userId,
      tokenHash: digestCredential(credential),
      keyThumbprint: thumbprint,
      device,
      createdAtMs: nowMs,
      lastUsedAtMs: nowMs,
      expiresAtMs: nowMs + settings.lifetimeMs,
      state: 'active',
      kind,
    }
    const outcome = await sessions.add(session, settings.mostPerUser, terms)
    return outcome.kind === 'started' ? { kind: 'started', credential, session } : outcome
  }

  /**
   * Who sent a request with `credential` and a proof of its device key. Asks the database every time, so what an administrator
   * revokes is gone with the next request.
   *
   * @throws {BrokerError} `session-required` for what is no session's credential; `proof-required`, `proof-nonce`;
   *   `session-expired`, `session-held`, `user-inactive`, which only the holder of the device key gets to see
   */
  async authenticate(credential: string, request: Omit<ProofRequest, 'credential' | 'thumbprint'>): Promise<Caller> {
    if (parseCredential(credential)?.kind !== 'ses')
      throw new BrokerError('session-required', 'The credential is not one of a session.')
    const session = await this.#deps.sessions.findByTokenHash(digestCredential(credential))
    if (!session) throw expired()
    await this.#deps.proofs.verify({ ...request, credential, thumbprint: session.keyThumbprint })
    const user = await this.#checkUse(session)
    await this.#touch(session)
    return { user, session }
  }

  /**
   * Checks again that a caller may go on, for answers that take long.
   *
   * @throws {BrokerError} as `authenticate`
   */
  async recheck({ session }: Caller): Promise<void> {
    const current = await this.#deps.sessions.findByTokenHash(session.tokenHash)
    if (!current) throw expired()
    await this.#checkUse(current)
  }

  /** Ends a session; its credential is worth nothing from now on. */
  async end(session: SessionRecord): Promise<void> {
    await this.#deps.sessions.setState(session.id, 'ended')
  }

  async #checkUse(session: SessionRecord): Promise<UserRecord> {
    if (session.state === 'held') throw new BrokerError('session-held', 'Its invitation was used more than once.')
    const { clock, settings } = this.#deps
    const nowMs = clock.nowMs()
    const idleMs = session.kind === 'temporary' ? temporaryIdleMs : settings.idleMs
    if (session.state === 'ended' || nowMs >= session.expiresAtMs || nowMs - session.lastUsedAtMs >= idleMs)
      throw expired()
    const user = await this.#deps.users.get(session.userId)
    if (!user?.isActive) throw inactive()
    return user
  }

  async #touch(session: SessionRecord): Promise<void> {
    const nowMs = this.#deps.clock.nowMs()
    if (nowMs - session.lastUsedAtMs < touchEveryMs) return
    try {
      await this.#deps.sessions.touch(session.id, nowMs)
    } catch (cause) {
      // A full disk must not keep people from reading; at worst the session ends early.
      this.#deps.log.warn('last use of a session not written', { sessionId: session.id, cause })
    }
  }
}

function expired(): BrokerError {
  return new BrokerError('session-expired', 'Sign in again.')
}

/** For a user who was deactivated. */
export function inactive(): BrokerError {
  return new BrokerError('user-inactive', 'Ask an administrator to activate your user.')
}
