// What Excel on the web knows of its user, and tells the add-in: `Office.auth.getAccessToken`.

/** How a request for a token ends: with one, or with a code of Office's (13001: nobody is signed in; 13002: the user said no; …). */
export type OfficeSignIn = { readonly accessToken: string } | { readonly errorCode: number }

declare global {
  interface Window {
    /** Set before the page starts: what Office answers add-ins that ask for a token. */
    officeSignIn?: OfficeSignIn
  }
}

/** The code for a host that cannot do it at all. */
const notSupported = 13_012

/** The sets that have to do with signing in. `?sets=nestedappauth:1.1,identityapi:0` in the page's address claims others. */
const usualSets: Readonly<Record<string, number>> = { identityapi: 1.3, dialogapi: 1.2 }

/** The host's side of signing in. */
export class SignInBridge {
  /** What the next requests for a token are answered with. */
  officeSignIn: OfficeSignIn = window.officeSignIn ?? { errorCode: notSupported }
  /** What add-ins wanted shown to the user, request by request. */
  readonly prompts: { readonly signIn: boolean; readonly consent: boolean }[] = []

  /** What `isSetSupported` answers for, as the page's address has it. */
  static sets(search: string): Readonly<Record<string, number>> {
    const wanted = new URLSearchParams(search).get('sets')?.split(',') ?? []
    return {
      ...usualSets,
      ...Object.fromEntries(wanted.map((set) => set.split(':')).map(([name = '', version]) => [name, Number(version)])),
    }
  }

  /** The answer to dispatch id 98; `options` are the add-in's. */
  answerToken(options: unknown): Record<string, unknown> {
    this.prompts.push({ signIn: isTrue(options, 'allowSignInPrompt'), consent: isTrue(options, 'allowConsentPrompt') })
    const { officeSignIn } = this
    if ('errorCode' in officeSignIn) return { Version: 1, Error: officeSignIn.errorCode }
    return { Version: 1, Error: 0, accessToken: officeSignIn.accessToken }
  }
}

function isTrue(options: unknown, name: string): boolean {
  return typeof options === 'object' && options !== null && name in options && Reflect.get(options, name) === true
}
