import { choosing } from './de/choosing.ts'
import { errors } from './de/errors.ts'
import { functions } from './de/functions.ts'
import { pane } from './de/pane.ts'
import { refreshing } from './de/refreshing.ts'
import { signIn } from './de/sign-in.ts'
import type { Texts } from './en.ts'
import type { Wording } from './wording.ts'

export const german = (wording: Wording): Texts => ({
  pane: pane(wording),
  signIn: signIn(),
  choosing: choosing(wording),
  refreshing: refreshing(wording),
  errors: errors(wording),
  functions: functions(),
})
