// The two pages of a sign-in dialog that are ours: the one before the identity provider's, and the one after.
import { browserClock } from './browser-clock.ts'
import { findOffice, tellPane } from './office-dialog.ts'
import { isRightToLeft, speak, texts, wording } from './language.ts'
import { readLanguage } from './office.ts'
import { readSignedInAddress, writeSignInMessage } from './sign-in-message.ts'
import { findProblem } from './sign-in-words.ts'
import './pane.css'

/** Outside Office its library may never say so. */
const longestWaitMs = 5_000

/** Goes on to the provider. Office has to see this page first: it keeps what the last page needs to find the pane. */
export async function showFirstPage(place: HTMLElement): Promise<void> {
  const parameters = new URLSearchParams(location.search)
  const [issuer = '', challenge = ''] = [parameters.get('issuer'), parameters.get('challenge')].map(
    (text) => text ?? '',
  )
  await waitForOffice()
  await say(place, () => texts.signIn.page.opening)
  if (/^[a-z][a-z0-9-]{0,30}$/.test(issuer) && /^[\w-]{43}$/.test(challenge))
    location.replace(`/sign-in/start?issuer=${issuer}&challenge=${challenge}`)
  else await say(place, () => texts.signIn.problems['sign-in-invalid'])
}

/** Hands the code, or what went wrong, to the pane, which closes the dialog. */
export async function showLastPage(place: HTMLElement): Promise<void> {
  // Whoever opened the dialog has begun the sign-in, and gets what it leads to: no other site may have done that in the user's name.
  const message = isOpenedByStranger() ? { problem: 'sign-in-invalid' } : readSignedInAddress(location.hash)
  const isOffice = await waitForOffice()
  await say(place, () => {
    const news = message.code === undefined ? findProblem(message.problem) : texts.signIn.page.done
    return `${news ?? texts.signIn.faults.refused} ${texts.signIn.page.goBack}`
  })
  if (isOffice && !isOpenedByStranger()) tellPane(writeSignInMessage(message))
}

/** Whether a page of another site has opened this one. Where Office shows dialogs itself there is no opener. */
function isOpenedByStranger(): boolean {
  const opener = window.opener as Window | null
  if (opener === null) return false
  try {
    return opener.location.origin !== location.origin
  } catch {
    // Only pages of other sites cannot be looked at.
    return true
  }
}

async function waitForOffice(): Promise<boolean> {
  return Promise.race([findOffice(), browserClock.wait(longestWaitMs).then(() => false)])
}

async function say(place: HTMLElement, text: () => string): Promise<void> {
  await speak(readLanguage())
  document.documentElement.lang = wording.tag
  document.documentElement.dir = isRightToLeft() ? 'rtl' : 'ltr'
  place.textContent = text()
}
