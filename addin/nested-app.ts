// Nested app authentication: Office signs the user in, and MSAL speaks with it. Loaded when it is needed: most panes never do, because
// their session lasts for months.
import type { IPublicClientApplication } from '@azure/msal-browser'
import { SignInFailure } from './sign-in-failure.ts'
import type { NestedAppMethod } from './sign-in.ts'

/**
 * An access token for the broker. Unless it is interactive, the user sees nothing of it.
 *
 * @throws {SignInFailure} `needs-user`, `cancelled`, `unavailable`
 */
export async function requestNestedToken(method: NestedAppMethod, isInteractive: boolean): Promise<string> {
  try {
    const app = await createApp(method)
    const request = { scopes: [...method.scopes] }
    const silent = await app.acquireTokenSilent(request).catch((error: unknown) => {
      if (!isInteractive || !(error instanceof Error)) throw error
      return undefined
    })
    return (silent ?? (await app.acquireTokenPopup(request))).accessToken
  } catch (error) {
    throw error instanceof SignInFailure ? error : new SignInFailure(faultOf(error), { cause: error })
  }
}

async function createApp({ clientId, authority }: NestedAppMethod): Promise<IPublicClientApplication> {
  const { createNestablePublicClientApplication, PublicClientApplication } = await import('@azure/msal-browser')
  const found = { isNested: false }
  const app = await createNestablePublicClientApplication(
    // One token is asked for, once; nothing of it is to be found in the browser later.
    { auth: { clientId, authority }, cache: { cacheLocation: 'memoryStorage' } },
    undefined,
    (configuration, controller) => {
      found.isNested = true
      return new PublicClientApplication(configuration, controller)
    },
  )
  // Outside Office it would open windows of its own.
  if (!found.isNested)
    throw new SignInFailure('unavailable', { cause: new Error('Office has no bridge for nested apps.') })
  return app
}

/** MSAL says what happened in `errorCode`. */
function faultOf(error: unknown): 'needs-user' | 'cancelled' | 'unavailable' {
  const name = error instanceof Error ? error.name : ''
  const code = error instanceof Error && 'errorCode' in error ? String(error.errorCode) : ''
  if (/^user_cancel/.test(code)) return 'cancelled'
  return name === 'InteractionRequiredAuthError' || /login_required|interaction_required/.test(code)
    ? 'needs-user'
    : 'unavailable'
}
