// The pane's sign-in: what its screen shows, and the sessions that need nobody.
import type { SessionCreated } from '../broker/http/contract.ts'
import type { BrokerClient } from '../client/broker-client.ts'
import type { PaneState } from './pane-state.ts'
import type { PaneStore } from './pane-store.ts'
import type { SignIn } from './sign-in.ts'
import { describeNextWay, explainSignIn } from './sign-in-words.ts'

interface PaneSignInDeps {
  readonly store: PaneStore
  readonly client: Pick<BrokerClient, 'keepsSessions'>
  readonly signIn: Pick<SignIn, 'silently' | 'providers' | 'withProvider' | 'withInvitation' | 'isLinking'>
  /** There is a session, and the store has its user. */
  readonly onSignedIn: () => Promise<void>
}

/** Signing in, one attempt at a time. */
export class PaneSignIn {
  readonly #deps: PaneSignInDeps
  #silent: Promise<boolean> | undefined

  constructor(deps: PaneSignInDeps) {
    this.#deps = deps
  }

  /** Shows the screen. A code can be typed at once; the buttons come when the broker has said which. */
  async show(change: Partial<PaneState> = {}): Promise<void> {
    const { store, signIn } = this.#deps
    store.set({ ...change, screen: 'sign-in' })
    store.set({ providers: await signIn.providers() })
  }

  withInvitation(code: string): Promise<void> {
    return this.#start(() => this.#deps.signIn.withInvitation(code))
  }

  withProvider(issuer: string): Promise<void> {
    const { store, signIn } = this.#deps
    return this.#start(() => signIn.withProvider(issuer, (why) => store.set({ signInNotice: describeNextWay(why) })))
  }

  /** A session without the user, if that can be. Several requests find out at once that there is none; one sign-in serves all. */
  silently(): Promise<boolean> {
    this.#silent ??= this.#deps.signIn
      .silently()
      // Why it failed does not matter: the user can sign in by hand.
      .catch(() => false)
      .finally(() => {
        this.#silent = undefined
      })
    return this.#silent
  }

  async #start(start: () => Promise<SessionCreated>): Promise<void> {
    const { store, client, signIn, onSignedIn } = this.#deps
    if (store.state.isSigningIn) return
    store.set({ isSigningIn: true, signInNotice: undefined })
    try {
      const { user } = await start()
      store.set({ user, isLinking: false, asksAgain: !(await client.keepsSessions()) })
    } catch (error) {
      store.set({ signInNotice: explainSignIn(error), isLinking: signIn.isLinking })
      return
    } finally {
      store.set({ isSigningIn: false })
    }
    await onSignedIn()
  }
}
