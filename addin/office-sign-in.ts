// What Office itself does for signing in: its own tokens, and dialogs.
import { toBase64Url } from '../client/base64url.ts'
import { requestNestedToken } from './nested-app.ts'
import { SignInFailure, type SignInFault } from './sign-in-failure.ts'
import type { ProviderMethod, SignInHost } from './sign-in.ts'
import { readSignInMessage } from './sign-in-message.ts'

const requirements: Readonly<Record<ProviderMethod['kind'], readonly [string, string]>> = {
  'nested-app': ['NestedAppAuth', '1.1'],
  'office-token': ['IdentityAPI', '1.3'],
  dialog: ['DialogApi', '1.1'],
}

/** Signing in by means of the Excel that the pane runs in. */
export const officeSignIn: SignInHost = {
  can: (kind) => Office.context.requirements.isSetSupported(...requirements[kind]),
  nestedToken: requestNestedToken,
  async officeToken(isInteractive) {
    try {
      return await Office.auth.getAccessToken({
        allowSignInPrompt: isInteractive,
        allowConsentPrompt: isInteractive,
      })
    } catch (error) {
      throw new SignInFailure(tokenFaults.get(codeOf(error)) ?? 'unavailable', { cause: error })
    }
  },
  dialogCode: (url) => new Promise((resolve, reject) => openDialog(url, { resolve, reject })),
  async drawVerifier() {
    const verifier = toBase64Url(crypto.getRandomValues(new Uint8Array(32)))
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
    return { verifier, challenge: toBase64Url(new Uint8Array(digest)) }
  },
}

/** Codes of `getAccessToken`; all others say that it does not work here. */
const tokenFaults: ReadonlyMap<number, SignInFault> = new Map([
  [13001, 'needs-user'],
  [13002, 'cancelled'],
  [13005, 'needs-user'],
])
/** Codes of dialogs: closed by the user, not let open by the user or the browser, one open already. */
const dialogFaults: ReadonlyMap<number, SignInFault> = new Map([
  [12006, 'cancelled'],
  [12007, 'window-open'],
  [12009, 'popup-blocked'],
  [12011, 'popup-blocked'],
])

interface Outcome {
  readonly resolve: (code: string) => void
  readonly reject: (failure: SignInFailure) => void
}

function openDialog(url: string, { resolve, reject }: Outcome): void {
  const fail = (error: unknown): void => {
    reject(new SignInFailure(dialogFaults.get(codeOf(error)) ?? 'unavailable', { cause: error }))
  }
  Office.context.ui.displayDialogAsync(url, { height: 60, width: 30 }, (opened) => {
    if (opened.status !== Office.AsyncResultStatus.Succeeded) {
      fail(opened.error)
      return
    }
    const dialog = opened.value
    dialog.addEventHandler(Office.EventType.DialogMessageReceived, (event) => {
      if (!('message' in event) || (event.origin !== undefined && event.origin !== location.origin)) return
      dialog.close()
      const message = readSignInMessage(event.message)
      if (message?.code !== undefined) resolve(message.code)
      else reject(new SignInFailure('refused', { problem: message?.problem ?? 'sign-in-invalid' }))
    })
    dialog.addEventHandler(Office.EventType.DialogEventReceived, (event) =>
      fail({ code: 'error' in event && event.error }),
    )
  })
}

function codeOf(error: unknown): number {
  return typeof error === 'object' && error !== null && 'code' in error ? Number(error.code) : Number.NaN
}
