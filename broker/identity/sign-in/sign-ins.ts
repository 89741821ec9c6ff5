// From a proven identity to a session: with a token, or with the code of a sign-in page.
import { createHash } from 'node:crypto'
import { BrokerError } from '../../errors/broker-error.ts'
import type { Clock } from '../../kernel/clock.ts'
import { makeId } from '../../kernel/id.ts'
import type { Log } from '../../kernel/log.ts'
import type { Random } from '../../kernel/random.ts'
import type { UserRecord } from '../../store/records.ts'
import type { IdentityStore, Spending } from '../../store/stores.ts'
import type { Redemptions } from '../invitation.ts'
import { inactive, type DeviceRequest, type Sessions, type StartedSession } from '../sessions.ts'
import { digestSignInCode } from './sign-in-codes.ts'
import type { TokenChecks } from './token-checks.ts'
import { numberName } from './user-names.ts'
import { verifiedIdentity, type VerifiedIdentity } from './verified-identity.ts'

/** A token, with the provider that it should be of, if the caller says. */
export interface TokenProof {
  readonly token: string
  readonly issuer?: string | undefined
}

/** The code of a sign-in page, with what only the pane that opened it knows. */
export interface CodeProof {
  readonly code: string
  readonly verifier: string
}

export type UserSession = StartedSession & { readonly user: UserRecord }

interface SignInsDeps {
  readonly checks: TokenChecks
  readonly identities: IdentityStore
  readonly redemptions: Redemptions
  readonly sessions: Sessions
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** What is spent, and the problem of one who spends it again. */
interface Proof {
  readonly spending: Spending
  readonly spent: () => BrokerError
}

/** As many users may be called the same. */
const mostNames = 100

/** Starts sessions for those whom an identity provider vouches for. */
export class SignIns {
  readonly #deps: SignInsDeps

  constructor(deps: SignInsDeps) {
    this.#deps = deps
  }

  /**
   * Starts a session with a token. A token is taken once from each device key.
   *
   * @throws {BrokerError} `token-invalid`, `issuer-unreachable`, `account-required`, `user-inactive`; with an invitation what
   *   `Redemptions.redeem` throws
   */
  async withToken(proof: TokenProof, request: DeviceRequest, invitation: string | undefined): Promise<UserSession> {
    const checked = await this.#deps.checks.check(proof.token, { issuerName: proof.issuer })
    const bound = `${checked.digest}.${request.thumbprint}`
    const digest = createHash('sha256').update(bound, 'utf8').digest('base64url')
    return this.#start(checked.identity, request, {
      invitation,
      spending: { kind: 'token', digest, expiresAtMs: checked.expiresAtMs },
      spent: () => new BrokerError('token-invalid', 'This device has used the token before; get another one.'),
    })
  }

  /**
   * Starts a session with the code of a sign-in page, once.
   *
   * @throws {BrokerError} `sign-in-invalid`, the same whatever is wrong with code or verifier; `account-required`, `user-inactive`;
   *   with an invitation what `Redemptions.redeem` throws
   */
  async withCode({ code, verifier }: CodeProof, request: DeviceRequest, invitation?: string): Promise<UserSession> {
    const nowMs = this.#deps.clock.nowMs()
    const digest = digestSignInCode(code)
    const challenge = createHash('sha256').update(verifier, 'utf8').digest('base64url')
    const found = await this.#deps.identities.findCode(digest)
    if (found?.challenge !== challenge || found.state !== 'current' || found.expiresAtMs <= nowMs) throw invalidSignIn()
    const identity = verifiedIdentity.parse(JSON.parse(found.identity))
    const spending: Spending = { kind: 'code', digest, challenge, nowMs }
    return this.#start(identity, request, { invitation, spending, spent: invalidSignIn })
  }

  async #start(
    identity: VerifiedIdentity,
    request: DeviceRequest,
    { invitation, ...proof }: Proof & { readonly invitation: string | undefined },
  ): Promise<UserSession> {
    const { redemptions, identities, clock, log } = this.#deps
    const { issuer, subject } = identity
    const started =
      invitation === undefined
        ? await this.#startOwn(identity, request, proof)
        : await redemptions.redeem(
            { invitation, link: { identity: { issuer, subject }, spending: proof.spending } },
            request,
          )
    const userId = started.user.id
    log.info('signed in', { userId, issuer: identity.issuerName, isLinked: invitation !== undefined })
    await identities
      .forgetExpired(clock.nowMs())
      .catch((cause: unknown) => log.warn('expired sign-ins not forgotten', { cause }))
    return started
  }

  /** For the identity's user; a new one where the rules say so and there is none. */
  async #startOwn(identity: VerifiedIdentity, request: DeviceRequest, proof: Proof): Promise<UserSession> {
    const { identities, sessions, random } = this.#deps
    for (let attempt = 1; attempt <= mostNames; attempt += 1) {
      const known = await identities.findUser(identity.issuer, identity.subject)
      if (known?.isActive === false) throw inactive()
      if (!known && !identity.mayHaveAccount) throw accountRequired()
      const user = known ?? newUser(identity, attempt, random)
      const { issuer, subject } = identity
      const outcome = await sessions.start(
        { ...request, id: makeId(random), userId: user.id },
        { spends: [proof.spending], ...(!known && { user, identity: { issuer, subject } }) },
      )
      if (outcome.kind === 'started') return { credential: outcome.credential, session: outcome.session, user }
      if (outcome.kind === 'spent') throw proof.spent()
      // The name is somebody's, or the same identity has signed in on two devices for the first time: look again.
    }
    throw new BrokerError('internal', 'There are too many users of this name.')
  }
}

/** For a code that is wrong, used or too old, and a sign-in that was not begun in this browser. */
export function invalidSignIn(cause?: unknown): BrokerError {
  return new BrokerError('sign-in-invalid', 'Start the sign-in again.', { cause })
}

function newUser({ userName, displayName }: VerifiedIdentity, attempt: number, random: Random): UserRecord {
  return { id: makeId(random), name: numberName(userName, attempt), displayName, isActive: true }
}

function accountRequired(): BrokerError {
  const text = 'You are signed in, but have no account here yet. Enter an invitation code, or ask an administrator.'
  return new BrokerError('account-required', text)
}
