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
import type { InvitationRecord, UserRecord } from '../store/records.ts'
import type { InvitationStore, UserStore } from '../store/stores.ts'
import type { Sessions, StartedSession } from './sessions.ts'

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

/** What somebody sends to start a session. */
export interface Redemption {
  readonly invitation: string
  readonly device: string
  /** Of the device key that signed the request. */
  readonly thumbprint: string
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
  /** Sessions whose invitation is spent and which are being written. */
  readonly #starting = new Map<string, Promise<StartedSession>>()

  constructor(deps: RedemptionDeps) {
    this.#deps = deps
  }

  /**
   * Starts the session that an invitation stands for. Of any number of uses at once, one succeeds; a later use of the right code by
   * another device means that two people have it, and puts the session on hold.
   *
   * @throws {BrokerError} `invitation-invalid`, the same whatever is wrong with the code; `user-inactive`
   */
  async redeem(redemption: Redemption): Promise<StartedSession & { readonly user: UserRecord }> {
    const { invitations, users, sessions, clock } = this.#deps
    const invitation = await this.#find(redemption.invitation)
    const user = await users.get(invitation.userId)
    if (!user?.isActive) throw new BrokerError('user-inactive', 'Ask an administrator to activate your user.')
    const { device, thumbprint } = redemption
    const id = sessionIdOf(invitation, thumbprint)
    if (!(await invitations.consume(invitation.id, id, clock.nowMs()))) {
      await this.#noteLaterUse(invitation, id)
      throw invalid()
    }
    const starting = sessions.start({ id, userId: user.id, device, thumbprint })
    this.#starting.set(id, starting)
    try {
      return { ...(await starting), user }
    } finally {
      this.#starting.delete(id)
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

  async #noteLaterUse({ id, selector, userId }: InvitationRecord, sessionId: string): Promise<void> {
    const current = (await this.#deps.invitations.findBySelector(selector)).find((candidate) => candidate.id === id)
    const firstSessionId = current?.sessionId
    // Never used (expired or burnt), or the same device again: its first answer was lost on the way.
    if (firstSessionId === undefined || firstSessionId === sessionId) return
    // A session that is only just being written could not be put on hold yet. How that ends is its own caller's affair.
    await this.#starting.get(firstSessionId)?.catch(() => undefined)
    await this.#deps.sessions.hold(firstSessionId)
    this.#deps.log.warn('invitation used twice; its session is on hold', { userId, sessionId: firstSessionId })
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
