import type { Secret } from '../kernel/secret.ts'
import type { ProofKey } from './dpop.ts'
import type { HttpAnswer, HttpRequest } from './http-caller.ts'
import type { TlsIdentity } from './private-key.ts'

/** An access token and which one it is: every exchange gives a later generation. */
export interface HeldToken {
  readonly accessToken: Secret
  readonly generation: number
  readonly renewAtMs: number
  /** Monotonic, as `renewAtMs`. Sooner than the source's own instant. */
  readonly expiresAtMs: number
  /** The key that it is bound to, if it is. */
  readonly proofKey: ProofKey | undefined
  /** The client certificate that goes with it at the API. */
  readonly identity: TlsIdentity | undefined
}

/** What lets requests into a source's API, however it does that. */
export interface SourceAccess {
  /** Requests sent to the token endpoint so far. */
  readonly calls: number
  /** What an administrator should know of the last hour, in plain words. */
  readonly warnings: readonly string[]
  /** A token with time left to use it. */
  get(signal: AbortSignal): Promise<HeldToken>
  /** Sends a request once, with the token; as `HttpCaller.send`. */
  send(request: HttpRequest, token: HeldToken, signal: AbortSignal): Promise<HttpAnswer>
  /** Whether an answer only wants the same request again, which is then sent as it wants it (RFC 9449 section 9). */
  wantsAgain(answer: HttpAnswer, token: HeldToken): boolean
  /** Takes note that the API refused this token with 401. `hasWorked`: whether it worked at the same endpoint before. */
  renewAfter401(token: HeldToken, hasWorked: boolean, signal: AbortSignal): Promise<void>
  /** What a server says, as one short line without the token, the client secret and anything like them. */
  clean(text: string, token: HeldToken): string
  stop(): void
}
