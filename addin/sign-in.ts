// Which way to sign in, and what follows when one does not work. What Excel and the browser can do stands behind `SignInHost`.
import type { SessionCreated, SignInMethodBody } from '../broker/http/contract.ts'
import type { BrokerClient } from '../client/broker-client.ts'
import type { ClientClock } from '../client/clock.ts'
import { ClientError } from '../client/client-error.ts'
import { SignInFailure } from './sign-in-failure.ts'

/** A way to sign in with an identity provider. */
export type ProviderMethod = Exclude<SignInMethodBody, { readonly kind: 'invitation' }>
export type NestedAppMethod = Extract<ProviderMethod, { readonly kind: 'nested-app' }>

/** What signs a user in without the broker. Every call fails with a `SignInFailure`. */
export interface SignInHost {
  /** Whether this Excel can do it, as far as it says. */
  can(kind: ProviderMethod['kind']): boolean
  /** An access token by nested app authentication. Unless it is interactive, nothing is shown to the user. */
  nestedToken(method: NestedAppMethod, isInteractive: boolean): Promise<string>
  /** An access token by Office itself. */
  officeToken(isInteractive: boolean): Promise<string>
  /** Shows a page; resolves with the code that it hands over. */
  dialogCode(url: string): Promise<string>
  /** A text that nobody can guess, and its SHA-256, base64url. */
  drawVerifier(): Promise<{ readonly verifier: string; readonly challenge: string }>
}

/** An identity provider that the user can choose. */
export interface Provider {
  readonly issuer: string
  readonly label: string
}

/** What the broker takes for a session. */
type Proof = { readonly token: string; readonly issuer: string } | { readonly code: string; readonly verifier: string }

export interface SignInDeps {
  readonly client: BrokerClient
  readonly host: SignInHost
  readonly device: string
  readonly clock: ClientClock
}

/** Silent sign-ins in an hour: a session that always ends at once must not lead to another one for ever. */
const mostSilent = 3
const hourMs = 3_600_000
/** Longer than this Excel is not waited for while nothing is shown. */
const longestSilenceMs = 8_000

/** Signing in from one pane. */
export class SignIn {
  readonly #deps: SignInDeps
  /** An identity that has no account yet: an invitation links it. */
  #unlinked: Proof | undefined
  #silentAtMs: readonly number[] = []

  constructor(deps: SignInDeps) {
    this.#deps = deps
  }

  /** Whether the next invitation links the identity that was just shown. */
  get isLinking(): boolean {
    return this.#unlinked !== undefined
  }

  /** The providers that can be used here, the best first; none when the broker cannot be asked. */
  async providers(): Promise<readonly Provider[]> {
    const known = new Map<string, Provider>()
    for (const { issuer, label } of await this.#methods()) if (!known.has(issuer)) known.set(issuer, { issuer, label })
    return [...known.values()]
  }

  /** Starts a session without the user; false when that cannot be. Never for somebody who has signed out. */
  async silently(): Promise<boolean> {
    const { client, clock } = this.#deps
    if (await client.hasSignedOut()) return false
    const recent = this.#silentAtMs.filter((atMs) => clock.nowMs() - atMs < hourMs)
    if (recent.length >= mostSilent) return false
    const methods = (await this.#methods()).filter(({ kind }) => kind !== 'dialog')
    if (methods.length > 0) this.#silentAtMs = [...recent, clock.nowMs()]
    for (const method of methods) {
      try {
        await this.#redeem(await this.#proveInTime(method))
        return true
      } catch (error) {
        if (!(error instanceof SignInFailure) && !(error instanceof ClientError)) throw error
        // The next way may work, and else the user is asked.
      }
    }
    return false
  }

  /**
   * Signs in with a provider, by the best way that works. `onNext` is told why one did not before the next one is tried.
   *
   * @throws {SignInFailure | ClientError} why the last way that made sense failed; `account-required` when an invitation is needed, once
   */
  async withProvider(issuer: string, onNext: (why: unknown) => void): Promise<SessionCreated> {
    this.#unlinked = undefined
    const methods = (await this.#methods()).filter((method) => method.issuer === issuer)
    for (const [index, method] of methods.entries()) {
      try {
        return await this.#signIn(method)
      } catch (error) {
        if (index === methods.length - 1 || !canGoOn(error)) throw error
        onNext(error)
      }
    }
    throw new SignInFailure('unavailable')
  }

  /** Signs in with an invitation; links the identity that was shown before, if there is one. */
  async withInvitation(invitation: string): Promise<SessionCreated> {
    const proof = this.#unlinked
    if (proof) {
      try {
        const created = await this.#redeem(proof, invitation)
        this.#unlinked = undefined
        return created
      } catch (error) {
        if (!isCode(error, 'token-invalid', 'sign-in-invalid')) throw error
        // It took too long to find the invitation: that still signs in.
        this.#unlinked = undefined
      }
    }
    return this.#deps.client.redeem(invitation, this.#deps.device)
  }

  /** As `#prove`, without the user; a host that does not answer must not keep the pane from starting. */
  async #proveInTime(method: ProviderMethod): Promise<Proof> {
    const ended = new AbortController()
    const late = this.#deps.clock.wait(longestSilenceMs, ended.signal).then(() => {
      throw new SignInFailure('unavailable')
    })
    try {
      return await Promise.race([this.#prove(method, false), late])
    } finally {
      ended.abort()
      late.catch(() => undefined)
    }
  }

  async #signIn(method: ProviderMethod): Promise<SessionCreated> {
    const proof = await this.#prove(method, true)
    try {
      return await this.#redeem(proof)
    } catch (error) {
      if (isCode(error, 'account-required')) this.#unlinked = proof
      throw error
    }
  }

  async #prove(method: ProviderMethod, isInteractive: boolean): Promise<Proof> {
    const { host } = this.#deps
    const { issuer } = method
    switch (method.kind) {
      case 'nested-app':
        return { token: await host.nestedToken(method, isInteractive), issuer }
      case 'office-token':
        return { token: await host.officeToken(isInteractive), issuer }
      case 'dialog': {
        const { verifier, challenge } = await host.drawVerifier()
        return { code: await host.dialogCode(`${method.url}&challenge=${challenge}`), verifier }
      }
    }
  }

  #redeem(proof: Proof, invitation?: string): Promise<SessionCreated> {
    const { client, device } = this.#deps
    const link = invitation === undefined ? {} : { invitation }
    return 'token' in proof
      ? client.redeemToken({ ...proof, ...link }, device)
      : client.redeemCode({ ...proof, ...link }, device)
  }

  async #methods(): Promise<readonly ProviderMethod[]> {
    const { client, host } = this.#deps
    try {
      const offered = await client.signInOptions()
      return offered.filter((method): method is ProviderMethod => method.kind !== 'invitation' && host.can(method.kind))
    } catch (error) {
      // Without the list an invitation still works, if anything does.
      if (error instanceof ClientError) return []
      throw error
    }
  }
}

/** Whether another way may still work: not for those who said no, nor when the broker knows who it is. */
function canGoOn(error: unknown): boolean {
  if (error instanceof SignInFailure) return error.fault !== 'cancelled' && error.fault !== 'refused'
  return isCode(error, 'token-invalid')
}

function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof ClientError && codes.includes(error.code)
}
