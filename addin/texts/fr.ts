import { choosing } from './fr/choosing.ts'
import { errors } from './fr/errors.ts'
import { functions } from './fr/functions.ts'
import { pane } from './fr/pane.ts'
import { refreshing } from './fr/refreshing.ts'
import { signIn } from './fr/sign-in.ts'
import type { Texts } from './en.ts'
import type { Wording } from './wording.ts'

export const french = (wording: Wording): Texts => ({
  pane: pane(wording),
  signIn: signIn(),
  choosing: choosing(wording),
  refreshing: refreshing(wording),
  errors: errors(wording),
  functions: functions(),
})
