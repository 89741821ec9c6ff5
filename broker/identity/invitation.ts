import { createHash, timingSafeEqual } from 'node:crypto'
import {
  digestInvitationCode,
  invitationSelector,
  makeInvitationCode,
  normaliseInvitationCode,
} from '../crypto/invitation-code.ts'
import { BrokerError } from '../errors/broker-error.ts'
import type { Clock } from '../kernel/clock.ts'
import { makeId, toBase62 } from '../kernel/id.ts'
import type { Log } from '../kernel/log.ts'
import type { Random } from '../kernel/random.ts'
import type { IdentityRecord, InvitationRecord, UserRecord } from '../store/records.ts'
import type { InvitationStore, SessionOutcome, Spending, UserStore } from '../store/stores.ts'
import { inactive, type DeviceRequest, type Sessions, type StartedSession } from './sessions.ts'

export interface InvitationDeps {
  readonly invitations: InvitationStore
  readonly clock: Clock
  readonly random: Random
  readonly lifetimeMs: number
}

export interface CreatedInvitation {
  /** `XXXX-XXXX-XXXX-XXXX`; only its digest is kept. */
  readonly code: string
  readonly expiresAtMs: number
}

/** A one-time code with which `user` can start one session. */
export async function createInvitation(user: UserRecord, deps: InvitationDeps): Promise<CreatedInvitation> {
  const code = makeInvitationCode(deps.random).reveal()
  const createdAtMs = deps.clock.nowMs()
  const expiresAtMs = createdAtMs + deps.lifetimeMs
  await deps.invitations.add({
    id: makeId(deps.random),
    userId: user.id,
    selector: invitationSelector(code),
    codeHash: digestInvitationCode(code),
    createdAtMs,
    expiresAtMs,
    wrongTries: 0,
    state: 'current',
    sessionId: undefined,
  })
  return { code, expiresAtMs }
}

/** An invitation's use: its code, and the identity that becomes its user's with it, if any. */
export interface Redemption {
  readonly invitation: string
  readonly link?: {
    readonly identity: Pick<IdentityRecord, 'issuer' | 'subject'>
    /** What the identity was proved with; spent together with the invitation. */
    readonly spending: Spending
  }
}

/** So many wrong tries burn an invitation. */
const mostWrongTries = 5

interface RedemptionDeps {
  readonly invitations: InvitationStore
  readonly users: UserStore
  readonly sessions: Sessions
  readonly clock: Clock
  readonly log: Log
}

/** Turns invitations into sessions, each once. */
export class Redemptions {
  readonly #deps: RedemptionDeps

  constructor(deps: RedemptionDeps) {
    this.#deps = deps
  }

  /**
   * Starts the session that an invitation stands for. Of any number of uses at once, one succeeds; a later use of the right code by
   * another device means that two people have it, and puts the session on hold.
   *
   * @throws {BrokerError} `invitation-invalid`, the same whatever is wrong with the code; `user-inactive`; with an identity
   *   `identity-taken`
   */
  async redeem(
    redemption: Redemption,
    request: DeviceRequest,
  ): Promise<StartedSession & { readonly user: UserRecord }> {
    const { users, sessions, clock } = this.#deps
    const invitation = await this.#find(redemption.invitation)
    const user = await users.get(invitation.userId)
    if (!user?.isActive) throw inactive()
    const id = sessionIdOf(invitation, request.thumbprint)
    const spending: Spending = { kind: 'invitation', id: invitation.id, nowMs: clock.nowMs() }
    const { link } = redemption
    const outcome = await sessions.start(
      { ...request, id, userId: user.id },
      link ? { spends: [spending, link.spending], identity: link.identity } : { spends: [spending] },
    )
    switch (outcome.kind) {
      case 'started':
        return { credential: outcome.credential, session: outcome.session, user }
      case 'identity-taken':
        throw new BrokerError('identity-taken', 'Ask an administrator; the invitation can still be used.')
      case 'spent':
      case 'name-taken':
        this.#warn(outcome, user.id)
        throw invalid()
    }
  }

  /** The invitation of a code, whatever its state. Wrong codes count against those that they could have meant. */
  async #find(typed: string): Promise<InvitationRecord> {
    const code = normaliseInvitationCode(typed)
    if (code === undefined) throw invalid()
    const candidates = await this.#deps.invitations.findBySelector(invitationSelector(code))
    const digest = digestInvitationCode(code)
    const found = candidates.find((candidate) => isSame(candidate.codeHash, digest))
    if (found) return found
    for (const { id, state } of candidates)
      if (state === 'current') await this.#deps.invitations.countWrongTry(id, mostWrongTries)
    throw invalid()
  }

  #warn(outcome: SessionOutcome, userId: string): void {
    if (outcome.kind !== 'spent' || outcome.heldSessionId === undefined) return
    const sessionId = outcome.heldSessionId
    this.#deps.log.warn('invitation used twice; its session is on hold', { userId, sessionId })
  }
}

/** The id follows from invitation and device, so that a device which tries again can be told from another one. */
function sessionIdOf({ id }: InvitationRecord, thumbprint: string): string {
  return toBase62(createHash('sha256').update(`session.${id}.${thumbprint}`, 'utf8').digest().subarray(0, 16), 22)
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8')]
  return left.length === right.length && timingSafeEqual(left, right)
}

function invalid(): BrokerError {
  return new BrokerError('invitation-invalid', 'Check the code, or ask an administrator for a new invitation.')
}
