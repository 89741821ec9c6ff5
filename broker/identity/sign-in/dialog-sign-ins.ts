// Signing in on a page of the identity provider: the authorization code flow of OAuth 2.1 with PKCE, as a public client. What the start
// must remember until the callback travels sealed in a cookie, so that any instance can go on and no other browser can.
import { createHash } from 'node:crypto'
import { AuthorizationResponseError, validateAuthResponse } from 'oauth4webapi'
import * as z from 'zod'
import { derivePurposeKey } from '../../crypto/purpose-key.ts'
import { openToken, sealToken } from '../../crypto/token-seal.ts'
import { BrokerError } from '../../errors/broker-error.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Random } from '../../kernel/random.ts'
import { Secret } from '../../kernel/secret.ts'
import type { IdentityStore } from '../../store/stores.ts'
import { unreachable, type IssuerHttp } from './issuer-http.ts'
import type { IssuerMetadata } from './issuer-keys.ts'
import { digestSignInCode, makeSignInCode } from './sign-in-codes.ts'
import { invalidSignIn } from './sign-ins.ts'
import type { KnownIssuer, TokenChecks } from './token-checks.ts'

/** How long a user may take on the provider's pages. */
export const dialogLifetimeMs = 600_000
/** From the callback to the pane is a matter of milliseconds; only who must find an invitation first gets more. */
const codeLifetimeMs = 60_000
const linkingLifetimeMs = 600_000
const binding = 'sign-in'

const pendingShape = z.strictObject({
  issuerName: z.string(),
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  challenge: z.string(),
  expiresAtMs: z.number(),
})
type Pending = z.infer<typeof pendingShape>

/** A provider that pages can be opened at. */
export interface DialogIssuer extends KnownIssuer {
  readonly http: IssuerHttp
}

interface Deps {
  readonly issuers: readonly DialogIssuer[]
  readonly checks: TokenChecks
  readonly identities: IdentityStore
  readonly webKey: Secret
  /** Where the provider sends the browser back to. */
  readonly callbackUrl: string
  readonly clock: Clock
  readonly random: Random
}

/** Sign-ins in a dialog of the browser's. */
export class DialogSignIns {
  readonly #deps: Deps
  readonly #sealingKey: Secret

  constructor(deps: Deps) {
    this.#deps = deps
    this.#sealingKey = new Secret(Buffer.from(derivePurposeKey(deps.webKey, 'sign-in')).toString('base64url'))
  }

  /**
   * Where to send the browser, and what it must bring back. `challenge` is the SHA-256 of what the pane will redeem the code with.
   *
   * @throws {BrokerError} `not-found` for a provider without a dialog, `issuer-unreachable`
   */
  async begin(issuerName: string, challenge: string): Promise<{ readonly location: URL; readonly pending: string }> {
    const { random, clock, callbackUrl } = this.#deps
    const { issuer, keys } = this.#find(issuerName)
    const { authorizationEndpoint } = await keys.metadata()
    const draw = (): string => Buffer.from(random.bytes(32)).toString('base64url')
    const pending: Pending = {
      ...{ issuerName, challenge, state: draw(), nonce: draw(), verifier: draw() },
      expiresAtMs: clock.nowMs() + dialogLifetimeMs,
    }
    const location = new URL(authorizationEndpoint)
    const parameters = {
      response_type: 'code',
      client_id: issuer.clientId,
      redirect_uri: callbackUrl,
      scope: issuer.dialogScopes.join(' '),
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: createHash('sha256').update(pending.verifier, 'utf8').digest('base64url'),
      code_challenge_method: 'S256',
    }
    for (const [name, value] of Object.entries(parameters)) location.searchParams.set(name, value)
    const sealed = await sealToken(this.#sealingKey, new Secret(JSON.stringify(pending)), binding)
    return { location, pending: sealed }
  }

  /**
   * The code for the pane, once the provider has sent the browser back with `parameters`.
   *
   * @throws {BrokerError} `sign-in-invalid` when this browser has begun no such sign-in, or too long ago; `sign-in-refused` when the
   *   provider did not sign the user in; `token-invalid`, `issuer-unreachable`
   */
  async complete(parameters: URLSearchParams, sealed: string | undefined): Promise<string> {
    const { checks, clock, random, identities } = this.#deps
    const pending = await this.#open(sealed)
    const idToken = await this.#exchange(parameters, pending)
    const { issuerName, nonce, challenge } = pending
    const { identity } = await checks.check(idToken, { issuerName, nonce })
    const hasAccount =
      identity.mayHaveAccount || (await identities.findUser(identity.issuer, identity.subject)) !== undefined
    const code = makeSignInCode(random)
    await identities.addCode({
      digest: digestSignInCode(code),
      challenge,
      identity: JSON.stringify(identity),
      expiresAtMs: clock.nowMs() + (hasAccount ? codeLifetimeMs : linkingLifetimeMs),
      state: 'current',
    })
    return code
  }

  async #exchange(parameters: URLSearchParams, pending: Pending): Promise<string> {
    const { issuer, keys, http } = this.#find(pending.issuerName)
    const metadata = await keys.metadata()
    const { clientId } = issuer
    const code = readCode(metadata, clientId, parameters, pending.state)
    // A public client: PKCE binds the exchange to this sign-in, and web has no secret to keep. RFC 9700 section 2.1.1.
    const form = new URLSearchParams({
      ...{ grant_type: 'authorization_code', code, client_id: clientId },
      ...{ redirect_uri: this.#deps.callbackUrl, code_verifier: pending.verifier },
    })
    const answer = await http.send({
      method: 'POST',
      url: metadata.tokenEndpoint,
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
    })
    if (answer.status >= 500) throw unreachable(new Error(`The token endpoint answered with ${answer.status}.`))
    const parsed = tokenAnswer.safeParse(parseJson(answer.body))
    if (answer.status !== 200 || parsed.data?.id_token === undefined)
      throw refused(new Error(`The token endpoint answered with ${answer.status} ${parsed.data?.error ?? ''}`))
    return parsed.data.id_token
  }

  #find(name: string): DialogIssuer {
    const found = this.#deps.issuers.find(({ issuer }) => issuer.name === name && issuer.methods.has('dialog'))
    if (!found) throw new BrokerError('not-found', 'There is no such identity provider, or it has no sign-in page.')
    return found
  }

  async #open(sealed: string | undefined): Promise<Pending> {
    if (sealed === undefined) throw invalidSignIn()
    try {
      const text = await openToken(this.#sealingKey, sealed, binding)
      const pending = pendingShape.parse(JSON.parse(text.reveal()))
      if (pending.expiresAtMs > this.#deps.clock.nowMs()) return pending
    } catch (cause) {
      throw invalidSignIn(cause)
    }
    throw invalidSignIn()
  }
}

const tokenAnswer = z.object({ id_token: z.string().optional(), error: z.string().max(200).optional() })

/** @see RFC 9700 section 4.4: state, and where it is sent the issuer, must be those of the sign-in that was begun */
function readCode({ issuer }: IssuerMetadata, clientId: string, parameters: URLSearchParams, state: string): string {
  try {
    const code = validateAuthResponse({ issuer }, { client_id: clientId }, parameters, state).get('code')
    if (code !== null) return code
  } catch (cause) {
    throw cause instanceof AuthorizationResponseError ? refused(cause) : invalidSignIn(cause)
  }
  throw invalidSignIn(new Error('The provider sent neither a code nor an error.'))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // No schema takes undefined.
    return undefined
  }
}

function refused(cause: unknown): BrokerError {
  return new BrokerError('sign-in-refused', 'The identity provider did not sign you in.', { cause })
}
