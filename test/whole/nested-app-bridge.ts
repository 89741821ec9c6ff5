// What Office puts into a pane for nested app authentication, as MSAL expects it: `window.nestedAppAuthBridge`.
import type { BrowserContext } from 'playwright-core'

/** What MSAL asks for: silently, or with something shown to the user. */
export type NestedMethod = 'GetToken' | 'GetTokenPopup'

/** An access token and an ID token; or why there is none, in the bridge's words. */
export type NestedAnswer = readonly [accessToken: string, idToken: string] | string

/** Gives every pane of `context` a bridge that answers what `answer` says. */
export async function bridgeNestedApps(
  context: BrowserContext,
  answer: (method: NestedMethod) => Promise<NestedAnswer>,
): Promise<{ readonly asked: readonly NestedMethod[] }> {
  const asked: NestedMethod[] = []
  await context.exposeFunction('answerNestedApp', (method: NestedMethod) => {
    asked.push(method)
    return answer(method)
  })
  await context.addInitScript(putBridge)
  return { asked }
}

/** Runs in the page, so it must not name anything outside. */
function putBridge(): void {
  if (!location.pathname.startsWith('/addin/')) return
  interface Envelope {
    readonly method: 'GetInitContext' | 'GetToken' | 'GetTokenPopup'
    readonly requestId: string
  }
  const page = window as unknown as {
    nestedAppAuthBridge: object
    answerNestedApp: (method: string) => Promise<readonly [string, string] | string>
  }
  const listeners = new Set<(response: string) => void>()
  const respond = (requestId: string, body: object): void => {
    const text = JSON.stringify({ messageType: 'NestedAppAuthResponse', requestId, ...body })
    for (const listener of listeners) listener(text)
  }
  const account = { environment: 'login.microsoftonline.com', username: 'anna', homeAccountId: 'anna.tenant' }
  const handle = async ({ method, requestId }: Envelope): Promise<void> => {
    if (method === 'GetInitContext') {
      respond(requestId, { success: true, initContext: { sdkName: 'test', sdkVersion: '1' } })
      return
    }
    const answer = await page.answerNestedApp(method)
    if (typeof answer === 'string') respond(requestId, { success: false, error: { status: answer } })
    else {
      const [accessToken, idToken] = answer
      const token = { access_token: accessToken, id_token: idToken, expires_in: 3_600, properties: null }
      respond(requestId, { success: true, token, account })
    }
  }
  page.nestedAppAuthBridge = {
    addEventListener: (_name: string, listener: (response: string) => void) => listeners.add(listener),
    removeEventListener: (_name: string, listener: (response: string) => void) => listeners.delete(listener),
    postMessage: (message: string) => void handle(JSON.parse(message) as Envelope),
  }
}
