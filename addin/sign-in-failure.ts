/**
 * Why signing in without the broker failed: `needs-user` (silently it does not work), `cancelled` by the user, `popup-blocked` or another
 * window `window-open`, `refused` by the provider or the sign-in page, else `unavailable` here.
 */
export type SignInFault = 'needs-user' | 'cancelled' | 'popup-blocked' | 'window-open' | 'refused' | 'unavailable'

/** A sign-in that ended before the broker had a part in it. */
export class SignInFailure extends Error {
  readonly fault: SignInFault
  /** The problem that the sign-in page met, as the broker calls it. */
  readonly problem: string | undefined

  constructor(fault: SignInFault, options: { readonly cause?: unknown; readonly problem?: string } = {}) {
    super(`The sign-in failed: ${fault}.`, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'SignInFailure'
    this.fault = fault
    this.problem = options.problem
  }
}
