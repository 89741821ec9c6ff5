// Everything the pane says, by area. The other languages have the same texts, which their types see to.
import { choosing } from './en/choosing.ts'
import { errors } from './en/errors.ts'
import { functions } from './en/functions.ts'
import { pane } from './en/pane.ts'
import { refreshing } from './en/refreshing.ts'
import { signIn } from './en/sign-in.ts'
import type { Wording } from './wording.ts'

export const english = (wording: Wording) => ({
  pane: pane(wording),
  signIn: signIn(),
  choosing: choosing(wording),
  refreshing: refreshing(wording),
  errors: errors(wording),
  functions: functions(),
})

/** The texts of one language, by area. */
export type Texts = ReturnType<typeof english>
